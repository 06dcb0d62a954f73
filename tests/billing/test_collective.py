"""One invoice for all contracts of an account: number, tax, debt, statement, and what it waits for."""

import io
from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import collective, membership, operations, queries, statements, values
from tomoshibi.documents import operations as documents
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import Collective

APRIL = date(2026, 4, 1)
RECEIVABLE, TAX = book.ACCOUNTS["receivable"][0], book.ACCOUNTS["tax_payable"][0]


@pytest.fixture
def clerks(masters):
    return book.people()


def three_points(setting=Collective.WAIT, *, since=APRIL):
    """Three contracts of one payer, who asked for one invoice."""
    first = book.customer(1)
    parties.change_account_terms(account_id=first.account_id, start=since, collective=setting)
    return [first, *(book.customer(n, account_of=first) for n in (2, 3))]


def issued(clerks, now, kwhs=(398, 120, 7), setting=Collective.WAIT):
    """The issued invoice of three points, and an ordinary one beside it."""
    mine, other = three_points(setting), book.customer(9)
    for contract, kwh in zip([*mine, other], (*kwhs, 398), strict=True):
        book.reading(contract, kwh, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    return run, mine, other


def invoice_of(run, contract):
    row = queries.issued_frame(run_id=run.id).filter(pl.col("account_id") == contract.account_id)
    assert row.height == 1, "one row per invoice"
    return row.row(0, named=True), queries.collective_invoice(bill_id=row["bill_id"][0])


def test_one_number_one_debt_and_one_rounding_of_the_tax(clerks, now):
    run, mine, other = issued(clerks, now)
    row, invoice = invoice_of(run, mine[0])
    # 398 kWh: 12,992 (test_runs). 120 kWh: 935.25 + 120 x 29.80 - 120 x 5.80 (fuel) - 120 x 3.50 (government) + 501
    # (levy, 120 x 4.18 cut) = 3,896.25. 7 kWh: 935.25 + 208.60 - 40.60 - 24.50 + 29 = 1,107.75.
    totals = [12_992, 3_896, 1_107]
    assert [bill.total_minor for bill in invoice.members] == totals
    assert [bill.tax_minor for bill in invoice.members] == [1_181, 354, 100]
    # Together 17,995 yen: 17,995 x 10 / 110 = 1,635.909, cut 1,635 = 1,181 + 354 + 100. Here one rounding changes nothing.
    assert (row["amount_minor"], row["tax_minor"]) == (17_995, 1_635)
    assert invoice.taxes == ((100_000, 17_995, 1_635),)
    assert row["bill_id"] == invoice.lead_bill_id == invoice.members[0].id
    assert {bill.invoice_number for bill in invoice.members} == {row["invoice_number"]}
    assert queries.bill_by_number(text=row["invoice_number"]).id == invoice.lead_bill_id
    alone, none = invoice_of(run, other)
    assert none is None
    assert int(alone["invoice_number"][:-1]) - int(row["invoice_number"][:-1]) == 1, "no number is lost"
    month = queries.month_figures(month=Month.from_number(run.month), today=now.date())
    assert (month.issued, month.documents) == (4, 2), "one statement and one debt for all three"


def test_the_tax_of_the_whole_is_not_the_sum_of_the_taxes(clerks, now):
    run, mine, _other = issued(clerks, now, kwhs=(7, 7, 7))
    row, invoice = invoice_of(run, mine[0])
    # 1,107 yen has 100.636 of tax, cut 100; three of them 300. The invoice: 3,321 x 10 / 110 = 301.909, cut 301.
    assert sum(bill.tax_minor for bill in invoice.members) == 300
    assert (row["amount_minor"], row["tax_minor"], invoice.tax_minor) == (3_321, 301, 301)
    assert [bill.tax_shift_minor for bill in invoice.members] == [1, 0, 0]
    legs = [leg for entry in ledger.entries_of(document=row["invoice_number"]) for leg in entry.legs]
    sums = {code: sum(leg.amount_minor for leg in legs if leg.account.code == code) for code in (RECEIVABLE, TAX)}
    assert sums == {RECEIVABLE: 3_321, TAX: -301}
    assert sum(leg.amount_minor for leg in legs) == 0
    other = 1_181  # 398 kWh, an invoice of its own
    assert queries.run(run_id=run.id).tax_minor == 301 + other, "the run counts the tax that its invoices have"


def test_it_is_priced_again_to_the_yen(clerks, now):
    run, mine, other = issued(clerks, now, kwhs=(7, 7, 7))
    row, _invoice = invoice_of(run, mine[0])
    again = operations.replay_collective(bill_id=row["bill_id"])
    assert again.fits
    assert [(one.what, one.stored, one.again) for one in again.totals] == [("total", 3_321, 3_321), ("tax", 301, 301)]
    assert len(again.members) == 3
    assert operations.replay_collective(bill_id=invoice_of(run, other)[0]["bill_id"]) is None


def test_it_waits_for_a_bill_that_is_missing_or_leaves_without(clerks, now):
    waiting = three_points()
    leaving = [book.customer(4)]
    parties.change_account_terms(account_id=leaving[0].account_id, start=APRIL, collective=Collective.LEAVE)
    leaving += [book.customer(n, account_of=leaving[0]) for n in (5, 6)]
    for contract in (*waiting[:2], *leaving[:2]):
        book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    first, second = queries.collective_of_run(run_id=run.id, month=run.month)
    assert (first.setting, first.waits, first.bills, first.missing) == (Collective.WAIT, True, 2, (waiting[2].number,))
    assert (second.waits, second.contracts, second.missing) == (False, 3, (leaving[2].number,))
    outcome = issue(run, now, clerks)
    assert outcome.issued == 2
    assert queries.issued_frame(run_id=run.id)["account_id"].to_list() == [leaving[0].account_id]
    said = {row["contract_id"]: row["reason"] for row in queries.exceptions(run_id=run.id, code="E108", language="en")}
    assert said.keys() == {contract.id for contract in waiting[:2]}
    assert waiting[2].number in said[waiting[0].id]
    after = queries.collective_of_run(run_id=run.id, month=run.month)[0]
    assert (after.waits, after.bills, after.missing) == (True, 0, (waiting[2].number,))
    for contract in (waiting[2], leaving[2]):
        book.reading(contract, 100, now=now)
    rest = make(now, clerks[0])
    issue(rest, now, clerks)
    _row, invoice = invoice_of(rest, waiting[0])
    assert [bill.contract_id for bill in invoice.members] == [contract.id for contract in waiting]
    alone, none = invoice_of(rest, leaving[0])
    assert none is None, "the one that came late has an invoice of its own"
    assert alone["contract_id"] == leaving[2].id


def test_a_held_member_holds_the_invoice_that_waits(clerks, now):
    mine = three_points()
    for contract in mine:
        book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    operations.hold(run_id=run.id, contract_ids=[mine[1].id], reason="asked the customer", actor_id=clerks[0], now=now)
    (one,) = queries.collective_of_run(run_id=run.id, month=run.month)
    assert (one.waits, one.missing) == (True, (mine[1].number,))
    going = queries.going(run_id=run.id)
    assert (going.bill_count, going.total_minor, going.staying_count) == (0, 0, 3)
    assert issue(run, now, clerks).issued == 0


def test_a_run_of_a_reading_day_or_of_one_contract_takes_the_whole_account(clerks, now):
    mine, other = three_points(), book.customer(9)
    chosen = values.Selection(contract_ids=(mine[1].id,))
    found = queries.members(
        month=book.OCTOBER, selection=chosen, kind=values.RunKind.REGULAR, today=book.NOVEMBER.first
    )
    assert sorted(found["contract_id"]) == sorted(contract.id for contract in mine)
    parts = list(membership.chunks(found.vstack(_alone(other)), size=2))
    assert [part.height for part in parts] == [3, 1], "an account stays in one part"


def _alone(contract):
    selection = values.Selection(contract_ids=(contract.id,))
    return queries.members(
        month=book.OCTOBER, selection=selection, kind=values.RunKind.REGULAR, today=book.NOVEMBER.first
    )


def test_the_setting_counts_from_a_month(clerks, now):
    mine = three_points(since=date(2026, 11, 1))
    for contract in mine:
        book.reading(contract, 100, now=now)
        book.reading(contract, 100, month=book.NOVEMBER, now=now)
    october, november = make(now, clerks[0]), make(now, clerks[0], month=book.NOVEMBER)
    issue(october, now, clerks)
    issue(november, now, clerks)
    assert queries.issued_frame(run_id=october.id).height == 3
    assert queries.issued_frame(run_id=november.id).height == 1


def test_a_correction_of_a_member_names_the_collective_invoice(clerks, now):
    run, mine, _other = issued(clerks, now)
    row, _invoice = invoice_of(run, mine[0])
    book.reading(mine[1], 100, now=now)
    again = make(now, clerks[0], kind=values.RunKind.CORRECTION)
    issue(again, now, clerks)
    returned = queries.issued_frame(run_id=again.id)
    assert returned["kind"].to_list() == ["return"]
    assert returned["amount_minor"][0] < 0
    (page,) = queries.statement_data(bill_ids=returned["bill_id"].to_list(), today=date(2026, 11, 10))
    assert page["layout"] == "statement"
    assert row["invoice_number"] in page["notes"][0]


def test_the_statement_has_a_summary_and_a_page_per_point(clerks, now):
    run, mine, _other = issued(clerks, now, kwhs=(7, 7, 7))
    row, invoice = invoice_of(run, mine[0])
    pages = queries.statement_data(bill_ids=[invoice.members[2].id], today=date(2026, 11, 10))
    assert [page["layout"] for page in pages] == ["summary", "statement", "statement", "statement"]
    assert pages[0]["amount"] == "3,321"
    assert [line["amount"] for line in pages[0]["rows"]] == ["1,107"] * 3
    assert pages[0]["sums"] == [
        ["合計（10％対象・税込）", "3,321", "bold"],
        ["うち消費税等相当額（10％）", "301", "regular"],
    ]
    assert "うち消費税等" not in str(pages[1]["sums"]), "the tax stands once, on the first page"
    assert pages[3]["title"] == "電気料金の内訳（3／3）"
    printed = queries.to_print(run_id=run.id).sort("bill_id")
    assert printed.select("bill_id", "page_count").rows()[0] == (row["bill_id"], 4)
    day = date(2026, 11, 10)
    document = statements.document(pages, company=queries.company_block(on=day))
    pictures = documents.typeset_pictures(template=statements.TEMPLATE, data=document, ppi=20)
    assert len(pictures) == 4, "the index of a print batch counts the pages that the template makes"


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ("東京都港区芝公園4-2-8", ["東京都港区芝公園4-2-8"]),
        ("神奈川県横浜市港北区新羽町84-76 灯ハイツ 302", ["神奈川県横浜市港北区新羽町84-76", "灯ハイツ 302"]),
        (
            f"東京都港区芝公園4-2-8 {'サザンクロス' * 9} 1305号室",
            ["東京都港区芝公園4-2-8", "…ンクロスサザンクロスサザンクロス 1305号室"],
        ),
    ],
)
def test_the_list_of_points_tells_rooms_of_one_building_apart(place, lines):
    assert statements.summary.place_lines(place) == lines


