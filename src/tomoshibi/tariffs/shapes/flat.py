"""``flat``: all energy at one price."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.rating.flat import Flat
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import ENERGY, PER_KWH
from tomoshibi.tariffs.shapes.shape import FirstKwh, Part, Price, Shape


def _prices(part: Part) -> Iterator[Price]:
    yield "", part["price"], PER_KWH


SHAPE = Shape(
    kind="flat",
    label=ENERGY,
    about="All energy at one price.",
    fields={"price": s.PRICE},
    required=("price",),
    build=lambda part, _document: Flat(part["code"], s.price_micro(part["price"])),
    sentence=lambda _part: _("All energy at one price."),
    prices=_prices,
    first_kwh=FirstKwh.PRICED,
)
