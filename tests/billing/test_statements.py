"""What the customer gets: amounts, numbers, the qualified invoice's parts; print batches and mails."""

import csv
import io
import json
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.billing import book
from tests.billing.test_runs import TODAY, issue, make
from tomoshibi.billing import operations, queries, statements, values
from tomoshibi.billing.statements import drawing, words
from tomoshibi.documents import queries as documents
from tomoshibi.documents.operations import typeset
from tomoshibi.masters.operations import put_rows
from tomoshibi.masters.queries import next_debit
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as deliveries
from tomoshibi.messaging.values import Channel
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import StatementChannel

NOBODY = dict.fromkeys(
    ("postal_code", "prefecture", "city", "town", "block", "building", "addressee", "customer_kind"), ""
)
HEAD_EM = 14
"""So many letters fit beside a label in the box at the head."""


@pytest.fixture
def month(masters, now):
    """Three contracts: paper by debit, paper by transfer, portal; 398 kWh each; issued."""
    clerks = book.people()
    made = [
        book.customer(3, method="direct_debit"),
        book.customer(1),
        book.customer(2, channel="portal"),
    ]
    book.mandate(made[0])
    for contract in made:
        book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    return run, made, clerks


def bill_of(run, contract):
    return queries.draft_of(run_id=run.id, contract_id=contract.id)


def text_of(pdf):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")


def test_a_statement_is_a_qualified_invoice(month):
    run, (_, transfer, _portal), _clerks = month
    bill = bill_of(run, transfer)
    text = text_of(operations.statement_pdf(bill_id=bill.id))
    for part in (
        "12,992",
        bill.invoice_number,
        "T1234567890123",
        "株式会社灯火でんき",
        "適格請求書",
        "合計（10％対象・税込）",
        "うち消費税等相当額（10％）",
        f"{bill.tax_minor:,}",
        "灯火1郎様",
        "9月2日～10月1日（30日間）",
        "お振込先",
        "36.40円/kWh",
        "−2,308.40",
    ):
        assert part.replace(" ", "") in text, part
    assert bill.tax_minor == 12_992 * 10 // 110


def test_a_draft_says_so_and_a_reissue_too(month, now):
    run, (debit, *_), clerks = month
    bill = bill_of(run, debit)
    asked = operations.reissue(bill_id=bill.id, reason="lost", actor_id=clerks[0], now=now)
    again = operations.reissued_pdf(bill_id=bill.id, reissue_id=asked)
    assert "再発行" in text_of(again)
    assert "＊＊＊＊567" in text_of(again)
    assert "9876567" not in text_of(again)
    with pytest.raises(queries.NoSuchBill):
        operations.reissued_pdf(bill_id=bill.id, reissue_id=asked + 1)
    with pytest.raises(operations.NoReason):
        operations.reissue(bill_id=bill.id, reason=" ", actor_id=clerks[0], now=now)
    book.reading(book.customer(4), 100, now=now)
    draft = make(now, clerks[0])
    (unissued,) = queries.bills_of_run(run_id=draft.id)
    assert "未発行" in text_of(operations.statement_pdf(bill_id=unissued.id))


def test_a_return_says_what_it_corrects(month, now):
    run, (_, contract, _portal), clerks = month
    book.reading(contract, 298, now=now)
    correction = make(now, clerks[0], kind=values.RunKind.CORRECTION)
    issue(correction, now, clerks)
    text = text_of(operations.statement_pdf(bill_id=bill_of(correction, contract).id))
    assert "適格返還請求書" in text
    assert bill_of(run, contract).invoice_number in text
    assert "お返しする金額（10％対象・税込）" in text
    assert "次回のご請求から差し引きます" in text
    assert "お支払い" not in text
    (data,) = queries.statement_data(bill_ids=[bill_of(correction, contract).id], today=TODAY)
    assert all(words.width_em(said) <= HEAD_EM for _label, said in data["pay"]), "it stays inside its box"


