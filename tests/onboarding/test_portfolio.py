"""The demo's people and homes: alike each time, in their areas, nobody real."""

from datetime import date

import polars as pl
import pytest

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations as masters
from tomoshibi.onboarding.demo import loads, places, portfolio, staff, story
from tomoshibi.parties import queries as parties

PLANS = {
    (area, kind): [("plan", "A" if kind == "household" else "kVA")]
    for area in story.AREAS
    for kind in ("household", "shop")
}


@pytest.fixture
def shipped(in_transaction):
    masters.load_shipped(on=story.NOW.date(), invented=True)


def build(count=300):
    return portfolio.build(plans=PLANS, today=story.NOW.date(), count=count)


def test_the_portfolio_is_alike_each_time_keeps_its_promises_and_holds_nobody_real(shipped):
    made, again = build(1000), build(1000)
    for name in ("customers", "accounts", "mandates", "points", "meters", "contracts", "homes"):
        assert getattr(made, name).equals(getattr(again, name)), name
    assert made.customers.height == made.customers["number"].n_unique() == 1000
    several = made.contracts.group_by("account_number").len().filter(pl.col("len") > 1)["len"].to_list()
    assert several == [portfolio.SHOPS_OF_CHAIN], "one company has several shops"
    assert made.homes["area"].n_unique() >= 5
    assert set(made.homes["kind"].unique()) == {"household", "solar", "shop"}
    left = made.contracts.filter(pl.col("end").is_not_null())
    assert left.height == story.MOVED_OUT // 2
    came = made.contracts.filter(pl.col("spin").is_duplicated() & pl.col("end").is_null())
    assert came.height == story.MOVED_IN // 2
    paying = made.accounts.filter(payment_method="direct_debit").height
    assert 0 < paying - made.mandates.height < 20
    assert made.customers["phone"].str.contains(r"^03-000[01]-\d{4}$").all()
    assert made.customers["mail"].str.ends_with("@example.jp").all()
    assert made.points["block"].str.contains(r"^[5-9]\d-[5-9]\d$").all()


@pytest.mark.parametrize("area", sorted(places.POSTAL_CODES))
def test_postal_codes_are_real_and_of_their_area(area):
    prefectures = {
        "01": {"北海道"}, "03": {"東京都", "神奈川県", "千葉県", "埼玉県", "栃木県"}, "04": {"愛知県", "岐阜県", "静岡県"},
        "06": {"大阪府", "京都府", "兵庫県", "奈良県"}, "08": {"香川県", "愛媛県", "高知県"},
        "09": {"福岡県", "熊本県", "大分県", "鹿児島県"},
    }[area]  # fmt: skip
    for code in places.POSTAL_CODES[area].split():
        (place, *_others) = parties.places(postal_code=code)
        assert place.prefecture in prefectures, code


def test_loads_hold_a_year_show_the_sun_and_follow_the_reading_calendar(shipped):
    curves = loads.curves(start=date(2026, 1, 1), end=date(2027, 1, 1))
    for kind, curve in curves.items():
        assert curve.shape == (365, 48)
        assert curve.sum() == pytest.approx(1, abs=0.03), kind
    noon, evening, july = slice(22, 28), slice(36, 42), slice(181, 212)
    dip = {kind: curve[july, noon].mean() / curve[july, evening].mean() for kind, curve in curves.items()}
    assert dip["solar"] < 0.5 * dip["household"]

    homes = build(50).homes
    days = {"start": date(2026, 7, 3), "end": date(2026, 8, 3)}
    first, again = (loads.Loads(homes).half_hours(homes["spin"][0], **days) for _ in "ab")
    assert (first == again).all()
    assert first.shape == (31 * 48,)
    assert (first % loads.FINEST_DWH == 0).all()

    supplied = pl.DataFrame(
        {
            "spin": ["a", "b", "c"], "area": ["03"] * 3, "base_day": ["02"] * 3,
            "start": [date(2025, 1, 1), date(2026, 9, 20), date(2026, 10, 2)], "end": [date(2026, 9, 15), None, None],
        }
    )  # fmt: skip
    found = loads.periods(supplied, month=Month(2026, 10))
    assert found.select("spin", "period_start", "period_end").rows() == [
        ("a", date(2026, 9, 2), date(2026, 9, 15)),
        ("b", date(2026, 9, 20), date(2026, 10, 2)),
    ]


def test_every_role_has_rights_and_money_needs_two_roles():
    rights = {role: staff.rights_of(role) for role in staff.ROLE_NAMES}
    assert all(rights.values())
    assert "RB7.do" in rights["billing"]
    assert "RB7.confirm" not in rights["billing"]
    assert "RB7.confirm" in rights["billing_confirm"]
    assert "RC4.confirm" in rights["collection_lead"] - rights["collection"]


def test_months_are_told_from_first_to_last():
    months = story.months_taken_over()
    assert (months[0], months[-1], len(months)) == (Month(2025, 8), Month(2026, 9), 14)
