"""Papers of a case: lists with versions, documents in their slots, and the contract from draft to signature."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.applications import casepapers
from tomoshibi.applications import casewords as words
from tomoshibi.applications.clauses import CLAUSES
from tomoshibi.applications.models import CaseDocument, CaseList, CasePaper, ClauseWording, GroupCase
from tomoshibi.applications.operations.groupwork.cases import (
    FILE_KIND,
    CaseMove,
    Incomplete,
    add_document,
    at,
    enter,
    hand_to,
    locked,
    move,
    note,
)
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseState, PaperState, Slot
from tomoshibi.documents import operations as documents
from tomoshibi.documents.values import StoredFile
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.storage import db


class WrongVersion(ValueError):
    """The signed copy is of another version of the list than the present one."""


def make_list(case: GroupCase, *, now: datetime, today: date, actor_id: int | None) -> CaseList:
    """A new version of the confirmation list; what came before it is superseded (G-036)."""
    version = CaseList.objects.filter(case=case).count() + 1
    facts, rows = queries.case_facts(case), queries.rows(case_id=case.id)
    content = casepapers.confirmation(case=facts, rows=rows, version=version, on=today)
    pdf = documents.typeset(template=casepapers.CONFIRMATION, data=content)
    file = documents.store(
        name=f"{case.number}-V{version}.pdf", content=pdf, kind=FILE_KIND, now=now, actor_id=actor_id
    )
    CaseList.objects.filter(case=case).update(is_superseded=True)
    made = CaseList.objects.create(
        case=case, version=version, document_id=file.id, content=content, made_at=now, made_by_id=actor_id
    )
    note(case, values.SURVEY, "list", now=now, actor_id=actor_id, text=f"V{version}")
    return made


def renew_list(case: GroupCase, *, now: datetime, today: date, actor_id: int | None) -> None:
    """A list that was made already does not say any more what the case says: the next version (G-036)."""
    if CaseList.objects.filter(case=case).exists():
        make_list(case, now=now, today=today, actor_id=actor_id)


@db.transaction_required
def file_document(
    *, case_id: int, slot: Slot, file: StoredFile, name: str, version: int, now: datetime, actor_id: int | None
) -> None:
    """
    A signed or stamped document comes into its slot; what was there before stays on record.

    :param version: of the list that was stamped, as it is printed on the paper
    :raises WrongVersion: if that is not the present version
    """
    case = locked(case_id)
    if slot in {Slot.CONFIRMATION, Slot.SLIP}:
        present = CaseList.objects.filter(case=case).count()
        if version != present:
            raise WrongVersion(
                _("The paper is version V%(theirs)d, the present list is V%(ours)d: have that one stamped.")
                % {"theirs": version, "ours": present}
            )
    add_document(case, slot, file, name=name, version=version, now=now, actor_id=actor_id)
    note(case, values.ARCHIVE, "document", now=now, actor_id=actor_id, text=slot.value)


def _paper(case: GroupCase) -> CasePaper:
    row = CasePaper.objects.select_for_update().filter(case=case).first()
    if row is None:
        raise Incomplete(_("The contract is not drafted yet."))
    return row


_NEXT: dict[PaperState | None, str] = {
    None: values.DRAFT,
    PaperState.DRAFT: values.REVIEW,
    PaperState.REVIEWED: values.APPROVE,
    PaperState.APPROVED: values.SIGN,
}


def _hand_on(case: GroupCase, paper: PaperState | None, *, now: datetime) -> None:
    """The contract goes to whoever has to act on it next, not to its author again."""
    step = _NEXT[paper]
    name = next((one.name for one in identity_queries.group_steps() if one.id == step), step)
    hand_to(case, role=words.PAPER_WITH[paper], procedure=step, doing=name, now=now)


def _move(paper: CasePaper, to: str, **details: object) -> None:
    try:
        getattr(paper, to)(**details)
    except TransitionNotAllowed:
        raise CaseMove(_("The contract is not ready for this step: its steps follow each other.")) from None


@db.transaction_required
def draft_contract(*, case_id: int, clauses: dict[str, str], now: datetime, actor_id: int | None) -> None:
    """
    The contract of a case, or the supplement to it; while it is a draft it may be written again.

    :param clauses: the special clauses by ``clauses.CLAUSES``
    :raises CaseMove: if it was reviewed already
    """
    case = locked(case_id)
    at(case, CaseState.CONTRACT)
    row = CasePaper.objects.select_for_update().filter(case=case).first()
    if row is None:
        row = CasePaper(case=case, number=f"HT{case.number[2:]}", drafted_at=now)
    elif row.state != PaperState.DRAFT.value:
        raise CaseMove(_("The contract was reviewed already; send it back before changing it."))
    row.clauses, row.drafted_by_id, row.drafted_at, row.remark = clauses, actor_id, now, ""
    row.save()
    note(case, values.DRAFT, "drafted", now=now, actor_id=actor_id)
    _hand_on(case, PaperState.DRAFT, now=now)


@db.transaction_required
def word_clauses(*, clauses: dict[str, str], now: datetime, actor_id: int | None) -> int:
    """
    How this company words the special clauses from now on; contracts that were drafted keep their words (G-041).

    :param clauses: by ``clauses.CLAUSES``; the shipped wording, or nothing, takes a wording of ours back
    :returns: how many clauses have a wording of their own now
    """
    for code, shipped in CLAUSES.items():
        text = clauses.get(code, "").strip()
        if text in {"", shipped}:
            ClauseWording.objects.filter(code=code).delete()
        else:
            ClauseWording.objects.update_or_create(
                code=code, defaults={"text": text, "saved_at": now, "saved_by_id": actor_id}
            )
    return ClauseWording.objects.count()


@db.transaction_required
def review_contract(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    A specialist reviews what somebody else drafted.

    :raises identity.SamePerson: if it is the same person
    """
    case = locked(case_id)
    at(case, CaseState.CONTRACT)
    row = _paper(case)
    identity.require_second_person(first_id=row.drafted_by_id, second_id=actor_id)
    _move(row, "review")
    row.reviewed_by_id, row.reviewed_at = actor_id, now
    row.save()
    note(case, values.REVIEW, "reviewed", now=now, actor_id=actor_id)
    _hand_on(case, PaperState.REVIEWED, now=now)


