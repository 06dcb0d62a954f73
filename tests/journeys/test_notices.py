"""What the law asks to tell before and after a contract: held while an item is missing, sent, opened, proved."""

import hashlib
import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse

from tests import company
from tests.applications.switching.world import START_DAY, contract_at, outside
from tests.journeys.test_changes import write_down
from tests.metering.grid import spin
from tomoshibi.applications.operations import notices as operations
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values.notices import About, NoticeKind, NoticeState, Occasion, TemplateState
from tomoshibi.gateways import mail
from tomoshibi.identity import operations as identity
from tomoshibi.messaging import operations as messaging
from tomoshibi.parties import operations as parties
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worklist import queries as worklist


@pytest.fixture
def post_office(tmp_path, settings):
    with mail.MailSimulator(tmp_path / "mail") as simulator:
        settings.EMAIL_PORT = simulator.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        yield simulator


@pytest.fixture
def office(journey, tmp_path, post_office):
    with outside(tmp_path) as made:

        def open_office():
            company.enter()
            tariffs.install_shipped(now=made.now)
            messaging.load_shipped_texts()
            rights = ["CM2.do", "CM3.do", "CM4.do"]
            identity.save_role(code="care", name="顧客担当", rights=rights)
            identity.save_role(code="lead", name="責任者", rights=[*rights, "CM4.confirm"])
            for name, role in (("kato", "care"), ("mori", "lead")):
                identity.add_person(
                    username=name, name=name, mail=f"{name}@example.jp", password="lamp-light-42", roles=[role]
                )
            parties.change_customer(customer_id=contract_at(spin(1)).customer_id, changes={"mail": "taro@example.jp"})

        journey.in_transaction(open_office)
        yield made


def browser(journey, name):
    found = journey.sign_in(name)
    found.cookies["django_language"] = "en"
    return found


OWN = {"text_registration_number": "B1234", "text_power_mix": "水力 60％、火力 40％（2026年度の計画値）"}


def publish_a_text(clerk, lead, kind, *, counsel=""):
    """
    A version written by one and published by the other; an item without text is refused, and one that is still the shipped
    sample, and publishing one's own.
    """
    begun = queries.published_template(kind=kind)
    typed = {"title": begun.title, "opening": begun.opening, "counsel": counsel}
    for item in begun.items:
        typed |= {f"heading_{item.code}": item.heading, f"text_{item.code}": item.text}
    address = reverse("applications:new_notice_template", args=[kind.value])
    assert clerk.get(address).status_code == 200
    kept = clerk.post(address, typed | {"text_late_interest": "", "propose": "1"})
    page = kept.headers["Location"]
    refused = clerk.post(page, typed | {"text_late_interest": "", "propose": "1"})
    assert refused.status_code == 422
    assert "This item is needed." in refused.content.decode()
    samples = clerk.post(page, typed | {"propose": "1"})
    assert samples.status_code == 422
    assert samples.content.decode().count("still the shipped sample") == 2
    typed |= OWN
    assert clerk.post(page, typed | {"propose": "1"}).status_code == 302
    template_id = int(page.rstrip("/").rpartition("/")[2])
    decide = reverse("applications:decide_notice_template", args=[template_id])
    assert clerk.post(decide, {"decision": "publish"}).status_code == 403, "who wrote it has no right to"
    lead.post(decide, {"decision": "publish"})
    assert queries.template(template_id=template_id).state is TemplateState.PUBLISHED


def says_what_was_agreed(document):
    """Prices, the fee and the interest by the clauses of the plan; the frequency by the area."""
    said = {entry["code"]: entry["text"] for entry in document.content}
    assert said.keys() >= {"power_mix", "cooling_off"}
    assert "従量電灯B" in said["charges"]
    assert "311.75円 / 10 A" in said["charges"]
    assert said["end_by_customer"].endswith("解約金：解約に費用はかかりません。")
    assert said["late_interest"] == "支払いが遅れても利息はかかりません。"
    assert "周波数 50ヘルツ（群馬県の一部は60ヘルツ）" in said["supply"]


