"""Entries balance, are posted once, and stay as they are: the doors say so, and the database refuses on its own."""

from datetime import date

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.conftest import CHART, frame, raw_head, raw_legs
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations, queries, values
from tomoshibi.storage import db

OCTOBER = Month(2026, 10)
BILL = frame(("bill:1", "1210", 11_000), ("bill:1", "4110", -10_000), ("bill:1", "2310", -1_000))


def test_a_bill_stands_in_the_ledger(chart, now):
    outcome = operations.post(entries=BILL, posted_at=now, actor_id=7)
    assert outcome == values.PostOutcome(entries=1, legs=3, already_posted=0, debit_minor=11_000)
    (entry,) = queries.entries_of(document="bill:1")
    assert (entry.source, entry.document, entry.month, entry.actor_id) == ("bill:1", "bill:1", OCTOBER, 7)
    assert [(leg.account.code, leg.amount_minor) for leg in entry.legs] == [
        ("1210", 11_000), ("4110", -10_000), ("2310", -1_000),
    ]  # fmt: skip
    assert queries.balance(account="1210") == 11_000


def test_posting_again_changes_nothing_and_says_so(chart, now):
    operations.post(entries=BILL, posted_at=now)
    more = pl.concat([BILL, frame(("bill:2", "1210", 5), ("bill:2", "4110", -5))])
    outcome = operations.post(entries=more, posted_at=now)
    assert (outcome.entries, outcome.legs, outcome.already_posted) == (1, 2, 1)
    assert queries.balance(account="1210") == 11_005
    assert queries.find_total_mismatches().is_empty()


def test_one_source_may_be_posted_for_two_purposes(chart, now):
    back = BILL.with_columns(pl.col("amount_minor").neg(), purpose=pl.lit("cancel"))
    operations.post(entries=pl.concat([BILL, back]), posted_at=now)
    assert queries.balance(account="1210") == 0
    assert len(queries.entries_of(document="bill:1")) == 2


def test_a_payment_is_found_under_the_document_it_pays(chart, now):
    operations.post(entries=BILL, posted_at=now)
    paid = {"purpose": "receipt", "document": "bill:1"}
    operations.post(entries=frame(("debit:9", "1110", 11_000, paid), ("debit:9", "1210", -11_000, paid)), posted_at=now)
    assert [entry.source for entry in queries.entries_of(document="bill:1")] == ["bill:1", "debit:9"]


def test_an_unbalanced_entry_is_refused_by_name_and_nothing_is_written(chart, now):
    wrong = pl.concat([BILL, frame(("bill:3", "1210", 100), ("bill:3", "4110", -99))])
    with pytest.raises(operations.OutOfBalance, match=r"bill:3 issue \(\+1\)"):
        operations.post(entries=wrong, posted_at=now)
    assert queries.entries_of(document="bill:1") == []


def test_unknown_accounts_are_named(chart, now):
    with pytest.raises(operations.UnknownAccount, match="9999"):
        operations.post(entries=frame(("x:1", "9999", 1), ("x:1", "1110", -1)), posted_at=now)


def test_legs_of_one_entry_name_one_day_and_month(chart, now):
    legs = frame(("x:1", "1210", 1), ("x:1", "4110", -1, {"month": 202611}))
    with pytest.raises(operations.HeadsDiffer, match="x:1"):
        operations.post(entries=legs, posted_at=now)


def test_zero_legs_are_dropped_and_an_entry_of_nothing_is_none(chart, now):
    outcome = operations.post(entries=frame(("x:1", "1210", 0), ("x:1", "4110", 0)), posted_at=now)
    assert outcome.entries == outcome.legs == 0


def test_posting_needs_a_transaction(now):
    with pytest.raises(db.NoTransaction):
        operations.post(entries=BILL, posted_at=now)


