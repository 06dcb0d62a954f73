"""
What of a plan does not go together: components and rules that are sound alone, and that would leave one of two without
effect, charge something twice, or price no bill at all.
"""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from tomoshibi.rating.band_tiers import BandTiers
from tomoshibi.rating.bands import Bands
from tomoshibi.rating.program import Component, Program, Split, TakesInputs
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.purchase import CERTIFIED, DELIVERING
from tomoshibi.rating.sheet import Group
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.shapes.shape import Complaint, Part, block_dwh

_BUYING = "purchase"
_ONE_OF_A_VERSION = ("fuel", "levy", "government_discount")
_SCOPES: Mapping[str, Scope] = {
    "basic": Scope.BASIC,
    "devices": Scope.BASIC,
    "minimum_charge": Scope.MINIMUM,
    "published_monthly": Scope.MONTHLY,
    "published_per_device": Scope.BLOCKS,
}


def complaints(program: Program, document: Part, version: int) -> Iterator[Complaint]:
    """
    Complaints about a version that is sound piece by piece.

    :param program: what it compiles to
    :param document: header and this one version (``document.versions``)
    :param version: its number in the whole document, for the places
    """
    (own,) = document["versions"]
    place: Path_ = ("versions", version)
    for index, (part, component) in enumerate(zip(own["components"], program.components, strict=True)):
        here = (*place, "components", index)
        yield from _counted(part, own["components"], program, here)
        yield from _charged_already(part, own["components"][:index], here)
        yield from _rules(part, program, here)
        yield from _bought(part, component, document["kind"], here)
        yield from _block(part, own["components"], here)
    yield from _change(program, document, place)
    if program.deferral and not any(slot.group is Group.ENERGY for slot in program.slots):
        yield (*place, "deferral"), _("nothing can be deferred: no component prices energy"), True


def _counted(part: Part, parts: list[Part], program: Program, here: Path_) -> Iterator[Complaint]:
    """What a share or a minimum is of: no levy, which is rounded last; and nothing that only one part of a bill owes."""
    of = {other["code"]: other for other in parts if other["code"] in part.get("of", ())}
    for code, other in of.items():
        if other["kind"] == "levy" or other.get("group") == Group.LEVY:
            yield (*here, "of"), _("%(code)s is a levy: no share and no minimum counts it") % {"code": code}, True
        elif part["kind"] == "monthly_minimum" and not _follows_days(other, program):
            text = _("a bill of several parts owes %(code)s once: it cannot count in a minimum that each part has")
            yield (*here, "of"), text % {"code": code}, True


def _follows_days(part: Part, program: Program) -> bool:
    """Whether each part of a bill has its share of a component."""
    if part["kind"] == "fixed":
        return bool(part.get("prorated"))
    scope = Scope.BLOCKS if "block_kwh" in part and part["kind"] != "minimum_charge" else _SCOPES.get(part["kind"])
    return scope is None or program.proration.follows_days(scope)


def _charged_already(part: Part, above: list[Part], here: Path_) -> Iterator[Complaint]:
    """One published name is one amount: whoever looks it up finds the same number."""
    for other in above:
        if part["kind"] in _ONE_OF_A_VERSION and part["kind"] == other["kind"]:
            yield (*here, "kind"), _("%(code)s charges this unit already") % {"code": other["code"]}, True
            return
        both = _published(part) & _published(other)
        if both and _counts(part) != _counts(other):
            text = _("%(value)s is what %(code)s is charged by, and counts something else there")
            yield here, text % {"value": min(both), "code": other["code"]}, True
            return


def _published(part: Part) -> set[str]:
    """The names under which the values of a component are looked up."""
    if part["kind"] == "market_average":
        return {part["code"]}
    name = part["kind"] if part["kind"] in _ONE_OF_A_VERSION else part.get("value")
    if name is None:
        return set()
    if "classes" in part:
        return {f"{name}_{one}" for one in part["classes"]}
    return {name, f"{name}_block"} if "block_kwh" in part else {name}


def _counts(part: Part) -> tuple[str, ...]:
    """What a published value of a component is an amount for."""
    if part["kind"] == "published_monthly":
        return ("month", part["unit"])
    if part["kind"] in {"published_per_kwh", "published_per_device"}:
        return (part["kind"],)
    return (part["kind"], part["code"])


def _rules(part: Part, program: Program, here: Path_) -> Iterator[Complaint]:
    """Components that a rule of the version leaves without effect, or doubles."""
    if "tax_percent" in part and not program.tax_included:
        text = _("prices of this plan exclude the tax: tax_percent would charge it twice")
        yield (*here, "tax_percent"), text, True
    if part.get("prorated") and not program.proration.follows_days(Scope.FIXED):
        yield (*here, "prorated"), _("proration does not apply to fixed: prorated does nothing"), True


def _bought(part: Part, component: Component, kind: str, here: Path_) -> Iterator[Complaint]:
    """Who sells is told the energy, the days and the plant alone; nobody else is told the plant."""
    if kind != _BUYING:
        if part["kind"] == _BUYING:
            yield (*here, "kind"), _("purchase prices belong to plans of kind purchase"), True
        return
    inputs = component.inputs() if isinstance(component, TakesInputs) else ()
    missing = [*component.values(), *(name for name in inputs if name not in {CERTIFIED, DELIVERING})]
    missing += ["half_hours"] if isinstance(component, Bands | BandTiers) else []
    missing += ["capacity"] if part.get("unit", "contract") != "contract" else []
    if missing:
        text = _("a purchase is told its energy and days alone, not %(names)s")
        yield here, text % {"names": ", ".join(missing)}, True


def _block(part: Part, parts: list[Part], here: Path_) -> Iterator[Complaint]:
    """Published units of a first block that nobody has, or without the block."""
    covered = any(block_dwh(other) for other in parts if other["kind"] == "minimum_charge")
    if part["kind"] == "published_per_kwh" and block_dwh(part) and not covered:
        yield (*here, "block_kwh"), _("no minimum charge covers this block"), True
    if "block_from_unit" in part and "block_kwh" not in part:
        yield (*here, "block_from_unit"), _("%(name)s is missing") % {"name": "block_kwh"}, True


def _change(program: Program, document: Part, place: Path_) -> Iterator[Complaint]:
    """How energies are rounded and divided, beside what is priced by half-hours; bands of registers are shared by days."""
    parts = document["versions"][0]["components"]
    measured = [one for one in program.bands if not one.remainder]
    linked = [one for one in program.market_linked if one.within_dwh is None]
    if program.quantity is not None and (measured or linked):
        text = _(
            "half-hours add up to what was measured, not to the rounded energy: something has to take the difference"
        )
        yield (*place, "quantity"), text, True
    by_days = not measured and not program.market_linked and all(part.get("split") != "half_hours" for part in parts)
    if program.needs_half_hours and not (
        program.split is Split.HALF_HOURS or (program.split is Split.DAYS and by_days)
    ):
        text = _("each part of a bill is priced by its own half-hours: change has to be half_hours")
        yield (*place, "change"), text, True
    elif program.split is Split.DAYS_X_SIZE and document["capacity"]["unit"] == "contract":
        yield (*place, "change"), _("the plan has no size that days could be multiplied with"), True
