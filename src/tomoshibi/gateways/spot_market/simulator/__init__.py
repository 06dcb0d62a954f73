"""A day-ahead market to run beside the application: real HTTPS, a folder of days, and bad manners on request."""

from tomoshibi.gateways.spot_market.simulator.files import write_day
from tomoshibi.gateways.spot_market.simulator.server import Behaviour, MarketSimulator

__all__ = ["Behaviour", "MarketSimulator", "write_day"]
