"""IN2: mails of applicants and sheets of agencies, from a real mailbox to applications, with answers in the thread."""

import io
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from email import message_from_bytes, policy

import openpyxl
import pytest

from tests.applications import office
from tests.applications.office import ANSWERS, CLERK
from tests.messaging.letters import letter, post
from tomoshibi.applications import operations
from tomoshibi.applications.models import Intake
from tomoshibi.gateways import mailbox, simulators
from tomoshibi.identity import operations as identity
from tomoshibi.messaging.models import Attachment, Inbound
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import queries as worklist

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40
BOX = "apply@tomoshibi.example.jp"


@pytest.fixture
def outside(journey, tmp_path, settings):
    """A post office and a mail server with one box, on real sockets."""
    settings.MEDIA_ROOT = tmp_path / "files"
    places = simulators.Places(tmp_path / "outside", mail_port=0, mailbox_port=0).prepare(now=datetime.now(UTC))
    (places.mailbox_folder / BOX).mkdir()
    with ExitStack() as stack:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = int(simulators.start(places, stack, only=("mail",))["mail"].rsplit(":", 1)[1])
        address = simulators.start(places, stack, only=("mailbox",))["mailbox"]
        yield places, int(address.rsplit(":", 1)[1])


@pytest.mark.procedure("IN2", "IN1")
def test_from_the_mailbox_to_the_application(journey, outside):
    places, port = outside
    journey.in_transaction(office.open_office)
    journey.in_transaction(operations.save_agency, code="AKARI", name="あかり商店", mail="desk@akari.example.jp")
    clerk = journey.sign_in(CLERK)
    clerk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    open_box(clerk, places, port)
    messages_come_once(journey, clerk, places)
    who_only_looks_in_reads_no_mail(journey)
    key_beside_the_message(clerk)
    answer_in_the_thread(journey, clerk, places)
    sheet_with_a_wrong_row(journey, clerk, places)
    sheet_in_order(journey, clerk, places)
    nothing_comes_of_advertising(clerk)
    on_the_telephone(clerk)
    assert not worklist.open_items(kind="applications.mail")
    assert len(worklist.open_items(kind="applications.intake")) == 5
    journey.spoken_to.add("mailbox")


def open_box(clerk, places, port):
    typed = {
        "code": "apply", "name": "Applications", "route": "applications", "address": BOX, "host": "127.0.0.1",
        "port": port, "user": BOX, "password_file": "/nowhere", "trust_file": str(places.keys / "ca.pem"),
        "folder": "INBOX", "is_active": "on",
    }  # fmt: skip
    assert clerk.post("/messaging/mailboxes/new/", typed).status_code == 422
    typed["password_file"] = str(places.mailbox_password)
    assert clerk.post("/messaging/mailboxes/new/", typed).status_code == 302


def messages_come_once(journey, clerk, places):
    """The line breaks in the middle; asked again, each message is there once, and one that came twice is one."""
    post(places, letter(1, subject="電気を使いたい", files=[("bill.jpg", JPEG), ("bill.svg", b"<svg onload='x'/>")]))
    post(places, letter(1, subject="電気を使いたい"))
    post(places, letter(2, sender="ads@example.com", subject="Cheap watches", text="buy"))
    mailbox.Temper(hang_up_after=2).write(places.mailbox_folder)
    clerk.post("/messaging/mailboxes/look/")
    journey.work()
    mailbox.Temper().write(places.mailbox_folder)
    for _again in range(2):
        journey.in_transaction(lambda: worker.enqueue("messaging.poll"))
        journey.work()
    assert list(Inbound.objects.order_by("uid").values_list("state", flat=True)) == ["waiting", "repeated", "waiting"]
    assert len(worklist.open_items(kind="applications.mail")) == 2
    shown = clerk.get("/applications/mails/").content.decode()
    assert "電気を使いたい" in shown


def who_only_looks_in_reads_no_mail(journey):
    """Subject and state, but neither words, address nor files."""
    journey.in_transaction(identity.save_role, code="reader", name="閲覧", rights=["IN2.view"])
    reader = {"username": "reader", "name": "閲覧", "mail": "r@example.jp", "password": "lamp-light-42"}
    journey.in_transaction(identity.add_person, **reader, roles=["reader"])
    found = Inbound.objects.get(uid=1)
    (file, *_more) = Attachment.objects.filter(inbound=found).exclude(file=None)
    looking, keying = journey.sign_in("reader"), journey.sign_in(CLERK)
    pages = [f"/applications/mails/{found.id}/", f"/applications/mails/{found.id}/panel/", "/applications/mails/"]
    for page in pages:
        shown = looking.get(page).content.decode()
        assert "電気を使いたい" in shown
        assert (found.sender in shown, found.body in shown, file.name in shown) == (False, False, False), page
        assert page == pages[-1] or found.body in keying.get(page).content.decode()
    for path in (f"/messaging/files/{file.id}/", f"/messaging/inbound/{found.id}/raw/"):
        assert (looking.get(path).status_code, keying.get(path).status_code) == (403, 200), path


def key_beside_the_message(clerk):
    """What is wrong stands beside its field and what was typed is kept; received twice it is one application."""
    (item, *_rest) = worklist.open_items(kind="applications.mail")
    page = clerk.get(item.url).content.decode()
    assert "bill.jpg" in page
    assert "none of the kinds of files that we take" in page
    files = re.findall(r'name="with_files" value="(\d+)"', page)
    typed = {**ANSWERS, "with_files": files}
    refused = clerk.post(item.url, {**typed, "kana": "abc123", "agreed": "on", "do": "receive"})
    assert refused.status_code == 422
    assert "The reading of the name is written in katakana" in refused.content.decode()
    assert 'value="灯火　太郎"' in clerk.get(item.url).content.decode()
    no_consent = clerk.post(item.url, {**typed, "do": "receive"})
    assert "The applicant has to agree to the texts" in no_consent.content.decode()
    for _again in range(2):
        assert clerk.post(item.url, {**typed, "agreed": "on", "do": "receive"}).status_code == 302
    row = Intake.objects.get()
    assert (row.state, row.source, row.kana) == ("received", "mail", "トモシビ タロウ")
    shown = clerk.get(f"/applications/intake/{row.id}/").content.decode()
    assert "bill.jpg" in shown
    assert "電気を使いたい" in shown


