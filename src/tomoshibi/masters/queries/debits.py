"""Collection agents and the dates of their debits."""

from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import values
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.models import DebitAgent, DebitCycle
from tomoshibi.masters.queries.calendars import bank_days_of_year
from tomoshibi.masters.queries.validity import MasterMissing, holds, period_of


def debit_agent(code: str, *, on: date) -> values.DebitAgent:
    """
    A collection agent on a day.

    :raises MasterMissing: if there is none of this code
    """
    row = DebitAgent.objects.filter(holds(on), code=code).first()
    if row is None:
        raise MasterMissing(_("no collection agent %(code)s on %(day)s") % {"code": code, "day": on})
    return values.DebitAgent(**{name: getattr(row, name) for name in values.DebitAgent.__dataclass_fields__})


def debit_agents(*, on: date) -> list[values.DebitAgent]:
    codes = DebitAgent.objects.filter(holds(on)).order_by("code").values_list("code", flat=True)
    return [debit_agent(code, on=on) for code in codes]


def debit_agent_names() -> dict[str, str]:
    """What the agents are called, by their codes: also those of the past."""
    return dict(DebitAgent.objects.order_by("code", "valid").values_list("code", "name"))


def debit_schedule(*, agent: str, month: Month, cycle_day: int | None = None) -> values.DebitDates:
    """
    The dates of an agent's debit in a month, of its usual cycle or of another.

    :raises MasterMissing: if the agent has no such cycle (the secondary agent's is to be set)
    """
    days = bank_days_of_year(year=month.year)
    rows = _cycles(agent, month)
    wanted = [row for row in rows if (row.cycle_day == cycle_day if cycle_day else row.is_default)]
    if not wanted:
        raise MasterMissing(
            _("the direct-debit schedule of %(agent)s for %(month)s is not set") % {"agent": agent, "month": month}
        )
    return _debit_dates(wanted[0], month, days)


def debit_schedules(*, agent: str, month: Month) -> list[values.DebitDates]:
    """All cycles of an agent in a month, in the order of their debit days."""
    days = bank_days_of_year(year=month.year)
    return sorted((_debit_dates(row, month, days) for row in _cycles(agent, month)), key=lambda d: d.debit_on)


def next_debit(*, agent: str, issued_on: date) -> values.DebitDates | None:
    """
    An agent's first debit whose file can still carry what is issued on a day; none where the agent has no cycle yet.

    Only a file that is due on a later day counts: a bill of the day itself may come too late for it.
    """
    months = [Month.of(issued_on).plus(ahead) for ahead in range(3)]
    debits = (dates for month in months for dates in debit_schedules(agent=agent, month=month))
    return next((dates for dates in debits if dates.file_due_on > issued_on), None)


def debit_calendar(*, agent: str, year: int) -> list[values.DebitDates]:
    """Every debit of an agent in a calendar year."""
    return [dates for n in range(1, 13) for dates in debit_schedules(agent=agent, month=Month(year, n))]


def _cycles(agent: str, month: Month) -> list[DebitCycle]:
    # A cycle holds for a debit, so the row that holds on the cycle day itself counts.
    rows = DebitCycle.objects.filter(agent=agent, valid__overlap=(month.first, month.plus(1).first))
    return [row for row in rows if _nominal(row, month) in period_of(row.valid)]


def _nominal(row: DebitCycle, month: Month) -> date:
    return date(month.year, month.month, min(row.cycle_day, month.days))


def _debit_dates(row: DebitCycle, month: Month, days: Days) -> values.DebitDates:
    nominal = _nominal(row, month)
    debit_on = days.next_or_same(nominal) if row.roll == "next" else days.previous_or_same(nominal)
    result_on = days.add(debit_on, row.result_days_after)
    settle = row.settle_days_after_result
    return values.DebitDates(
        agent=row.agent,
        month=month,
        cycle_day=row.cycle_day,
        debit_on=debit_on,
        file_due_on=days.add(debit_on, -row.file_days_before),
        result_on=result_on,
        settle_on=days.add(result_on, settle) if settle is not None else None,
    )
