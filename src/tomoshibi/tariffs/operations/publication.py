"""Propose, publish and turn down plan versions. A published version is never edited; a later one replaces it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import queries, values
from tomoshibi.tariffs.models import PlanProposal, PlanVersion
from tomoshibi.tariffs.values import ProposalState
from tomoshibi.worklist import operations as worklist

WAITS = "tariffs.proposal"
DECIDE_WITHIN = timedelta(days=5)


class DocumentUnsound(ValueError):
    """A document with blocking findings cannot be proposed."""

    def __init__(self, findings: list[values.Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(str(finding) for finding in findings if finding.blocking))


class NothingNew(ValueError):
    """Every version of the document is published already, exactly as it stands there."""


class VersionIsFinal(ValueError):
    """A version of that day is published with other content."""


class NotAfterLast(ValueError):
    """A new version must begin after the newest published one: what was billed may not change."""


class AlreadyProposed(ValueError):
    """A version of that plan and day waits for a decision already."""


class AlreadyDecided(ValueError):
    """The proposal was published or turned down before."""


@db.transaction_required
def propose(*, text: str, now: datetime, actor_id: int | None, reason: str = "") -> list[int]:
    """
    Put the new versions of a document forward.

    Versions that are published with the same content are passed over.

    :param text: the plan document, YAML or JSON
    :returns: ids of the proposals, oldest version first
    :raises DocumentUnsound: with the findings
    :raises NothingNew: if there is none
    :raises VersionIsFinal: if a published version of the same day differs
    :raises NotAfterLast: if a version begins before the newest published one
    :raises AlreadyProposed: if one waits for a decision
    """
    found, findings = queries.read_document(text)
    if not found:
        raise DocumentUnsound(findings)
    fresh = [document for document in found if not _is_published(document)]
    if not fresh:
        raise NothingNew(_("every version of this document is published already"))
    rows = []
    for document in fresh:
        code, start = document["plan"], _start(document)
        _require_after_last(code, start)
        if PlanProposal.objects.filter(plan_code=code, valid_from=start, state=ProposalState.OPEN.value).exists():
            raise AlreadyProposed(
                _("a version of %(plan)s from %(day)s waits for a decision already") % {"plan": code, "day": start}
            )
        rows.append(
            PlanProposal.objects.create(
                plan_code=code,
                valid_from=start,
                document=document,
                text=text,
                sha256=documents.sha256(document),
                reason=reason,
                proposed_by_id=actor_id,
                proposed_at=now,
            )
        )
    for row in rows:
        _ask_for_second_person(row, now=now)
    subject = f"tariffs.plan:{fresh[0]['plan']}"
    what = f"proposed {len(rows)} version(s) of {fresh[0]['plan']}"
    identity.record_deed(procedure="RB1", what=what, at=now, subject=subject, actor_id=actor_id)
    return [row.id for row in rows]


@db.transaction_required
def publish(*, proposal_id: int, now: datetime, actor_id: int | None) -> int:
    """
    Publish a proposed version: the second pair of eyes.

    :returns: id of the version
    :raises AlreadyDecided: if it is no longer open
    :raises identity.SamePerson: if the proposer decides
    :raises NotAfterLast: if another version was published in between
    """
    row = _open_proposal(proposal_id)
    identity.require_second_person(first_id=row.proposed_by_id, second_id=actor_id)
    _require_after_last(row.plan_code, row.valid_from)
    version_id = _insert(
        row.document, now=now, text=row.text, proposed_by_id=row.proposed_by_id, published_by_id=actor_id
    )
    row.publish()
    _decide(row, now=now, actor_id=actor_id)
    what = f"published {row.plan_code} from {row.valid_from}"
    subject = f"tariffs.version:{version_id}"
    identity.record_deed(procedure="RB1", what=what, at=now, subject=subject, actor_id=actor_id)
    return version_id


@db.transaction_required
def reject(*, proposal_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Turn a proposed version down; the proposer may withdraw it too.

    :raises AlreadyDecided: if it is no longer open
    """
    row = _open_proposal(proposal_id)
    row.reject()
    _decide(row, now=now, actor_id=actor_id)
    what = f"turned down {row.plan_code} from {row.valid_from}"
    subject = f"tariffs.plan:{row.plan_code}"
    identity.record_deed(procedure="RB1", what=what, at=now, subject=subject, actor_id=actor_id)


@db.transaction_required
def install_shipped(*, now: datetime) -> int:
    """
    Publish the plan documents in the company's currency that come with the product, once; nobody proposed them but the
    release.

    :returns: versions published now
    :raises VersionIsFinal: if a shipped version differs from the published one
    """
    fresh = [
        document for document in queries.shipped_documents(currency=masters.currency()) if not _is_published(document)
    ]
    for document in fresh:
        _insert(document, now=now, proposed_by_id=None, published_by_id=None)
    return len(fresh)


def _start(document: Mapping[str, Any]) -> date:
    return date.fromisoformat(document["versions"][0]["from"])


def _is_published(document: Mapping[str, Any]) -> bool:
    """A version stays as it was published; notes that were put into other words since make no other version."""
    code, start = document["plan"], _start(document)
    published = PlanVersion.objects.filter(plan_code=code, valid_from=start).only("sha256", "document").first()
    if (
        published is not None
        and published.sha256 != documents.sha256(document)
        and documents.without_notes(published.document) != documents.without_notes(document)
    ):
        raise VersionIsFinal(
            _("%(plan)s from %(day)s is published with other content; publish a later version instead")
            % {"plan": code, "day": start}
        )
    return published is not None


def _require_after_last(plan_code: str, start: date) -> None:
    newest = (
        PlanVersion.objects.filter(plan_code=plan_code)
        .order_by("-valid_from")
        .values_list("valid_from", flat=True)
        .first()
    )
    if newest is not None and start <= newest:
        raise NotAfterLast(
            _("%(plan)s has a published version from %(day)s; a new one begins later than that")
            % {"plan": plan_code, "day": newest}
        )


def _open_proposal(proposal_id: int) -> PlanProposal:
    row = PlanProposal.objects.select_for_update().get(id=proposal_id)
    if row.state != ProposalState.OPEN.value:
        raise AlreadyDecided(_("this proposal was decided already"))
    return row


def _ask_for_second_person(row: PlanProposal, *, now: datetime) -> None:
    worklist.open_item(
        procedure="RB1",
        kind=WAITS,
        subject=f"tariffs.proposal:{row.id}",
        title=f"{row.plan_code} {row.valid_from}",
        detail=row.reason,
        due_at=now + DECIDE_WITHIN,
        now=now,
        url=reverse("tariffs:proposal", args=[row.id]),
    )


def _decide(row: PlanProposal, *, now: datetime, actor_id: int | None) -> None:
    row.decided_at, row.decided_by_id = now, actor_id
    row.save()
    worklist.close_about(
        kind=WAITS, subjects=[f"tariffs.proposal:{row.id}"], outcome=row.state, now=now, actor_id=actor_id
    )


def _insert(
    document: Mapping[str, Any],
    *,
    now: datetime,
    proposed_by_id: int | None,
    published_by_id: int | None,
    text: str = "",
) -> int:
    return PlanVersion.objects.create(
        plan_code=document["plan"],
        valid_from=_start(document),
        valid_until=document["versions"][0].get("until"),
        name=document["name"],
        area=document["area"],
        voltage=document["voltage"],
        kind=document["kind"],
        capacity_unit=document["capacity"]["unit"],
        document=document,
        text=text,
        sha256=documents.sha256(document),
        published_at=now,
        proposed_by_id=proposed_by_id,
        published_by_id=published_by_id,
    ).id
