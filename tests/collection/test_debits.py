"""A debt is asked for once, by two people, and its answer is matched row by row."""

from datetime import date

import polars as pl
import pytest
from django.db import DatabaseError, connection

from tests.collection.conftest import (
    AGENT,
    NOVEMBER,
    NOW,
    TODAY,
    answer,
    balance,
    books_agree,
    bring,
    open_bills,
)
from tomoshibi.collection import operations, queries, values
from tomoshibi.collection.models import DebitClaim
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity.operations import SamePerson
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worklist import queries as worklist


def debts(*bill_ids):
    found = {one.bill_id: one for one in queries.receivables_of(bill_ids=bill_ids)}
    return [found[bill_id] for bill_id in bill_ids]


def prepare(world, **changes):
    given = {"agent": AGENT, "month": NOVEMBER, "now": NOW, "today": TODAY, "actor_id": world.first} | changes
    return operations.prepare_batch(**given)


def open_kinds():
    return sorted({item.kind for item in worklist.open_items(procedure="RC4")})


def test_debts_are_opened_once_however_often_the_run_is_told(world):
    bill = world.bill(1, 0, 5_000)
    assert open_bills(bill).opened == 1
    assert open_bills(bill).opened == 0
    (debt,) = debts(1)
    assert (debt.state, debt.open_minor, debt.due_on) == (values.ReceivableState.OPEN, 5_000, date(2026, 12, 4))
    books_agree()


def test_a_batch_asks_for_what_is_open_and_sets_aside_what_cannot_be_debited(world):
    open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 7_000), world.bill(4, 3, 3_000))
    outcome = prepare(world)
    assert (outcome.rows, outcome.total_minor, outcome.aside) == (2, 12_000, 1)
    batch = queries.batch(batch_id=outcome.batch_id)
    assert (batch.debit_on, batch.file_due_on) == (date(2026, 11, 27), date(2026, 11, 17))
    (aside,) = queries.aside_rows(batch_id=batch.id)
    assert aside.reason == "no_mandate"
    assert "collection.aside_no_mandate" in open_kinds()
    content = documents.content(file_id=batch.file_id)
    asked = zengin.decode_debits(content, near=TODAY, results=False)
    assert asked.headers[0].consignor_code == "0123456789"
    assert asked.rows.select("holder_kana", "amount_minor", "account_number").rows() == [
        ("ﾄﾓｼﾋﾞ ﾀﾛｳ", 5_000, "0001000"), ("ｻﾄｳ ﾊﾅｺ", 7_000, "0001001"),
    ]  # fmt: skip
    assert asked.rows["customer_number"].n_unique() == 2


def test_a_debt_is_never_in_two_open_requests(world):
    open_bills(world.bill(1, 0, 5_000))
    prepare(world)
    with pytest.raises(operations.NothingToCollect):
        prepare(world, month=NOVEMBER.plus(1))
    (claim,) = DebitClaim.objects.all()
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="debitclaim_pkey"), db.savepoint():
        cursor.execute(
            "INSERT INTO collection_debitrow (batch_id, receivable_id, account_id, customer_id, mandate_id,"
            " customer_number, bank_code, branch_code, account_kind, account_number, holder_kana, amount_minor,"
            " new_code) VALUES (99, %s, 1, 1, 1, '1', '0001', '001', '1', '0000001', 'A', 5000, '0')",
            [claim.receivable_id],
        )


def test_an_unsent_batch_blocks_a_second_one_and_can_be_cancelled(world):
    open_bills(world.bill(1, 0, 5_000))
    first = prepare(world)
    open_bills(world.bill(2, 1, 7_000))
    with pytest.raises(operations.AlreadyRequested):
        prepare(world)
    operations.cancel_batch(batch_id=first.batch_id, reason="more bills", now=NOW, actor_id=world.first)
    assert prepare(world).rows == 2


def test_release_needs_a_second_person_and_an_unchanged_batch(world):
    open_bills(world.bill(1, 0, 5_000))
    batch_id = prepare(world).batch_id
    with pytest.raises(SamePerson):
        operations.release_batch(batch_id=batch_id, now=NOW, today=TODAY, actor_id=world.first)
    operations.enter_receipt(
        received_on=TODAY, amount_minor=5_000, payer_name="トモシビ", account_id=world.payers[0], now=NOW,
        actor_id=world.first,
    )  # fmt: skip
    with pytest.raises(operations.BatchOutdated):
        operations.release_batch(batch_id=batch_id, now=NOW, today=TODAY, actor_id=world.second)


def test_after_the_deadline_nothing_is_asked_for(world):
    open_bills(world.bill(1, 0, 5_000))
    with pytest.raises(operations.TooLate, match="2026-11-17"):
        prepare(world, today=date(2026, 11, 18))


def test_a_holder_name_that_no_bank_file_carries_is_set_aside(world):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parties_mandate SET holder_kana = '灯火' WHERE id = %s", [world.mandates[0]])
    open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 7_000))
    outcome = prepare(world)
    (aside,) = queries.aside_rows(batch_id=outcome.batch_id)
    assert (aside.reason, aside.detail, outcome.rows) == ("bad_name", "灯", 1)
    assert "collection.aside_bad_name" in open_kinds()


