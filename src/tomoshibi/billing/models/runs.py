"""Runs and their chunks."""

from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.billing.models.declaring import choices
from tomoshibi.billing.values import RunKind, RunState
from tomoshibi.storage.fields import StateField

State = RunState


class Run(models.Model):
    """One pass over a selection of contracts, from draft to issue."""

    kind = models.CharField(max_length=12, choices=choices(RunKind), default=RunKind.REGULAR.value)
    month = models.IntegerField()
    selection = models.JSONField(default=dict)
    selection_hash = models.CharField(max_length=64)
    state = StateField(default=State.DRAFTED.value)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    examined_at = models.DateTimeField(null=True)
    examined_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_totals = models.JSONField(null=True)
    issue_started_at = models.DateTimeField(null=True)
    issue_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    selected_count = models.IntegerField(default=0)
    bill_count = models.IntegerField(default=0)
    aside_count = models.IntegerField(default=0)
    held_count = models.IntegerField(default=0)
    energy_dwh = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    levy_minor = models.BigIntegerField(default=0)
    job_id = models.BigIntegerField(null=True)
    looked_at = models.DateTimeField(null=True)
    """When the drafts were compared with what held; null since they were rated."""
    changed_counts = models.JSONField(default=dict)
    """Contracts whose draft would have come out differently then, by reason."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "month", "selection_hash"],
                condition=~Q(state__in=[State.ISSUED.value, State.CANCELLED.value]),
                name="run_open_once",
            ),
            models.CheckConstraint(
                # Nobody made what the house opened by itself: there it is who examined it.
                condition=Q(confirmed_by_id__isnull=True)
                | Q(created_by_id__isnull=False) & ~Q(confirmed_by_id=models.F("created_by_id"))
                | Q(created_by_id__isnull=True, examined_by_id__isnull=False)
                & ~Q(confirmed_by_id=models.F("examined_by_id")),
                name="run_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="run_newest")]

    @transition(field=state, source=State.DRAFTED.value, target=State.RATED.value)
    def rate(self) -> None:
        """All chunks are priced."""

    @transition(field=state, source=State.RATED.value, target=State.CHECKED.value)
    def check_bills(self) -> None:
        """The numbered checks ran over every bill."""

    @transition(
        field=state,
        source=[State.RATED.value, State.CHECKED.value, State.EXAMINED.value],
        target=State.DRAFTED.value,
    )
    def rate_again(self) -> None:
        """Prices or values came in: every chunk is rated anew, decisions that still fit stay."""
        self.looked_at, self.changed_counts = None, {}

    @transition(field=state, source=State.CHECKED.value, target=State.EXAMINED.value)
    def examine(self) -> None:
        """Nothing blocking is left undecided."""

    @transition(field=state, source=State.EXAMINED.value, target=State.CHECKED.value)
    def reopen(self) -> None:
        """A bill changed after the examination ended: look again."""

    @transition(field=state, source=State.EXAMINED.value, target=State.CONFIRMED.value)
    def confirm(self) -> None:
        """A second person stands for the counts and totals."""

    @transition(field=state, source=State.CONFIRMED.value, target=State.ISSUED.value)
    def issue(self) -> None:
        """Every bill that is not held has its number and stands in the ledger."""

    @transition(
        field=state,
        source=[State.DRAFTED.value, State.RATED.value, State.CHECKED.value, State.EXAMINED.value, "confirmed"],
        target=State.CANCELLED.value,
    )
    def cancel(self) -> None:
        """Nothing of it was issued; its drafts are gone."""


class Chunk(models.Model):
    """A part of a run that is done in one transaction, or not at all."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    no = models.IntegerField()
    members = models.BinaryField()
    """Who belongs to it: the columns of ``selection.MEMBERS`` as a compressed Arrow file."""
    size = models.IntegerField()
    rated = models.BooleanField(default=False)
    issued = models.BooleanField(default=False)
    bill_count = models.IntegerField(default=0)
    aside_count = models.IntegerField(default=0)
    energy_dwh = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    levy_minor = models.BigIntegerField(default=0)
    first_bill_id = models.BigIntegerField(null=True)
    last_bill_id = models.BigIntegerField(null=True)
    """The ids of its bills lie in here; ids of a chunk that was drafted at the same time may lie between."""
    first_number = models.BigIntegerField(null=True)
    issued_count = models.IntegerField(default=0)
    invoice_count = models.IntegerField(null=True)
    """Numbers that it takes: fewer than bills where accounts have a collective invoice; null before the issue."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "no"], name="chunk_once")]
