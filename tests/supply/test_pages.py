"""Pages of supply points and meters, through real views."""

import pytest

from tests.supply.test_points import SPIN
from tomoshibi.identity import queries as identity
from tomoshibi.supply import queries

pytestmark = pytest.mark.django_db(transaction=True)

POINT = {
    "spin": "03-0000-0000-0000-0000-0017", "kind": "supply", "voltage": "low", "base_day": "05", "postal_code": "105-0011",
    "prefecture": "東京都", "city": "港区", "town": "芝公園", "block": "51-51",
}  # fmt: skip


def test_a_point_is_registered_changed_and_gets_a_meter(clerk):
    answer = clerk.post("/supply/points/new/", POINT)
    assert answer.status_code == 302, answer.content.decode()
    point = queries.point(spin=SPIN)
    page = answer["Location"]
    assert clerk.post("/supply/points/new/", POINT).status_code == 422
    assert clerk.post("/supply/points/new/", POINT | {"spin": "99"}).context["form"].errors["spin"]
    changed = clerk.post(f"{page}change/", POINT | {"base_day": "12", "connection": "connected", "reason": "訂正"})
    assert changed.status_code == 302
    assert queries.point(spin=SPIN).base_day == "12"
    meter = {"on": "2026-04-01", "meter_number": "M-1", "is_smart": "on", "interval_minutes": "30", "reason": "新設"}
    assert clerk.post(f"{page}meter/", meter).status_code == 302
    assert clerk.post(f"{page}meter/", meter).status_code == 422
    exchange = meter | {"on": "2026-06-01", "meter_number": "M-2", "old_number": "M-1"}
    assert clerk.post(f"{page}meter/", exchange).status_code == 302
    shown = clerk.get(page).content.decode()
    assert "M-1" in shown
    assert "M-2" in shown
    assert SPIN in clerk.get("/supply/points/?q=芝公園").content.decode()
    assert clerk.get(f"{page}panel/").status_code == 200
    assert {deed.procedure for deed in identity.deeds(subject=f"supply.supplypoint:{point.id}")} == {"CM1", "CM2"}