def test_the_answer_closes_debts_and_sends_the_failed_to_people(world, sent_batch):
    outcome = bring(answer(sent_batch, {1: "1"}))
    assert (outcome.rows, outcome.paid, outcome.failed, outcome.problems) == (3, 2, 1, 0)
    assert [debt.state for debt in debts(1, 2, 3)] == ["paid", "open", "paid"]
    assert balance("agent_clearing") == 14_000
    books_agree()
    (item,) = [item for item in worklist.open_items(procedure="RC4") if item.kind == "collection.debit_failed"]
    assert "資金不足" in item.title
    assert queries.batch(batch_id=sent_batch).state == "answered"
    assert parties.mandate(mandate_id=world.mandates[0]).state == "active"


def test_the_same_file_twice_changes_nothing(world, sent_batch):
    content = answer(sent_batch, {1: "1"})
    first = bring(content)
    again = bring(content, name="other-name.txt")
    assert again.already_known
    assert again.file_id == first.file_id
    assert balance("agent_clearing") == 14_000


def test_the_same_results_in_another_file_change_nothing(world, sent_batch):
    bring(answer(sent_batch, {1: "1"}))
    again = bring(answer(sent_batch, {1: "1"}, change=lambda rows: rows.reverse()), name="again.txt")
    assert (again.paid, again.failed, again.problems, again.already_known) == (0, 0, 0, False)
    assert balance("agent_clearing") == 14_000
    books_agree()


def test_rows_that_do_not_fit_wait_for_a_person(world, sent_batch):
    def confuse(rows):
        amount = pl.when(pl.int_range(pl.len()) == 0).then(5_001).otherwise("amount_minor")
        account = pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("9999999")).otherwise("account_number")
        changed = rows.with_columns(amount_minor=amount, account_number=account).head(2)
        stranger = changed.head(1).with_columns(customer_number=pl.lit("77777777777777777777"))
        return pl.concat([changed, stranger])

    outcome = bring(answer(sent_batch, {}, change=confuse))
    assert (outcome.paid, outcome.failed, outcome.problems, outcome.missing) == (0, 0, 4, 1)
    kinds = sorted(problem.kind for problem in queries.problem_rows(file_id=outcome.file_id))
    assert kinds == ["account", "amount", "missing", "unknown"]
    assert {f"collection.result_{kind}" for kind in kinds} <= set(open_kinds())
    assert queries.open_total() == 21_000
    assert queries.batch_figures(batch_id=sent_batch).waiting == 3


def test_a_doubled_row_counts_once_and_a_contradiction_not_at_all(world, sent_batch):
    doubled = bring(answer(sent_batch, {}, change=lambda rows: pl.concat([rows.head(1), rows.head(1)])))
    assert (doubled.paid, doubled.problems) == (1, 3)  # the repetition, and two that are missing
    contradiction = bring(
        answer(
            sent_batch,
            {},
            change=lambda rows: pl.concat([rows[1:2], rows[1:2].with_columns(result_code=pl.lit("1"))]),
        ),
        name="second.txt",
    )
    assert (contradiction.paid, contradiction.failed) == (0, 0)
    assert [debt.state for debt in debts(1, 2, 3)] == ["paid", "open", "open"]


def test_a_missing_row_that_comes_later_is_not_missing_any_more(world, sent_batch):
    first = bring(answer(sent_batch, {}, change=lambda rows: rows.head(2)))
    assert first.missing == 1
    bring(answer(sent_batch, {}, change=lambda rows: rows.tail(1)), name="late.txt")
    (missing,) = queries.problem_rows(file_id=first.file_id)
    assert missing.resolution == "came"
    assert queries.open_total() == 0


def test_a_person_believes_another_amount_and_the_rest_becomes_a_credit(world, sent_batch):
    outcome = bring(
        answer(sent_batch, {}, change=lambda rows: rows.head(1).with_columns(amount_minor=pl.lit(5_100, pl.Int64)))
    )
    problem = queries.problem_rows(file_id=outcome.file_id).get(kind="amount")
    operations.apply_problem(problem_id=problem.id, note="agent confirmed", now=NOW, today=TODAY, actor_id=world.first)
    assert debts(1)[0].state == "paid"
    assert queries.credit_left(account_id=world.payers[0]) == 100
    books_agree()
    with pytest.raises(operations.AlreadyResolved):
        operations.dismiss_problem(problem_id=problem.id, note="", now=NOW, actor_id=world.first)


def test_a_debt_paid_by_transfer_while_the_debit_is_under_way_becomes_a_credit(world, sent_batch):
    operations.enter_receipt(
        received_on=TODAY, amount_minor=5_000, payer_name="トモシビ", account_id=world.payers[0], now=NOW,
        actor_id=world.first,
    )  # fmt: skip
    outcome = bring(answer(sent_batch, {}))
    assert (outcome.paid, outcome.credit_minor) == (3, 5_000)
    assert "collection.double_payment" in open_kinds()
    books_agree()
    # The next bill uses it, and the debit asks for the rest only.
    used = open_bills(world.bill(11, 0, 8_000)).credit_used_minor
    assert (used, debts(11)[0].open_minor, debts(11)[0].state) == (5_000, 3_000, "partly")
    books_agree()