def answer_in_the_thread(journey, clerk, places):
    """An answer carries the thread's ids; sending the form twice is one answer."""
    found = Inbound.objects.get(uid=1)
    for _again in range(2):
        answer = {"subject": "Re: 電気を使いたい", "body": "承りました。", "key": "k1"}
        clerk.post(f"/applications/mails/{found.id}/reply/", answer)
    journey.work()
    sent = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mails(places)]
    (ours,) = [one for one in sent if one["In-Reply-To"] == "<1@example.jp>"]
    assert ours["References"] == "<1@example.jp>"
    assert BOX in ours["From"]
    assert "承りました" in ours.get_content()


def mails(places):
    return sorted(places.mail_folder.glob("*.eml"))


def sheet(clerk, *rows):
    """The published sheet, filled in."""
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/applications/sheet.xlsx").content))
    page = book.worksheets[0]
    names = [cell.value for cell in page[3]]
    for number, row in enumerate(rows, start=4):
        for column, name in enumerate(names, start=1):
            page.cell(number, column, row.get(name, ""))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def row(number, **other):
    spin = f"03002233445566778{number:05d}"
    return {
        **ANSWERS, "reference": f"A-{number}", "agreed": "はい", "spin": spin, "kana": f"アカリ {'アイウエオカキ'[number]}",
        "name": "明 太郎", "block": f"{number}-1", **other,
    }  # fmt: skip


def take(journey, places, number, content):
    post(
        places, letter(number, sender="desk@akari.example.jp", subject=f"list {number}", files=[("list.xlsx", content)])
    )
    journey.in_transaction(lambda: worker.enqueue("messaging.poll"))
    journey.work()
    found = Inbound.objects.order_by("-id").first()
    page = f"/applications/mails/{found.id}/"
    return found, page


def sheet_with_a_wrong_row(journey, clerk, places):
    """Nothing is half written: the sender reads which row and why, by one click."""
    before = Intake.objects.count()
    wrong = [row(1), row(2, spin="123", agreed=""), row(3, postal_code="999-9999"), row(1)]
    found, page = take(journey, places, 11, sheet(clerk, *wrong))
    address = re.search(rf"{page}sheet/\d+/", clerk.get(page).content.decode())[0]
    shown = clerk.get(address).content.decode()
    assert "3 rows are refused; while one is, none is taken." in shown
    assert clerk.post(address, {"do": "take"}).status_code == 422
    assert Intake.objects.count() == before
    assert clerk.post(address, {"do": "answer"}).status_code == 302
    journey.work()
    told = message_from_bytes(mails(places)[-1].read_bytes(), policy=policy.default)
    assert told["In-Reply-To"] == "<11@example.jp>"
    words = told.get_content()
    assert re.search(r"^- .*5.*22", words, re.MULTILINE)
    assert "999" in words
    found = again(found)
    assert found.state == "settled"


def sheet_in_order(journey, clerk, places):
    """All rows are applications of the agency; the same list again is refused by its numbers."""
    content = sheet(clerk, row(1), row(2), row(3))
    _found, page = take(journey, places, 12, content)
    address = re.search(rf"{page}sheet/\d+/", clerk.get(page).content.decode())[0]
    assert clerk.post(address, {"do": "take"}).status_code == 302
    taken = Intake.objects.filter(agency_code="AKARI", state="received")
    assert sorted(taken.values_list("outside_key", flat=True)) == ["A-1", "A-2", "A-3"]
    assert clerk.post(address, {"do": "take"}).status_code == 422
    _again, page = take(journey, places, 13, content)
    address = re.search(rf"{page}sheet/\d+/", clerk.get(page).content.decode())[0]
    assert "brought before: application" in clerk.get(address).content.decode()
    clerk.post(address, {"do": "answer"})
    assert taken.count() == 3


def nothing_comes_of_advertising(clerk):
    found = Inbound.objects.get(subject="Cheap watches")
    page = f"/applications/mails/{found.id}/nothing/"
    assert clerk.post(page, {"confirmed": "1", "reason": ""}).status_code == 422
    assert clerk.post(page, {"confirmed": "1", "reason": "advertising"}).status_code == 302
    found = again(found)
    assert (found.state, found.outcome) == ("settled", "advertising")


def on_the_telephone(clerk):
    """The same form without a message; what was typed before something was missing is there."""
    typed = {**ANSWERS, "spin": "0300112233445566770001", "kana": "ハナコ デンワ", "block": "7-7"}
    assert clerk.post("/applications/phone/", {**typed, "name": "", "agreed": "on", "do": "receive"}).status_code == 422
    draft = Intake.objects.get(source="phone")
    page = f"/applications/phone/{draft.key}/"
    assert 'value="7-7"' in clerk.get(page).content.decode()
    assert clerk.post(page, {**typed, "agreed": "on", "do": "receive"}).status_code == 302
    draft = again(draft)
    assert draft.state == "received"
    assert clerk.post(page, {**typed, "agreed": "on", "do": "receive"}).status_code == 302
    assert Intake.objects.filter(source="phone").count() == 1


def again(row):
    """The row as it stands now; a guarded state is not read over."""
    return type(row).objects.get(id=row.id)
