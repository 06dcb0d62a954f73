"""Drafts that are being written, and proposals that wait for a second person."""

from collections.abc import Mapping
from typing import Any

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import editor, kept_sources, lint, values, wording
from tomoshibi.tariffs.models import PlanDraft, PlanProposal, PlanVersion


def proposal(*, proposal_id: int) -> values.Proposal | None:
    row = PlanProposal.objects.filter(id=proposal_id).first()
    return _proposal(row) if row else None


def proposals(*, plan_code: str = "", state: str = values.ProposalState.OPEN) -> list[values.Proposal]:
    """Proposals of a state, newest first; all states with an empty one."""
    rows = PlanProposal.objects.order_by("-id")
    rows = rows.filter(plan_code=plan_code) if plan_code else rows
    rows = rows.filter(state=state) if state else rows
    return [_proposal(row) for row in rows]


def _proposal(row: PlanProposal) -> values.Proposal:
    return values.Proposal(
        id=row.id,
        plan_code=row.plan_code,
        valid_from=row.valid_from,
        sha256=row.sha256,
        document=row.document,
        state=row.state,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        reason=row.reason,
    )


class NoSuchDraft(LookupError):
    """There is no draft of that number."""


def draft(*, draft_id: int) -> values.Draft:
    """
    :raises NoSuchDraft: for an unknown id
    """
    row = PlanDraft.objects.select_related("proposal").filter(id=draft_id).first()
    if row is None:
        raise NoSuchDraft(f"there is no draft {draft_id}")
    return _draft(row)


def drafts(*, plan_code: str = "", state: str = "") -> list[values.Draft]:
    """Drafts, newest change first."""
    rows = PlanDraft.objects.select_related("proposal").order_by("-changed_at", "-id")
    rows = rows.filter(plan_code=plan_code) if plan_code else rows
    rows = rows.filter(state=state) if state else rows
    return [_draft(row) for row in rows]


def findings_of_draft(one: values.Draft, *, text: str | None = None) -> list[values.Finding]:
    """
    What lint says about a draft, and after it a question for each price that was typed over another one while the source stayed.

    :param text: as it is being typed; the kept text without it
    """
    text = one.text if text is None else text
    found = lint.findings(text)
    begun_from = PlanVersion.objects.filter(id=one.based_on_id).first() if one.based_on_id else None
    if begun_from is None:
        return found
    try:
        kept = kept_sources.kept(begun_from.document, documents.read(text))
        lines = documents.lines(text)
    except (documents.Unreadable, LookupError, TypeError, AttributeError):
        return found  # lint has said why
    for price in kept:
        path = (*price.path, "source")
        line = lines.get(path, lines.get(price.path))
        found.append(values.Finding(path=documents.path_text(path), sentence=price.sentence, line=line, blocking=False))
    return found


def sources_kept(one: values.Proposal) -> list[tuple[str, kept_sources.Kept]]:
    """
    Prices of a proposed version that are others than in the version that its draft was begun from, under the same source;
    without a draft than in the published version before it.

    :returns: the place in words, and the price
    """
    draft = PlanDraft.objects.filter(proposal_id=one.id).select_related("based_on").first()
    before = draft.based_on if draft is not None else None
    if draft is None:
        earlier = PlanVersion.objects.filter(plan_code=one.plan_code, valid_from__lt=one.valid_from)
        before = earlier.order_by("-valid_from").first()
    if before is None:
        return []
    return [(_place(one.document, price), price) for price in kept_sources.kept(before.document, one.document)]


def _place(document: Mapping[str, Any], price: kept_sources.Kept) -> str:
    named = wording.of_price(document, price.path)
    if named:
        return named
    form = editor.form(documents.write(dict(document)), ())
    place = form.place_of(documents.path_text((*price.path, "amount"))) if form else None
    return place[1] if place else documents.path_text(price.path)


def _draft(row: PlanDraft) -> values.Draft:
    return values.Draft(
        id=row.id,
        plan_code=row.plan_code,
        text=row.text,
        revision=row.revision,
        state=row.state,
        started_by_id=row.started_by_id,
        started_at=row.started_at,
        changed_by_id=row.changed_by_id,
        changed_at=row.changed_at,
        based_on_id=row.based_on_id,
        proposal_id=row.proposal_id,
        proposal_state=row.proposal.state if row.proposal else "",
    )
