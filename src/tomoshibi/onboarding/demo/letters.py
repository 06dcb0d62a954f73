"""What people wrote to the invented retailer: mails that wait, questions, an announcement."""

from datetime import timedelta
from email.message import EmailMessage

from tomoshibi.care import operations as care
from tomoshibi.care.values import Audience, Channel, Recognized
from tomoshibi.gateways import mailbox, simulators
from tomoshibi.identity import queries as identity
from tomoshibi.messaging import operations as messaging
from tomoshibi.onboarding.demo import story
from tomoshibi.parties import queries as parties

APPLY, SUPPORT = "apply@tomoshibi.example.jp", "support@tomoshibi.example.jp"
BOXES = (("apply", "申込窓口", "applications", APPLY), ("support", "お客さま窓口", "enquiries", SUPPORT))
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40

MAILS = (
    (APPLY, "明石 灯", "akashi@example.jp", "電気の切り替えについて",
     "はじめまして。電気を御社に切り替えたいです。\n住所：東京都港区芝公園99-12 灯火荘 203\n電話：090-0000-1212\n現在は東京でんき、お客さま番号 1234567890123 です。\n検針票の写真を添付します。", True),
    (APPLY, "小野寺 蛍", "onodera@example.jp", "引越し先の電気", "12月1日に芝公園99-15へ引っ越します。電気の申込をお願いします。電話 090-0000-1515", False),
    (APPLY, "星野商店", "hoshino@example.jp", "プランについて質問", "申込の前に教えてください。店舗向けのプランはありますか。", False),
    (SUPPORT, "川村 照", "kawamura@example.jp", "請求額が先月より高い", "9月分の請求が先月の倍近くあります。理由を教えてください。", False),
    (SUPPORT, "夜間 自動応答", "away@example.jp", "不在のお知らせ", "ただいま不在にしております。", False),
)  # fmt: skip
"""Box, name, address, subject, words, and whether a photograph comes with it."""
QUESTIONS = (
    (Channel.WEB, "move", "引越しの手続き", "来月引っ越します。何日前までに連絡すればよいですか。", "森 光", "mori@example.jp", 5),
    (Channel.WEB, "outage", "部屋だけ電気がつかない", "ブレーカーは上がっていますが、居間だけつきません。", "浜 点", "hama@example.jp", 3),
    (Channel.PHONE, "payment", "コンビニ払いに変えたい", "口座振替からコンビニ払いへ変えたいとのこと。折り返し希望。", "灯台 守", "", 2),
    (Channel.WEB, "bill", "再エネ賦課金とは", "明細の再エネ賦課金は何ですか。", "原 明", "hara@example.jp", 1),
)  # fmt: skip


def open_boxes(at: simulators.Places) -> None:
    """Two mailboxes: one for applications, one for enquiries."""
    for code, name, route, address in BOXES:
        (at.mailbox_folder / address).mkdir(parents=True, exist_ok=True)
        messaging.save_mailbox(
            code=code,
            name=name,
            route=route,
            address=address,
            host=at.host,
            port=at.mailbox_port,
            user=address,
            password_file=str(at.mailbox_password),
            trust_file=str(at.keys / "ca.pem"),
            folder="INBOX",
            is_active=True,
        )


def write(at: simulators.Places) -> str:
    """Kinds and texts, mails that the first look brings, and questions of the last days."""
    care.load_shipped()
    for number, (box, name, address, subject, words, with_photo) in enumerate(MAILS, start=1):
        mailbox.put(at.mailbox_folder, box, _mail(number, box, name, address, subject, words, with_photo=with_photo))
    for number, (channel, kind, subject, words, name, address, days) in enumerate(QUESTIONS, start=1):
        care.open_enquiry(
            channel=channel, kind_code=kind, subject=subject, body=words, language="ja",
            now=story.NOW - timedelta(days=days), name=name, mail=address, phone="03-0000-0000", key=f"demo-{number}",
        )  # fmt: skip
    _from_the_portal()
    _announce()
    return f"{len(MAILS)} mails wait, {len(QUESTIONS) + 1} questions"


def _from_the_portal() -> None:
    users = identity.portal_users_frame()
    customer = parties.customer(customer_id=int(users["customer_id"][0]))
    assert customer is not None, "somebody uses the portal"
    made = care.open_enquiry(
        channel=Channel.PORTAL, kind_code="contract", subject="契約アンペアを変えたい",
        body="30Aから40Aへ変更したいです。工事は必要ですか。", language="ja", now=story.NOW - timedelta(hours=18),
        name=customer.name, customer_id=customer.id, recognized_by=Recognized.PORTAL, key="demo",
    )  # fmt: skip
    care.answer(
        enquiry_id=made.id, body="40Aまではスマートメーターの設定変更で対応できます。工事の立会いは不要です。", key="demo",
        now=story.NOW - timedelta(hours=17), actor_id=None,
    )  # fmt: skip


def _announce() -> None:
    texts = {
        "ja": {"title": "年末年始の窓口休業のお知らせ", "body": "12月29日から1月3日まで窓口をお休みします。停電などの緊急時は、お住まいの地域の送配電会社へご連絡ください。"},
        "en": {"title": "Our desk over the new year", "body": "Our desk is closed from 29 December to 3 January. In an emergency, call the grid company of your area."},
        "zh-hans": {"title": "年末年初窗口休息通知", "body": "12月29日至1月3日窗口休息。停电等紧急情况请联系所在地区的电网公司。"},
    }  # fmt: skip
    care.draft(texts=texts, audience=Audience(), by_mail=True, now=story.NOW, actor_id=None)


def _mail(number: int, box: str, name: str, address: str, subject: str, words: str, *, with_photo: bool) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = f"<demo-{number}@example.jp>"
    message["From"] = f"{name} <{address}>"
    message["To"] = box
    message["Subject"] = subject
    message["Date"] = (story.NOW - timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S +0900")
    if address.startswith("away"):
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(words)
    if with_photo:
        message.add_attachment(PHOTO, maintype="image", subtype="jpeg", filename="kenshin.jpg")
    return message.as_bytes()
