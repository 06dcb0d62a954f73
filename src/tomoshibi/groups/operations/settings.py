"""Rules of the company and device types, each from a day on."""

from datetime import date

from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from tomoshibi.groups import values
from tomoshibi.groups.models import DeviceType, DeviceTypeTerms, Group, Parameter, Point
from tomoshibi.groups.parameters import RULES
from tomoshibi.storage import db


class RuleOutOfRange(ValueError):
    """A rule takes whole numbers of a certain range only."""


class TypeInUse(ValueError):
    """A device type that groups or points have cannot be deleted; it can end."""


class TypeTerms(ValueError):
    """Rated power and expected use of a type do not make sense, or begin before what holds already."""


@db.transaction_required
def set_parameter(*, code: str, value: int, start: date, reason: str) -> None:
    """
    Let a rule of the company have another value from a day on; what was planned for later is replaced.

    :raises RuleOutOfRange: if the rule does not take the value
    """
    rule = RULES.get(code)
    if rule is None or not rule.minimum <= value <= rule.maximum:
        bounds = (rule.minimum, rule.maximum) if rule else (0, 0)
        raise RuleOutOfRange(_("A whole number from %(min)d to %(max)d.") % {"min": bounds[0], "max": bounds[1]})
    Parameter.objects.filter(code=code, start__gte=start).delete()
    for row in Parameter.objects.select_for_update().filter(code=code, end=None):
        row.end = start
        row.save()
    Parameter.objects.filter(code=code, end__gt=start).update(end=start)
    Parameter.objects.create(code=code, value=value, start=start, reason=reason)


@db.transaction_required
def save_device_type(
    *,
    code: str,
    name: str,
    kind: str,
    spread: values.Spread,
    start: date,
    rated_w: tuple[int, int],
    day_dwh: tuple[int, int],
    end: date | None = None,
) -> int:
    """
    Make a device type, or give it other terms from a day on.

    :param rated_w: smallest and largest rated power of one device [W]
    :param day_dwh: expected use of one device a day, from and to [0.1 Wh]
    :returns: its id
    :raises TypeTerms: for ranges that end before they begin, or a day before the present terms
    """
    if not 0 < rated_w[0] <= rated_w[1] or not 0 <= day_dwh[0] <= day_dwh[1]:
        raise TypeTerms(_("A range goes from the smaller to the larger number."))
    row, _new = DeviceType.objects.update_or_create(
        code=code.strip(), defaults={"name": name.strip(), "kind": kind.strip(), "spread": spread.value}
    )
    if DeviceTypeTerms.objects.filter(device_type=row, start__gt=start).exists():
        raise TypeTerms(_("The type has later terms already; choose a day after they began."))
    terms = {
        "rated_min_w": rated_w[0],
        "rated_max_w": rated_w[1],
        "day_min_dwh": day_dwh[0],
        "day_max_dwh": day_dwh[1],
        "end": end,
    }
    present = DeviceTypeTerms.objects.select_for_update().filter(device_type=row).order_by("-start").first()
    if present is not None and present.start == start:
        for field, value in terms.items():
            setattr(present, field, value)
        present.save()
        return row.id
    if present is not None and (present.end is None or present.end > start):
        present.end = start
        present.save()
    DeviceTypeTerms.objects.create(device_type=row, start=start, **terms)
    return row.id


@db.transaction_required
def delete_device_type(*, type_id: int) -> None:
    """
    Take a type out that nobody has used.

    :raises TypeInUse: if a group or point has it
    """
    used = Group.objects.filter(device_type_id=type_id).count() + Point.objects.filter(device_type_id=type_id).count()
    try:
        if used:
            raise TypeInUse(
                _("%(count)d groups and points have this type; let it end on a day instead.") % {"count": used}
            )
        DeviceType.objects.filter(id=type_id).delete()
    except ProtectedError:
        raise TypeInUse(_("Groups have this type; let it end on a day instead.")) from None
