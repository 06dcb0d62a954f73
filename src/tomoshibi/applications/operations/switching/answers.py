"""An answer came to a message of ours: what it means for the application, mediation or search that asked."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import values
from tomoshibi.applications.models import MediationRequest, PointSearch, SwitchingCase, SwitchingMessage
from tomoshibi.applications.operations.switching import cases, effects, line, outcomes
from tomoshibi.applications.operations.switching.cases import tell
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import MessageState
from tomoshibi.gateways import switching
from tomoshibi.kernel import units
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

ODD_ANSWER = "applications.odd_answer"


@db.transaction_required
def take_answer(*, message_id: int, content: bytes, now: datetime) -> None:
    """
    Keep the answer of a message as it came, and do what follows. An answer that came before changes nothing.

    An answer that cannot be read, or a message that the system did not understand, is work for a person.
    """
    row = SwitchingMessage.objects.select_for_update().get(id=message_id)
    if row.state != MessageState.WAITING:
        return
    row.answer, row.answered_at, row.tries = content.decode("utf-8", "replace"), now, row.tries + 1
    try:
        answer = switching.decode(content, messages=line.message_set(on=timezone.localtime(row.made_at).date()))
    except (switching.BrokenFile, switching.Fault) as wrong:
        row.state, row.words = MessageState.FAILED.value, wrong.in_words(_)[:300]
        row.save()
        _say_odd(row, now)
        return
    done = answer.result is switching.Result.DONE
    row.state = (MessageState.DONE if done else MessageState.REFUSED).value
    row.words = answer.words[:300]
    row.save()
    if row.case_id is not None:
        case = cases.locked(row.case_id)
        _OF_CASE.get(row.function, _of_application)(case, row, answer, now)
    elif row.mediation_id is not None:
        _of_mediation(MediationRequest.objects.select_for_update().get(id=row.mediation_id), answer, now)
    elif row.search_id is not None:
        _of_search(PointSearch.objects.select_for_update().get(id=row.search_id), answer, now)


def _say_odd(row: SwitchingMessage, now: datetime) -> None:
    url = (
        reverse("applications:switching_case", args=[row.case_id])
        if row.case_id
        else reverse("applications:switching_link")
    )
    worklist.open_item(
        procedure=values.SUPPLY,
        kind=ODD_ANSWER,
        subject=f"applications.message:{row.id}",
        title=_("An answer of the switching support system cannot be used: %(why)s") % {"why": row.words},
        due_at=now + timedelta(hours=4),
        now=now,
        url=url,
    )


def _refused(case: SwitchingCase, answer: switching.Answer, now: datetime) -> None:
    tell(case, "refused", said("refused: %(why)s", why=answer.words), now=now)


def _of_application(case: SwitchingCase, row: SwitchingMessage, answer: switching.Answer, now: datetime) -> None:
    if answer.result is switching.Result.REFUSED:
        _refused(case, answer, now)
        if row.action == switching.Action.NEW.value and can_proceed(case.reject):
            case.reject(reason=answer.words)
        else:
            case.reason = answer.words[:300]
        case.save()
        worklist.open_items(items=[cases.stopped_item(case, now=now)], now=now)
        outcomes.tell_changes([case], now=now)
        if row.action == switching.Action.CANCEL.value:
            effects.tell_applicant(case, taken=False, now=now)
        return
    if row.action == switching.Action.CANCEL.value:
        if can_proceed(case.cancel):
            case.cancel(reason=case.reason)
            case.save()
            outcomes.tell_changes([case], now=now)
            effects.tell_applicant(case, taken=True, now=now)
        tell(case, "canceled", said("the grid company took the cancellation"), now=now)
        return
    outcomes.note_stage(case, answer.fields, messages=line.message_set(on=now.date()))
    case.save()
    words = (
        "accepted under %(number)s" if row.action == switching.Action.NEW.value else "correction accepted: %(number)s"
    )
    tell(case, "accepted", said(words, number=case.application_number), now=now)


def _of_mediation_register(case: SwitchingCase, row: SwitchingMessage, answer: switching.Answer, now: datetime) -> None:
    del row
    if answer.result is switching.Result.REFUSED:
        _refused(case, answer, now)
        case.reject(reason=answer.words)
        case.save()
        worklist.open_items(items=[cases.stopped_item(case, now=now)], now=now)
        return
    case.mediation_number = str(answer.fields.get("mediation_number", ""))[:40]
    until = answer.fields.get("deadline_on")
    case.mediation_until = until if isinstance(until, date) else None
    case.save()
    tell(
        case,
        "mediation",
        said("mediation %(number)s waits for the old retailer", number=case.mediation_number),
        now=now,
    )


def _of_facts(case: SwitchingCase, row: SwitchingMessage, answer: switching.Answer, now: datetime) -> None:
    del row
    if answer.result is switching.Result.REFUSED:
        _refused(case, answer, now)
        return
    case.point_facts = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in answer.fields.items()
    }
    effects.take_facts(case, now=now)
    case.save()
    size = case.point_facts.get("capacity_milli")
    kind = str(case.point_facts.get("capacity_kind", ""))
    told = f"{units.plain(int(size), scale=units.MILLI)} {kind}" if size else "–"
    tell(case, "facts", said("facts of the point came: %(size)s", size=told), now=now)


def _of_usage(case: SwitchingCase, row: SwitchingMessage, answer: switching.Answer, now: datetime) -> None:
    del row
    if answer.result is switching.Result.REFUSED:
        _refused(case, answer, now)
        return
    case.usage = [[one["month"], one["energy_dwh"]] for one in answer.rows if "month" in one and "energy_dwh" in one]
    case.save()
    tell(case, "usage", said("%(n)s months of use came", n=len(case.usage)), now=now)


_OF_CASE: Mapping[str, Callable[[SwitchingCase, SwitchingMessage, switching.Answer, datetime], None]] = {
    "mediation_register": _of_mediation_register,
    "point_information": _of_facts,
    "usage": _of_usage,
}


def _of_mediation(request: MediationRequest, answer: switching.Answer, now: datetime) -> None:
    if answer.result is switching.Result.DONE:
        request.delivered = True
        request.save()
        return
    worklist.open_item(
        procedure=values.MEDIATION,
        kind=ODD_ANSWER,
        subject=f"applications.mediation:{request.id}",
        title=_("Our answer to %(number)s was not taken: %(why)s") % {"number": request.number, "why": answer.words},
        due_at=now + timedelta(hours=4),
        now=now,
        url=reverse("applications:mediation", args=[request.id]),
    )


def _of_search(search: PointSearch, answer: switching.Answer, now: datetime) -> None:
    del now
    if answer.result is switching.Result.DONE:
        found = [dict(one) for one in answer.rows if one.get("spin")]
        search.found = [{**one, "source": values.SearchSource.INTERFACE.value} for one in found]
        search.save()
