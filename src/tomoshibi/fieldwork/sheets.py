"""Label sheets: where each label stands, and its code as a drawing whose modules are whole dots of the printer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zint
from django.utils.translation import gettext as _

from tomoshibi.fieldwork.values import Label, Template

TYPST = Path(__file__).parent / "sheet.typ"
_QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
_MEDIUM = 2
"""Error correction level M: 15 % of the code may be dirty."""
_TENTHS_PER_INCH = 254


def address(base_url: str, token: str) -> str:
    """What a scanner opens. Upper case throughout: host names do not mind, and the code gets smaller."""
    return f"{base_url.rstrip('/')}/L/{token}".upper()


def drawing(text: str) -> tuple[str, int]:
    """
    A QR code as SVG with one unit per module, quiet zone included.

    :returns: the SVG, and how many modules it is wide
    """
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.option_1 = _MEDIUM
    symbol.encode(text)
    size = symbol.width + 2 * _QUIET
    rows = np.unpackbits(np.asarray(symbol.encoded_data), axis=1, bitorder="little")[: symbol.rows, : symbol.width]
    # Each row with white at both ends: where it changes, a black run begins or ends, in turns.
    changes = np.diff(np.pad(rows, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    y, begins = np.nonzero(changes == 1)
    widths = np.nonzero(changes == -1)[1] - begins
    runs = zip((begins + _QUIET).tolist(), (y + _QUIET).tolist(), widths.tolist(), strict=True)
    path = "".join(f"M{x} {top}h{width}v1h-{width}z" for x, top, width in runs)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
    return f'{head}<path d="{path}"/></svg>', size


def data(labels: Sequence[tuple[Label, str]], *, template: Template, company: str) -> dict[str, Any]:
    """
    What ``sheet.typ`` lays out.

    :param labels: each with what its code says
    :raises CodeTooSmall: if a module would be less than two dots of the printer
    """
    return {
        "page": [template.page_width / 10, template.page_height / 10],
        "grid": [template.columns, template.rows],
        "label": [template.label_width / 10, template.label_height / 10],
        "origin": [template.left / 10, template.top / 10],
        "gap": [template.gap_x / 10, template.gap_y / 10],
        "cut_marks": template.cut_marks,
        "company": company,
        "labels": [_label(label, text, template) for label, text in labels],
    }


class CodeTooSmall(ValueError):
    """The printer cannot draw the code sharply enough in the room that the template gives it."""


def _label(label: Label, text: str, template: Template) -> dict[str, Any]:
    svg, modules = drawing(text)
    dots = template.code_size * template.dpi // (_TENTHS_PER_INCH * modules)
    if dots < 2:  # noqa: PLR2004 - one dot per module does not survive a thermal head
        raise CodeTooSmall(
            _("The printer of layout %(name)s is too coarse for a code of this size.") % {"name": template.name}
        )
    size_mm = dots * modules * _TENTHS_PER_INCH / template.dpi / 10
    caption = [line for line in label.caption if line][: template.caption_lines]
    return {"code": svg, "size": size_mm, "number": label.number, "caption": caption}
