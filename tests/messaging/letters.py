"""Letters as people's programs write them."""

from email.message import EmailMessage

from tomoshibi.gateways import mailbox
from tomoshibi.messaging import operations
from tomoshibi.storage import db


def letter(
    number,
    *,
    sender="hanako@example.jp",
    name="灯火 花子",
    subject="申込",
    text="お願いします",
    files=(),
    replies_to="",
    to="apply@tomoshibi.example.jp",
):
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@example.jp>"
    message["From"] = f"{name} <{sender}>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Wed, 04 Nov 2026 08:30:00 +0900"
    if replies_to:
        message["In-Reply-To"] = replies_to
        message["References"] = replies_to
    message.set_content(text)
    for file_name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=file_name)
    return message.as_bytes()


def open_mailbox(places, *, port, code="apply", route="applications", address="apply@tomoshibi.example.jp"):
    """A mailbox of the simulator, with nothing in it."""
    (places.mailbox_folder / address).mkdir(parents=True, exist_ok=True)
    with db.transaction():
        return operations.save_mailbox(
            code=code, name=code, route=route, address=address, host="127.0.0.1", port=port, user=address,
            password_file=str(places.mailbox_password), trust_file=str(places.keys / "ca.pem"), folder="INBOX",
            is_active=True,
        )  # fmt: skip


def post(places, content, *, address="apply@tomoshibi.example.jp"):
    return mailbox.put(places.mailbox_folder, address, content)
