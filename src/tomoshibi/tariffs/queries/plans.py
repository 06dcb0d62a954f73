"""Plans and their published versions, and what each takes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.masters import queries as masters
from tomoshibi.rating import devices
from tomoshibi.tariffs import values
from tomoshibi.tariffs.models import PlanVersion
from tomoshibi.tariffs.queries.programs import compiled, fuel_product, program_of
from tomoshibi.tariffs.shapes.shape import in_language


def to_value(row: PlanVersion) -> values.PlanVersion:
    return values.PlanVersion(
        id=row.id,
        plan_code=row.plan_code,
        name=row.name,
        area=row.area,
        voltage=row.voltage,
        kind=row.kind,
        capacity_unit=row.capacity_unit,
        valid_from=row.valid_from,
        sha256=row.sha256,
        document=row.document,
        published_at=row.published_at,
        valid_until=row.valid_until,
        proposed_by_id=row.proposed_by_id,
        published_by_id=row.published_by_id,
    )


def plan_version(*, plan_code: str, on: date) -> values.PlanVersion | None:
    """The version of a plan that holds on a day: the newest that began on it or before, unless it ended."""
    row = PlanVersion.objects.filter(plan_code=plan_code, valid_from__lte=on).order_by("-valid_from").first()
    return to_value(row) if row and _holds(row, on) else None


def plan_names(*, language: str, with_area: bool = False) -> dict[str, str]:
    """
    What every plan is called in a language, by its code: the name of its newest version.

    :param with_area: the area goes before it: plans of several areas are called alike
    """
    names, areas = {}, masters.every_area()
    for row in PlanVersion.objects.order_by("valid_from"):
        area = f"{areas[row.area].name} " if with_area and row.area in areas else ""
        names[row.plan_code] = f"{area}{to_value(row).name_in(language)}"
    return names


def _holds(row: PlanVersion, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or on < row.valid_until)


def version(*, version_id: int) -> values.PlanVersion | None:
    row = PlanVersion.objects.filter(id=version_id).first()
    return to_value(row) if row else None


def versions_of(*, plan_code: str) -> list[values.PlanVersion]:
    """All published versions of a plan, newest first."""
    return [to_value(row) for row in PlanVersion.objects.filter(plan_code=plan_code).order_by("-valid_from")]


def plans(*, on: date, area: str = "") -> list[values.Plan]:
    """
    The plans with the version that holds on a day, in the order of area and code.

    :param area: only plans of one area (and those of every area)
    """
    rows = PlanVersion.objects.order_by("plan_code", "valid_from")
    rows = rows.filter(area__in={area, "*"}) if area else rows
    by_code: dict[str, list[PlanVersion]] = {}
    for row in rows:
        by_code.setdefault(row.plan_code, []).append(row)
    found = []
    for code, versions in by_code.items():
        holding = [row for row in versions if row.valid_from <= on][-1:]
        newest = versions[-1]
        found.append(
            values.Plan(
                code=code,
                name=newest.name,
                area=newest.area,
                voltage=newest.voltage,
                kind=newest.kind,
                capacity_unit=newest.capacity_unit,
                version_count=len(versions),
                current=next((to_value(row) for row in holding if _holds(row, on)), None),
            )
        )
    return sorted(found, key=lambda plan: (plan.area, plan.code))


class NoSuchVersion(LookupError):
    """There is no published version of that number."""


def known_version(*, version_id: int) -> values.PlanVersion:
    """
    :raises NoSuchVersion: for an unknown id
    """
    found = version(version_id=version_id)
    if found is None:
        raise NoSuchVersion(f"there is no plan version {version_id}")
    return found


def plan_uses(*, start: date, end: date | None = None) -> list[values.PlanUse]:
    """What of the masters each plan takes that holds on a day of ``[start, end)``, in the order of area and code."""
    by_code: dict[str, list[PlanVersion]] = {}
    for row in PlanVersion.objects.order_by("plan_code", "valid_from"):
        by_code.setdefault(row.plan_code, []).append(row)
    found = [_use(_holding(rows, start, end)) for rows in by_code.values() if _holding(rows, start, end)]
    return sorted(found, key=lambda use: (use.area, use.code))


def _holding(rows: Sequence[PlanVersion], start: date, end: date | None) -> list[PlanVersion]:
    """Those of a plan's versions, oldest first, that hold on a day of ``[start, end)``."""
    ends = [min(filter(None, (row.valid_until, after))) for row, after in _with_next(rows)]
    return [
        row for row, until in zip(rows, ends, strict=True) if until > start and (end is None or row.valid_from < end)
    ]


def _with_next(rows: Sequence[PlanVersion]) -> Iterator[tuple[PlanVersion, date]]:
    yield from zip(rows, [*(row.valid_from for row in rows[1:]), date.max], strict=True)


def _use(rows: Sequence[PlanVersion]) -> values.PlanUse:
    programs = [compiled(row) for row in rows]
    newest = rows[-1]
    return values.PlanUse(
        code=newest.plan_code,
        name=newest.name,
        area=newest.area,
        voltage=newest.voltage,
        takes=frozenset(name for program in programs for name in program.values),
        fuel_products=frozenset(filter(None, (fuel_product(row.document) for row in rows))),
        by_kind_of_day=any(program.bands for program in programs),
    )


def plans_taking(*, inputs: Iterable[str]) -> dict[str, set[str]]:
    """
    Which plans price by which of some inputs, in any of their versions; plans that take none are left out.

    :param inputs: names as in ``Program.inputs``: ``demand_milli`` ...
    """
    wanted = set(inputs)
    found: dict[str, set[str]] = {}
    for row in PlanVersion.objects.only("plan_code", "sha256", "document"):
        taken = wanted & set(compiled(row).inputs)
        if taken:
            found[row.plan_code] = found.get(row.plan_code, set()) | taken
    return found


def input_words() -> dict[str, str]:
    """What people call the numbers that plans price by, by their names as in ``Program.inputs``; devices have their own."""
    return {
        "demand_milli": _("Contract demand"),
        "max_demand_milli": _("Maximum demand"),
        "power_factor_percent": _("Power factor"),
        "reserve_milli": _("Reserve power"),
        "outage_days": _("Days of outage"),
        "contract_month": _("Month of the contract"),
        "customer_contracts": _("Contracts of the customer"),
        "devices": _("Number of devices"),
        "levy_exemption_percent": _("Share of the levy that is not owed [%]"),
    }


def numbers_of_plan(*, plan_code: str, on: date) -> dict[str, str]:
    """
    What the version of a plan that holds on a day prices by besides energy and size: names as in ``Program.inputs``, with
    what people call them.
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return {}
    labels = input_words()
    parts = found.document["versions"][0]["components"]
    for one in (one for part in parts if part["kind"] == "devices" for one in part["classes"]):
        labels[devices.input_name(one["name"])] = in_language({"ja": one["name"], **one.get("label", {})})
    return {name: labels.get(name, name) for name in program_of(found.document).inputs}


def unmetered_plans() -> set[str]:
    """Plans that price devices and no energy, in all of their versions: their contracts have no meter to read."""
    found: dict[str, bool] = {}
    for row in PlanVersion.objects.only("plan_code", "sha256", "document"):
        program = compiled(row)
        found[row.plan_code] = found.get(row.plan_code, True) and program.unmetered
    return {code for code, unmetered in found.items() if unmetered}
