"""``minimum_charge``: one amount that covers the first kWh."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh
from tomoshibi.rating.minimum import MinimumCharge
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import FirstKwh, Part, Price, Shape


def _prices(part: Part) -> Iterator[Price]:
    yield _("covers the first %(kwh)s kWh") % {"kwh": part["block_kwh"]}, part["price"], _("/ month")


SHAPE = Shape(
    kind="minimum_charge",
    label={"ja": "最低料金", "zh": "最低电费", "en": "Minimum charge"},
    about="One amount that covers the first kWh.",
    fields={"price": s.PRICE, "block_kwh": s.KWH},
    required=("price", "block_kwh"),
    build=lambda part, _document: MinimumCharge(
        part["code"], s.price_micro(part["price"]), energy_dwh(part["block_kwh"])
    ),
    sentence=lambda part: _("One amount every month that covers the first %(kwh)s kWh.") % {"kwh": part["block_kwh"]},
    prices=_prices,
    first_kwh=FirstKwh.CHARGE,
)
