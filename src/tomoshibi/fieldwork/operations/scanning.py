"""A scan: is the label ours, does it hold, and does it hang where it should."""

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from django.utils.translation import gettext as _

from tomoshibi.fieldwork import queries, signing, values
from tomoshibi.fieldwork.models import Scan
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

APART_M = 100
"""[m] Scans of one label farther apart than this, beyond what the phones admit to, mean that it was copied."""
_DUE = timedelta(days=1)
_EARTH_RADIUS_M = 6_371_000
SUSPICIOUS = "fieldwork.suspicious_label"


@db.transaction_required
def scan(
    *,
    token: str,
    now: datetime,
    procedure: str,
    actor_id: int | None = None,
    position: values.Position | None = None,
    seal_number: str = "",
    apart_m: int = APART_M,
) -> values.Scan:
    """
    What a label says that somebody scanned; a scan by staff that does not fit becomes work for the office.

    :param token: the text behind the address in the code
    :param actor_id: None for the public, whose scans are kept without a place
    :param seal_number: what is printed on the seal around it, as staff read it
    :param procedure: whose work a suspicion is
    """
    try:
        label = queries.label_by_token(token=token)
    except (signing.Forged, queries.NoSuchLabel):
        return values.Scan(verdict=values.Verdict.FORGED)
    return scan_label(
        label=label, now=now, procedure=procedure, actor_id=actor_id, position=position, seal_number=seal_number,
        apart_m=apart_m,
    )  # fmt: skip


@db.transaction_required
def scan_label(
    *,
    label: values.Label,
    now: datetime,
    procedure: str,
    actor_id: int | None = None,
    position: values.Position | None = None,
    seal_number: str = "",
    apart_m: int = APART_M,
    typed: bool = False,
) -> values.Scan:
    """
    As ``scan``, for a label that is known to be ours: read without a network, or typed by its number.

    :param typed: no code was read: the number is in the register, and nothing is said about the paper that shows it
    """
    holds = values.Verdict.LISTED if typed else values.Verdict.GENUINE
    verdict = values.Verdict.VOID if label.void_at else holds
    seal = queries.seal_of(subject=label.subject)
    suspicions = _suspicions(label, seal, position, seal_number.strip(), apart_m) if actor_id is not None else []
    Scan.objects.create(
        label_id=label.serial,
        scanned_at=now,
        scanned_by_id=actor_id,
        latitude_e6=position.latitude_e6 if position and actor_id is not None else None,
        longitude_e6=position.longitude_e6 if position and actor_id is not None else None,
        accuracy_m=position.accuracy_m if position and actor_id is not None else None,
        seal_number=seal_number.strip()[:30],
        verdict=verdict.value,
    )
    if suspicions:
        worklist.open_item(
            procedure=procedure,
            kind=SUSPICIOUS,
            subject=f"fieldwork.label:{label.serial}",
            title=_("Label %(number)s: %(what)s") % {"number": label.number, "what": suspicions[0]},
            detail="\n".join(suspicions),
            due_at=now + _DUE,
            now=now,
        )
    return values.Scan(verdict=verdict, label=label, seal=seal, suspicions=tuple(suspicions))


def _suspicions(
    label: values.Label, seal: values.Seal | None, position: values.Position | None, seal_number: str, apart_m: int
) -> list[str]:
    found = []
    if seal_number and seal is not None and seal.number != seal_number:
        told = {"read": seal_number, "known": seal.number}
        found.append(_("It hangs in seal %(read)s, but belongs to seal %(known)s.") % told)
    if position is not None:
        before = (
            Scan.objects.filter(label_id=label.serial, latitude_e6__isnull=False).order_by("-scanned_at", "-id").first()
        )
        if before is not None and before.latitude_e6 is not None and before.longitude_e6 is not None:
            there = values.Position(before.latitude_e6, before.longitude_e6, before.accuracy_m or 0)
            apart = distance_m(there, position)
            if apart > apart_m + there.accuracy_m + position.accuracy_m:
                found.append(_("It was seen %(metres)s m from where it was scanned before.") % {"metres": f"{apart:,}"})
    return found


def distance_m(a: values.Position, b: values.Position) -> int:
    """Metres between two places on the ground (haversine)."""
    lat_a, lat_b = radians(a.latitude_e6 / 1e6), radians(b.latitude_e6 / 1e6)
    across = radians((b.longitude_e6 - a.longitude_e6) / 1e6)
    root = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(across / 2) ** 2
    return round(2 * _EARTH_RADIUS_M * asin(sqrt(root)))
