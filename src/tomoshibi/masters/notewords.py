"""
Notes and sources of the rows that ship, in the language of who reads them.

Rows keep them as they came, so that an exported sheet can be taken again. What people of the house wrote stays as it is,
and so do addresses, and names of papers.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _translated
from django.utils.translation import gettext_noop as _

NOTES = (
    _("cap from memory"),
    _("weights not known: published averages only"),
    _("base unit not known: published units are needed"),
    _("weights not known: published units are needed"),
    _("weights and unit not known: published units are needed"),
    _("whether these held before April 2024 is not confirmed"),
    _("doubtful: the same as low voltage"),
    _("low-voltage unit and cap from memory; block unit derived from one month"),
    _("low-voltage unit and cap from memory; block unit at 10 % not known: published units are needed"),
    _("base fits the published unit"),
    _("unit per 1,000 yen fits one published month"),
    _("island adjustment included"),
    _("-5.87 and -0.20 island; block -58.65 and -1.98; before discounts"),
    _("Okinawa adds its own; the end is not known"),
    _("derived; amounts of July and August 2026 are not known: enter them from the notice"),
    _("from the bill of August 2012"),
    _("not known: import the area's calendar"),
    _("15 August is a holiday of the area"),
    _("only 02 to 25 is known"),
    _("low voltage is assumed to be the same"),
    _("published by one grid company; the others are taken to be alike"),
    _("under 500 kW; 10 working days from 500 kW"),
    _("under 500 kW; 30 working days from 500 kW"),
    _("under 500 kW; 40 working days from 500 kW"),
    _("8 with consent that the terminal follows"),
    _("introduction"),
    _("continuing contracts: former rate for fees fixed by the end of April 1997"),
    _("continuing contracts: former rate for fees fixed by the end of April 2014"),
    _(
        "continuing contracts: former rate for fees fixed by the end of October 2019; from the November bill all at 10 %"
    ),
    _("consignor code and fee come with the contract"),
    _("schedule to be set with the contract"),
    _("five published rows fit"),
    _("the same shape as the cycle of the 6th is assumed"),
    _("settlement comes with the contract"),
    _("what the plan document of the contract says (fees)"),
    _("passed on at cost"),
    _("where the plan itself does not price it"),
    _("per copy"),
    _("an amount below zero gives back"),
    _("what of a bill is paid later"),
    _("per kWh, for the invented high-voltage plan"),
    _("shape of a published series of another retailer"),
    _("invented: the unit per kWh times 3.89 kWh for each 10 W and 11.60 kWh for each 50 VA"),
)
SOURCES = (
    _("to be confirmed by an accountant"),
    _("contract"),
    _("the network operator's invoice"),
    _("the retailer's terms of supply"),
    _("the retailer's price list"),
    _("the retailer's rules"),
    _("as before, 10 % tax"),
    _("as before, 10 % tax; cap: tepco 2022-12"),
    _("fits two published months"),
    _("from memory"),
    _("regulated cap reached: tepco 2022-12"),
    _("a printed bill of 2026-09-03 to 10-04, lines divided by kWh"),
    _("invented for demonstration"),
    _("assumed after the other areas"),
    _("calendar months"),
)
REMARKS = (
    _("fits three published months"),
    _("fits four published months"),
    _("fits eight published months"),
    _("weights fit three published months"),
    _("weights fit three published averages"),
    _("base unit derived from two published months"),
    _("weights"),
    _("base"),
    _("metering days of high voltage"),
)
"""What stands beside an address in a source."""
_WHOLE = frozenset((*NOTES, *SOURCES))
_BESIDE = frozenset((*SOURCES, *REMARKS))


def in_words(text: str) -> str:
    """A note or a source as somebody reads it; of a source with addresses, the remarks beside them."""
    if text in _WHOLE:
        return _translated(text)
    return "; ".join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    for part in text.split("; "):
        address, _space, remark = part.partition(" (")
        if part in _BESIDE:
            yield _translated(part)
        elif remark.endswith(")") and remark[:-1] in _BESIDE:
            yield f"{address} ({_translated(remark[:-1])})"
        else:
            yield part
