"""Mails beside their form, enquiries, announcements, the home page's form: looked at on a desk and on a phone."""

from datetime import UTC, datetime

import pytest

from tests.applications.office import NOW
from tests.journeys.test_care import open_house
from tests.messaging.letters import letter
from tomoshibi.applications import operations as applications
from tomoshibi.care import operations as care
from tomoshibi.care.models import Announcement, Enquiry
from tomoshibi.care.values import Audience, Channel, Recognized
from tomoshibi.identity.models import User
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.models import Inbound
from tomoshibi.storage import db


@pytest.fixture
def house(staff, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    with db.transaction():
        open_house()
        box = messaging.save_mailbox(
            code="apply", name="申込窓口", route="applications", address="apply@tomoshibi.example.jp", host="localhost",
            port=993, user="apply", password_file="/run/password", trust_file="", folder="INBOX", is_active=True,
        )  # fmt: skip
    files = [("bill.jpg", JPEG), ("bill.svg", b"<svg onload='x'/>")]
    raws = [
        (
            1,
            letter(1, subject="電気の切り替えについて", text="切り替えたいです。\n住所：港区芝公園", files=files),
            900,
            True,
        )
    ]
    with db.transaction():
        messaging.take_in(mailbox_id=box, after_uid=0, uid_validity=0, raws=raws, now=datetime.now(UTC))
    with db.transaction():
        (message,) = letters.arrived(route="applications")
        applications.put_mail_before_clerk(message=message, now=NOW)
        customer = User.objects.get(username="c0").portal_customer_id
        made = care.open_enquiry(
            channel=Channel.PORTAL, kind_code="bill", subject="請求額が先月より高い", body="理由を教えてください。", language="ja",
            now=NOW, name="灯火 0郎", mail="c0@example.jp", phone="090-0000-0000", customer_id=customer,
            recognized_by=Recognized.PORTAL,
        )  # fmt: skip
        care.note(enquiry_id=made.id, body="先月は検針日が 34 日", now=NOW, actor_id=staff.id)
        care.answer(enquiry_id=made.id, body="検針日の間隔が 34 日でした。", key="a", now=NOW, actor_id=staff.id)
        care.open_enquiry(
            channel=Channel.WEB, kind_code="outage", subject="電気がつかない", body="昨日から", language="ja", now=NOW,
            name="光 花子", mail="h@example.jp",
        )  # fmt: skip
        care.draft(
            texts={"ja": {"title": "停電のお知らせ", "body": "明日 9 時から 30 分"}}, audience=Audience(places=("105",)),
            by_mail=True, now=NOW, actor_id=staff.id,
        )  # fmt: skip


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_of_the_front_office(house, staff, open_page, look, accessible, size):
    page = open_page(size=size, user=staff)
    enquiry = Enquiry.objects.get(channel="portal").id
    for name, address in {
        "mails": "/applications/mails/",
        "mail": f"/applications/mails/{Inbound.objects.get().id}/",
        "phone": "/applications/phone/",
        "mailboxes": "/messaging/mailboxes/",
        "enquiries": "/care/enquiries/",
        "enquiry": f"/care/enquiries/{enquiry}/",
        "kinds": "/care/enquiries/kinds/",
        "figures": "/care/enquiries/figures/?days=365",
        "announcements": "/care/announcements/",
        "announcement": f"/care/announcements/{Announcement.objects.get().id}/",
        "new announcement": "/care/announcements/new/",
    }.items():
        page.goto(address)
        look(page, f"care-{name}", full=True)
        accessible(page)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_of_visitors_and_customers(house, open_page, look, accessible, size):
    visitor = open_page(size=size)
    visitor.goto("/contact/")
    look(visitor, "care-contact", full=True)
    accessible(visitor)
    customer = open_page(size=size, user=User.objects.get(username="c0"))
    enquiry = Enquiry.objects.get(channel="portal").id
    for name, address in {"threads": "enquiries/", "thread": f"enquiries/{enquiry}/", "told": "announcements/"}.items():
        customer.goto(f"/portals/customer/{address}")
        look(customer, f"care-portal-{name}", full=True)
        accessible(customer)
