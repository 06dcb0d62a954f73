"""Real postal codes of the demo's areas, with house numbers that nobody has."""

import numpy as np

from tomoshibi.parties import queries as parties

POSTAL_CODES = {
    "01": "0640923 0620905 0620004 0620055 0620021 0700043 0788317 0410526 0400064 0410812",
    "03": (
        "1540005 1540024 1540011 1570065 1680063 1660004 1660014 1670032 2110068 2110065 2110004 2230057 2220004 "
        "2220033 2740075 2730024 2730047 3200823 3200806 3210164 3300071 3300075 3300046"
    ),
    "04": "4338108 4340021 4311104 4700555 4710065 4640011 4640807 4640008 4640816 5011134 5020046 5011178",
    "06": (
        "6068025 6068324 6060867 5450037 5450033 5450023 5450021 5918008 5918043 5918006 5918037 6308217 6310023 "
        "6570822 6570815 6570063 6570862"
    ),
    "08": "7600079 7618054 7600020 7800904 7800941 7910244 7900845 7918051",
    "09": "8140175 8140163 8600854 8600078 8600803 8620972 8700824 8700914 8900041 8910115",
}  # fmt: skip
_BUILDINGS = ("", "", "", "灯ハイツ", "コーポ月見", "星見マンション", "メゾン若葉")


def addresses(area: str, count: int, *, rng: np.random.Generator) -> list[dict[str, str]]:
    """Addresses in parts; house numbers from 51-51 up do not exist in these places."""
    known = [place for code in POSTAL_CODES[area].split() for place in parties.places(postal_code=code)[:1]]
    assert known, f"the list of postal codes knows none of area {area}"
    chosen = rng.integers(0, len(known), count)
    numbers = rng.integers(51, 99, (count, 2))
    buildings = rng.integers(0, len(_BUILDINGS), count)
    rooms = rng.integers(1, 10, count) * 100 + rng.integers(1, 8, count)
    found = []
    for row in range(count):
        place, building = known[chosen[row]], _BUILDINGS[buildings[row]]
        found.append(
            {
                "postal_code": place.postal_code,
                "prefecture": place.prefecture,
                "city": place.city,
                "town": place.town,
                "block": f"{numbers[row, 0]}-{numbers[row, 1]}",
                "building": f"{building} {rooms[row]}" if building else "",
            }
        )
    return found
