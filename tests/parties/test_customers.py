"""Customers and payers: registered in columns, found however their name is typed, changed from a day on."""

from datetime import date

import pghistory
import polars as pl
import pytest
from django.utils import translation

from tomoshibi.identity import queries as identity
from tomoshibi.kernel import checkdigits
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import operations, queries, values

DAY = date(2026, 4, 1)
TARO = {
    "kind": "person", "name": "灯火 太郎", "kana": "トモシビ タロウ", "postal_code": "1050011", "prefecture": "東京都",
    "city": "港区", "town": "芝公園", "block": "4-2-8", "phone": "03-1234-5678",
}  # fmt: skip


def taro(**changes):
    return operations.register_customer(registered_on=DAY, **(TARO | changes))


def account(customer, **changes):
    given = {"payment_method": "direct_debit", "statement_channel": "portal"} | changes
    return operations.register_account(customer_id=customer.id, start=DAY, **given)


def test_a_number_is_given_and_guards_against_slips_of_the_tongue(in_transaction):
    number = taro().number
    assert len(number) == 10
    assert checkdigits.is_valid(number)
    swapped = number[:7] + str((int(number[7]) + 1) % 10) + number[8:]
    assert not checkdigits.is_valid(swapped)


@pytest.mark.parametrize(
    "typed",
    [
        "灯火",
        "灯火太郎",
        "灯火 太郎",
        "太郎",
        "ともしび",
        "トモシビ",
        "ﾄﾓｼﾋﾞ ﾀﾛｳ",
        "ともしびたろう",
        "0312345678",
        "03-1234",
    ],
)
def test_a_customer_is_found_however_the_name_is_typed(in_transaction, typed):
    customer = taro()
    taro(name="佐藤 花子", kana="サトウ ハナコ", phone="06-9999-0000")
    assert [found.customer_id for found in queries.search(typed)] == [customer.id]


@pytest.mark.parametrize(
    ("registered", "typed"),
    [("コーヒー リョウ", "コヒリヨウ"), ("キョウゴク", "きようごく"), ("ヴェール", "ゔェル"), ("ミヅノ", "みずの")],
)
def test_small_kana_and_long_marks_do_not_matter(in_transaction, registered, typed):
    customer = taro(kana=registered)
    assert [found.customer_id for found in queries.search(typed)] == [customer.id]


def test_search_knows_variants_of_characters_and_takes_no_wildcards(in_transaction):
    customer = taro(name="髙橋 一郎")
    assert [found.customer_id for found in queries.search("高橋")] == [customer.id]
    assert queries.search("%") == []
    assert queries.search("  ") == []


def test_rows_that_cannot_be_taken_are_named_and_nothing_is_written(in_transaction):
    rows = [TARO, TARO | {"kana": "漢字"}, TARO | {"postal_code": "105-0011", "mail": "nobody"}, TARO | {"kind": "cat"}]
    frame = pl.DataFrame([row | {"registered_on": DAY} for row in rows])
    with pytest.raises(RowsRefused) as refused:
        operations.register_customers(frame)
    assert [(r.row, r.column) for r in refused.value.refusals] == [
        (2, "kana"), (3, "mail"), (3, "postal_code"), (4, "kind"),
    ]  # fmt: skip
    assert queries.customers_frame().is_empty()


def test_a_number_is_taken_once(in_transaction):
    taro(number="A-1")
    for rows in ([TARO | {"number": "A-1"}], [TARO | {"number": "B-1"}, TARO | {"number": "B-1"}]):
        with pytest.raises(RowsRefused):
            operations.register_customers(pl.DataFrame([row | {"registered_on": DAY} for row in rows]))


def test_a_changed_name_is_found_and_the_old_one_is_not(in_transaction):
    customer = taro()
    changed = operations.change_customer(
        customer_id=customer.id, changes={"name": "鈴木 太郎", "kana": "スズキ タロウ"}
    )
    assert changed.name == "鈴木 太郎"
    assert [found.number for found in queries.search("すずき")] == [customer.number]
    assert queries.search("灯火") == []
    with pytest.raises(RowsRefused):
        operations.change_customer(customer_id=customer.id, changes={"postal_code": "12"})


