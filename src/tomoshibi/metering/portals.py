"""How a portal is entered, and which of its files are wanted in which order."""

import os
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.gateways import grid_portal
from tomoshibi.metering import values
from tomoshibi.storage import places

PASSWORD = "TOMOSHIBI_PORTAL_PASSWORD_{area}"  # noqa: S105 - the name of an environment variable
"""Where the password of an area's private key is, if it has one; it is never kept in the database."""
SLOT_MESSAGES = frozenset({"0110", "1110"})
"""Files of one half-hour each: 48 a day, and the daily file brings the same values."""
_LAST = (date.max, "", 0, 0, "")


def connection(endpoint: values.PortalEndpoint) -> grid_portal.Connection:
    """
    The connection that an area's settings describe.

    :raises grid_portal.NotAdmitted: if no client certificate is set
    """
    if not endpoint.certificate_file:
        raise grid_portal.NotAdmitted(_("no client certificate is set for this portal"))
    return grid_portal.Connection(
        prefix=endpoint.base_url,
        certificate=places.found(endpoint.certificate_file),
        key=places.found(endpoint.key_file) if endpoint.key_file else None,
        password=os.environ.get(PASSWORD.format(area=endpoint.area), ""),
        authority=places.found(endpoint.trust_file) if endpoint.trust_file else None,
        timeout_seconds=float(endpoint.timeout_seconds),
    )


def name_of(name: str, endpoint: values.PortalEndpoint | None) -> grid_portal.FileName | None:
    """
    What a file's name tells; revision and section where the portal's settings say how wide they are.
    """
    named = grid_portal.parse_name(name)
    if named is None or endpoint is None or not endpoint.revision_digits:
        return named
    section_from = len(named.tail) - endpoint.section_digits
    revision_from = section_from - endpoint.revision_digits
    if revision_from < 0:
        return named
    rule = grid_portal.NameRule(
        revision=(revision_from, section_from), section=(section_from, section_from + endpoint.section_digits)
    )
    return grid_portal.parse_name(name, rule=rule)


def of_file(file: values.ImportedFile, endpoints: Sequence[values.PortalEndpoint]) -> values.PortalEndpoint | None:
    """The settings that a file's name follows: its portal's; by hand, those that all portals share."""
    if file.area:
        return next((one for one in endpoints if one.area == file.area), None)
    shared = {(one.revision_digits, one.section_digits) for one in endpoints}
    return endpoints[0] if len(shared) == 1 else None


def in_order(listed: Iterable[grid_portal.Listed], *, endpoint: values.PortalEndpoint) -> list[grid_portal.Listed]:
    """Files that are kept, in the order in which they are to be applied; names that tell nothing come last."""

    def order(one: grid_portal.Listed) -> tuple[date, str, int, int, str]:
        name = name_of(one.name, endpoint)
        return name.order if name else (*_LAST[:4], one.name)

    return sorted((one for one in listed if not _is_slot(one.name)), key=order)


def _is_slot(name: str) -> bool:
    parsed = grid_portal.parse_name(name)
    return parsed is not None and parsed.message_code in SLOT_MESSAGES


def is_since(name: str, since: date | None) -> bool:
    """Whether a file that was fetched before is asked for again."""
    parsed = grid_portal.parse_name(name)
    return since is not None and parsed is not None and parsed.target_on >= since
