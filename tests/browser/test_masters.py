"""Pages of the masters in a real browser, over the data that ships: nothing serious for who cannot see or point."""

from datetime import date

import pytest

from tomoshibi.masters import operations
from tomoshibi.storage import db

pytestmark = pytest.mark.browser
PAGES = {
    "fuel": "/masters/fuel/",
    "levy": "/masters/levy/",
    "calendar": "/masters/calendar/",
    "holidays": "/masters/holidays/",
    "debits": "/masters/debits/",
    "import": "/masters/levy/rows/import/",
    "propose": "/masters/fuel-units/rows/propose/",
}


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_of_the_masters(signed_in_page, look, accessible, size):
    with db.transaction():
        operations.load_shipped(on=date(2026, 11, 4), with_banks=False)
    page = signed_in_page(size=size)
    for name, address in PAGES.items():
        page.goto(address)
        accessible(page)
        look(page, f"masters-{name}")