def held_while_samples_stand(journey, clerk, office, held, item):
    """The shipped example is no text of this company: held with a sentence, and a link to where it is put right."""
    journey.in_transaction(operations.install_notice_texts, now=office.now)
    clerk.post(reverse("applications:notice_step", args=[held.id, "again"]))
    samples = queries.notice(notice_id=held.id)
    assert samples.state is NoticeState.HELD
    assert set(samples.missing) >= {"counsel", "registration_number:sample", "power_mix:sample"}
    told = clerk.get(item.url).content.decode()
    assert "sample of the shipped text has to be replaced" in told
    assert reverse("applications:new_notice_template", args=["before"]) in told


@pytest.mark.procedure("CM4")
def test_a_document_is_held_then_sent_and_its_delivery_proved(journey, office, post_office):
    clerk, lead = browser(journey, "kato"), browser(journey, "mori")
    here = contract_at(spin(1))
    change = write_down(
        clerk, here.number, "plan", plan_code="tokyo-b", effective_on=str(START_DAY + timedelta(days=20))
    )
    journey.work()
    # Without a published text nothing goes out: it is held, and that is work.
    (held,) = queries.notices_of(contract_id=here.id)
    assert (held.kind, held.state, held.missing) == (NoticeKind.BEFORE, NoticeState.HELD, ("template",))
    (item,) = worklist.open_items(kind="applications.notice_held")
    assert "A published text" in clerk.get(item.url).content.decode()

    held_while_samples_stand(journey, clerk, office, held, item)
    # Published, what was held goes out by itself.
    publish_a_text(clerk, lead, NoticeKind.BEFORE, counsel="弁護士 灯台守、2026年10月1日")
    journey.work()
    sent = queries.notice(notice_id=held.id)
    assert sent.state is NoticeState.SENT, sent.missing
    assert worklist.open_items(kind="applications.notice_held") == []
    says_what_was_agreed(sent)

    # The mail has a link; who follows it reads the paper, and that is the proof. Reading it again changes nothing.
    sent_mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in post_office.messages()]
    (letter,) = [one for one in sent_mails if sent.number in str(one["Subject"])]
    link = re.search(r"https?://\S+", letter.get_content()).group(0)
    reader = Client()
    paper = reader.get(re.sub(r"^https?://[^/]+", "", link))
    assert paper.content.startswith(b"%PDF")
    assert hashlib.sha256(paper.content).hexdigest() == sent.sha256
    opened = queries.notice(notice_id=held.id)
    assert (opened.state, opened.opened_how) == (NoticeState.RECEIVED, "mail")
    office.go(days=1)
    reader.get(re.sub(r"^https?://[^/]+", "", link))
    assert queries.notice(notice_id=held.id) == opened
    assert reader.get(reverse("portals:document", args=["made-up"])).status_code == 410
    shown = clerk.get(reverse("applications:notice", args=[held.id])).content.decode()
    assert sent.sha256 in shown
    assert "taro@example.jp" in shown

    # The same occasion is one document, however often it is ordered.
    about = About(contract_id=here.id, change_id=change)
    journey.in_transaction(operations.order_notice, kind=NoticeKind.BEFORE, about=about, occasion=Occasion.CHANGE)
    journey.work()
    assert len(queries.notices_of(contract_id=here.id)) == 1

    # Made anew on paper: it waits for the post, and is posted once.
    clerk.post(reverse("applications:notice_step", args=[held.id, "reissue"]), {"channel": "letter"})
    anew = queries.notices_of(contract_id=here.id)[0]
    assert (anew.state, anew.occasion, anew.replaces_id) == (NoticeState.TO_POST, Occasion.REISSUE, held.id)
    queue = reverse("applications:post_queue")
    assert anew.number in clerk.get(queue).content.decode()
    clerk.post(queue, {"ids": [anew.id], "on": str(office.today)})
    clerk.post(queue, {"ids": [anew.id], "on": str(office.today + timedelta(days=3))})
    posted = queries.notice(notice_id=anew.id)
    assert (posted.state, posted.posted_on) == (NoticeState.SENT, office.today)
    assert clerk.get(reverse("applications:notices")).status_code == 200
    assert clerk.get(reverse("applications:notice_pdf", args=[anew.id])).content.startswith(b"%PDF")
    assert clerk.get(reverse("applications:notices_of"), {"contract": here.id}).status_code == 200
