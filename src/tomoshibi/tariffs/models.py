import pgtrigger
from django.conf import settings
from django.db import models
from django_fsm import transition

from tomoshibi.storage.fields import StateField
from tomoshibi.tariffs.values import DraftState, ProposalState


class PlanVersion(models.Model):
    """
    A published version of a plan: it holds from its first day until the next version, or until a day it names itself.

    Bills keep its id and hash, so the database refuses to change or delete it.
    """

    plan_code = models.CharField(max_length=60, db_collation="C")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    name = models.JSONField()
    area = models.CharField(max_length=2)
    voltage = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    capacity_unit = models.CharField(max_length=10)
    document = models.JSONField()
    text = models.TextField(blank=True, default="")
    """The text it was written as, with its comments; empty where it was not kept."""
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan_code", "valid_from"], name="plan_version_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                name="plan_version_ends_after_it_begins",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="plan_version_is_final", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class PlanProposal(models.Model):
    """A version document that somebody put forward and a second person publishes or turns down."""

    plan_code = models.CharField(max_length=60, db_collation="C")
    valid_from = models.DateField()
    document = models.JSONField()
    text = models.TextField(blank=True, default="")
    """The text it was written as, with its comments; empty where it was not kept."""
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    state = StateField(default=ProposalState.OPEN.value)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan_code", "valid_from"],
                condition=models.Q(state=ProposalState.OPEN.value),
                name="plan_proposal_open_once",
            )
        ]

    @transition(field=state, source=ProposalState.OPEN.value, target=ProposalState.PUBLISHED.value)
    def publish(self) -> None:
        """Becomes a version."""

    @transition(field=state, source=ProposalState.OPEN.value, target=ProposalState.REJECTED.value)
    def reject(self) -> None:
        """Stays on record, never becomes a version."""


class PlanDraft(models.Model):
    """A document on its way, kept as typed: it may be unsound, even unreadable, until it is proposed."""

    plan_code = models.CharField(max_length=60, db_collation="C")
    based_on = models.ForeignKey(PlanVersion, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    revision = models.IntegerField(default=1)
    state = StateField(default=DraftState.OPEN.value)
    proposal = models.ForeignKey(PlanProposal, null=True, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    @transition(field=state, source=DraftState.OPEN.value, target=DraftState.PROPOSED.value)
    def propose(self) -> None:
        """Its document waits for a second person."""

    @transition(field=state, source=DraftState.OPEN.value, target=DraftState.ABANDONED.value)
    def abandon(self) -> None:
        """Nobody works on it; it is kept."""

    @transition(field=state, source=DraftState.ABANDONED.value, target=DraftState.OPEN.value)
    def resume(self) -> None:
        """Somebody goes on with it."""

    @transition(field=state, source=DraftState.PROPOSED.value, target=DraftState.OPEN.value)
    def reopen(self) -> None:
        """Its proposal was turned down: it can be mended."""