_amounts = st.integers(min_value=-(10**9), max_value=10**9)
_codes = st.sampled_from([account.code for account in CHART])
_entry = st.lists(st.tuples(_codes, _amounts), min_size=1, max_size=5)


@given(entries=st.lists(_entry, min_size=1, max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_posted_the_trial_balance_foots(chart, now, entries):
    """Each entry closed by a leg of its own: it is accepted, the balance foots, and kept totals equal the legs."""
    rows = []
    for n, legs in enumerate(entries):
        rows += [(f"x:{n}", code, amount) for code, amount in legs]
        rows.append((f"x:{n}", "1110", -sum(amount for _, amount in legs)))
    with db.savepoint():
        outcome = operations.post(entries=frame(*rows), posted_at=now)
        balance = queries.trial_balance(first=OCTOBER, last=OCTOBER)
        assert balance.foots
        assert outcome.debit_minor == sum(leg[2] for leg in rows if leg[2] > 0) == balance.debit_minor
        assert queries.find_total_mismatches().is_empty()
        transaction.set_rollback(True)  # the next example starts from nothing


@given(legs=_entry.filter(lambda legs: sum(amount for _, amount in legs) != 0))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_database_itself_refuses_what_does_not_balance(chart, now, legs):
    rows = [(n, code, 202610, amount) for n, (code, amount) in enumerate((x for x in legs if x[1]), start=1)]
    with connection.cursor() as cursor, db.savepoint():
        entry_id = raw_head(cursor)
        with pytest.raises(DatabaseError, match="out of balance"), db.savepoint():
            raw_legs(cursor, entry_id, *rows)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(1, "1210", 202610, 5), (2, "4110", 202610, -5)], "duplicate key"),
        ([(4, "1210", 202610, 5), (5, "4110", 202610, -5)], "came in parts"),
    ],
)
def test_nothing_is_added_to_an_entry_later(chart, now, rows, reason):
    operations.post(entries=BILL, posted_at=now)
    (entry,) = queries.entries_of(document="bill:1")
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=reason), db.savepoint():
        raw_legs(cursor, entry.id, *rows)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(0, "1210", 202610, 5), (2, "4110", 202610, -5)], "came in parts"),
        ([(1, "1210", 202610, 5), (3, "4110", 202610, -5)], "came in parts"),
        ([(1, "1210", 202610, 5), (2, "4110", 202609, -5)], "no head of their month"),
        ([(1, "1210", 202609, 5), (2, "4110", 202609, -5)], "no head of their month"),
        ([(1, "1210", 202610, 5), (2, "4110", 202610, -4)], "out of balance by 1"),
    ],
)
def test_legs_that_break_a_rule_are_refused_whatever_else_the_statement_brings(chart, rows, reason):
    with connection.cursor() as cursor, db.savepoint():
        entry_id = raw_head(cursor)
        with pytest.raises(DatabaseError, match=reason), db.savepoint():
            raw_legs(cursor, entry_id, *rows)
        transaction.set_rollback(True)


