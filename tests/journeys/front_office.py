"""
From a form on the Web to the first bill in the portal, all by pages: steps of the story that ``test_month`` tells beside
the month, because both live through the same days.
"""

import re
from datetime import timedelta

from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.journeys.test_intake import CONSENTS, Visitor, pick
from tomoshibi.applications import queries
from tomoshibi.applications.queries import notices
from tomoshibi.applications.values import IntakeState, RegistrationState
from tomoshibi.applications.values.notices import NoticeKind, NoticeState
from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.worker import operations as clock_operations
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import queries as worklist

PASSWORD = "warm-lamp-77-x"
SPIN = "0300112233445566778897"
"""A point that the simulated grid company reads soon after the start: the first values come before the debit result."""
MAIL = "taro@example.jp"
FIRST_MONTHS = (Month(2026, 11), Month(2026, 12))
"""Which of them has the first reading is the reading day's matter."""


def paths_in_mails(part):
    """Addresses of a kind in the mails that went out, the latest last."""
    return [found for sent in mail.outbox for found in re.findall(rf"{part}[^/\s]+/", sent.body)]


def applies(journey):
    """Five pages on the Web; refused without consent, sent twice it is one."""
    visitor = Visitor(journey)
    today = clock.today()
    visitor.page("", status=302, kind="switch", postal_code="105-0011")
    (plan,) = [one.code for one in queries.plans_for_sale(area="03", today=today) if one.code == "tokyo-b"]
    visitor.page("plan", status=302, size="A:30", use_kwh="260", plan_code=plan, do="next")
    place = pick("postal_code", "prefecture", "city", "town", "block", "current_retailer", "current_customer_number")
    wished = {"wished_on": str(today + timedelta(days=14)), "current_customer_number": "1234567890123"}
    visitor.page("place", status=302, **place | wished, spin=SPIN)
    you = pick("applicant", "name", "kana", "phone", "mail", "statement_channel")
    visitor.page("you", status=302, **you | {"payment_method": "transfer", "statement_channel": "portal", "mail": MAIL})
    visitor.page("check", status=422, agree_terms="on")
    journey.in_transaction(clock_operations.set_clock, now=clock.now() + timedelta(minutes=3))
    for _twice in range(2):
        visitor.page("check", status=302, **CONSENTS)
    (item,) = [one for one in worklist.open_items(kind="applications.intake") if "灯火 太郎" in one.title]
    return visitor, int(item.subject.rpartition(":")[2]), item.url


def is_examined(clerk, lead, intake_id, url):
    assert clerk.get(url).status_code == 200
    for finding in queries.intake(intake_id=intake_id).open_findings:
        clerk.post(f"{url}pass/", {"rule": finding.rule})
    clerk.post(f"{url}accept/")
    if queries.intake(intake_id=intake_id).state is IntakeState.EXAMINED:
        lead.post(f"{url}confirm/")
    assert queries.intake(intake_id=intake_id).state is IntakeState.HANDED_OVER


def is_switched(journey, clerk, intake_id):
    """The grid company answered while the days passed; the contract stands."""
    assert clerk.get(reverse("applications:switching")).status_code == 200
    registration = queries.registration_of(intake_id=intake_id)
    assert registration.state is RegistrationState.COMPLETED
    journey.spoken_to.add("switching")
    contract = contracts.contract(contract_id=registration.contract_id)
    assert parties.customer(customer_id=contract.customer_id).name == "灯火 太郎"
    return contract


def sees_the_state(visitor, intake_id, contract):
    """The page of the state, by number, says when supply began."""
    number = queries.intake(intake_id=intake_id).number
    page = visitor.page("status", number=number, contact=MAIL).content.decode()
    assert f'<time datetime="{contract.start}"' in page


def is_told(clerk, contract):
    """The documents before and after the contract came by mail; opened by the link, that is the proof."""
    assert clerk.get(reverse("applications:notices")).status_code == 200
    found = {one.kind: one for one in notices.notices_of(customer_id=contract.customer_id)}
    assert {kind: one.state for kind, one in found.items()} == dict.fromkeys(NoticeKind, NoticeState.SENT)
    reader = Client()
    for path in paths_in_mails("/portals/documents/"):
        assert reader.get(path).content.startswith(b"%PDF")
    assert {one.state for one in notices.notices_of(customer_id=contract.customer_id)} == {NoticeState.RECEIVED}


def comes_in(journey, clerk, customer_id):
    page = reverse("console:customer", args=[customer_id])
    assert clerk.get(page).status_code == 200
    clerk.post(reverse("console:open_portal", args=[customer_id]))
    journey.work()
    address = paths_in_mails("/identity/invitation/")[-1]
    visitor = Client()
    assert visitor.post(address, {"password": PASSWORD, "again": "other"}).status_code == 422
    assert visitor.post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert visitor.post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
    return journey.sign_in_customer(customer_id)


def month_of_the_first_values(contract):
    here = [contract.supply_point_id]
    (month,) = [m for m in FIRST_MONTHS if not metering.confirmed_frame(month=m, supply_point_ids=here).is_empty()]
    return month


def sees_the_first_bill(customer, contract):
    (bill,) = billing.bills_of(customer_id=contract.customer_id)
    assert bill.period_start == contract.start
    home = customer.get(reverse("portals:customer_home")).content.decode()
    assert f"{bill.total_minor:,}" in home
    assert customer.get(reverse("portals:customer_statement", args=[bill.id])).content.startswith(b"%PDF")
    usage = customer.get(reverse("portals:customer_usage")).content.decode()
    assert str(Month.from_number(bill.month)) in usage
