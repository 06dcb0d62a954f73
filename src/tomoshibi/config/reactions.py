"""The only upward wire: which jobs follow an announcement. At most thirty rows."""

from collections.abc import Mapping, Sequence

from tomoshibi.billing.values import BillsIssued
from tomoshibi.contracts.values import ContractEnded
from tomoshibi.fieldwork.values import TicketClosed
from tomoshibi.groups.values import FinalBillPosted
from tomoshibi.identity.values import InvitationCreated
from tomoshibi.messaging.values import MailArrived, TextFailed
from tomoshibi.metering.values import ConfirmedValuesChanged
from tomoshibi.worker.values import Announcement, JobFailed, JobRecovered

TABLE: Mapping[type[Announcement], Sequence[str]] = {
    JobFailed: ("console.job_failed",),
    JobRecovered: ("console.job_recovered",),
    InvitationCreated: ("console.mail_invitation",),
    TextFailed: ("console.text_failed",),
    BillsIssued: ("collection.open_receivables", "billing.notify_statements", "billing.tell_group_endings"),
    FinalBillPosted: ("applications.settle_cancellations",),
    ContractEnded: ("billing.tell_cancellation_fee",),
    MailArrived: ("applications.sort_mail", "care.sort_mail"),
    TicketClosed: ("applications.take_over_ticket",),
    ConfirmedValuesChanged: ("billing.find_corrections",),
}
