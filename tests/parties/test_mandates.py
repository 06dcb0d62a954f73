"""Mandates: the characters of the bank, the states, one in force per payer, the code for new accounts."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parties.test_customers import account, taro
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import kana, operations, queries, values

DAY = date(2026, 5, 27)


def draft(payer, **changes):
    details = {
        "agent": "agent-a", "bank_code": "0005", "branch_code": "001", "account_kind": values.BankAccountKind.ORDINARY,
        "account_number": "1234567", "holder": "トモシビ タロウ",
    }  # fmt: skip
    return operations.draft_mandate(account_id=payer.id, **(details | changes))


def in_force(payer):
    mandate = draft(payer)
    operations.submit_mandate(mandate_id=mandate.id)
    operations.accept_mandate(mandate_id=mandate.id, on=DAY)
    return queries.mandate(mandate_id=mandate.id)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ともしび たろう", "ﾄﾓｼﾋﾞ ﾀﾛｳ"),
        ("キョーゴク　シュン", "ｷﾖ-ｺﾞｸ ｼﾕﾝ"),
        ("ｶ)ﾃﾞﾝｷ", "ｶ)ﾃﾞﾝｷ"),
        ("パパスabc", "ﾊﾟﾊﾟｽABC"),
        ("ヴィオラ", "ｳﾞｲｵﾗ"),
    ],
)
def test_names_take_the_form_that_banks_accept(typed, written):
    assert kana.holder_kana(typed) == written


@pytest.mark.parametrize("typed", ["灯火 太郎", "", "ﾄﾓｼﾋﾞ_ﾀﾛｳ"])
def test_other_characters_are_refused(typed):
    with pytest.raises(kana.NotHolderKana):
        kana.holder_kana(typed)


@given(st.text(alphabet=st.characters(min_codepoint=0x3041, max_codepoint=0x30FC), max_size=20))
def test_the_key_of_a_column_is_that_of_its_texts(text):
    column = pl.DataFrame({"t": [text]}).select(kana.search_key_column(pl.col("t"))).item()
    assert column == kana.search_key(text) == kana.search_key(kana.search_key(text))


def test_a_mandate_lives_from_draft_to_debit(in_transaction):
    payer = account(taro())
    mandate = draft(payer, account_number="567")
    assert (mandate.state, mandate.account_number, mandate.debit_key) == ("draft", "0000567", payer.number)
    assert queries.mandates_frame(on=DAY).is_empty()
    operations.submit_mandate(mandate_id=mandate.id)
    operations.accept_mandate(mandate_id=mandate.id, on=DAY)
    assert queries.mandates_frame(on=date(2026, 5, 26)).is_empty()
    row = queries.mandates_frame(on=DAY, account_ids=[payer.id]).row(0, named=True)
    assert (row["state"], row["new_code"], row["holder_kana"]) == ("registered", "1", "ﾄﾓｼﾋﾞ ﾀﾛｳ")
    assert operations.mark_debited(mandate_ids=pl.Series([mandate.id])) == 1
    assert operations.mark_debited(mandate_ids=pl.Series([mandate.id])) == 0
    row = queries.mandates_frame(on=DAY).row(0, named=True)
    assert (row["state"], row["new_code"]) == ("active", "0")


def test_a_rejected_mandate_keeps_the_reason_and_goes_out_again(in_transaction):
    mandate = draft(account(taro()))
    operations.submit_mandate(mandate_id=mandate.id)
    operations.reject_mandate(mandate_id=mandate.id, reason="印鑑相違")
    assert queries.mandate(mandate_id=mandate.id).reason == "印鑑相違"
    operations.submit_mandate(mandate_id=mandate.id)
    assert queries.mandate(mandate_id=mandate.id).state == "submitted"


def test_a_new_mandate_replaces_the_one_in_force_and_says_that_the_account_changed(in_transaction):
    payer = account(taro())
    first = in_force(payer)
    second = draft(payer, account_number="7654321")
    assert second.new_code == values.NewCode.CHANGED
    operations.submit_mandate(mandate_id=second.id)
    assert queries.mandates_frame(on=DAY)["mandate_id"].to_list() == [first.id]
    operations.accept_mandate(mandate_id=second.id, on=date(2026, 9, 1))
    former = queries.mandate(mandate_id=first.id)
    assert (former.state, former.end) == ("replaced", date(2026, 9, 1))
    assert queries.mandates_frame(on=date(2026, 9, 1))["new_code"].to_list() == ["2"]


def test_states_are_left_only_as_declared(in_transaction):
    payer = account(taro())
    mandate = draft(payer)
    with pytest.raises(operations.MandateMove):
        operations.accept_mandate(mandate_id=mandate.id, on=DAY)
    live = in_force(payer)
    operations.suspend_mandate(mandate_id=live.id, reason="振替不能 3")
    assert queries.mandates_frame(on=DAY)["state"].to_list() == ["suspended"]
    operations.resume_mandate(mandate_id=live.id)
    operations.stop_mandate(mandate_id=live.id, on=date(2026, 10, 1), reason="解約")
    assert queries.mandates_frame(on=DAY).is_empty()
    with pytest.raises(operations.MandateMove):
        operations.resume_mandate(mandate_id=live.id)


def test_taking_over_many_names_the_rows_that_do_not_fit(in_transaction):
    payer, other = account(taro()), account(taro())
    row = {
        "account_number_of_payer": payer.number, "agent": "a", "bank_code": "0001", "branch_code": "001",
        "account_number": "0000001", "holder_kana": "ｱ", "state": "active", "start": DAY,
    }  # fmt: skip
    with pytest.raises(RowsRefused) as refused:
        operations.register_mandates(
            pl.DataFrame([row, row, row | {"account_number_of_payer": "x", "bank_code": "12"}])
        )
    assert [(r.row, r.column) for r in refused.value.refusals] == [
        (1, "payer"),
        (2, "payer"),
        (3, "bank_code"),
        (3, "payer"),
    ]
    written = operations.register_mandates(
        pl.DataFrame([row, row | {"account_number_of_payer": other.number, "state": "suspended"}])
    )
    assert written.height == 2
    assert queries.mandates_frame(on=DAY)["state"].to_list() == ["active", "suspended"]
    with pytest.raises(RowsRefused):
        operations.register_mandates(pl.DataFrame([row]))
