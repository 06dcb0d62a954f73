"""Changes that wait for a second person, and what became of others."""

from tomoshibi.masters import values
from tomoshibi.masters.models import ChangeProposal
from tomoshibi.masters.values import ProposalState


def proposal(*, proposal_id: int) -> values.Proposal | None:
    row = ChangeProposal.objects.select_related("proposed_by", "decided_by").filter(id=proposal_id).first()
    return to_value(row) if row else None


def proposals(*, state: str = "", master: str = "", limit: int = 200) -> list[values.Proposal]:
    """Newest first; those that wait come before all others."""
    rows = ChangeProposal.objects.select_related("proposed_by", "decided_by")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(master=master) if master else rows
    found = [to_value(row) for row in rows.order_by("-proposed_at", "-id")[:limit]]
    return sorted(found, key=lambda one: one.state is not ProposalState.PROPOSED)


def waiting_count(*, master: str = "") -> int:
    rows = ChangeProposal.objects.filter(state=ProposalState.PROPOSED.value)
    return (rows.filter(master=master) if master else rows).count()


def to_value(row: ChangeProposal) -> values.Proposal:
    return values.Proposal(
        id=row.id,
        master=row.master,
        state=ProposalState(row.state),
        rows=tuple(row.rows),
        reason=row.reason,
        proposed_by_id=row.proposed_by_id,
        proposed_by=_name(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=_name(row.decided_by) if row.decided_by else "",
        decided_at=row.decided_at,
        decision_note=row.decision_note,
    )


def _name(user: object) -> str:
    return getattr(user, "display_name", "") or user.get_username()  # type: ignore[attr-defined]
