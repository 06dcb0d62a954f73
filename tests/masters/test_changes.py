"""Changes by hand: two people, all or nothing, and what a sheet is refused for."""

from datetime import date

import polars as pl
import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import translation

from tomoshibi.identity import queries as identity_queries
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.masters import models, operations, queries, sheets
from tomoshibi.masters.register import MASTERS
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.usefixtures("shipped")
LEVY_2027 = {
    "fiscal_year": "2027",
    "price_yen_per_kwh": "4.30",
    "first_valid_month": "2027-05",
    "last_valid_month": "2028-04",
}


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna", is_staff=True, display_name="Anna").pk


@pytest.fixture
def ben(db):
    return get_user_model().objects.create_user("ben", is_staff=True, display_name="Ben").pk


def propose(actor_id, now, rows=(LEVY_2027,), master="levy"):
    return operations.propose_change(
        master=master, rows=list(rows), reason="notice of March", actor_id=actor_id, now=now
    )


def test_a_change_holds_only_after_a_second_person_agreed(anna, ben, now):
    proposal_id = propose(anna, now)
    with pytest.raises(queries.MasterMissing):
        queries.RateBook().levy_for_month(month=Month(2027, 5))
    assert worklist.counts_by_procedure(now=now)["MS1"].open == 1
    assert operations.approve_change(proposal_id=proposal_id, actor_id=ben, now=now) == 1
    assert queries.RateBook().levy_for_month(month=Month(2027, 5)).price_micro_per_kwh == 4_300_000
    assert queries.RateBook().levy_for_month(month=Month(2027, 4)).fiscal_year == 2026
    assert worklist.counts_by_procedure(now=now)["MS1"].open == 0
    decided = queries.proposal(proposal_id=proposal_id)
    assert (decided.state, decided.proposed_by, decided.decided_by) == ("applied", "Anna", "Ben")


def test_the_same_person_is_refused(anna, now):
    proposal_id = propose(anna, now)
    with pytest.raises(SamePerson):
        operations.approve_change(proposal_id=proposal_id, actor_id=anna, now=now)
    with pytest.raises(SamePerson):
        operations.reject_change(proposal_id=proposal_id, actor_id=anna, now=now, note="no")
    assert queries.proposal(proposal_id=proposal_id).state == "proposed"


def test_the_database_too_refuses_one_person_for_both(anna, now):
    row = models.ChangeProposal.objects.get(id=propose(anna, now))
    row.approve()
    row.decided_by_id, row.decided_at = anna, now
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_decision_is_made_once(anna, ben, now):
    proposal_id = propose(anna, now)
    operations.reject_change(proposal_id=proposal_id, actor_id=ben, now=now, note="the notice says 4.29")
    for decide in (
        lambda: operations.approve_change(proposal_id=proposal_id, actor_id=ben, now=now),
        lambda: operations.withdraw_change(proposal_id=proposal_id, actor_id=anna, now=now),
    ):
        with pytest.raises(operations.AlreadyDecided):
            decide()
    assert queries.waiting_count() == 0


def test_only_the_author_takes_a_proposal_back(anna, ben, now):
    proposal_id = propose(anna, now)
    with pytest.raises(operations.OnlyOwn):
        operations.withdraw_change(proposal_id=proposal_id, actor_id=ben, now=now)
    operations.withdraw_change(proposal_id=proposal_id, actor_id=anna, now=now)
    assert queries.proposal(proposal_id=proposal_id).state == "withdrawn"


def test_reasons_are_needed(anna, ben, now):
    with pytest.raises(operations.ChangeRefused):
        operations.propose_change(master="levy", rows=[LEVY_2027], reason="  ", actor_id=anna, now=now)
    proposal_id = propose(anna, now)
    with pytest.raises(operations.ChangeRefused):
        operations.reject_change(proposal_id=proposal_id, actor_id=ben, now=now, note="")


def test_what_the_database_would_refuse_is_refused_to_its_author(anna, now):
    second_usual = {
        "agent": "agent_a", "cycle_day": "10", "is_default": "yes", "file_days_before": "7", "result_days_after": "4",
        "valid_from": "2027-01-01",
    }  # fmt: skip
    with pytest.raises(operations.ChangeRefused):
        propose(anna, now, rows=[second_usual], master="debit_cycles")
    assert queries.waiting_count() == 0


def test_an_account_that_is_not_in_the_chart_is_refused(anna, now):
    with pytest.raises(operations.BadSheet) as refused:
        propose(anna, now, [{"key": "bank", "account": "9999", "valid_from": "2027-01-01"}], "posting_accounts")
    assert refused.value.errors[0].column == "account"


def test_an_account_of_the_company_comes_into_the_chart_by_two_people(anna, ben, now):
    row = {"code": "6990", "kind": "expense", "name_ja": "雑費", "name_en": "Sundries", "valid_from": "2027-01-01"}
    made = propose(anna, now, [row], "accounts")
    assert "6990" not in ledger_queries.account_ids()
    operations.approve_change(proposal_id=made, actor_id=ben, now=now)
    assert "6990" in ledger_queries.account_ids(), "the ledger posts to it"
    with pytest.raises(operations.BadSheet) as early:
        propose(anna, now, [{"key": "agent_fee", "account": "6990", "valid_from": "2026-12-01"}], "posting_accounts")
    assert "6990" in str(early.value.errors[0].reason), "it is not in the chart yet"
    propose(anna, now, [{"key": "agent_fee", "account": "6990", "valid_from": "2027-01-01"}], "posting_accounts")


