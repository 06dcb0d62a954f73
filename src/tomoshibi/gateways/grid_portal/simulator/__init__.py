"""A network company's portal to run beside the application: real HTTPS, real ZIPs, and bad manners on request."""

from tomoshibi.gateways.grid_portal.simulator.files import (
    NAME_RULE,
    PointDay,
    PointMonth,
    confirmed_name,
    day_name,
    write_confirmed,
    write_day,
    write_slot,
)
from tomoshibi.gateways.grid_portal.simulator.server import Behaviour, PortalSimulator

__all__ = [
    "NAME_RULE",
    "Behaviour",
    "PointDay",
    "PointMonth",
    "PortalSimulator",
    "confirmed_name",
    "day_name",
    "write_confirmed",
    "write_day",
    "write_slot",
]
