"""``monthly_minimum``: tops up the named components to an amount."""

from django.utils.translation import gettext as _

from tomoshibi.rating.monthly_minimum import MonthlyMinimum
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Shape

SHAPE = Shape(
    kind="monthly_minimum",
    label={"ja": "最低月額料金との差額", "zh": "最低月费差额", "en": "Top-up to the minimum monthly amount"},
    about="Tops up the named components to an amount.",
    fields={"price": s.PRICE, "of": s.CODES},
    required=("price", "of"),
    build=lambda part, _document: MonthlyMinimum(part["code"], s.price_micro(part["price"]), tuple(part["of"])),
    sentence=lambda part: _("Tops up %(components)s to this amount.") % {"components": ", ".join(part["of"])},
)
