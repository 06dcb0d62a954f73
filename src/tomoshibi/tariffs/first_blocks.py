"""A minimum charge covers the first kWh of a month: what each other component has to do with the energy of that block."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Part, Place, block_dwh


def complaints(parts: Sequence[Part], path: Place) -> Iterator[Complaint]:
    """
    Energy that would be priced twice or by nobody beside a minimum charge with a first block.

    In the regulated plans with a minimum charge (従量電灯A of Kansai, Chugoku and Shikoku, Okinawa) the charge covers the
    first N kWh, the first tier begins at N, and fuel and levy have a unit of their own for the block.

    :param path: of the components
    """
    charges = [(index, part) for index, part in enumerate(parts) if _has(part, FirstKwh.CHARGE) and block_dwh(part)]
    wanted = block_dwh(charges[0][1]) if charges else 0
    for index, part in enumerate(parts):
        here = (*path, index)
        if _has(part, FirstKwh.BLOCK) and block_dwh(part) != wanted:
            yield from _another_block(part, here, wanted)
        elif wanted and _has(part, FirstKwh.PRICED):
            text = _(
                "every kWh has a price here, but the minimum charge covers the first %(wanted)s kWh: they would be priced"
                " twice; price the energy by tiers that begin at %(wanted)s kWh, or let the minimum charge cover 0 kWh"
            )
            yield here, text % {"wanted": _kwh(wanted)}, True
        elif wanted and _has(part, FirstKwh.ADJUSTED):
            yield from _adjusted(part, here, wanted)
    for index, _charge in charges[1:]:
        text = _("another minimum charge covers the first %(wanted)s kWh already")
        yield (*path, index, "block_kwh"), text % {"wanted": _kwh(wanted)}, True
    if charges and not any(_prices_energy(part) for part in parts):
        text = _("nothing prices the energy above the first %(wanted)s kWh that the minimum charge covers")
        yield (*path, charges[0][0]), text % {"wanted": _kwh(wanted)}, True
    if not charges and any("from_kwh" in part and block_dwh(part) for part in parts):
        yield path, _("the tiers start above zero, but no minimum charge covers the energy below"), True


def _has(part: Part, what: FirstKwh) -> bool:
    return SHAPES[part["kind"]].first_kwh is what


def _prices_energy(part: Part) -> bool:
    return "steps" in part or _has(part, FirstKwh.PRICED) or part.get("group") == "energy"


def _another_block(part: Part, here: Place, wanted: int) -> Iterator[Complaint]:
    own = block_dwh(part)
    said = {"own": _kwh(own), "wanted": _kwh(wanted)}
    if "steps" not in part:
        yield here, _("its block is %(own)s kWh, the minimum charge covers %(wanted)s kWh") % said, True
    elif own < wanted:
        text = _(
            "the tiers begin at %(own)s kWh, the minimum charge covers %(wanted)s kWh: what lies between is priced twice"
        )
        yield (*here, "from_kwh"), text % said, True
    elif wanted:
        text = _(
            "the tiers begin at %(own)s kWh, the minimum charge covers %(wanted)s kWh: what lies between has no price"
        )
        yield (*here, "from_kwh"), text % said, True


def _adjusted(part: Part, here: Place, wanted: int) -> Iterator[Complaint]:
    """Surcharges, discounts and published units beside the price: they may well count every kWh, if that is meant."""
    if "block_kwh" in part:
        if block_dwh(part) != wanted:
            yield from _another_block(part, here, wanted)
        return
    text = _(
        "this counts every kWh, those of the first %(wanted)s kWh of the minimum charge too: check that the terms say so"
    )
    yield here, text % {"wanted": _kwh(wanted)}, False


def _kwh(energy_dwh: int) -> str:
    return plain(energy_dwh, scale=DWH_PER_KWH)
