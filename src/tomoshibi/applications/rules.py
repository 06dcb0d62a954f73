"""
The rules of the examination: pure checks of an application's answers against facts that somebody gathered.

Each rule is a row of ``RULES``: who has to act, which answers it is about, and the sentence. Those that are *at once* also
stand beside the fields of the public form, so that what a rule refuses is said while the applicant is still there.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications.values.intake import Answers, Finding, IntakeKind, Plant, Severity
from tomoshibi.applications.values.switching import SourceKind
from tomoshibi.masters.values import AREAS, Voltage
from tomoshibi.parties.values import Place
from tomoshibi.supply.values import spin_warning

ASK, CLERK, NOTE = Severity.ASK, Severity.CLERK, Severity.NOTE


@dataclass(frozen=True)
class Rule:
    """
    A rule of the table.

    :param sentence: may name ``%(detail)s``; read by the applicant where the severity is *ask*
    :param at_once: refused on the public form already
    """

    severity: Severity
    fields: tuple[str, ...]
    sentence: str | Promise
    at_once: bool = False


RULES: Mapping[str, Rule] = {
    "kind": Rule(ASK, ("kind",), _("Say what you want: to switch, to move in, or a new connection."), at_once=True),
    "name": Rule(ASK, ("name",), _("A name has letters and no digits or signs: %(detail)s"), at_once=True),
    "name_missing": Rule(ASK, ("name",), _("Write the name of who signs the contract."), at_once=True),
    "kana": Rule(ASK, ("kana",), _("The reading of the name is written in katakana: %(detail)s"), at_once=True),
    "kana_missing": Rule(ASK, ("kana",), _("Write how the name is read, in katakana."), at_once=True),
    "postal_code": Rule(ASK, ("postal_code",), _("There is no postal code %(detail)s."), at_once=True),
    "address": Rule(
        ASK, ("prefecture", "city", "town"), _("The address does not lie in the postal code's place: %(detail)s")
    ),
    "block": Rule(ASK, ("block",), _("The house number is missing."), at_once=True),
    "spin_form": Rule(ASK, ("spin",), _("A supply point number has 22 digits; this has %(detail)s."), at_once=True),
    "spin_area": Rule(
        ASK, ("spin",), _("This supply point number belongs to %(detail)s, not to the address."), at_once=True
    ),
    "spin_missing": Rule(
        ASK,
        ("spin",),
        _("We need the supply point number of 22 digits; it stands on the bill of your present retailer."),
    ),
    "spin_voltage": Rule(CLERK, ("spin",), _("The third digit of the supply point number speaks of high voltage.")),
    "spin_side": Rule(
        ASK,
        ("spin",),
        _(
            "This number belongs to the other side: a house that sells power has one number for what it uses and another "
            "for what it delivers."
        ),
        at_once=True,
    ),
    "spin_taken": Rule(CLERK, ("spin",), _("We supply this point already: contract %(detail)s.")),
    "retailer": Rule(ASK, ("current_retailer",), _("Say which retailer supplies you now.")),
    "customer_number": Rule(
        ASK, ("current_customer_number",), _("We need your customer number at your present retailer; it stands on the bill.")
    ),
    "buyer": Rule(
        ASK, ("current_customer_number",), _("We need your customer number at the company that buys from you now.")
    ),
    "plant": Rule(ASK, ("plant",), _("Say what generates the power."), at_once=True),
    "source_kind": Rule(ASK, ("source_kind",), _("Say whether the purchase by law (FIT) still runs."), at_once=True),
    "plant_size": Rule(ASK, ("capacity",), _("A plant at low voltage has 0.1 to 49.9 kW: %(detail)s"), at_once=True),
    "term_missing": Rule(ASK, ("term_ends_on",), _("Say on which day the purchase by law (FIT) ends."), at_once=True),
    "term_runs": Rule(
        ASK,
        ("term_ends_on", "wished_on"),
        _("The purchase by law (FIT) runs until %(detail)s: wish a later day, or sell as FIT."),
        at_once=True,
    ),
    "term_over": Rule(
        ASK,
        ("source_kind", "term_ends_on", "wished_on"),
        _("The purchase by law (FIT) ended on %(detail)s: apply as a source whose term is over."),
        at_once=True,
    ),
    "plan": Rule(ASK, ("plan_code",), _("Choose a plan that we offer at your address."), at_once=True),
    "capacity": Rule(ASK, ("capacity",), _("The plan does not come in this size: %(detail)s"), at_once=True),
    "date_missing": Rule(ASK, ("wished_on",), _("Say from which day you want power."), at_once=True),
    "date_early": Rule(ASK, ("wished_on",), _("The earliest possible day is %(detail)s."), at_once=True),
    "date_late": Rule(ASK, ("wished_on",), _("The latest day that can be applied for is %(detail)s."), at_once=True),
    "phone": Rule(ASK, ("phone",), _("A telephone number has ten or eleven digits: %(detail)s"), at_once=True),
    "mail": Rule(ASK, ("mail",), _("This is not a mail address: %(detail)s"), at_once=True),
    "payment": Rule(ASK, ("payment_method",), _("Choose how you want to pay."), at_once=True),
    "agency": Rule(CLERK, ("agency_code",), _("No agency of ours has the code %(detail)s.")),
    "duplicate": Rule(CLERK, ("spin", "kana"), _("Another application is open for the same: %(detail)s")),
    "blocked": Rule(CLERK, ("kana",), _("A contract of this customer ended unpaid: %(detail)s")),
    "known": Rule(NOTE, ("kana",), _("Likely a customer of ours already: %(detail)s")),
    "asked": Rule(ASK, (), "%(detail)s"),
}  # fmt: skip
AMPERES = ("10", "15", "20", "30", "40", "50", "60")
SIZES: Mapping[str, tuple[int, int]] = {"kVA": (1_000, 49_000), "kW": (500, 49_500)}
"""Smallest and largest size of low voltage, by its unit [1/1000 of the unit]."""
PLANT_SIZES = (100, 49_900)
"""Smallest and largest plant at low voltage [W]."""
_NAME = re.compile(r"[^\W\d_]|[ ・.\-ー々〆ヶ'’&＆()（）]")
_KANA = re.compile(r"[ァ-ヴーA-Za-zＡ-Ｚａ-ｚ ・.\-－（）()&＆]+")
_PHONE = re.compile(r"0[0-9]{9,10}")
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_SPIN_DIGITS = 22


@dataclass(frozen=True)
class Offered:
    """A plan that may be chosen at an address, and in which unit its size is given."""

    code: str
    capacity_unit: str


@dataclass(frozen=True)
class Facts:
    """
    What the rules compare with; whatever is not known is empty, and its rules are silent.

    :param earliest: first day that the grid can manage
    :param other_side: the point is known, as a supply point where somebody sells or the reverse
    :param taken_by: number of our contract that supplies the point on the wished day
    :param duplicates: numbers of other open applications for the same point or person and place
    :param blocked: numbers of contracts of the same person that ended unpaid
    :param known: numbers of customers with the same kana and telephone or mail
    """

    places: tuple[Place, ...] = ()
    areas: tuple[str, ...] = ()
    plans: tuple[Offered, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    other_side: bool = False
    taken_by: str = ""
    duplicates: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    agencies: frozenset[str] = field(default_factory=frozenset)


def examine(answers: Answers, facts: Facts, *, among: Collection[str] | None = None) -> list[Finding]:
    """
    What the rules have to say.

    :param among: only rules about one of these answers (a page of the form)
    """
    found = [Finding(code, RULES[code].severity, RULES[code].fields, detail) for code, detail in _said(answers, facts)]
    return [one for one in found if among is None or set(one.fields) & set(among)]


def sentence(finding: Finding) -> str:
    """What a finding says, in the language of the page."""
    return str(RULES[finding.rule].sentence) % {"detail": _shown(finding)}


def _shown(finding: Finding) -> str:
    if finding.rule == "spin_area":
        area = AREAS.get(finding.detail)
        return str(area.name) if area else finding.detail
    return finding.detail


def _said(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    for part in (_of_person, _of_place, _of_point, _of_plant, _of_plan, _of_day, _of_others):
        yield from part(a, facts)


def _of_person(a: Answers, _facts: Facts) -> Iterator[tuple[str, str]]:
    if not a.name:
        yield "name_missing", ""
    elif any(not _NAME.match(character) for character in a.name) or not re.search(r"[^\W\d_]", a.name):
        yield "name", a.name
    if not a.kana:
        yield "kana_missing", ""
    elif not _KANA.fullmatch(a.kana):
        yield "kana", a.kana
    if not _PHONE.fullmatch(a.phone.replace("-", "")):
        yield "phone", a.phone
    if not _MAIL.fullmatch(a.mail):
        yield "mail", a.mail
    if not a.payment_method and not a.sells:
        yield "payment", ""


def _of_place(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    if a.kind not in set(IntakeKind):
        yield "kind", ""
    if not facts.places:
        yield "postal_code", a.postal_code
    elif not any(_lies_in(a, place) for place in facts.places):
        place = facts.places[0]
        yield "address", f"{place.prefecture}{place.city}{place.town}"
    if not a.block:
        yield "block", ""


def _lies_in(a: Answers, place: Place) -> bool:
    """Prefecture and city are those of the place, and the town begins like it where the list names one."""
    same_city = (a.prefecture, a.city) == (place.prefecture, place.city)
    return same_city and (not place.town or a.town.startswith(place.town) or place.town.startswith(a.town or "\0"))


def _of_point(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    if a.spin:
        if len(a.spin) != _SPIN_DIGITS or not (a.spin.isascii() and a.spin.isdigit()):
            yield "spin_form", str(sum(c.isdigit() for c in a.spin))
        elif a.spin[:2] not in AREAS or (facts.areas and a.spin[:2] not in facts.areas):
            yield "spin_area", a.spin[:2]
        elif spin_warning(a.spin, Voltage.LOW):
            yield "spin_voltage", ""
        if facts.other_side:
            yield "spin_side", ""
        if facts.taken_by:
            yield "spin_taken", facts.taken_by
    if a.kind == IntakeKind.SWITCH:
        if not a.spin:
            yield "spin_missing", ""
        if not a.current_retailer:
            yield "retailer", ""
        if not a.current_customer_number:
            yield "customer_number", ""
    if a.sells and a.current_retailer and not a.current_customer_number:
        yield "buyer", ""


def _of_plant(a: Answers, _facts: Facts) -> Iterator[tuple[str, str]]:
    """What only who sells is asked for."""
    if not a.sells:
        return
    if a.plant not in set(Plant):
        yield "plant", ""
    if a.source_kind not in set(SourceKind):
        yield "source_kind", ""
    size = a.capacity_milli
    if a.capacity_unit != "kW" or size is None or not PLANT_SIZES[0] <= size <= PLANT_SIZES[1]:
        yield "plant_size", a.capacity
    end, day = a.term_end, a.wished_day
    if end is None:
        if a.source_kind == SourceKind.FIT:
            yield "term_missing", ""
    elif day and a.source_kind == SourceKind.POST_FIT and day <= end:
        yield "term_runs", end.isoformat()
    elif day and a.source_kind == SourceKind.FIT and day > end:
        yield "term_over", end.isoformat()


def _of_plan(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    chosen = next((plan for plan in facts.plans if plan.code == a.plan_code), None)
    if chosen is None:
        yield "plan", a.plan_code
    elif not fits(chosen.capacity_unit, a):
        yield "capacity", f"{a.capacity} {a.capacity_unit}".strip()


def fits(unit: str, a: Answers) -> bool:
    """Whether a plan that is sized in a unit comes in the size of the answers."""
    if unit == "contract":
        return True
    if a.capacity_unit != unit:
        return False
    if unit == "A":
        return a.capacity in AMPERES
    size, limits = a.capacity_milli, SIZES.get(unit)
    return size is not None and limits is not None and limits[0] <= size <= limits[1]


def _of_day(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    day = a.wished_day
    if day is None:
        yield "date_missing", ""
    elif facts.earliest and day < facts.earliest:
        yield "date_early", facts.earliest.isoformat()
    elif facts.latest and day > facts.latest:
        yield "date_late", facts.latest.isoformat()


def _of_others(a: Answers, facts: Facts) -> Iterator[tuple[str, str]]:
    if a.agency_code and a.agency_code not in facts.agencies:
        yield "agency", a.agency_code
    named: dict[str, tuple[Any, ...]] = {
        "duplicate": facts.duplicates, "blocked": facts.blocked, "known": facts.known,
    }  # fmt: skip
    for code, numbers in named.items():
        if numbers:
            yield code, ", ".join(numbers)
