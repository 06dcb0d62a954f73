"""What the arguments of jobs are called on the page of a job. A job with a new one adds its word here; a test says so."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, str | Promise] = {
    "actor_id": pgettext_lazy("job argument", "Asked for by (number of the person)"),
    "again_since": pgettext_lazy("job argument", "Fetched again since"),
    "agent": pgettext_lazy("job argument", "Collection agent"),
    "area": pgettext_lazy("job argument", "Area"),
    "batch_id": pgettext_lazy("job argument", "Number of the batch"),
    "by_hand": pgettext_lazy("job argument", "Started by hand"),
    "document_id": pgettext_lazy("job argument", "Number of the stored file"),
    "error": pgettext_lazy("job argument", "Reason"),
    "file_id": pgettext_lazy("job argument", "Number of the file"),
    "group_id": pgettext_lazy("job argument", "Number of the group"),
    "invitation_id": pgettext_lazy("job argument", "Number of the invitation"),
    "job_id": pgettext_lazy("job argument", "Number of the job"),
    "look_id": pgettext_lazy("job argument", "Number of the look"),
    "list_id": pgettext_lazy("job argument", "Number of the list"),
    "month": pgettext_lazy("job argument", "Month"),
    "name": pgettext_lazy("job argument", "Name"),
    "ordered_by": pgettext_lazy("job argument", "Ordered by"),
    "procedure": pgettext_lazy("job argument", "Procedure"),
    "months_after": pgettext_lazy("job argument", "Further months"),
    "reading_ids": pgettext_lazy("job argument", "Numbers of the readings"),
    "run_id": pgettext_lazy("job argument", "Number of the bill run"),
    "study_id": pgettext_lazy("job argument", "Number of the study"),
    "ticket_id": pgettext_lazy("job argument", "Number of the ticket"),
    "until": pgettext_lazy("job argument", "Until"),
    "contract_id": pgettext_lazy("job argument", "Number of the contract"),
    "mailbox_id": pgettext_lazy("job argument", "Number of the mailbox"),
    "on": pgettext_lazy("job argument", "On"),
    "reason": pgettext_lazy("job argument", "Reason"),
    "about": pgettext_lazy("job argument", "About"),
    "delivery_id": pgettext_lazy("job argument", "Number of the message"),
    "ending": pgettext_lazy("job argument", "Last digits of the number"),
    "change_id": pgettext_lazy("job argument", "Number of the change"),
    "kind": pgettext_lazy("job argument", "Kind"),
    "occasion": pgettext_lazy("job argument", "Occasion"),
    "registration_id": pgettext_lazy("job argument", "Number of the registration"),
    "waived": pgettext_lazy("job argument", "Waived"),
}


def word(name: str) -> str:
    """The word of an argument; its name where it has none (a job of an earlier version)."""
    return str(WORDS.get(name, name))


def shown(value: Any) -> Any:
    """The value of an argument as people read it: a yes or a no is a word."""
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value
