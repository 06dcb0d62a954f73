"""How a portal is entered, and which of its files are wanted in which order."""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tomoshibi.gateways import grid_portal
from tomoshibi.metering import values

PASSWORD = "TOMOSHIBI_PORTAL_PASSWORD_{area}"  # noqa: S105 - the name of an environment variable
"""Where the password of an area's private key is, if it has one; it is never kept in the database."""
SLOT_MESSAGES = frozenset({"0110", "1110"})
"""Files of one half-hour each: 48 a day, and the daily file brings the same values."""
_LAST = (date.max, "", 0, 0, "")


def connection(endpoint: values.PortalEndpoint) -> grid_portal.Connection:
    """The connection that an area's settings describe."""
    return grid_portal.Connection(
        prefix=endpoint.base_url,
        certificate=Path(endpoint.certificate_file),
        key=Path(endpoint.key_file) if endpoint.key_file else None,
        password=os.environ.get(PASSWORD.format(area=endpoint.area), ""),
        authority=Path(endpoint.trust_file) if endpoint.trust_file else None,
        timeout_seconds=float(endpoint.timeout_seconds),
    )


def in_order(listed: Iterable[grid_portal.Listed]) -> list[grid_portal.Listed]:
    """Files that are kept, in the order in which they are to be applied; names that tell nothing come last."""

    def order(one: grid_portal.Listed) -> tuple[date, str, int, int, str]:
        name = grid_portal.parse_name(one.name)
        return name.order if name else (*_LAST[:4], one.name)

    return sorted((one for one in listed if not _is_slot(one.name)), key=order)


def _is_slot(name: str) -> bool:
    parsed = grid_portal.parse_name(name)
    return parsed is not None and parsed.message_code in SLOT_MESSAGES


def is_since(name: str, since: date | None) -> bool:
    """Whether a file that was fetched before is asked for again."""
    parsed = grid_portal.parse_name(name)
    return since is not None and parsed is not None and parsed.target_on >= since