@db.transaction_required
def approve_contract(*, case_id: int, now: datetime, actor_id: int | None) -> None:
    """
    A leader approves; neither the author nor the reviewer may.

    :raises identity.SamePerson: if it is one of them
    """
    case = locked(case_id)
    at(case, CaseState.CONTRACT)
    row = _paper(case)
    identity.require_second_person(first_id=row.drafted_by_id, second_id=actor_id)
    _move(row, "approve")
    identity.require_second_person(first_id=row.reviewed_by_id, second_id=actor_id)
    row.approved_by_id, row.approved_at = actor_id, now
    row.save()
    note(case, values.APPROVE, "approved", now=now, actor_id=actor_id)
    _hand_on(case, PaperState.APPROVED, now=now)


@db.transaction_required
def send_contract_back(*, case_id: int, step: str, remark: str, now: datetime, actor_id: int | None) -> None:
    """The contract is drafted again, with a remark on what is wrong."""
    case = locked(case_id)
    at(case, CaseState.CONTRACT)
    row = _paper(case)
    _move(row, "send_back", remark=remark[:300])
    row.reviewed_by_id = row.approved_by_id = None
    row.save()
    note(case, step, "back_to_draft", now=now, actor_id=actor_id, text=remark)
    _hand_on(case, None, now=now)


@db.transaction_required
def sign_contract(
    *, case_id: int, signed_on: date, file: StoredFile, name: str, now: datetime, today: date, actor_id: int | None
) -> None:
    """
    Both sides signed: the signed copy is filed, and work may be ordered (G-039).

    :raises Incomplete: for a day in the future or before the form was signed
    :raises CaseMove: unless the contract is approved
    """
    case = locked(case_id)
    at(case, CaseState.CONTRACT)
    row = _paper(case)
    if signed_on > today:
        raise Incomplete(_("This day lies in the future."))
    if signed_on < case.signed_on:
        raise Incomplete(_("The contract cannot be signed before the application was."))
    _move(row, "sign", on=signed_on)
    row.signed_by_id = actor_id
    row.save()
    add_document(case, Slot.CONTRACT, file, name=name, now=now, actor_id=actor_id)
    note(case, values.SIGN, "signed", now=now, actor_id=actor_id)
    move(case, "contract_signed")
    enter(case, now=now, today=today)


def filled_slots(case_ids: Sequence[int]) -> dict[int, set[str]]:
    """Which slots of each case are filled; a stamped list counts only in its present version."""
    lists = CaseList.objects.filter(case_id__in=case_ids).values_list("case_id").annotate(n=Count("id"))
    present, filled = dict(lists.order_by()), {case_id: set[str]() for case_id in case_ids}
    bound = {Slot.CONFIRMATION.value, Slot.SLIP.value}
    papers = CaseDocument.objects.filter(case_id__in=case_ids)
    for case_id, slot, version in papers.values_list("case_id", "slot", "version"):
        if slot not in bound or version == present.get(case_id, 0):
            filled[case_id].add(slot)
    return filled