def test_the_print_batch_is_in_postal_order_with_index_and_manifest(month, now):
    run, *_ = month
    batch_id = operations.begin_batch(run_id=run.id, actor_id=None, now=now)
    assert operations.begin_batch(run_id=run.id, actor_id=None, now=now) == batch_id
    assert operations.print_next_part(batch_id=batch_id, today=TODAY, now=now)
    assert queries.print_parts(batch_id=batch_id) == (1, 1)
    assert not operations.print_next_part(batch_id=batch_id, today=TODAY, now=now), "nothing is left"
    operations.finish_batch(batch_id=batch_id, now=now)
    (batch,) = queries.print_batches(run_id=run.id)
    pdf = documents.content(file_id=batch["parts"][0]["pdf_file_id"])
    assert len(PdfReader(io.BytesIO(pdf)).pages) == batch["page_count"] == 2
    index = documents.content(file_id=batch["index_file_id"]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(index)))
    assert [(r["sequence"], r["page_from"], r["page_to"], r["addressee"]) for r in rows] == [
        ("1", "1", "1", "灯火 1郎"), ("2", "2", "2", "灯火 3郎"),
    ]  # fmt: skip
    assert rows[0]["customer_barcode"] == "10500114-2-1"
    manifest = json.loads(documents.content(file_id=batch["manifest_file_id"]))
    assert (manifest["statements"], manifest["pages"]) == (2, 2)
    assert manifest["parts"][0]["sha256"] == batch["parts"][0]["sha256"]


def test_a_batch_keeps_its_postal_order_whatever_is_changed_while_it_is_printed(month, now, monkeypatch):
    run, (debit, _transfer, _portal), _clerks = month
    monkeypatch.setattr(operations.printing, "PART_SIZE", 1)
    batch_id = operations.begin_batch(run_id=run.id, actor_id=None, now=now)
    assert queries.print_batches(run_id=run.id)[0]["parts"] == [], "none is set yet"
    assert operations.print_next_part(batch_id=batch_id, today=TODAY, now=now)
    assert queries.print_parts(batch_id=batch_id) == (1, 2)
    parties.change_account_terms(account_id=debit.account_id, start=TODAY, statement_channel=StatementChannel.PORTAL)
    assert operations.print_next_part(batch_id=batch_id, today=TODAY, now=now)
    assert queries.print_parts(batch_id=batch_id) == (2, 2)
    operations.finish_batch(batch_id=batch_id, now=now)
    (batch,) = queries.print_batches(run_id=run.id)
    assert [(part["no"], part["statement_count"]) for part in batch["parts"]] == [(1, 1), (2, 1)]
    index = documents.content(file_id=batch["index_file_id"]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(index)))
    assert [(row["file"][-7:], row["page_from"], row["addressee"]) for row in rows] == [
        ("001.pdf", "1", "灯火 1郎"), ("002.pdf", "1", "灯火 3郎"),
    ]  # fmt: skip


@given(st.text(alphabet="灯火でんき株式会社ABCabc019- ", max_size=80), st.integers(3, 24))
def test_folding_loses_nothing_and_no_line_is_too_long(text, em):
    lines = words.folded(text, em=em)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(words.width_em(line) <= em for line in lines)
    assert len(lines) == 1 or all(lines)


def test_a_long_address_is_folded_at_a_space_and_a_short_one_not():
    assert words.folded("東京都港区芝公園四丁目2番8号 灯火ハイツ301号室", em=17) == [
        "東京都港区芝公園四丁目2番8号",
        "灯火ハイツ301号室",
    ]
    assert words.folded("東京都港区芝公園4-2-8", em=17) == ["東京都港区芝公園4-2-8"]


def test_thirteen_lines_with_long_texts_and_many_sums_stay_on_one_page(month):
    """The index counts on it: a page more would shift every statement after it in the printer's file."""
    run, (_debit, transfer, _portal), _clerks = month
    (data,) = queries.statement_data(bill_ids=[bill_of(run, transfer).id], today=TODAY)
    line = data["lines"][0]
    data["lines"] = [
        line | {"text": "引込線の移設にともなう工事費の分担金（お客さまのご都合による再訪問の出張費を含む）" * 2}
    ] * 13
    data["sums"] = [["合計（10％対象・税込）", "12,992", "bold"]] * 6
    data["to"]["lines"] = ["東京都港区芝公園四丁目2番8号 灯火ハイツ別館の"] * 3
    data["contract"].append(["ご使用場所", ["東京都港区芝公園四丁目2番8号"] * 3])
    company = queries.company_block(on=TODAY)
    document = statements.document([data, data | {"lines": [line] * 14}], company=company)
    assert len(PdfReader(io.BytesIO(typeset(template=statements.TEMPLATE, data=document))).pages) == 3


