"""
What was done, in the reader's words.

A deed is kept as one English sentence: the record does not change with a translation. Where it is shown, the sentence is
recognized by the form it was made from, and said in the reader's language with the same values. A new deed adds its
form here; tests refuse one that has none (``TOMOSHIBI_DEEDS_NEED_WORDS``), and a reader sees the English.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext_noop as _

from tomoshibi.identity import columns
from tomoshibi.ui import figures
from tomoshibi.ui.currency import current
from tomoshibi.ui.sentences import Sentences

FORMS: tuple[str, ...] = (
    # identity
    _("invited the administrator %(name)s"),
    _("reset the second factor of %(name)s from the command line"),
    _("reset the second factor of %(name)s: %(reason)s"),
    _("sealed %(count)s second factors with the secret key of today"),
    _("accepted the invitation of %(name)s"),
    _("reviewed the rights of %(count)s people"),
    _("invited %(name)s"),
    _("made a new invitation address for %(name)s"),
    _("changed the rights of %(name)s"),
    _("ended the access of %(name)s"),
    _("saved the role %(code)s with %(count)s rights"),
    _("saved the department %(code)s"),
    _("closed '%(title)s': %(outcome)s"),
    _("closed accounting month %(month)s"),
    _("opened accounting month %(month)s"),
    # masters
    _("proposed %(count)s rows of %(master)s"),
    _("approved %(count)s rows of %(master)s"),
    _("rejected a change of %(master)s"),
    _("withdrew a change of %(master)s"),
    _("imported spot prices of %(count)s days (%(first)s to %(last)s), %(changed)s changed"),
    _("approved changed spot prices of %(count)s days"),
    _("rejected changed spot prices"),
    _("approximated %(count)s reading days of area %(area)s for %(year)s"),
    _("%(banks)s banks and %(branches)s branches began or changed"),
    # tariffs
    _("began a draft of %(plan)s"),
    _("gave up the draft of %(plan)s"),
    _("took up the draft of %(plan)s"),
    _("proposed %(count)s version(s) of %(plan)s"),
    _("published %(plan)s from %(day)s"),
    _("turned down %(plan)s from %(day)s"),
    # parties
    _("registered customer %(number)s"),
    _("changed nothing"),
    _("changed where bills go"),
    _("looked at telephone and mail in full"),
    _("looked at the bank account number in full"),
    _("pays by %(payment)s, statement by %(statement)s, one invoice for all: %(collective)s from %(day)s"),
    _("one invoice for all: %(collective)s from %(day)s"),
    _("wrote down a mandate"),
    _("submit mandate"),
    _("accept mandate"),
    _("reject mandate"),
    _("suspend mandate"),
    _("resume mandate"),
    _("stop mandate"),
    _("invited customer %(number)s to the portal"),
    _("sent customer %(number)s a fresh invitation to the portal"),
    _("blocked the portal of customer %(number)s: %(reason)s"),
    _("let customer %(number)s into the portal again"),
    # supply
    _("registered point %(spin)s"),
    _("hung meter %(meter)s"),
    # contracts
    _("registered contract %(number)s"),
    _("ends on %(day)s: %(end_reason)s"),
    _("entered a levy exemption of %(percent)s %% from %(start)s until %(end)s"),
    _("agreed to a levy exemption of %(percent)s %%"),
    _("rejected a levy exemption"),
    _("entered days of outage from %(start)s until %(end)s"),
    _("agreed to days of outage from %(start)s until %(end)s"),
    _("rejected days of outage"),
    _("entered particulars from %(start)s"),
    _("agreed to particulars from %(start)s"),
    _("rejected particulars"),
    _("changed to %(plan)s %(size)s from %(day)s"),
    # metering
    _("read %(file)s: %(rows)s rows, %(new)s new, %(replaced)s replaced, %(refused)s refused"),
    _("asked for new files of area %(area)s"),
    _("asked for new files of all areas"),
    _("asked again for %(count)s confirmed values"),
    _("agreed quantity %(dwh)s [0.1 Wh] for %(spin)s %(month)s: %(basis)s, by %(by)s on %(day)s"),
    _("set the portal of area %(area)s: %(url)s"),
    _("changed the portal of area %(area)s: %(url)s"),
    _("took %(count)s maximum demands of %(month)s"),
    _("took %(count)s demands of %(file)s"),
    _("agreed demand %(watt)s [W], by %(by)s for %(number)s %(month)s"),
    _("agreed contract demand %(watt)s [W] from %(from)s, by %(by)s for %(number)s %(month)s"),
    _("split %(number)s %(month)s at %(day)s: equipment added"),
    # billing
    _("made %(run_kind)s run over %(count)s contracts for %(month)s"),
    _("took %(count)s more contracts into the correction of %(month)s"),
    _("rates the run anew"),
    _("rated %(count)s bills, set %(aside)s aside"),
    _("cancelled the run: %(reason)s"),
    _("release bill of %(whose)s: %(reason)s"),
    _("hold bill of %(whose)s: %(reason)s"),
    _("correct bill of %(whose)s: %(reason)s"),
    _("ask bill of %(whose)s: %(reason)s"),
    _("priced contract %(contract)s again"),
    _("withdrew correction %(number)s of contract %(contract)s"),
    _("set check %(code)s %(plan)s: %(values)s"),
    _("examined %(count)s bills"),
    _("confirmed %(count)s bills of %(amount)s in all"),
    _("issued %(count)s bills of %(amount)s in all"),
    _("made the statement of bill %(number)s again: %(reason)s"),
    _("made %(count)s statements for the printer"),
    _("told %(count)s customers that their statement of %(month)s is ready"),
    _("entered %(code)s of %(amount)s: %(reason)s"),
    _("agreed to the charge"),
    _("rejected the charge: %(reason)s"),
    _("withdrew the charge: %(reason)s"),
    _("studied %(title)s over %(count)s contracts and %(months)s months"),
    _("stopped the study"),
    _("worked out %(count)s groups for %(month)s: %(new)s new, %(problems)s with a problem"),
    # collection
    _("direct debit %(agent)s %(day)s: prepared %(count)s debits of %(amount)s"),
    _("direct debit %(agent)s %(day)s: released %(count)s debits of %(amount)s"),
    _("direct debit %(agent)s %(day)s: cancelled: %(reason)s"),
    _("direct debit %(agent)s %(day)s: sent as %(file)s"),
    _("decided %(count)s failed debits: %(treatment)s"),
    _("put on hold: %(reason)s"),
    _("lifted the hold"),
    _("told %(count)s charges of late interest"),
    _("set the connection to %(agent)s: %(address)s"),
    _("applied a row (%(kind)s) of result file %(file)s: %(note)s"),
    _("dismissed a row (%(kind)s) of result file %(file)s: %(note)s"),
    _("entered a receipt of %(amount)s"),
    _("assigned a receipt of %(amount)s"),
    _("imported bank file %(file)s: %(count)s transfers of %(amount)s, %(refused)s refused"),
    _("opened %(count)s receivables and %(credits)s credits"),
    _("asked for a refund of %(amount)s: %(reason)s"),
    _("cancelled a refund of %(amount)s"),
    _("prepared %(count)s refunds of %(amount)s"),
    _("released refunds of %(amount)s"),
    _("refunds of %(amount)s were paid"),
    _("recorded that the bank took back %(amount)s: %(reason)s"),
    _("agreed that the bank took back %(amount)s"),
    _("withdrew that the bank took a transfer back"),
    _("imported result file %(file)s: %(paid)s paid, %(failed)s failed, %(problems)s to look at"),
    _("result code %(agent)s %(code)s: %(meaning)s, then %(treatment)s"),
    _("settled %(amount)s of debit %(agent)s %(day)s, fee %(fee)s"),
    _("proposed to write off %(amount)s: %(reason)s"),
    _("wrote off %(amount)s"),
    _("withdrew the proposal to write off"),
    # messaging
    _("set how mailbox %(code)s is reached"),
    _("set how text messages leave"),
    _("asked the gateway for text messages now"),
    # care
    _("one person may reach %(count)s"),
    _("saved kind %(code)s"),
    _("saved text %(code)s"),
    _("wrote announcement %(number)s"),
    _("changed announcement %(number)s"),
    _("asked for announcement %(number)s"),
    _("scheduled announcement %(number)s"),
    _("confirmed announcement %(number)s"),
    _("sent back announcement %(number)s"),
    _("withdrew announcement %(number)s"),
    _("published announcement %(number)s"),
    _("received enquiry %(number)s"),
    _("wrote again in enquiry %(number)s"),
    _("re-routed to applications: enquiry %(number)s"),
    _("assigned enquiry %(number)s"),
    _("put under %(kind)s enquiry %(number)s"),
    _("tied to nobody: enquiry %(number)s"),
    _("tied to %(customer)s: enquiry %(number)s"),
    _("read the contact data of enquiry %(number)s"),
    _("noted in enquiry %(number)s"),
    _("answered enquiry %(number)s"),
    _("handed to %(procedure)s enquiry %(number)s"),
    _("closed enquiry %(number)s"),
    # fieldwork
    _("entry %(key)s: %(state)s"),
    _("applied entry %(key)s"),
    _("dropped entry %(key)s"),
    _("may lead: %(name)s %(certificate)s"),
    _("leads until %(day)s"),
    _("gave ticket %(number)s to a leader"),
    _("added to the crew of %(number)s"),
    _("took somebody off the crew of %(number)s"),
    _("closed ticket %(number)s"),
    _("withdrew ticket %(number)s"),
    _("printed %(count)s spare labels"),
    # groups
    _("wrote a point list: %(added)s added, %(removed)s removed, %(moved)s moved"),
    _("imported %(points)s points in %(groups)s groups"),
    _("founded group %(number)s"),
    _("checked the benchmark"),
    _("activated the group"),
    _("split into %(count)s groups"),
    _("printed %(count)s labels of %(number)s"),
    _("replaced %(count)s labels of %(number)s"),
    _("ordered work on site at %(number)s"),
    _("uploaded %(file)s"),
    _("took %(count)s registers from %(file)s"),
    _("read %(meter)s at the end of %(day)s"),
    _("meter %(new)s for %(meter)s on %(day)s"),
    _("marked meter %(meter)s as suspect: %(reason)s"),
    _("trusts meter %(meter)s again: %(reason)s"),
    _("supplied under contract %(number)s"),
    _("completed the point"),
    _("put the %(column)s right"),
    _("deleted a device type that nobody used"),
    _("set %(code)s to %(value)s from %(day)s"),
    _("saved device type %(code)s"),
    _("recorded %(found)s for %(count)s rows"),
    _("decided about declared points"),
    _("took in the totals %(file)s"),
    _("decided about declared totals"),
    _("opened batch %(name)s"),
    _("took %(count)s points back"),
    # applications
    _("received an application"),
    _("accepted an application"),
    _("sent an application back"),
    _("looked at personal numbers"),
    _("worded the special clauses"),
    _("sent a test message to the outage contact"),
    _("checked the grouping a second time"),
    _("looked places up"),
    _("answered the questions of %(count)s rows"),
    _("closed the survey"),
    _("took over a repaired list"),
    _("reviewed the contract"),
    _("approved the contract"),
    _("sent the contract back"),
    _("drafted the contract"),
    _("recorded the signatures"),
    _("sent waiting rows out again"),
    _("went on without the rest"),
    _("ended the group"),
    _("filed %(slot)s"),
    _("closed the file"),
    _("placed row %(no)s by hand"),
    _("took row %(no)s out"),
    _("chose the benchmark"),
    _("changed the benchmark"),
    _("printed the labels"),
    _("ordered the work"),
    _("entered the installation data"),
    _("took over a closed ticket"),
    _("settled %(count)s cancelled groups"),
    _("reported a device without a seal"),
    _("reported a wrong count"),
    _("took over the shipped rights of the eleven roles"),
    _("set %(role)s at %(step)s to nothing"),
    _("set %(role)s at %(step)s to %(level)s"),
    _("took %(count)s neighbouring accounts"),
    _("looked into the inbox of mediations"),
    _("looked into the inbox by hand"),
    _("sent %(number)s to the grid company (%(route)s)"),
    _("%(number)s %(change_kind)s: took effect on %(day)s"),
    _("accepted change %(number)s (%(change_kind)s)"),
    _("corrected change %(number)s (%(change_kind)s)"),
    _("declined change %(number)s (%(change_kind)s)"),
    _("canceled change %(number)s (%(change_kind)s)"),
    _("entered the grid's answer of change %(number)s (%(change_kind)s)"),
    _("let %(rule)s pass in %(number)s"),
    _("changed %(columns)s in %(number)s"),
    _("found in order %(number)s"),
    _("sent back (%(reason)s) %(number)s"),
    _("registered customer and payer of %(number)s"),
    _("registered contract %(contract)s of %(number)s"),
    _("gave up the registration (%(reason)s) of %(number)s"),
    _("registered the purchase of %(number)s"),
    _("took back the purchase of %(number)s"),
    _("received an application %(number)s"),
    _("asked for %(rules)s in %(number)s"),
    _("received a repair of %(number)s"),
    _("ended the application %(number)s"),
    _("let expire %(number)s"),
    _("was asked by the applicant to withdraw %(number)s"),
    _("re-routed to enquiries: message %(number)s"),
    _("answered message %(number)s"),
    _("application %(intake)s - message %(number)s"),
    _("the applicant completes %(intake)s - message %(number)s"),
    _("belongs to %(intake)s - message %(number)s"),
    _("%(count)s applications of %(file)s - message %(number)s"),
    _("%(count)s reasons against %(file)s sent - message %(number)s"),
    _("%(reason)s - message %(number)s"),
    _("made %(document_kind)s document %(number)s, by %(channel)s"),
    _("withdrew document %(number)s"),
    _("posted %(count)s documents on %(day)s"),
    _("document %(number)s was opened (%(how)s)"),
    _("proposed the text of documents %(document_kind)s the contract, version %(version)s"),
    _("published the text of documents %(document_kind)s the contract, version %(version)s"),
    _("rejected the text of documents %(document_kind)s the contract, version %(version)s"),
    _("%(count)s contracts begin on days that the grid companies fixed: %(numbers)s"),
    _("contract %(number)s begins on the day that the grid company fixed"),
    _("reminded the grid company of %(number)s, due on %(day)s"),
    _("opened an application: %(case_kind)s"),
    _("corrected an application"),
    _("asked the old retailers of %(count)s"),
    _("sent %(count)s to the grid"),
    _("canceled %(count)s"),
    _("asked for the facts of a point"),
    _("took the grid's size"),
    _("a reconnection takes the place of a switch"),
    _("agreed to %(count)s requests"),
    _("declined %(count)s requests"),
    _("found a point by %(source)s"),
    _("no point was found"),
    _("looked for a point again"),
    _("opened a search of a point"),
    _("set how the switching support system is reached"),
    _("asked the switching support system now"),
    _("entered: %(step)s"),
    _("sent an application by form"),
    _("took a form to the grid company"),
    _("agreed to a contribution"),
    _("did not agree to a contribution"),
    _("set the desk of area %(area)s"),
    _("asked the wheeling Web systems"),
    _("entered agency %(code)s"),
    _("changed agency %(code)s"),
    _("made a key for agency %(code)s"),
    _("withdrew the key of agency %(code)s"),
    _("asked in the portal for a change (%(change_kind)s)"),
    _("statement %(number)s opened in the portal"),
    _("changed %(columns)s"),
)
"""Every sentence that a deed may be, room by room; ``%(place)s`` is what differs from deed to deed."""

WORDS: Mapping[str, str] = {
    "basis": "tomoshibi.metering.forms.BASES",
    "case_kind": "tomoshibi.applications.works_words.KINDS",
    "change_kind": "tomoshibi.applications.change_words.KINDS",
    "collective": "tomoshibi.parties.words.COLLECTIVE",
    "document_kind": "tomoshibi.applications.notice_words.KINDS",
    "end_reason": "tomoshibi.contracts.words.END_REASONS",
    "master": "tomoshibi.masters.register.LABELS",
    "meaning": "tomoshibi.collection.tables.MEANINGS",
    "payment": "tomoshibi.parties.words.PAYMENT",
    "statement": "tomoshibi.parties.words.STATEMENT",
    "treatment": "tomoshibi.collection.tables.TREATMENTS",
}
"""What is put into a place is a code: the room's mapping from it to what people read, looked up when it is shown."""
AMOUNTS = frozenset({"amount", "fee"})
COUNTED = frozenset({"aside", "credits", "count", "failed", "new", "paid", "problems", "refused", "replaced", "rows"})


class NoWords(AssertionError):
    """A deed of a form that nobody can say in another language."""


def in_words(what: str) -> str:
    """A deed in the language of the reader; as it was written where its form is not known."""
    return _SENTENCES.in_words(what)


def is_known(what: str) -> bool:
    return _SENTENCES.is_known(what)


def _shown(place: str, value: str) -> str:
    if place == "columns":
        return ", ".join(columns.called(name) for name in value.split(", "))
    if place == "column":
        return columns.called(value)
    if place in WORDS:
        return _word(import_string(WORDS[place]), value)
    if not value.removeprefix("-").isdecimal():
        return value
    if place == "dwh":
        return figures.kwh(int(value))
    if place in AMOUNTS:
        return f"{figures.money(int(value))} {current().unit}"
    return figures.integer(int(value)) if place in COUNTED else value


def _word(known: Mapping[Any, Any], value: str) -> str:
    word = known.get(value)
    word = getattr(word, "word", word)
    return str(value if word is None else word)


_SENTENCES = Sentences(FORMS, _shown)
