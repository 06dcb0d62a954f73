"""What the pages of group cases share: looking up, keeping uploads, one act in one transaction."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tomoshibi.applications import casewords as words
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseState
from tomoshibi.documents.values import StoredFile
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as field
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

REFUSALS = (
    operations.CaseMove,
    operations.Incomplete,
    operations.NoLabels,
    operations.NoSuchRow,
    operations.NotSigned,
    operations.OldVersion,
    operations.WrongVersion,
    identity.SamePerson,
    fieldwork.NoReason,
    fieldwork.CodeTooSmall,
    fieldwork.AlreadyVoid,
    group_operations.NotReadable,
    group_operations.GroupMove,
    group_operations.NotFit,
    group_operations.TypeUnknown,
    masters.MasterMissing,
    messaging.BadNumber,
    messaging.NoGateway,
    RowsRefused,
)


def case_or_404(case_id: int) -> values.Case:
    try:
        return queries.case(case_id=case_id)
    except queries.NoSuchCase:
        raise Http404(_("There is no such application.")) from None


def record(request: HttpRequest, step: str, what: str, case_id: int) -> None:
    identity.record_deed(
        procedure=step, what=what, at=clock.now(), subject=values.subject_of(case_id), actor_id=request.user.pk
    )


def keep(request: HttpRequest, file: Any) -> StoredFile:
    """A file as it came, kept before anything is made of it."""
    with db.transaction():
        return operations.keep_file(name=file.name, content=file, now=clock.now(), actor_id=request.user.pk)


def act(
    request: HttpRequest,
    case_id: int,
    step: str,
    what: str,
    do: Callable[[], Any],
    *,
    said: Callable[[Any], str] | None = None,
    anchor: str = "",
) -> HttpResponse:
    """
    One step of a case in one transaction; what is refused is said on the page of the case.

    :param what: for the record, in English
    :param said: what to say when it is done
    """
    case_or_404(case_id)
    refusal = _tried(request, case_id, step, what, do, said)
    if refusal is not None:
        messages.error(request, sentence(refusal))
    return _back_to(case_id, anchor)


def act_on_form(
    request: HttpRequest, case_id: int, step: str, what: str, do: Callable[[], Any], *, form: Any, anchor: str = ""
) -> HttpResponse | None:
    """The same from a page of its own: what is refused stands at its form, with what was typed; nothing is answered then."""
    refusal = _tried(request, case_id, step, what, do, None)
    if refusal is None:
        return _back_to(case_id, anchor)
    form.add_error(None, sentence(refusal))
    return None


def _tried(
    request: HttpRequest,
    case_id: int,
    step: str,
    what: str,
    do: Callable[[], Any],
    said: Callable[[Any], str] | None,
) -> Exception | None:
    try:
        with db.transaction():
            made = do()
            record(request, step, what, case_id)
    except REFUSALS as refusal:
        if isinstance(refusal, (operations.NotSigned, operations.CaseMove)):
            with db.transaction():
                operations.note_attempt(
                    case_id=case_id, step=step, text=what, now=clock.now(), actor_id=request.user.pk
                )
        return refusal
    messages.success(request, said(made) if said else _("Done."))
    return None


def _back_to(case_id: int, anchor: str) -> HttpResponse:
    response = redirect("applications:group_case", case_id)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response


def sentence(refusal: Exception) -> str:
    if isinstance(refusal, RowsRefused):
        return " ".join(
            _("Row %(row)d: %(reason)s") % {"row": one.row, "reason": one.reason} for one in refusal.refusals[:5]
        )
    return str(refusal)


def first_error(form: Any) -> str:
    return " ".join(
        f"{form[name].label}: {errors[0]}" if name in form.fields else str(errors[0])
        for name, errors in form.errors.items()
    )


def named(refusals: Any) -> list[tuple[int, Any, str]]:
    return [(row, groups.column_name(column), reason) for row, column, reason in refusals]


def path_of(found: values.Case) -> list[tuple[Any, str]]:
    """The steps of the case's kind: done, now, or to come."""
    states = values.PATHS[found.kind]
    at = states.index(found.state) if found.state in states else -1
    return [
        (words.STATES[state], "done" if n < at or found.state is CaseState.CLOSED else "now" if n == at else "later")
        for n, state in enumerate(states)
    ]


def deadline(found: values.Case, paper: values.Paper | None, *, today: date) -> dict[str, Any]:
    """Whose turn it is, how old the case is, and whether it is late (G-127)."""
    until = localtime(found.closed_at).date() if found.closed_at else today
    return {
        "owner": words.owner_at(found.state, paper.state if paper else None),
        "age_days": (until - found.received_on).days,
        "is_late": bool(found.due_on and found.due_on < today),
    }


def ticket_of(found: values.Case) -> Any:
    return field.ticket(found.ticket_id) if found.ticket_id else None