def test_rows_of_long_places_take_the_pages_that_the_index_counts(clerks, now):
    run, mine, _other = issued(clerks, now, kwhs=(7, 7, 7))
    _row, invoice = invoice_of(run, mine[0])
    pages = queries.statement_data(bill_ids=[invoice.members[0].id], today=date(2026, 11, 10))
    place = statements.summary.place_lines("神奈川県横浜市港北区新羽町84-76 灯ハイツウエストタワー別館 302")
    row = pages[0]["rows"][0] | {"place": place}
    document = statements.document(
        [pages[0] | {"rows": [row] * 60}], company=queries.company_block(on=date(2026, 11, 10))
    )
    found = PdfReader(io.BytesIO(documents.typeset(template=statements.TEMPLATE, data=document))).pages
    assert len(found) == statements.summary.pages(60)
    assert found[0].extract_text().count(place[1]) == statements.summary.ROWS_FIRST


def test_it_is_told_by_mail_once_with_the_whole_amount(clerks, now):
    first = book.customer(1, channel="portal")
    parties.change_account_terms(account_id=first.account_id, start=APRIL, collective=Collective.LEAVE)
    mine = [first, book.customer(2, account_of=first)]
    for contract in mine:
        book.reading(contract, 7, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    told = queries.to_notify(run_id=run.id)
    assert told["total_minor"].to_list() == [2_214]


BILLS = st.lists(
    st.tuples(st.integers(-50_000, 5_000_000), st.sampled_from([80_000, 100_000]), st.integers(1, 4)),
    min_size=1,
    max_size=12,
)


def frame(rows):
    bills = [
        {
            "id": n + 1,
            "account_id": account,
            "contract_number": f"{n:06d}",
            "period_start": APRIL,
            "total_minor": total,
            "untaxed_minor": 0,
            "tax_minor": abs(total) * rate // (1_000_000 + rate) * (1 if total > 0 else -1),
            "tax_rate_ppm": rate,
            "collective": "no" if account == 4 else "wait",
        }
        for n, (total, rate, account) in enumerate(rows)
    ]
    return pl.DataFrame(bills)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BILLS, st.integers(0, 1_000_000))
def test_nothing_but_the_rounding_of_the_tax_changes_and_the_order_does_not_matter(rows, seed):
    bills = frame(rows)
    found = collective.shared(bills)
    order = list(range(bills.height))
    Random(seed).shuffle(order)
    assert collective.shared(bills[order]).sort("id").equals(found.sort("id"))
    assert found["id"].to_list() == bills["id"].to_list()
    for (account,), own in found.group_by("account_id"):
        several = account != 4 and own.height > 1
        assert (own["lead_bill_id"].null_count() == 0) == several
        if several:
            assert own["lead_bill_id"].unique().to_list() == [own["id"].min()]
        for (rate,), same in own.group_by("tax_rate_ppm"):
            total, taxes = same["total_minor"].sum(), same["tax_minor"].sum()
            tax = taxes + same["tax_shift_minor"].sum()
            if several:
                assert tax == abs(total) * rate // (1_000_000 + rate) * (1 if total > 0 else -1)
                assert abs(tax - taxes) < same.height
            else:
                assert tax == taxes
    numbered = collective.numbered(found, first=100)
    assert sorted(numbered["running"].unique()) == list(range(100, 100 + collective.invoice_count(found)))
