"""Our bank says who paid by transfer: each row is entered once, as its payer's where a number names one."""

from datetime import timedelta

import pytest

from tests.collection.conftest import NOW, TODAY, balance, books_agree, open_bills
from tests.collection.notices import notice, row
from tomoshibi.collection import deposits, operations, queries
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import zengin
from tomoshibi.parties import queries as parties
from tomoshibi.worklist import queries as worklist


def bring(world, content, name="deposits.txt"):
    return operations.import_deposits(name=name, content=content, now=NOW, today=TODAY, actor_id=world.first)


def verdicts(outcome):
    return dict(queries.deposit_rows(file_id=outcome.file_id).values_list("record", "verdict"))


def number_of(world, payer):
    return parties.account(account_id=world.payers[payer]).number


def test_numbers_name_the_payer_and_the_rest_waits(world):
    open_bills(*(world.bill(n, n - 1, amount) for n, amount in ((1, 5_000), (2, 7_000), (3, 9_000), (4, 3_000))))
    content = notice(
        row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ", code=number_of(world, 0)),
        row(2, 7_000, f"{number_of(world, 1)} ｻﾄｳ ﾊﾅｺ"),
        row(3, 9_500, "ｶ)ｱｶﾘｼﾖｳｼﾞ", edi=f"{3:010d}"),
        row(4, 3_000, "ｽｽﾞｷ ｲﾁﾛｳ"),
    )
    came = bring(world, content)
    assert (came.rows, came.taken, came.taken_minor, came.owned, came.refused) == (4, 4, 24_500, 3, 0)
    states = {one.bill_id: one.state for one in queries.receivables_of(bill_ids=[1, 2, 3, 4])}
    assert states == {1: "paid", 2: "paid", 3: "paid", 4: "open"}
    assert queries.credit_left(account_id=world.payers[2]) == 500, "what was too much is visible"
    assert (balance("bank"), balance("unapplied")) == (24_500, -3_000)
    (item,) = worklist.open_items(kind="collection.unapplied_receipt")
    assert "3,000" in item.title
    books_agree()
    assert documents.content(file_id=queries.deposit_file(file_id=came.file_id).file_id) == content


def test_the_same_file_and_the_same_rows_in_another_file_change_nothing(world):
    first = row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ")
    assert bring(world, notice(first)).taken == 1
    assert bring(world, notice(first)).already_known
    again = bring(world, notice(first, row(2, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ"), row(2, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ")), "later.txt")
    assert (again.taken, again.known) == (1, 2)
    assert balance("bank") == 10_000


def test_rows_that_do_not_count_say_why(world):
    came = bring(
        world,
        notice(
            row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ"),
            row(2, 0, "ﾅｼ"),
            row(3, 700, "ｱｽ", on=TODAY + timedelta(days=1)),
            row(4, 800, "ﾄﾘｹｼ"),
            row(4, 800, "ﾄﾘｹｼ", canceled=True),
        ),
    )
    assert verdicts(came) == {2: "taken", 3: "nothing", 4: "future", 5: "canceled", 6: "canceled"}
    assert (came.taken, came.refused, balance("bank")) == (1, 4, 5_000)
    later = bring(world, notice(row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ", canceled=True)), "later.txt")
    assert verdicts(later) == {2: "cancels"}
    assert balance("bank") == 5_000, "a person decides"
    (item,) = worklist.open_items(kind="collection.deposit_cancelled")
    assert "5,000" in item.title
    elsewhere = bring(world, notice(row(9, 100, "ﾖｿ"), account=("0001", "001", "1", "1111111")), "other.txt")
    assert verdicts(elsewhere) == {2: "account"}
    books_agree()


def test_a_broken_file_leaves_nothing(world):
    content = notice(row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ"), row(2, 100, "ｱ")).replace(b"8000002", b"8000003")
    with pytest.raises(zengin.BrokenFile, match="record 4"):
        bring(world, content)
    assert not queries.deposit_file_rows().exists()
    assert not queries.receipt_rows().exists()


def test_whose_it_may_be_by_name_and_amount(world):
    open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 5_000), world.bill(3, 2, 9_000), world.bill(4, 2, 1_000))
    first, second = queries.payer_guesses(payer_name="ｻﾄｳ ﾊﾅｺ", amount_minor=5_000, on=TODAY)
    assert (first.account_id, first.by_name, first.by_amount) == (world.payers[1], True, True)
    assert (second.account_id, second.by_name, second.by_amount) == (world.payers[0], False, True)
    assert queries.payer_guesses(payer_name="ｻﾄｳ ﾊﾅｺ", amount_minor=123, on=TODAY) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｶ)ｱｶﾘｼﾖｳｼﾞ", "カブシキガイシャ アカリショウジ"),
        ("ｱｶﾘ ﾃﾞﾝｷ(ﾕ", "アカリデンキ"),
        ("1000000032 ﾄｳﾉ ﾏｲ", "トウノ マイ"),
    ],
)
def test_names_are_compared_without_what_banks_add(one, other):
    assert deposits.plain_name(one) == deposits.plain_name(other)


def test_two_numbers_that_name_two_payers_name_nobody(world):
    assert queries.payer_named(payer_code=number_of(world, 0), edi="", payer_kana=number_of(world, 1)) is None
    named = queries.payer_named(payer_code="0000000000", edi="", payer_kana=f"{number_of(world, 1)}ｻﾄｳ")
    assert named.account_id == world.payers[1]
