"""CM7-CM10: one inbox of enquiries from mail, home page and portal; announcements to portal users."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client

from tests.applications import office
from tests.applications.office import CLERK, LEAD, NOW
from tests.messaging import letters
from tests.messaging.letters import letter, post
from tomoshibi.care import operations as care
from tomoshibi.care import queries
from tomoshibi.care.models import Announcement, Enquiry, Entry, Recipient
from tomoshibi.gateways import simulators
from tomoshibi.identity import operations as identity
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging.models import Delivery, Inbound
from tomoshibi.parties import operations as parties
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import queries as worklist

BOX = "support@tomoshibi.example.jp"
RIGHTS = [f"{procedure}.do" for procedure in ("IN1", "IN2", "CM1", "CM2", "CM3", "CM7", "CM8", "CM9", "CM10")]


@pytest.fixture
def outside(journey, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    places = simulators.Places(tmp_path / "outside", mail_port=0, mailbox_port=0).prepare(now=datetime.now(UTC))
    with ExitStack() as stack:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = int(simulators.start(places, stack, only=("mail",))["mail"].rsplit(":", 1)[1])
        address = simulators.start(places, stack, only=("mailbox",))["mailbox"]
        port = int(address.rsplit(":", 1)[1])
        letters.open_mailbox(places, port=port, code="support", route="enquiries", address=BOX)
        journey.in_transaction(open_house)
        yield places


def open_house():
    """An office with two people, and three customers who use the portal."""
    office.open_office()
    messaging.load_shipped_texts()
    care.load_shipped()
    identity.save_role(code="front", name="受付", rights=RIGHTS)
    identity.save_role(code="front_lead", name="受付責任者", rights=[*RIGHTS, "CM10.confirm"])
    for number in range(3):
        customer = parties.register_customer(
            registered_on=NOW.date(), kind="person", name=f"灯火 {number}郎", kana=f"トモシビ {'アイウ'[number]}", phone=f"090-0000-000{number}",
            mail=f"c{number}@example.jp", postal_code="1050011", prefecture="東京都", city="港区", town="芝公園", block="1-1",
        )  # fmt: skip
        made = identity.invite(
            username=f"c{number}", name=customer.name, mail=customer.mail, now=NOW, portal_customer_id=customer.id
        )
        token = identity.issue_token(invitation_id=made.id, now=NOW)
        identity.accept_invitation(token=token, password="lamp-light-42", now=NOW)


def english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def poll(journey):
    journey.in_transaction(lambda: worker.enqueue("messaging.poll"))
    journey.work()


def sent(places):
    return [message_from_bytes(p.read_bytes(), policy=policy.default) for p in sorted(places.mail_folder.glob("*.eml"))]


@pytest.mark.procedure("CM7")
def test_an_enquiry_by_mail_is_answered_in_its_thread(journey, outside):
    clerk = english(journey.sign_in(CLERK))
    post(outside, letter(1, sender="c0@example.jp", subject="請求について", text="高いです", to=BOX), address=BOX)
    post(
        outside,
        letter(2, sender="x@example.com", subject="不在", text="away", to=BOX).replace(
            b"Subject:", b"Auto-Submitted: auto-replied\nSubject:"
        ),
        address=BOX,
    )
    poll(journey)
    poll(journey)
    row = Enquiry.objects.get()
    assert (row.channel, row.recognized_by, row.state) == ("mail", "mail", "new")
    page = f"/care/enquiries/{row.id}/"
    shown = clerk.get(page).content.decode()
    assert "c0@example.jp" not in shown  # behind its mask until somebody asks for it, and that is recorded
    assert "c0@example.jp" in clerk.post(f"{page}contact/").content.decode()
    (deed,) = [one for one in identity_deeds(row) if "read the contact data" in one.what]
    assert deed.who
    # A refusal: an answer without words, a text that names what nobody has.
    clerk.post(f"{page}answer/", {"body": " ", "key": "k0"})
    assert not sent(outside)
    wrong = {"code": "bad", "language": "ja", "title": "x", "body": "{password}"}
    assert clerk.post("/care/enquiries/texts/new/", wrong).status_code == 422
    text = clerk.get(f"{page}?text=bill").content.decode()
    assert "請求について" in text
    for _again in range(2):
        clerk.post(f"{page}answer/", {"body": "内訳をお送りします。", "key": "k1"})
    journey.work()
    (ours,) = sent(outside)
    assert (ours["In-Reply-To"], ours["To"]) == ("<1@example.jp>", "c0@example.jp")
    assert BOX in ours["From"]
    row = again(row)
    assert row.state == "answered"
    assert not worklist.open_items(kind="care.enquiry")
    # They write again: the same thread, due anew. Somebody else who quotes our id gets a thread of their own.
    own = ours["Message-ID"]
    post(
        outside,
        letter(3, sender="c0@example.jp", subject="Re: 請求", text="ありがとう", replies_to=own, to=BOX),
        address=BOX,
    )
    post(
        outside,
        letter(4, sender="thief@example.com", subject="Re: 請求", text="教えて", replies_to=own, to=BOX),
        address=BOX,
    )
    poll(journey)
    row = again(row)
    assert row.state == "in_work"
    assert [one.kind for one in Entry.objects.filter(enquiry=row).order_by("id")] == ["received", "answer", "received"]
    assert Enquiry.objects.count() == 2
    # It goes on in a procedure, for this customer, and the thread remembers it.
    shown = clerk.get(page).content.decode()
    assert "A change that the grid has to know" in shown
    assert "A change of ours alone" in shown
    opened = clerk.post(f"{page}hand-over/", {"procedure": "CM2"})
    assert opened["Location"].startswith("/parties/customers/")
    assert "CM2" in clerk.get(page).content.decode()
    clerk.post(f"{page}note/", {"body": "電話済み"})
    clerk.post(f"{page}close/")
    row = again(row)
    assert row.state == "closed"
    assert clerk.get("/care/enquiries/figures/").status_code == 200
    journey.spoken_to.add("mailbox")


def identity_deeds(row):
    from tomoshibi.identity import queries as deeds

    return deeds.deeds(subject=f"care.enquiry:{row.id}")


@pytest.mark.procedure("CM7", "IN2")
def test_a_mail_in_the_wrong_room_is_routed_and_routed_back(journey, outside):
    clerk = english(journey.sign_in(CLERK))
    post(outside, letter(1, subject="申込です", to=BOX), address=BOX)
    poll(journey)
    row, message = Enquiry.objects.get(), Inbound.objects.get()
    assert clerk.get(f"/messages/{message.id}/reroute/").status_code == 200
    assert (
        clerk.post(f"/messages/{message.id}/reroute/", {"confirmed": "1"})["Location"]
        == f"/applications/mails/{message.id}/"
    )
    row = again(row)
    assert row.state == "rerouted"
    (item,) = worklist.open_items(kind="applications.mail")
    clerk.post(item.url, {"name": "灯火 太郎", "do": "keep"})
    assert (
        clerk.post(f"/messages/{message.id}/reroute/", {"confirmed": "1"})["Location"] == f"/care/enquiries/{row.id}/"
    )
    row = again(row)
    assert row.state == "in_work"
    assert not worklist.open_items(kind="applications.mail")
    clerk.post(f"/care/enquiries/{row.id}/answer/", {"body": "はい", "key": "a"})
    clerk.post(f"/messages/{message.id}/reroute/", {"confirmed": "1"})  # answered: it stays
    row = again(row)
    assert row.state == "answered"
    journey.spoken_to.add("mailbox")


class Visitor(Client):
    """Somebody at the home page; remembers which pages were opened for the journey."""

    def __init__(self, journey):
        super().__init__(headers={"accept-language": "en"})
        self.journey = journey

    def request(self, **request):
        response = super().request(**request)
        if response.status_code < 400:
            self.journey.opened.update(response.headers.get("X-Procedures", "").split())
        return response


@pytest.mark.procedure("CM8")
def test_an_enquiry_from_the_home_page(journey, outside):
    visitor, clerk = Visitor(journey), english(journey.sign_in(CLERK))
    key = re.search(r'name="form_key" value="([^"]+)"', visitor.get("/contact/").content.decode())[1]
    asked = {
        "kind": "outage", "subject": "電気がつかない", "body": "昨日から", "name": "光 花子", "mail": "hikari@example.jp",
        "form_key": key,
    }  # fmt: skip
    assert visitor.post("/contact/", asked).status_code == 422  # too quick for a person
    journey.in_transaction(lambda: worker.set_clock(now=NOW + timedelta(minutes=2)))
    assert visitor.post("/contact/", {**asked, "website": "x"}).status_code == 422
    assert visitor.post("/contact/", {**asked, "mail": "nobody"}).status_code == 422
    assert visitor.post("/contact/", {**asked, "form_key": "forged"}).status_code == 422
    for _again in range(2):
        assert visitor.post("/contact/", asked).status_code == 302
    row = Enquiry.objects.get()
    assert row.number in visitor.get("/contact/done/").content.decode()
    assert (row.kind.code, row.due_at.astimezone(NOW.tzinfo).date()) == ("outage", NOW.date())
    for _again in range(12):
        answer = visitor.post("/contact/", asked)
    assert answer.status_code == 429
    journey.in_transaction(lambda: worker.set_clock(now=NOW + timedelta(days=1)))
    assert "late" in clerk.get(f"/care/enquiries/{row.id}/").content.decode()
    assert "電気がつかない" in clerk.get("/care/enquiries/").content.decode()
    for _again in range(2):
        clerk.post(f"/care/enquiries/{row.id}/answer/", {"body": "復旧しました。", "key": "k"})
    journey.work()
    (ours,) = sent(outside)
    assert ours["To"] == "hikari@example.jp"
    post(
        outside,
        letter(9, sender="hikari@example.jp", text="直りました", replies_to=ours["Message-ID"], to=BOX),
        address=BOX,
    )
    poll(journey)
    row = again(row)
    assert row.state == "in_work"


@pytest.mark.procedure("CM9")
def test_an_enquiry_from_the_portal(journey, outside):
    clerk = english(journey.sign_in(CLERK))
    customer, other = english(journey.sign_in("c0")), journey.sign_in("c1")
    page = "/portals/customer/enquiries/"
    assert customer.get(page).status_code == 200
    assert customer.post(page, {"kind": "bill", "subject": "請求", "body": "", "key": "a"}).status_code == 422
    for _again in range(2):
        asked = customer.post(page, {"kind": "bill", "subject": "請求", "body": "なぜ高い？", "key": "a"})
    row = Enquiry.objects.get()
    assert asked["Location"] == f"{page}{row.id}/"
    assert row.recognized_by == "portal"
    assert other.get(f"{page}{row.id}/").status_code == 404
    clerk.post("/care/enquiries/take/", {"ids": [row.id]})
    clerk.post(f"/care/enquiries/{row.id}/note/", {"body": "ないしょ"})
    clerk.post(f"/care/enquiries/{row.id}/answer/", {"body": "暖房です。", "key": "k"})
    journey.work()
    (told,) = sent(outside)
    assert "暖房です" not in told.get_content()  # the mail says only that there is an answer
    shown = customer.get(f"{page}{row.id}/").content.decode()
    assert "暖房です。" in shown
    assert "ないしょ" not in shown
    for _again in range(2):
        customer.post(f"{page}{row.id}/", {"body": "納得です", "key": "b"})
    row = again(row)
    assert row.state == "in_work"
    assert Entry.objects.filter(enquiry=row, kind="received").count() == 2


@pytest.mark.procedure("CM10")
def test_an_announcement_reaches_whom_it_should_and_nobody_twice(journey, outside, monkeypatch):
    clerk, lead = english(journey.sign_in(CLERK)), english(journey.sign_in(LEAD))
    first, second = english(journey.sign_in("c0")), english(journey.sign_in("c1"))
    second.post("/portals/customer/announcements/mail/", {"wanted": "0"})
    written = {"title_ja": "停電のお知らせ", "body_ja": "明日 9 時から", "by_mail": "on"}
    assert clerk.post("/care/announcements/new/", {**written, "title_ja": ""}).status_code == 422
    unknown = clerk.post("/care/announcements/new/", {**written, "numbers": "123"})
    assert "Nobody has these numbers: 123" in unknown.content.decode()
    assert lead.post("/care/announcements/limit/", {"alone_up_to": "2"}).status_code == 302
    page = clerk.post("/care/announcements/new/", written)["Location"]
    row = Announcement.objects.get()
    assert re.search(
        r"Would reach now</dt>\s*<dd class=\"fig\"><strong><span class=\"fig\">3<", clerk.get(page).content.decode()
    )
    go = {"day": "2026-11-04", "hour": "12", "counted": "3", "confirmed": "1"}
    clerk.post(f"{page}send/", {**go, "counted": "2"})  # another number than was shown
    row = again(row)
    assert row.state == "draft"
    for _again in range(2):
        clerk.post(f"{page}send/", go)
    row = again(row)
    assert row.state == "waiting"
    assert clerk.post(f"{page}confirm/").status_code == 403
    lead.post(f"{page}confirm/")
    journey.work()
    assert not Recipient.objects.exists()  # its hour has not come
    journey.in_transaction(lambda: worker.set_clock(now=NOW.replace(hour=12, minute=5)))
    interrupted(journey, monkeypatch)
    for _again in range(2):
        journey.in_transaction(lambda: worker.enqueue("care.publish"))
        journey.work()
    row = again(row)
    assert row.state == "sent"
    mails = sorted(one["To"] for one in sent(outside))
    assert mails == ["c0@example.jp", "c2@example.jp"]
    assert Delivery.objects.filter(template="care.announcement").count() == 2
    assert "停電のお知らせ" in first.get("/portals/customer/announcements/").content.decode()
    for _again in range(2):
        assert "明日 9 時から" in first.get(f"/portals/customer/announcements/{row.id}/").content.decode()
    assert queries.counts_of(announcement_id=row.id) == (3, 2, 1)
    clerk.post(f"{page}withdraw/", {"reason": ""})
    clerk.post(f"{page}withdraw/", {"reason": "復旧しました"})
    assert second.get(f"/portals/customer/announcements/{row.id}/").status_code == 404
    assert "停電のお知らせ" not in second.get("/portals/customer/announcements/").content.decode()


def interrupted(journey, monkeypatch):
    """The job dies after the first mail is queued, and again before anything is marked."""
    from tomoshibi.care import announcing

    with monkeypatch.context() as patch:
        patch.setattr(care, "mail_some", lambda **given: announcing.mail_some(**given, limit=1) and 1 / 0)
        journey.in_transaction(lambda: worker.enqueue("care.publish"))
        journey.work()
    assert Recipient.objects.count() == 3


def again(row):
    """The row as it stands now; a guarded state is not read over."""
    return type(row).objects.get(id=row.id)
