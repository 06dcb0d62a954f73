"""
The stories of applications to the outside and of changes, in the reader's words.

A line is kept as one English sentence of a form below (``said``) and read in the language of the page (``in_words``). What
a grid company or a person wrote stands in it as it was written; our own codes become words.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_noop as _

from tomoshibi.applications import switching_words, works_words
from tomoshibi.gateways.switching import Mediation, Stage
from tomoshibi.ui import figures
from tomoshibi.ui.sentences import Sentences

FORMS: tuple[str, ...] = (
    # applications to the grid
    _("opened"),
    _("refused: %(why)s"),
    _("the grid company took the cancellation"),
    _("accepted under %(number)s"),
    _("correction accepted: %(number)s"),
    _("mediation %(number)s waits for the old retailer"),
    _("facts of the point came: %(size)s"),
    _("%(n)s months of use came"),
    _("changed: %(columns)s"),
    _("the old retailer is asked"),
    _("sent to the grid company"),
    _("cancellation is asked for: %(why)s"),
    _("canceled: %(why)s"),
    _("facts of the point are asked for"),
    _("the contract took the grid's size"),
    _("at the grid: %(stage)s"),
    _("at the old retailer: %(mediation)s"),
    # applications by form
    _("received under %(number)s"),
    _("design: %(design)s"),
    _("contribution: %(amount)s"),
    _("contribution: %(amount)s, to be paid until %(day)s"),
    _("agreed: contribution of %(amount)s"),
    _("agreed: contribution of %(amount)s, to be paid until %(day)s"),
    _("contribution not agreed to: %(why)s"),
    _("contribution paid on %(day)s"),
    _("the day is fixed: %(day)s"),
    _("done on %(day)s"),
    _("payer %(account)s, plan %(plan)s"),
    _("returned: %(why)s"),
    _("rejected: %(why)s"),
    _("the grid says “%(heard)s”, which does not fit: %(why)s"),
    _("the grid says “%(heard)s”"),
    _("corrected"),
    _("form %(name)s is filled and waits to be sent"),
    _("form %(name)s is filled; a person takes it there"),
    _("taken to the grid company: %(words)s"),
    _("sent to %(to)s"),
    _("the form did not leave: %(why)s"),
    _("the grid company was reminded by mail to %(mail)s: due on %(day)s"),
    # changes
    _("asked for"),
    _("the grid refused: %(why)s"),
    _("cannot take effect: %(why)s"),
    _("took effect on %(day)s"),
    _("to be told to the grid company by hand"),
    _("accepted"),
    _("declined: %(why)s"),
)
"""Every sentence that a line may be; ``%(place)s`` is what differs from line to line."""

STAGES: Mapping[str, str | Promise] = {
    Stage.IN_PROGRESS: pgettext_lazy("stage at the grid", "being worked on"),
    Stage.MATCHED: pgettext_lazy("stage at the grid", "matched"),
    Stage.COMPLETED: pgettext_lazy("stage at the grid", "completed"),
    Stage.METER_OPEN: pgettext_lazy("stage at the grid", "completed, meter work open"),
    Stage.REJECTED: pgettext_lazy("stage at the grid", "rejected"),
    Stage.EXPIRED: pgettext_lazy("stage at the grid", "expired"),
    Stage.CANCELED: pgettext_lazy("stage at the grid", "canceled"),
}
"""What a stage means; beside it stands what the grid calls it."""
MEDIATIONS: Mapping[str, str | Promise] = {
    Mediation.WAITING: pgettext_lazy("mediation at the old retailer", "waits"),
    Mediation.AGREED: pgettext_lazy("mediation at the old retailer", "agreed"),
    Mediation.REFUSED: pgettext_lazy("mediation at the old retailer", "declined"),
    Mediation.MATCHED: pgettext_lazy("mediation at the old retailer", "matched"),
    Mediation.NOT_MATCHED: pgettext_lazy("mediation at the old retailer", "not matched"),
    Mediation.EXPIRED: pgettext_lazy("mediation at the old retailer", "not answered in time"),
    Mediation.CANCELED: pgettext_lazy("mediation at the old retailer", "taken back"),
}
AMOUNTS = frozenset({"amount"})


def said(form: str, **values: object) -> str:
    """A line as it is kept: a form of the table, with its values."""
    assert form in FORMS, f"a form that nobody can say in another language: {form}"
    return form % values


def meant(meaning: str, name: str) -> str:
    """The value of ``stage`` and ``mediation``: what it means for us, and what it is called outside."""
    return f"{meaning}:{name}"


def in_words(line: str) -> str:
    """A line in the language of the reader; as it was written where its form is not known."""
    return _SENTENCES.in_words(line)


def _shown(place: str, value: str) -> str:
    if place == "stage":
        return _named(STAGES, value)
    if place == "mediation":
        return _named(MEDIATIONS, value)
    if place == "columns":
        return ", ".join(str(switching_words.COLUMNS.get(name, name)) for name in value.split(", "))
    if place == "design":
        return str(works_words.DESIGNS.get(value, value))
    return figures.money(int(value)) if place in AMOUNTS and value.isdecimal() else value


def _named(words: Mapping[str, str | Promise], value: str) -> str:
    """The outside speaks Japanese: who reads another language gets our word first."""
    meaning, colon, name = value.partition(":")
    word = words.get(meaning)
    if not colon:
        return value
    return name if word is None or (get_language() or "").startswith("ja") else f"{word} ({name})"


_SENTENCES = Sentences(FORMS, _shown)
