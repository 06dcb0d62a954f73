"""Before something that cannot be undone: what it will do, to how many, for how much, and who has to agree."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from tomoshibi.ui.lists.columns import Words

CONFIRMED = "confirmed"
ONCE = "once"
"""Names one showing of a question: its yes counts once, however often it arrives."""
_ANSWERED = "confirm.answered"
_REMEMBERED = 50


@dataclass(frozen=True)
class Question:
    """
    What the user is asked.

    :param title: what is about to happen, as a heading
    :param what: a sentence that says what it will do
    :param do: the word on the button: the act itself, never "OK"
    :param back: address to return to without doing it
    :param count: how many things it concerns
    :param amount_minor: how much money moves
    :param facts: more pairs of label and value
    :param warning: what deserves attention (the lamp)
    :param second_person: who has to agree afterwards, where two people are needed
    :param danger: it cannot be undone and takes something away
    :param fragments: addresses of parts that other rooms tell about it (``fragments.addresses``): whom it reaches, say
    """

    title: Words
    what: Words
    do: Words
    back: str
    count: int | None = None
    amount_minor: int | None = None
    facts: Sequence[tuple[Words, Any]] = ()
    warning: Words = ""
    second_person: Words = ""
    danger: bool = False
    fragments: Sequence[str] = ()
    note: Words = _("This cannot be undone.")  # noqa: RUF009 - lazy: translated when it is shown


def is_confirmed(request: HttpRequest) -> bool:
    """
    Whether the user has seen the question and said yes to it.

    The same yes again (the page reloaded, or gone back to) is none: the question is asked anew. Within one request the
    answer stays the same.
    """
    known = getattr(request, "_is_confirmed", None)
    if known is None:
        known = request.method == "POST" and request.POST.get(CONFIRMED) == "1" and _is_first(request)
        request._is_confirmed = known  # type: ignore[attr-defined]
    return bool(known)


def _is_first(request: HttpRequest) -> bool:
    once = request.POST.get(ONCE, "")
    answered = request.session.get(_ANSWERED, []) if once else []
    if once in answered:
        return False
    if once:
        request.session[_ANSWERED] = [*answered, once][-_REMEMBERED:]
    return True


def ask(request: HttpRequest, question: Question, *, form: BaseForm | None = None) -> HttpResponse:
    """
    Show the question; yes posts to the same address what was posted here, with ``confirmed=1``.

    :param form: fields to fill first, such as a reason; bound and invalid shows its errors
    """
    own = " ".join(form.fields) if form else ""
    status = 422 if form is not None and form.is_bound and form.errors else 200
    skip = f"csrfmiddlewaretoken {CONFIRMED} {ONCE} {own}"
    context = {"question": question, "form": form, "skip": skip, "once": secrets.token_urlsafe(9)}
    return render(request, "ui/confirm.html", context, status=status)
