"""
The ordinary accounts of the Chinese demonstration: what nearest accounts of a list are looked up in.

Three staircases in every building of the invented estates, each with an account, its meter and the terminal box of the
building; buildings without any device, too, so that an application for new points finds something.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from tomoshibi.supply import operations as supply

BUILDINGS, STAIRCASES = 80, 3


def district_of(estate: int, building: int) -> int:
    """Each estate has three transformer districts, and its buildings take turns."""
    return estate * 3 + building % 3


def district_number(estate: int, building: int) -> str:
    return f"99T{district_of(estate, building):04d}"


def access_number(estate: int, building: int) -> str:
    return f"99{district_of(estate, building):03d}{building:03d}{0:09d}"


def account_number(estate: int, building: int, staircase: int) -> str:
    return f"18{district_of(estate, building):03d}{building:03d}{staircase:02d}"


def meter_number(estate: int, building: int, staircase: int) -> str:
    return f"9910000{estate:03d}{building:05d}{staircase:06d}0"


def settle(estates: Sequence[str], units: Sequence[str]) -> str:
    """
    Take the register of ordinary accounts in.

    :param estates: by their place in the demonstration
    """
    count = supply.take_served_accounts(pl.DataFrame(list(_accounts(estates, units))))
    return f"{count:,} ordinary accounts beside the points"


def _accounts(estates: Sequence[str], units: Sequence[str]) -> Iterator[dict[str, str]]:
    for at, estate in enumerate(estates):
        for building in range(1, BUILDINGS + 1):
            for staircase in range(1, STAIRCASES + 1):
                yield {
                    "account_number": account_number(at, building, staircase),
                    "meter_number": meter_number(at, building, staircase),
                    "address": f"灯州市{estate}{building}幢{staircase}单元",
                    "access_point_number": access_number(at, building),
                    "access_point_name": f"{estate}{building}幢终端箱",
                    "box_number": "",
                    "district_number": district_number(at, building),
                    "district_name": f"{estate}{building % 3 + 1}号台区",
                    "unit": units[at % len(units)],
                }


def sample_rows(estates: Sequence[str], *, estate: int, first_building: int, count: int) -> list[str]:
    """
    Rows of a connection list beside these accounts: most name the account, one its meter, one the box.

    :returns: csv lines of the printed form
    """
    found = []
    for n in range(1, count + 1):
        building = first_building + n - 1
        near = account_number(estate, building, 1)
        if n == count - 1:
            near = meter_number(estate, building, 1)
        if n == count:
            near = access_number(estate, building)
        place = f"{estates[estate]}{building}幢1单元"
        found.append(f"{n},{place}车库,接电于{place}计量箱内,{near},新增")
    return found
