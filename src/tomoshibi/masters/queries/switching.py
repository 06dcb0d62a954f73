"""How long the grid companies need for a switch."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.masters.models import ReadingDay, SwitchingPeriod
from tomoshibi.masters.queries.calendars import add_business_days
from tomoshibi.masters.queries.validity import MasterMissing, holds


def earliest_switch(*, area: str, voltage: str, work: str, applied_on: date) -> date:
    """
    The first day that a grid company's standard period (標準処理期間) leaves for a switch.

    :param work: ``none``, ``meter``, ``transformer`` or ``terminal``
    :param applied_on: day 0: the day on which both applications are there
    :raises MasterMissing: if no period is entered; it says which
    """
    rows = SwitchingPeriod.objects.filter(holds(applied_on), voltage=voltage, work=work, area__in=["", area])
    row = rows.order_by("-area").first()
    if row is None:
        raise MasterMissing(
            _("no standard period is entered for area %(area)s, %(voltage)s, %(work)s")
            % {"area": area, "voltage": voltage, "work": work}
        )
    return add_business_days(applied_on, row.business_days, area=area) + timedelta(days=row.days)


def next_metering_day(*, area: str, base_day: str, day: date) -> date | None:
    """The first regular metering day (定例検針日) of a base day on or after a day; nothing where the calendar ends."""
    rows = ReadingDay.objects.filter(
        area=area, base_day=base_day, metering_on__gte=day, month__gte=Month.of(day).plus(-1).number
    )
    found = rows.order_by("metering_on").values_list("metering_on", flat=True).first()
    return found if found is None or isinstance(found, date) else None
