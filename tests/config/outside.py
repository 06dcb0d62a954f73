"""An installation's outside world, as its settings name it; run inside an installation."""

from pathlib import Path

from tomoshibi.collection import operations as collection
from tomoshibi.gateways import simulators
from tomoshibi.metering import operations as metering
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

OUTSIDE = [
    "metering.PortalEndpoint", "collection.AgentLink", "applications.SwitchingLink",
    "masters.SpotLink", "messaging.TextLink",
]  # fmt: skip
"""Rows that name a system outside."""


def set_up(folder: str, ports: dict[str, int]) -> None:
    """One grid company's portal and one agent, with certificates and keys in the folder, and no other."""
    from django.apps import apps

    places = simulators.Places(Path(folder), **ports)
    grid, now = places.grid_connection("03"), clock.now()
    with db.transaction():
        for kind in OUTSIDE:
            apps.get_model(kind).objects.all().delete()
        apps.get_model("messaging.Mailbox").objects.update(is_active=False)  # letters hang on it
        metering.set_portal(
            area="03",
            base_url=grid.prefix,
            certificate_file=str(grid.certificate),
            trust_file=str(grid.authority),
            now=now,
        )
        collection.set_link(agent="agent_a", connection=places.agent_connection(), now=now, actor_id=None)


def give_everybody_a_second_factor() -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    from tomoshibi.identity.models import User

    for user in User.objects.all():
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
