"""An application on the Web: written, sent twice, found lacking, repaired, examined, registered, supplied."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.applications import office
from tests.applications.office import ANSWERS, CLERK, LEAD, NOW, SPIN
from tomoshibi.applications import operations as applications
from tomoshibi.applications import queries
from tomoshibi.applications.models import Intake, Submission
from tomoshibi.applications.values import LARGEST_UPLOAD_BYTES, Source
from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways import mail
from tomoshibi.messaging import operations as messaging_operations
from tomoshibi.messaging import queries as messaging
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40


class Visitor(Client):
    """Somebody at home: no sign-in; remembers which pages were opened for the journey."""

    def __init__(self, journey):
        super().__init__(headers={"accept-language": "en"})
        self.journey = journey

    def request(self, **request):
        response = super().request(**request)
        if response.status_code < 400:
            self.journey.opened.update(response.headers.get("X-Procedures", "").split())
        return response

    def page(self, where, /, *, status=200, **typed):
        path = f"/apply/{where}/" if where else "/apply/"
        answer = self.post(path, typed) if typed else self.get(path)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer


def pick(*names):
    return {name: ANSWERS[name] for name in names if name in ANSWERS}


def step(journey, **by):
    journey.in_transaction(clock.set_clock, now=NOW + timedelta(**by))


CONSENTS = {"agree_terms": "on", "agree_privacy": "on", "agree_proxy": "on"}


@pytest.fixture
def post_office(tmp_path, settings):
    """A mail server on a real socket; every message lies in its folder."""
    with mail.MailSimulator(tmp_path / "mail") as simulator:
        settings.EMAIL_PORT = simulator.port
        yield simulator


@pytest.mark.procedure("IN1")
def test_an_applicant_withdraws_on_the_page_of_the_state(journey, post_office):
    """Asked whether they are sure; who does not know what is in it changes nothing; twice is once, with one mail."""
    journey.in_transaction(office.open_office)

    def applied():
        made = applications.start(source=Source.WEB, typed=ANSWERS, language="en", now=office.NOW)
        texts = queries.consent_texts(kind="switch", language="en", on=office.NOW.date())
        return applications.send(key=made.key, agreed=texts, language="en", now=office.NOW).intake

    number = journey.in_transaction(applied).number
    visitor = Visitor(journey)
    known = {"number": number, "contact": "090-0000-1234"}
    assert "Withdraw the application" in visitor.page("status", **known).content.decode()
    visitor.page("status", status=422, number=number, contact="somebody@example.jp", do="withdraw")
    assert "Yes, withdraw" in visitor.page("status", **known, do="sure").content.decode()
    assert Intake.objects.get().state == "received"
    for _again in range(2):
        ended = visitor.page("status", **known, do="withdraw").content.decode()
        assert "This application has ended" in ended
        assert "Yes, withdraw" not in ended
    assert Intake.objects.get().state == "withdrawn"
    assert worklist.open_items(kind="applications.intake") == []
    assert len(mails("applications.ended")) == 1


@pytest.mark.procedure("IN1", "CM1")
def test_from_the_first_page_to_the_contract(journey, post_office):
    journey.in_transaction(office.open_office)
    clerk, lead = journey.sign_in(CLERK), journey.sign_in(LEAD)
    write_on_two_devices(journey)
    send_twice(journey)
    (item,) = worklist.open_items(kind="applications.intake")
    link = ask_back(clerk, item.url)
    remind_once(journey)
    repair(Visitor(journey), link)
    confirm_by_another(clerk, lead, item.url)
    contract = supply_begins(clerk, item.url)
    assert contract.terms[0].plan_code == "tomoshibi-market"
    look_at_the_state(Visitor(journey))
    journey.work()
    assert {one.state for one in mails() if one.channel == "mail"} == {"sent"}


def mails(template=""):
    found = messaging.deliveries_about(about=f"applications.intake:{Intake.objects.get().id}")
    return [one for one in found if not template or one.template == template]


def write_on_two_devices(journey):
    """Refusals stand beside their fields at once; a draft is gone on with by the link of a mail."""
    visitor = Visitor(journey)
    visitor.page("", status=302, kind="switch", postal_code="105-0011")
    visitor.page("plan", status=302, size="A:30", use_kwh="260", plan_code="tomoshibi-market", do="next")
    names = ("postal_code", "prefecture", "city", "town", "block", "current_retailer")
    refused = visitor.page("place", status=422, **pick(*names), spin="06" + "1" * 20, wished_on="2026-11-05")
    assert "belongs to Kansai" in refused.content.decode()
    assert "The earliest possible day is 2026-11-" in refused.content.decode()
    # The number is not at hand: it may be left out.
    visitor.page("place", status=302, **pick(*names), wished_on="2026-12-01")
    # Who goes on later keeps what stands on the page, also what is wrong so far.
    visitor.page("you", status=302, name="灯火", kana="灯火\0", phone="090", do="save")
    assert Intake.objects.get().typed["kana"] == "灯火"
    visitor.page("save", status=302, mail="taro@example.jp")
    (saved,) = mails("applications.saved")
    other = Visitor(journey)
    assert other.get(re.search(r"/apply/resume/\S+/", saved.body)[0])["Location"] == "/apply/you/"
    names = ("applicant", "name", "kana", "phone", "mail", "payment_method", "statement_channel")
    other.page("you", status=302, **pick(*names))
    other.post("/apply/files/", {"files": SimpleUploadedFile("bill.jpg", PHOTO, content_type="image/jpeg")})
    other.post("/apply/files/", {"files": SimpleUploadedFile("bill.svg", b"<svg onload='x'/>")})
    other.post("/apply/files/", {"files": SimpleUploadedFile("large.jpg", PHOTO + bytes(LARGEST_UPLOAD_BYTES))})
    assert [one.name for one in queries.uploads_of(intake_id=Intake.objects.get().id)] == ["bill.jpg"]
    journey.devices = (visitor, other)


def send_twice(journey):
    """Without consent it is refused; sent three times from two devices it is one record."""
    step(journey, minutes=3)
    visitor, other = journey.devices
    refused = other.page("check", status=422, agree_terms="on").content.decode()
    assert "Please read this and agree." in refused
    assert "Please look at these answers:" in refused, "what is wrong is named where a phone shows the page first"
    # A photo that was chosen and not uploaded: a bad one stops the sending, a good one goes along.
    svg = SimpleUploadedFile("photo.jpg", b"<svg onload='x'/>")
    assert "Nothing has been sent yet" in other.page("check", status=422, **CONSENTS, files=svg).content.decode()
    assert Intake.objects.get().state == "draft"
    photo = SimpleUploadedFile("meter.jpg", PHOTO + b"2", content_type="image/jpeg")
    other.page("check", status=302, **CONSENTS, files=photo)
    for browser in (other, visitor):
        browser.page("check", status=302, **CONSENTS)
    assert [one.name for one in queries.uploads_of(intake_id=Intake.objects.get().id)] == ["bill.jpg", "meter.jpg"]
    row = Intake.objects.get()
    assert (row.state, Submission.objects.count()) == ("received", 1)
    assert row.typed["kana"] == "ともしび たろう"
    assert row.answers["kana"] == "トモシビ タロウ"
    assert row.number in other.page("done").content.decode()
    assert len(mails("applications.received")) == 1


def ask_back(clerk, url):
    """The clerk sees what is missing, and cannot let it through; the applicant gets a link."""
    shown = clerk.get(url, headers={"accept-language": "en"}).content.decode()
    listed = clerk.get("/applications/intake/", headers={"accept-language": "ja"}).content.decode()
    assert ("あかり市場連動" in listed, ">tomoshibi-market<" in listed) == (True, False), "plans go by their names"
    assert "the application site" in shown
    assert "As it came" in shown
    assert "<code>kana</code>" not in shown
    assert "We need the supply point number of 22 digits" in shown
    assert clerk.post(f"{url}accept/").status_code == 302
    assert Intake.objects.get().state == "received"
    # A text message is only offered where one can leave; what was typed is kept when the request is refused.
    assert "by_text" not in shown
    empty = clerk.post(f"{url}ask/", {"question": "", "about": ["kana"]}, headers={"accept-language": "en"})
    assert empty.status_code == 422
    assert '<option value="kana" selected' in empty.content.decode()
    with db.transaction():
        messaging_operations.set_text_link(address="https://sms.example.jp/sms")
    assert "by_text" in clerk.get(url).content.decode()
    for _again in range(2):
        clerk.post(f"{url}ask/", {"findings": ["spin_missing", "customer_number"], "by_text": "on"})
    assert Intake.objects.get().state == "deficient"
    (text,) = mails("applications.deficient_text")
    assert (text.recipient, "/apply/repair/" in text.body) == ("09000001234", True)
    (asked,) = mails("applications.deficient")
    return re.search(r"/apply/repair/\S+/", asked.body)[0]


def remind_once(journey):
    step(journey, days=6)
    for _again in range(2):
        journey.in_transaction(lambda: clock.enqueue("applications.chase"))
        journey.work()
    assert len(mails("applications.reminder")) == 1
    assert len(mails("applications.deficient_text")) == 2, "the reminder comes the ways that the request came"


def repair(visitor, link):
    """The link shows just what is asked, refuses a wrong answer, and changes nothing else."""
    asked = visitor.get(link).content.decode()
    assert 'name="spin"' in asked
    assert 'name="kana"' not in asked
    wrong = visitor.post(link, {"spin": "03001122", "current_customer_number": "1234567890123"})
    assert wrong.status_code == 422
    assert "22 digits; this has 8" in wrong.content.decode()
    given = {"spin": ANSWERS["spin"], "current_customer_number": "1234567890123", "kana": "ニセモノ"}
    assert visitor.post(link, given).status_code == 302
    row = Intake.objects.get()
    assert (row.state, row.spin, row.kana) == ("received", SPIN, "トモシビ タロウ")
    assert "Nothing is missing" in visitor.get(link).content.decode()


def confirm_by_another(clerk, lead, url):
    """A market plan asks for a second person; who has no right to confirm does not."""
    clerk.post(f"{url}accept/")
    assert Intake.objects.get().state == "examined"
    assert clerk.post(f"{url}confirm/").status_code == 403
    assert lead.post(f"{url}confirm/").status_code == 302
    assert Intake.objects.get().state == "handed_over"
    assert worklist.open_items(kind="applications.case")
    assert worklist.open_items(kind="applications.mandate")


def supply_begins(clerk, url):
    """The grid fixes the day: the contract stands, nothing was typed again; a second time is refused."""
    answer = {"starts_on": "2026-12-03", "base_day": "05", "meter_number": "A12345678"}
    assert clerk.post(f"{url}start/", answer).status_code == 302
    assert clerk.post(f"{url}start/", answer).status_code == 422
    registration = queries.registration_of(intake_id=Intake.objects.get().id)
    contract = contracts.contract(contract_id=registration.contract_id)
    assert contract.start == date(2026, 12, 3)
    return contract


def look_at_the_state(visitor):
    number = Intake.objects.get().number
    status = visitor.page("status", number=number, contact="090-0000-1234").content.decode()
    assert 'Supply begins on <time datetime="2026-12-03"' in status
    visitor.page("status", status=422, number=number, contact="somebody@example.jp")
