"""What people read about documents: kinds, states, ways, items of the checklist, proofs."""

from collections.abc import Iterator, Mapping, Sequence

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import notice_texts
from tomoshibi.applications.values.notices import Channel, NoticeKind, NoticeState, Occasion, TemplateState
from tomoshibi.ui.states import State, Tone

Words = str | Promise
KINDS: dict[str, Words] = {
    NoticeKind.BEFORE: _("before the contract (2-13)"),
    NoticeKind.AFTER: _("after the contract (2-14)"),
}
STATES: dict[str, State] = {
    NoticeState.HELD: State(
        pgettext_lazy("document", "held"), Tone.ATTENTION, "hand-stop", _("An item of the checklist is missing.")
    ),
    NoticeState.TO_POST: State(pgettext_lazy("document", "to post"), Tone.ATTENTION, "mail-forward"),
    NoticeState.SENT: State(pgettext_lazy("document", "sent"), Tone.RUNNING, "send"),
    NoticeState.RECEIVED: State(pgettext_lazy("document", "opened"), Tone.GOOD, "circle-check"),
    NoticeState.WITHDRAWN: State(pgettext_lazy("document", "withdrawn"), Tone.QUIET, "ban"),
}
TEMPLATES: dict[str, State] = {
    TemplateState.DRAFT: State(pgettext_lazy("text", "draft"), Tone.ATTENTION, "pencil"),
    TemplateState.PROPOSED: State(pgettext_lazy("text", "to be read by a second person"), Tone.ATTENTION, "eye-check"),
    TemplateState.PUBLISHED: State(pgettext_lazy("text", "published"), Tone.GOOD, "circle-check"),
    TemplateState.REJECTED: State(pgettext_lazy("text", "sent back"), Tone.BAD, "arrow-back-up"),
}
CHANNELS: dict[str, Words] = {
    Channel.PORTAL: pgettext_lazy("document", "portal"),
    Channel.MAIL: pgettext_lazy("document", "mail"),
    Channel.LETTER: pgettext_lazy("document", "letter"),
}
OCCASIONS: dict[str, Words] = {
    Occasion.FIRST: pgettext_lazy("document", "new contract"),
    Occasion.CHANGE: pgettext_lazy("document", "change"),
    Occasion.REISSUE: pgettext_lazy("document", "reissue"),
}
ITEMS: dict[str, Words] = {
    "retailer": _("Retailer"),
    "registration_number": _("Registration number as a retailer"),
    "contact": _("Contact and its hours"),
    "agent": _("Broker or agent"),
    "how_to_apply": _("How to apply"),
    "start": _("First day of supply"),
    "charges": _("Charges, their calculation and revision"),
    "works_cost": _("Cost of meters and works"),
    "discounts": _("Discounts and their end"),
    "payment": _("Ways of paying"),
    "reading_day": _("Reading day"),
    "due_date": _("Due date"),
    "late_interest": _("Late interest"),
    "supply": _("Voltage, frequency, size"),
    "term": _("Term"),
    "renewal": _("Renewal"),
    "end_by_customer": _("Change and end by the customer"),
    "end_by_us": _("Change and end by us"),
    "power_mix": _("Power mix and its validity"),
    "deposit": _("Security deposit"),
    "cooling_off": _("Cooling-off"),
    "opening": _("Opening"),
    "template": _("A published text"),
    "counsel": _("Who confirmed the text: it is still the shipped example"),
    "address": _("A complete address for the letter"),
}
FACTS: dict[str, Words] = {
    "company": _("name of the company"),
    "company_postal_code": _("postal code of the company"),
    "company_address": _("address of the company"),
    "company_phone": _("telephone of the company"),
    "company_mail": _("mail of the company"),
    "invoice_registration": _("invoice registration number of the company"),
    "customer": _("name of the customer"),
    "contract": _("contract number"),
    "agent": _("name of the agency"),
    "start": _("first day"),
    "plan": _("name of the plan"),
    "prices": _("prices of the plan"),
    "rules": _("how the charges are calculated"),
    "discounts": _("discounts of the contract"),
    "payment": _("way of paying"),
    "reading_day": _("day of the reading"),
    "voltage": _("voltage"),
    "frequency": _("frequency"),
    "capacity": _("size of the contract"),
    "spin": _("supply point number, still unknown"),
    "place": _("address of use"),
    "fee": _("fee for leaving"),
    "late_interest": _("rule of late interest"),
    "power_mix": _("power mix"),
    "fiscal_year": _("fiscal year of the power mix"),
}
"""What is filled into an item, where it is missing."""
PROOFS: dict[str, tuple[str, Words]] = {
    "made": ("file-check", _("Paper made; its SHA-256")),
    "sent": ("send", _("Sent to")),
    "posted": ("mailbox", _("Posted to")),
    "mail_queued": ("hourglass", _("Mail waits to be sent to")),
    "mail_sent": ("mail-check", _("Mail server took the mail for")),
    "mail_failed": ("mail-x", _("Mail was refused")),
    "opened": ("eye-check", _("Opened by the customer")),
}
OPENED: dict[str, Words] = {
    "mail": _("by the link in the mail"),
    "portal": _("in the portal"),
}


def missing(code: str) -> str:
    """``item:fact`` of what is missing, as people read it."""
    item, _colon, fact = code.partition(":")
    said = str(ITEMS.get(item, item))
    if fact == notice_texts.SAMPLE:
        return _("%(item)s: the sample of the shipped text has to be replaced by your own") % {"item": said}
    return f"{said} ({FACTS.get(fact, fact)})" if fact else said


class _Missing(Mapping[str, str]):
    """Every ``item:fact`` with its words, for the trail of changes."""

    def __getitem__(self, code: str) -> str:
        return missing(code)

    def __iter__(self) -> Iterator[str]:
        return iter(ITEMS)

    def __len__(self) -> int:
        return len(ITEMS)


MISSING = _Missing()


def places(codes: Sequence[str], *, customer_id: int, kind: str) -> list[tuple[str, Words]]:
    """Addresses of the pages where what is missing is put right, each once."""
    found: dict[str, Words] = {}
    for code in codes:
        item, _colon, fact = code.partition(":")
        if item == "address":
            found[reverse("parties:customer", args=[customer_id])] = _("Address of the customer")
        elif fact.startswith("company") or fact == "invoice_registration":
            found[reverse("masters:company_list")] = _("Profile of the company")
        elif item in {"template", "counsel"} or fact in {notice_texts.SAMPLE, ""}:
            found[reverse("applications:new_notice_template", args=[kind])] = _("Text of the document")
    return list(found.items())


def complaint(fact: str) -> str:
    """What keeps an item from being published, beside its field."""
    if fact == notice_texts.SAMPLE:
        return str(_("This is still the shipped sample: write what holds for your company."))
    return _("“%(fact)s” cannot be filled in.") % {"fact": fact} if fact else str(_("This item is needed."))
