"""Drafts of plan documents: kept as they are typed, sound or not, until they are proposed or given up."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.tariffs import beginnings, queries
from tomoshibi.tariffs.models import PlanDraft
from tomoshibi.tariffs.operations import publication
from tomoshibi.tariffs.values import DraftState, ProposalState


class DraftNotOpen(ValueError):
    """The draft is proposed or given up: it does not change."""


class ChangedElsewhere(ValueError):
    """Somebody else (or another window) saved the draft since it was opened here."""


@db.transaction_required
def start_draft(
    *,
    version_id: int,
    now: datetime,
    actor_id: int | None,
    valid_from: date | None = None,
    plan_code: str = "",
    name: str = "",
) -> int:
    """
    Begin a draft from a published version: the plan's next version, or a new plan that is a copy of it.

    :param valid_from: first day of the new version; without one the day after the newest published version began
    :param plan_code: the code of a new plan; the same plan without it
    :param name: what the new plan is called, in Japanese
    :returns: id of the draft
    :raises queries.NoSuchVersion: for an unknown version
    """
    version = queries.known_version(version_id=version_id)
    first = valid_from or version.valid_from + timedelta(days=1)
    text = beginnings.of_version(
        version.document, text=queries.text_of(version), valid_from=first, plan_code=plan_code, name=name
    )
    code = plan_code or version.plan_code
    return _begun(text, plan_code=code, based_on_id=version.id, now=now, actor_id=actor_id)


@db.transaction_required
def start_blank_draft(
    *, plan_code: str, name: str, valid_from: date, currency: str, now: datetime, actor_id: int | None
) -> int:
    """
    Begin a draft of a new plan from nothing: without components, with the usual rules beside them.

    :param name: what the plan is called, in Japanese
    :param currency: code of the company's currency
    :returns: id of the draft
    """
    text = beginnings.blank(plan_code=plan_code, name=name, valid_from=valid_from, currency=currency)
    return _begun(text, plan_code=plan_code, based_on_id=None, now=now, actor_id=actor_id)


def _begun(text: str, *, plan_code: str, based_on_id: int | None, now: datetime, actor_id: int | None) -> int:
    row = PlanDraft.objects.create(
        plan_code=plan_code,
        based_on_id=based_on_id,
        text=text,
        started_by_id=actor_id,
        started_at=now,
        changed_by_id=actor_id,
        changed_at=now,
    )
    _record(row, f"began a draft of {row.plan_code}", now=now, actor_id=actor_id)
    return row.id


@db.transaction_required
def save_draft(*, draft_id: int, text: str, revision: int, now: datetime, actor_id: int | None) -> int:
    """
    Keep the text of a draft, whatever it says; mistakes stop a proposal, not the pen.

    :param revision: of the draft as it was opened
    :returns: the new revision; the same where nothing changed
    :raises DraftNotOpen: if it is proposed or given up
    :raises ChangedElsewhere: if it was saved from elsewhere meanwhile
    """
    row = _open_draft(draft_id)
    if row.revision != revision:
        who = people.name_of(user_id=row.changed_by_id)
        said = _(
            "This draft was saved from elsewhere meanwhile, by %(who)s. Open it again to go on from what stands there."
        )
        raise ChangedElsewhere(said % {"who": who})
    if text == row.text:
        return row.revision
    row.text, row.revision, row.changed_by_id, row.changed_at = text, revision + 1, actor_id, now
    row.plan_code = queries.plan_code_in(text) or row.plan_code
    row.save()
    return row.revision


@db.transaction_required
def abandon_draft(*, draft_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Give a draft up; it can be taken up again.

    :raises DraftNotOpen: if it is not open
    """
    row = _open_draft(draft_id)
    row.abandon()
    _change(row, now=now, actor_id=actor_id)
    _record(row, f"gave up the draft of {row.plan_code}", now=now, actor_id=actor_id)


@db.transaction_required
def resume_draft(*, draft_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Take up a draft that was given up, or whose proposal was turned down.

    :raises DraftNotOpen: if it is open, or its proposal waits or was published
    """
    row = _locked(draft_id)
    turned_down = row.proposal is not None and row.proposal.state == ProposalState.REJECTED.value
    if row.state == DraftState.ABANDONED.value:
        row.resume()
    elif row.state == DraftState.PROPOSED.value and turned_down:
        row.reopen()
    else:
        raise DraftNotOpen(_("This draft cannot be taken up: its proposal waits or was published."))
    _change(row, now=now, actor_id=actor_id)
    _record(row, f"took up the draft of {row.plan_code}", now=now, actor_id=actor_id)


@db.transaction_required
def propose_draft(*, draft_id: int, reason: str, now: datetime, actor_id: int | None) -> int:
    """
    Put a draft forward; what may stop it stands with ``publication.propose``.

    :returns: id of the proposal (of the newest version where the text holds several)
    :raises DraftNotOpen: if it is not open
    """
    row = _open_draft(draft_id)
    proposals = publication.propose(text=row.text, reason=reason, now=now, actor_id=actor_id)
    row.proposal_id = proposals[-1]
    row.propose()
    _change(row, now=now, actor_id=actor_id)
    return proposals[-1]


def _locked(draft_id: int) -> PlanDraft:
    return PlanDraft.objects.select_for_update(of=("self",)).select_related("proposal").get(id=draft_id)


def _open_draft(draft_id: int) -> PlanDraft:
    row = _locked(draft_id)
    if row.state != DraftState.OPEN.value:
        raise DraftNotOpen(_("This draft is proposed or was given up."))
    return row


def _change(row: PlanDraft, *, now: datetime, actor_id: int | None) -> None:
    row.changed_at, row.changed_by_id = now, actor_id
    row.revision += 1
    row.save()


def _record(row: PlanDraft, what: str, *, now: datetime, actor_id: int | None) -> None:
    subject = f"tariffs.draft:{row.id}"
    identity.record_deed(procedure="RB1", what=what, at=now, subject=subject, actor_id=actor_id)
