"""Portals of the grid companies, and which of their files were seen and fetched."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.metering import values
from tomoshibi.metering.models import PortalEndpoint, PortalFile
from tomoshibi.metering.queries.files import to_endpoint
from tomoshibi.storage import db, places


class NoSuchPortal(LookupError):
    """No portal is set for the area."""


@db.transaction_required
def set_portal(
    *,
    area: str,
    base_url: str,
    certificate_file: str = "",
    key_file: str = "",
    trust_file: str = "",
    timeout_seconds: int = 60,
    wait_business_days: int = 4,
    revision_digits: int = 0,
    section_digits: int = 0,
    active: bool = True,
    now: datetime,
    actor_id: int | None = None,
) -> values.PortalEndpoint:
    """
    Set where an area's portal is, with which certificate we enter, and how long its data may take.

    :param wait_business_days: business days from the reading day on, the reading day being the first
    :param revision_digits: digits of the revision in the names of this company's files, right before those of the
        section; the widths are in no public text, 0 leaves them unread
    """
    row, created = PortalEndpoint.objects.update_or_create(
        area=area,
        defaults={
            "base_url": base_url,
            "certificate_file": places.kept(certificate_file),
            "key_file": places.kept(key_file),
            "trust_file": places.kept(trust_file),
            "timeout_seconds": timeout_seconds,
            "wait_business_days": wait_business_days,
            "revision_digits": revision_digits,
            "section_digits": section_digits,
            "active": active,
        },
    )
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"{'set' if created else 'changed'} the portal of area {area}: {base_url}",
        at=now,
        subject=f"metering.portal:{row.id}",
        actor_id=actor_id,
    )
    return to_endpoint(row)


@db.transaction_required
def record_listed(*, endpoint_id: int, listed: Sequence[tuple[str, int]], now: datetime) -> int:
    """Remember what a portal lists, (name, size) each; returns how many are new."""
    before = PortalFile.objects.filter(endpoint_id=endpoint_id).count()
    PortalFile.objects.bulk_create(
        [PortalFile(endpoint_id=endpoint_id, name=name[:200], size=size, listed_at=now) for name, size in listed],
        ignore_conflicts=True,
        batch_size=2_000,
    )
    return PortalFile.objects.filter(endpoint_id=endpoint_id).count() - before


@db.transaction_required
def record_fetched(*, endpoint_id: int, name: str, size: int, file_id: int, now: datetime) -> None:
    """A listed file is here: the next fetch goes on behind it."""
    PortalFile.objects.filter(endpoint_id=endpoint_id, name=name[:200], size=size).update(
        fetched_at=now, file_id=file_id, failure=""
    )


@db.transaction_required
def record_not_fetched(*, endpoint_id: int, name: str, size: int, failure: str) -> None:
    """A listed file could not be had; the next fetch tries it again."""
    PortalFile.objects.filter(endpoint_id=endpoint_id, name=name[:200], size=size).update(failure=failure)


@db.transaction_required
def record_portal_state(*, area: str, failure: str, now: datetime) -> None:
    """
    How the last visit went; an empty failure means well.

    :raises NoSuchPortal: for an area without one
    """
    changed = {"failure": failure} if failure else {"failure": "", "fetched_at": now}
    if not PortalEndpoint.objects.filter(area=area).update(**changed):
        raise NoSuchPortal(_("no portal is set for area %(area)s") % {"area": area})