def test_an_account_does_not_end_while_something_is_posted_to_it(anna, now):
    with pytest.raises(operations.BadSheet) as refused:
        propose(anna, now, [{"action": "remove", "code": "1310", "valid_from": "2027-01-01"}], "accounts")
    assert "receivable" in str(refused.value.errors[0].reason)


def test_the_kind_of_an_account_with_postings_stays(anna, now):
    legs = {"source": "t:1", "purpose": "t", "entry_on": now.date(), "accounting_month": 202611, "customer_id": None,
            "document": "", "text": ""}  # fmt: skip
    entries = pl.DataFrame(
        [legs | {"account": "1310", "amount_minor": 5}, legs | {"account": "1110", "amount_minor": -5}]
    )
    ledger.post(entries=entries.with_columns(pl.col("customer_id").cast(pl.Int64)), posted_at=now)
    row = {"code": "1310", "kind": "income", "name_ja": "売掛金", "valid_from": "2027-01-01"}
    with pytest.raises(operations.ChangeRefused, match="has postings"), translation.override("en"):
        propose(anna, now, [row], "accounts")
    propose(anna, now, [row | {"kind": "asset", "name_ja": "売掛金(電気)"}], "accounts")


def test_the_row_keeps_its_trail_with_from_to_and_why(anna, ben, now):
    row_id = next(id_ for id_, cells in queries.numbered_records(master="levy") if cells["fiscal_year"] == "2026")
    corrected = {
        **LEVY_2027,
        "fiscal_year": "2026",
        "price_yen_per_kwh": "4.17",
        "first_valid_month": "2026-05",
        "last_valid_month": "2027-04",
    }
    operations.approve_change(proposal_id=propose(anna, now, [corrected]), actor_id=ben, now=now)
    with translation.override("en"):
        change = identity_queries.trail(model="masters.renewablelevy", row_id=row_id)[0]
    assert ("Price per kWh", "4.18 yen", "4.17 yen") in change.fields
    assert change.why == "notice of March"


def test_the_effect_names_what_is_ended_cut_or_replaced():
    half_a_year = {
        "fiscal_year": "2026",
        "price_yen_per_kwh": "4.0",
        "first_valid_month": "2026-08",
        "last_valid_month": "2027-04",
    }
    effect = queries.effects(master="levy", rows=[half_a_year], today=date(2026, 11, 4))[0]
    assert effect.reaches_back
    assert (effect.start, effect.end) == (date(2026, 8, 1), date(2027, 5, 1))
    assert [cells["price_yen_per_kwh"] for cells in effect.replaced] == ["4.18"]
    nothing = queries.effects(master="levy", rows=[LEVY_2027], today=date(2026, 11, 4))[0]
    assert not nothing.replaced
    assert not nothing.reaches_back


@pytest.mark.parametrize("master", sorted(MASTERS))
def test_what_goes_out_as_csv_comes_in_again_without_a_change(master):
    text = queries.export_csv(master=master).encode()
    before = queries.records(master=master)
    cells = sheets.read_csv(MASTERS[master], text) if before else []
    operations.put_rows(master=master, rows=cells[:200])
    assert queries.records(master=master) == before


HEADER = "fiscal_year,price_yen_per_kwh,first_valid_month,last_valid_month"


@pytest.mark.parametrize(
    ("lines", "line", "column"),
    [
        (["2027,4.30,2027-13,2028-04"], 2, "first_valid_month"),
        (["2027,4.30,2027-05,2028-04", "x,4.30,2028-05,2029-04"], 3, "fiscal_year"),
        (["2027,-1,2027-05,2028-04"], 2, "price_yen_per_kwh"),
        (["2027,4.1234567,2027-05,2028-04"], 2, "price_yen_per_kwh"),
        (["2027,,2027-05,2028-04"], 2, "price_yen_per_kwh"),
        (["2027,4.30,2027-05,2027-04"], 2, "valid_to"),
        (["2027,4.30,2027-05"], 2, ""),
        (["2027,4.30,2027-05,2028-04", "2028,4.40,2028-04,2029-03"], 3, "first_valid_month"),
        (['2027,"4.30,2027-05,'], 2, ""),
    ],
)
def test_a_sheet_is_refused_whole_with_row_and_reason(anna, now, lines, line, column):
    before = queries.records(master="levy")
    with pytest.raises(operations.BadSheet) as refused:
        propose(anna, now, sheets.read_csv(MASTERS["levy"], "\r\n".join([HEADER, *lines]).encode()))
    error = refused.value.errors[0]
    assert (error.line, error.column) == (line, column)
    assert error.reason
    assert queries.waiting_count() == 0
    assert queries.records(master="levy") == before


def test_a_good_sheet_becomes_a_proposal(anna, now):
    propose(anna, now, sheets.read_csv(MASTERS["levy"], f"{HEADER}\r\n2027,4.30,2027-05,2028-04\r\n".encode()))
    assert queries.waiting_count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfe\x00a", b"nonsense\r\n1\r\n", b"fiscal_year,fiscal_year\r\n1,2\r\n"]
)
def test_what_is_no_sheet_is_refused(content):
    with pytest.raises(operations.BadSheet):
        sheets.read_csv(MASTERS["levy"], content)


def test_spreadsheets_in_shift_jis_are_read():
    content = "day,scope,name\r\n2027-08-16,04,お盆\r\n".encode("cp932")
    assert sheets.read_csv(MASTERS["holidays"], content)[0]["name"] == "お盆"


def test_each_posting_account_that_ships_is_in_the_chart_that_ships():
    from tomoshibi.ledger import queries as ledger

    chart = ledger.account_ids()
    assert set(queries.posting_accounts(on=date(2026, 11, 1)).values()) <= chart.keys()
