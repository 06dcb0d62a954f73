"""Whom a group's outages are told: a test message shows whether the number on the form is the right one (G-020)."""

from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.applications.operations.groupwork.cases import locked, note
from tomoshibi.applications.values import groupwork as values
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import db

TEST_TEXT = "groups.outage_contact_test"


@db.transaction_required
def send_test_message(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Tell the outage contact of a case that outages will be told to this number.

    :raises messaging.NoGateway: while nobody set up how text messages leave
    :raises messaging.BadNumber: if no phone has the number
    """
    case = locked(case_id)
    company = masters.company()
    messaging.send_text(
        template=TEST_TEXT,
        number=case.outage_mobile,
        context={
            "company": company.name,
            "contact": case.outage_contact,
            "customer": case.customer.name,
            "benchmark": case.group.benchmark_number if case.group else _("still to come"),
            "phone": company.phone,
        },
        about=values.subject_of(case.id),
        customer_id=case.customer_id,
        language=company.language,
        now=now,
    )
    note(case, values.ACCEPT, "test_message", now=now, actor_id=actor_id)