def test_a_text_is_one_piece_where_kanji_kana_and_figures_meet(month):
    """Each piece is shaped, placed and written by itself: in two pieces a run of statements costs half as much again."""
    run, (_debit, transfer, _portal), _clerks = month
    (data,) = queries.statement_data(bill_ids=[bill_of(run, transfer).id], today=TODAY)

    def pieces(**changed):
        document = statements.document([data | changed], company=queries.company_block(on=TODAY))
        (page,) = PdfReader(io.BytesIO(typeset(template=statements.TEMPLATE, data=document))).pages
        return page.get_contents().get_data().count(b"BT")

    assert pieces(subtitle="適格請求書のT123とABC、カナ・ｶﾅ（10％）") == pieces(subtitle="書面")


def test_many_lines_take_a_second_page_and_the_index_knows():
    assert [statements.pages(n) for n in (0, 7, 13, 14, 53, 54)] == [1, 1, 1, 2, 2, 3]


def test_who_reads_in_the_portal_gets_one_mail(month, now):
    run, *_ = month
    messaging.load_shipped_texts()
    tell = {"run_id": run.id, "portal_url": "https://example.jp/", "company": "灯火", "now": now}
    assert operations.notify_next(**tell) == 1
    assert operations.notify_next(**tell) == 0
    (mail,) = deliveries.queued(channel=Channel.MAIL)
    assert mail.recipient == "c2@example.jp"
    assert "12,992円" in mail.body


def test_a_run_that_nobody_wants_on_paper_does_not_wait_for_the_printer(masters, now, client):
    clerks = book.people()
    book.reading(book.customer(2, channel="portal"), 398, now=now)
    online = make(now, clerks[0])
    issue(online, now, clerks)
    assert not queries.goes_by_post(run_id=online.id)
    client.force_login(get_user_model().objects.get(id=book.person("ito", administrator=True)))
    making = f"/billing/runs/{online.id}/print/"
    for page in ("/billing/printing/", f"/billing/runs/{online.id}/"):
        assert making not in client.get(page).content.decode(), page
    book.reading(book.customer(1), 398, now=now)
    printed = make(now, clerks[0])
    issue(printed, now, clerks)
    assert queries.goes_by_post(run_id=printed.id)
    making = f"/billing/runs/{printed.id}/print/"
    for page in ("/billing/printing/", f"/billing/runs/{printed.id}/"):
        assert making in client.get(page).content.decode(), page


def test_who_pays_by_debit_owes_on_the_debit_day_everywhere(masters, now):
    put_rows(master="debit_cycles", rows=[
        {"agent": "smbc-fs", "cycle_day": "27", "is_default": "yes", "roll": "next", "file_days_before": "7",
         "result_days_after": "4", "settle_days_after_result": "2", "valid_from": "2026-01-01"}
    ])  # fmt: skip
    clerks = book.people()
    debit, transfer, without = (
        book.customer(1, method="direct_debit"),
        book.customer(2),
        book.customer(3, method="direct_debit"),
    )
    book.mandate(debit)
    for contract in (debit, transfer, without):
        book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    due = dict(queries.issued_frame(run_id=run.id).select("contract_id", "due_on").iter_rows())
    assert due[debit.id] == next_debit(agent="smbc-fs", issued_on=TODAY).debit_on == date(2026, 11, 27)
    assert due[transfer.id] == due[without.id] == date(2026, 11, 18), "without a mandate nobody debits: the usual term"
    bill = bill_of(run, debit)
    assert bill.due_on == date(2026, 11, 27)
    text = text_of(operations.statement_pdf(bill_id=bill.id))
    assert text.count("2026年11月27日") == 2, "at the head and in the payment block"
    assert "お支払い期日" not in text
    assert "お支払い期日" in text_of(operations.statement_pdf(bill_id=bill_of(run, transfer).id))


@given(st.lists(st.text(alphabet="あ　\n\r\u2028", max_size=4), max_size=5))
def test_a_row_of_a_column_is_one_line_whatever_somebody_wrote(rows):
    page = {"layout": "summary", "to": words.to(NOBODY), "contract": [], "payment": []}
    pay = drawing.drawn(page | {"pay": [[row, "1"] for row in rows]})["pay"]
    assert pay["values"] == "\n".join("1" for _row in rows)
    assert len(pay["labels"].splitlines()) <= len(rows)


def test_bars_are_drawn_as_high_as_their_months():
    months = [{"label": "9", "kwh": kwh, "text": str(kwh), "kind": "other"} for kwh in (0, 50, 100)]
    chart = drawing.chart([*months, {"label": "10", "kwh": None, "text": "", "kind": "now"}])
    assert [number[:2] for number in chart["numbers"]] == [[0, 0.3], [1, 12.5], [2, 28.0]]
    assert chart["drawing"].count("<path") == 1, "a month that nobody knows has no column"
