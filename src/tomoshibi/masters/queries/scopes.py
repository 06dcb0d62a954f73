"""To what a change of a master applies: areas, products, agents and the like, and the billing months (月分) it reaches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import fuel, values
from tomoshibi.masters.queries.fuels import price_windows
from tomoshibi.masters.register import MASTERS
from tomoshibi.masters.sheets import Row, read_rows

_Months = tuple[Month, Month | None]


def scope(*, master: str, rows: Sequence[dict[str, str]]) -> values.Scope:
    """
    :param rows: of a proposal, as cells
    :raises BadSheet: naming row and reason
    """
    found = read_rows(MASTERS[master], rows)
    months = [_MONTHS.get(master, _own_months)(row) for row in found]
    firsts = [first for first, _last in months]
    lasts = [last for _first, last in months]
    agents = _named(found, "agent") | (_named(found, "code") if master == "debit_agents" else frozenset())
    return values.Scope(
        master=master,
        first=min(firsts, default=None),
        last=None if None in lasts else max((last for last in lasts if last), default=None),
        first_day=min((_first_day(row, its) for row, its in zip(found, months, strict=True)), default=None),
        areas=frozenset() if _everywhere(found) else _named(found, "area") | _areas_of(found),
        products=_named(found, "product"),
        voltages=_named(found, "voltage"),
        codes=_named(found, "code") if master in {"monthly_amounts", "accounts", "charge_kinds"} else frozenset(),
        agents=agents,
        postings=_named(found, "key"),
        holiday_scopes=_named(found, "scope"),
        branches=_branches(master, found),
    )


def _named(rows: Iterable[Row], name: str) -> frozenset[str]:
    return frozenset(str(row.fields[name]) for row in rows if row.fields.get(name))


def _branches(master: str, rows: Iterable[Row]) -> frozenset[tuple[str, str]]:
    if master == "banks":
        return frozenset((str(row.fields["code"]), "") for row in rows)
    if master == "bank_branches":
        return frozenset((str(row.fields["bank_code"]), str(row.fields["code"])) for row in rows)
    return frozenset()


def _everywhere(rows: Iterable[Row]) -> bool:
    """Whether a row is for every area: a master without areas, or a row that names none."""
    return any(
        not row.fields.get("area") and row.fields.get("scope") in {None, "", "national", "workday"} for row in rows
    )


def _areas_of(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(scope for scope in _named(rows, "scope") if scope.isdecimal())


def _own_months(row: Row) -> _Months:
    """The months in which it holds; of undated rows their own month or day."""
    if row.start is not None:
        last_day = None if row.end is None else date.fromordinal(row.end.toordinal() - 1)
        return Month.of(row.start), Month.of(last_day) if last_day else None
    if "month" in row.fields:
        month = Month.from_number(row.fields["month"])
        return month, month
    day = row.fields["day"]
    return Month.of(day), Month.of(day)


def _first_day(row: Row, months: _Months) -> date:
    day: date = row.start or row.fields.get("day") or months[0].first
    return day


def _month_after_use(row: Row) -> _Months:
    """Government discounts hold for months of use, which are billed in the month after."""
    first, last = _own_months(row)
    return first.plus(1), last.plus(1) if last else None


def _windows_of_month(row: Row) -> _Months:
    """A month's customs prices stand in as many windows as each product averages months."""
    month, windows = Month.from_number(row.fields["month"]), price_windows()
    first = min(fuel.billed_month(month.plus(1 - window.months), window=window) for window in windows)
    return first, max(fuel.billed_month(month, window=window) for window in windows)


def _window(row: Row) -> _Months:
    first = Month.from_number(row.fields["first_month"])
    windows = [window for window in price_windows() if window.months == fuel.PUBLISHED_MONTHS]
    months = [fuel.billed_month(first, window=window) for window in windows]
    return min(months), max(months)


_MONTHS: Mapping[str, Callable[[Row], _Months]] = {
    "government_discounts": _month_after_use,
    "customs_prices": _windows_of_month,
    "fuel_windows": _window,
}
