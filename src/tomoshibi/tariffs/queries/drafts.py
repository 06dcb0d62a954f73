"""Drafts that are being written, and proposals that wait for a second person."""

from tomoshibi.tariffs import values
from tomoshibi.tariffs.models import PlanDraft, PlanProposal


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
