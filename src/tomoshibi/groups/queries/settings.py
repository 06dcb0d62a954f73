"""Rules and device types as they hold on a day."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from tomoshibi.groups import values
from tomoshibi.groups.models import DeviceType, DeviceTypeTerms, Parameter
from tomoshibi.groups.parameters import RULES


def holds_on(day: date, prefix: str = "") -> Q:
    """Rows of ``[start, end)`` that hold on a day."""
    return Q(**{f"{prefix}start__lte": day}) & (Q(**{f"{prefix}end": None}) | Q(**{f"{prefix}end__gt": day}))


def parameter(code: str, *, on: date) -> int:
    """The value of a rule on a day."""
    row = Parameter.objects.filter(holds_on(on), code=code).values_list("value", flat=True).first()
    return RULES[code].default if row is None else row


def parameters(*, on: date) -> list[dict[str, Any]]:
    """All rules with what holds on a day, since when, and what will hold."""
    rows = list(Parameter.objects.order_by("code", "start"))
    found = []
    for rule in RULES.values():
        mine = [row for row in rows if row.code == rule.code]
        present = next((row for row in mine if row.start <= on and (row.end is None or row.end > on)), None)
        coming = [row for row in mine if row.start > on]
        found.append(
            {
                "rule": rule,
                "value": present.value if present else rule.default,
                "since": present.start if present else None,
                "reason": present.reason if present else "",
                "coming": [(row.start, row.value) for row in coming],
            }
        )
    return found


def device_types(*, on: date) -> list[values.DeviceType]:
    """Types that may be used on a day, by code."""
    rows = DeviceTypeTerms.objects.filter(holds_on(on)).select_related("device_type").order_by("device_type__code")
    return [_to_type(row) for row in rows]


def device_type(*, type_id: int | None = None, code: str = "", on: date) -> values.DeviceType | None:
    """A type with the terms of a day; none where it may not be used then."""
    which = Q(device_type_id=type_id) if type_id is not None else Q(device_type__code=code.strip())
    row = DeviceTypeTerms.objects.filter(which & holds_on(on)).select_related("device_type").first()
    return _to_type(row) if row else None


def device_type_history(*, type_id: int) -> list[tuple[date, date | None, int, int, int, int]]:
    """Start, end, rated power [W] and expected use a day [0.1 Wh] from and to, oldest first."""
    rows = DeviceTypeTerms.objects.filter(device_type_id=type_id).order_by("start")
    return list(rows.values_list("start", "end", "rated_min_w", "rated_max_w", "day_min_dwh", "day_max_dwh"))


def device_type_names() -> dict[int, str]:
    return {row.id: f"{row.code} {row.name}" for row in DeviceType.objects.order_by("code")}


def device_type_rows() -> QuerySet[DeviceTypeTerms]:
    """All terms with their types, for the list."""
    return DeviceTypeTerms.objects.select_related("device_type")


def _to_type(row: DeviceTypeTerms) -> values.DeviceType:
    kind = row.device_type
    return values.DeviceType(
        id=kind.id,
        code=kind.code,
        name=kind.name,
        kind=kind.kind,
        spread=values.Spread(kind.spread),
        rated_min_w=row.rated_min_w,
        rated_max_w=row.rated_max_w,
        day_min_dwh=row.day_min_dwh,
        day_max_dwh=row.day_max_dwh,
    )