def test_results_come_late_after_a_person_gave_up(world, sent_batch):
    first = bring(answer(sent_batch, {}, change=lambda rows: rows.head(2)))
    missing = queries.problem_rows(file_id=first.file_id).get(kind="missing")
    operations.apply_problem(
        problem_id=missing.id, note="agent knows nothing", now=NOW, today=TODAY, actor_id=world.first
    )
    assert debts(3)[0].state == "open"
    late = bring(answer(sent_batch, {}, change=lambda rows: rows.tail(1)), name="late.txt")
    problem = queries.problem_rows(file_id=late.file_id).get()
    assert problem.kind == "answered"
    operations.apply_problem(problem_id=problem.id, note="it was paid", now=NOW, today=TODAY, actor_id=world.first)
    assert debts(3)[0].state == "paid"
    assert queries.collected_minor(batch_id=sent_batch) == 21_000
    books_agree()


def test_no_answer_in_time_is_put_before_a_person(world, sent_batch):
    result_on = queries.batch(batch_id=sent_batch).result_on
    assert result_on == date(2026, 12, 3)
    assert operations.report_late_results(now=NOW, today=date(2026, 12, 4)) == 0
    assert operations.report_late_results(now=NOW, today=date(2026, 12, 7)) == 1
    assert "collection.result_late" in open_kinds()
    bring(answer(sent_batch, {}))
    assert "collection.result_late" not in open_kinds()


@pytest.mark.parametrize(
    "damage", [lambda c: c[:-200], lambda c: c.replace(b"2", b"?", 1), lambda c: b"", lambda c: c[::-1]]
)
def test_a_damaged_file_is_refused_and_nothing_of_it_stays(world, sent_batch, damage):
    content = damage(answer(sent_batch, {}))
    with pytest.raises(zengin.BrokenFile), db.savepoint():
        bring(content)
    assert queries.open_total() == 21_000
    assert queries.result_file_rows().count() == 0


def test_the_agents_settlement_closes_its_clearing_account(world, sent_batch):
    bring(answer(sent_batch, {1: "1"}))
    received = operations.settle(
        batch_id=sent_batch, settled_on=date(2026, 12, 7), fee_minor=140, fee_tax_minor=14, now=NOW,
        actor_id=world.first,
    )  # fmt: skip
    assert received == 13_846
    assert (balance("agent_clearing"), balance("bank"), balance("agent_fee")) == (0, 13_846, 140)
    with pytest.raises(operations.AlreadySettled):
        operations.settle(
            batch_id=sent_batch, settled_on=date(2026, 12, 7), fee_minor=0, fee_tax_minor=0, now=NOW,
            actor_id=world.first,
        )  # fmt: skip


def test_rows_of_the_past_are_never_rewritten(world, sent_batch):
    bring(answer(sent_batch, {}))
    for statement in (
        "UPDATE collection_receivable SET amount_minor = 1",
        "DELETE FROM collection_allocation",
        "UPDATE collection_debitrow SET amount_minor = 1",
        "DELETE FROM collection_debitresult",
    ):
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never changed"), db.savepoint():
            cursor.execute(statement)


def test_more_than_is_open_is_never_allocated(world):
    open_bills(world.bill(1, 0, 5_000))
    (debt,) = debts(1)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="positive"), db.savepoint():
        cursor.execute(
            "INSERT INTO collection_allocation (receivable_id, kind, source_id, amount_minor, allocated_on,"
            " allocated_at) VALUES (%s, 'receipt', 1, 5001, '2026-11-09', now())",
            [debt.id],
        )


def test_a_new_batch_takes_what_failed_only_after_a_decision(world, sent_batch):
    bring(answer(sent_batch, {1: "1"}))
    december = NOVEMBER.plus(1)
    with pytest.raises(operations.NothingToCollect):
        prepare(world, month=december, today=date(2026, 12, 4))
    (failed,) = queries.failed_rows()
    operations.decide(
        debit_row_ids=[failed.debit_row_id], treatment=values.Treatment.AGAIN, reason="", now=NOW, today=TODAY,
        actor_id=world.first,
    )  # fmt: skip
    assert "collection.debit_failed" not in open_kinds()
    outcome = prepare(world, month=december, today=date(2026, 12, 4))
    assert (outcome.rows, outcome.total_minor) == (1, 7_000)


def test_a_stranger_of_another_day_is_unknown(world, sent_batch):
    open_bills(world.bill(12, 0, 100))
    outcome = bring(
        answer(sent_batch, {}, change=lambda rows: rows.with_columns(customer_number=pl.lit("0" * 19 + "9")).head(1))
    )
    assert "unknown" in {problem.kind for problem in queries.problem_rows(file_id=outcome.file_id)}