def test_heads_and_legs_told_apart_are_the_same_entries(chart, now):
    heads = pl.DataFrame(
        [(7, "bill:1", "issue", OCTOBER.first, OCTOBER.number, "bill:1", "x"),
         (8, "bill:2", "issue", OCTOBER.first, OCTOBER.number, "00000000018", "y"),
         (9, "bill:3", "issue", OCTOBER.first, OCTOBER.number, None, None)],
        schema=dict(values.HEAD_SCHEMA), orient="row",
    )  # fmt: skip
    rows = [
        (8, "1210", 5),
        (7, "1210", 11_000),
        (7, "4110", -10_000),
        (8, "4110", -5),
        (7, "2310", -1_000),
        (9, "1210", 0),
    ]
    legs = pl.DataFrame([(*row, 3) for row in rows], schema=dict(values.LEG_SCHEMA), orient="row")
    outcome = operations.post_apart(heads=heads, rows=legs, posted_at=now)
    assert outcome == values.PostOutcome(entries=2, legs=5, already_posted=0, debit_minor=11_005), "one has no legs"
    (entry,) = queries.entries_of(document="bill:1")
    assert [(leg.account.code, leg.amount_minor) for leg in entry.legs] == [
        ("1210", 11_000), ("4110", -10_000), ("2310", -1_000),
    ]  # fmt: skip
    (entry,) = queries.entries_of(document="00000000018")
    assert (entry.source, entry.text, len(entry.legs)) == ("bill:2", "y", 2)
    again = operations.post_apart(heads=heads, rows=legs, posted_at=now)
    assert (again.entries, again.already_posted) == (0, 2)
    wrong = legs.with_columns(pl.when(pl.col("entry") == 8).then(6).otherwise("amount_minor").alias("amount_minor"))
    with pytest.raises(operations.OutOfBalance, match=r"bill:2 issue \(\+12\)"):
        operations.post_apart(heads=heads, rows=wrong, posted_at=now)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(1, "1210", 202610, 5), (2, "4110", 202610, -5)], "no head"),
        ([(1, "none", 202610, 5), (2, "4110", 202610, -5)], "no account"),
    ],
)
def test_legs_need_a_head_and_an_account(chart, rows, reason):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=reason), db.savepoint():
        raw_legs(cursor, 10**12, *rows)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leg SET amount_minor = amount_minor * 2",
        "DELETE FROM ledger_leg",
        "UPDATE ledger_entry SET text = 'other'",
        "DELETE FROM ledger_entry",
    ],
)
def test_what_is_posted_is_never_changed(chart, now, statement):
    operations.post(entries=BILL, posted_at=now)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never changed"), db.savepoint():
        cursor.execute(statement)


def test_an_account_with_postings_keeps_its_kind_but_may_be_renamed(chart, now):
    operations.post(entries=BILL, posted_at=now)
    renamed = values.Account("1210", values.AccountKind.ASSET, "売掛金(電気)", "", "")
    operations.define_accounts([renamed])
    assert queries.account(code="1210").name("zh-hans") == "売掛金(電気)"
    with pytest.raises(operations.AccountInUse):
        operations.define_accounts([values.Account("1210", values.AccountKind.LIABILITY, "x", "x", "x")])


def test_the_page_of_an_account_carries_its_balance_forward(chart, now):
    september = {"month": 202609, "entry_on": date(2026, 9, 9)}
    operations.post(entries=frame(("b:0", "1210", 7, september), ("b:0", "4110", -7, september)), posted_at=now)
    operations.post(
        entries=frame(*[row for n in (1, 2, 3) for row in ((f"b:{n}", "1210", n), (f"b:{n}", "4110", -n))]),
        posted_at=now,
    )
    before, lines = queries.account_lines(code="1210", first=OCTOBER, last=OCTOBER, limit=2)
    assert (before, [line.balance_minor for line in lines]) == (7, [8, 10])
    before, rest = queries.account_lines(code="1210", first=OCTOBER, last=OCTOBER, after_entry=lines[-1].entry_id)
    assert (before, [line.balance_minor for line in rest]) == (10, [13])


def test_the_journal_holds_every_leg_of_the_months(chart, now, monkeypatch):
    operations.post(entries=BILL, posted_at=now)
    operations.post(entries=frame(("bill:2", "1210", 5), ("bill:2", "4110", -5)), posted_at=now)
    monkeypatch.setattr(queries, "_ENTRIES_A_SLICE", 1)
    journal = pl.concat(queries.journal(first=OCTOBER, last=OCTOBER, language="en"))
    assert journal["debit_minor"].sum() == journal["credit_minor"].sum() == 11_005
    assert journal.height == 5
    assert journal.row(0, named=True)["account_name"] == "Receivables"
    assert journal["document"].unique().sort().to_list() == ["bill:1", "bill:2"]