def test_bills_go_to_the_customer_unless_the_payer_has_an_address_of_its_own(in_transaction):
    customer = taro(mail="taro@example.jp")
    payer = account(customer)
    assert (payer.address.text, payer.addressee, payer.mail) == (
        "東京都港区芝公園4-2-8",
        "灯火 太郎",
        "taro@example.jp",
    )
    own = {"postal_code": "5300001", "prefecture": "大阪府", "city": "大阪市北区", "town": "梅田", "block": "3-1-1"}
    moved = operations.change_account(account_id=payer.id, changes=own | {"addressee": "経理部"})
    assert (moved.address.text, moved.addressee) == ("大阪府大阪市北区梅田3-1-1", "経理部")
    row = queries.billing_accounts_frame().row(0, named=True)
    assert (row["city"], row["addressee"], row["mail"]) == ("大阪市北区", "経理部", "taro@example.jp")
    assert row["address_complete"] is True


def test_an_incomplete_address_is_told(in_transaction):
    account(taro(block="", town=""))
    assert queries.billing_accounts_frame()["address_complete"].to_list() == [False]


def test_terms_change_from_a_day_on_and_what_was_planned_is_kept(in_transaction):
    payer = account(taro())
    change = operations.change_account_terms
    change(account_id=payer.id, start=date(2026, 12, 1), statement_channel=values.StatementChannel.PAPER)
    change(account_id=payer.id, start=date(2026, 10, 1), payment_method=values.PaymentMethod.TRANSFER)
    assert [
        (t.start.month, t.payment_method, t.statement_channel) for t in queries.account_terms(account_id=payer.id)
    ] == [
        (4, "direct_debit", "portal"),
        (10, "transfer", "portal"),
        (12, "direct_debit", "paper"),
    ]
    ways = [queries.billing_accounts_frame(on=date(2026, m, 15))["payment_method"][0] for m in (9, 11, 12)]
    assert ways == ["direct_debit", "transfer", "direct_debit"]
    with pytest.raises(operations.TooEarly):
        change(account_id=payer.id, start=date(2026, 3, 31), statement_channel=values.StatementChannel.PAPER)


def test_every_account_number_is_registered_and_a_sub_number_starts_nothing(in_transaction):
    bench, sub = account(taro()), account(taro())
    operations.require_normal_number(number=sub.number)
    operations.offer_instead(numbers=pl.Series([sub.number]), instead=bench.number)
    with pytest.raises(operations.NotForProcesses, match=bench.number):
        operations.require_normal_number(number=sub.number)
    with pytest.raises(operations.UnknownNumber):
        operations.require_normal_number(number="2999999999")


def test_frames_pick_the_accounts_asked_for(in_transaction):
    ids = [account(taro()).id for _ in range(3)]
    assert queries.billing_accounts_frame(account_ids=[ids[2], ids[0]])["account_id"].to_list() == [ids[0], ids[2]]
    assert queries.billing_accounts_frame(account_ids=[]).is_empty()


def test_postal_codes_say_their_place():
    (place,) = queries.places(postal_code="〒105-0011")
    assert (place.prefecture, place.city, place.town) == ("東京都", "港区", "芝公園")
    assert {place.prefecture for place in queries.places(postal_code="4980000")} == {"愛知県", "三重県"}
    assert queries.places(postal_code="0000000") == queries.places(postal_code="12") == ()


def test_a_change_shows_who_from_to_and_why(in_transaction):
    customer = taro()
    with pghistory.context(why="結婚", url="/parties/1"):
        operations.change_customer(customer_id=customer.id, changes={"name": "佐藤 太郎", "phone": "0311112222"})
    with translation.override("en"):
        (change,) = identity.trail(model="parties.customer", row_id=customer.id)
    assert (change.label, change.why, change.url) == ("to", "結婚", "/parties/1")
    assert change.fields == (("Name", "灯火 太郎", "佐藤 太郎"), ("Telephone", "••••", "••••"))
