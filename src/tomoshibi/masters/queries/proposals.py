"""Changes that wait for a second person, and what became of others."""

from collections.abc import Callable, Mapping
from datetime import date

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import fuel, values
from tomoshibi.masters.models import ChangeProposal
from tomoshibi.masters.queries.fuels import price_windows
from tomoshibi.masters.register import MASTERS
from tomoshibi.masters.sheets import BadSheet, Row, read_rows
from tomoshibi.masters.values import ProposalState

_TOUCHES: Mapping[str, Callable[[Row, Month], bool]] = {
    "levy": lambda row, month: _holds(row, month.first),
    "fuel_parameters": lambda row, month: _holds(row, month.first),
    "customs_prices": lambda row, month: any(
        row.fields["month"] in {one.number for one in fuel.window_of(month, window=window)}
        for window in price_windows()
    ),
    "fuel_windows": lambda row, month: any(
        row.fields["first_month"] == fuel.window_of(month, window=window)[0].number
        for window in price_windows()
        if window.months == fuel.PUBLISHED_MONTHS
    ),
    "fuel_units": lambda row, month: row.fields["month"] == month.number,
    "government_discounts": lambda row, month: _holds(row, month.plus(-1).first),
    "monthly_amounts": lambda row, month: row.fields["month"] == month.number,
    "tax_rates": lambda row, month: _holds(row, month.first) or _holds(row, month.plus(1).first),
}
"""For each master that prices bills: whether a row of it would touch bills of a month (月分)."""


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


def waiting_for_bills(*, month: Month) -> list[values.WaitingMaster]:
    """Changes that nobody agreed to yet and that would touch bills of a month: each master and area once."""
    found: dict[tuple[str, str], values.WaitingMaster] = {}
    waiting = ChangeProposal.objects.filter(state=ProposalState.PROPOSED.value, master__in=_TOUCHES)
    for proposal in waiting.order_by("id"):
        master = MASTERS[proposal.master]
        try:
            rows = read_rows(master, proposal.rows)
        except BadSheet:  # proposed under an older form of the sheet; whoever decides it will see why
            continue
        for row in rows:
            area = str(row.fields.get("area") or "")
            if _TOUCHES[proposal.master](row, month):
                found.setdefault(
                    (proposal.master, area),
                    values.WaitingMaster(proposal.id, proposal.master, str(master.label), area),
                )
    return list(found.values())


def _holds(row: Row, day: date) -> bool:
    return (row.start is None or row.start <= day) and (row.end is None or day < row.end)


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
