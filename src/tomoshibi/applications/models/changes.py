"""Changes of customers and contracts, the applications to the grid that they opened, and their story."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django_fsm import transition

from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeState
from tomoshibi.contracts.values import EndReason
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField, choices_of


@audited(
    words={
        "kind": "tomoshibi.applications.change_words.KINDS",
        "state": "tomoshibi.applications.change_words.STATES",
        "source": "tomoshibi.applications.change_words.SOURCES",
    }
)
class Change(models.Model):
    """Something about a customer or contract is to change from a day on, for a reason."""

    number = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12, choices=choices_of(values.ChangeKind))
    state = StateField(default=ChangeState.ASKED.value)
    source = models.CharField(max_length=10, choices=choices_of(values.ChangeSource))
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("parties.Customer", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("parties.BillingAccount", on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    took_effect_on = models.DateField(null=True)
    wanted = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    why_back = models.CharField(max_length=300, blank=True)
    cancel_asked = models.BooleanField(default=False)
    new_contract = models.ForeignKey("contracts.Contract", on_delete=models.SET_NULL, related_name="+", null=True)
    key = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="change_key_once"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(
                    kind__in=sorted(kind.value for kind in values.ENDING_KINDS),
                    state__in=[state.value for state in values.OPEN_CHANGES],
                ),
                name="one_ending_change_per_contract",
            ),
            models.UniqueConstraint(
                fields=["contract", "kind"],
                condition=Q(state__in=[state.value for state in values.OPEN_CHANGES]),
                name="one_open_change_of_a_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.DONE.value) | Q(took_effect_on__isnull=False),
                name="change_done_has_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on"], condition=Q(state=ChangeState.SCHEDULED.value), name="change_scheduled"
            ),
            models.Index(fields=["customer"], name="change_customer"),
        ]

    def how_it_ends(self) -> dict[str, Any]:
        """Why a contract ends by this change, and why without a fee, as ``contracts.operations.end`` asks."""
        return {
            "reason": EndReason(self.wanted.get("end_reason") or EndReason.MOVED_OUT.value),
            "waive_fee": str(self.wanted.get("waive_fee", "")),
            "actor_id": self.asked_by_id,
        }

    @transition(field=state, source=[ChangeState.ASKED, ChangeState.BACK], target=ChangeState.SCHEDULED)
    def schedule(self) -> None:
        """Somebody found it in order: it takes effect on its day."""
        self.why_back = ""

    @transition(field=state, source=[ChangeState.ASKED, ChangeState.BACK], target=ChangeState.AT_GRID)
    def go_to_grid(self) -> None:
        """Somebody found it in order: the grid company is asked, and fixes the day."""
        self.why_back = ""

    @transition(field=state, source=[ChangeState.SCHEDULED, ChangeState.AT_GRID], target=ChangeState.BACK)
    def give_back(self, *, reason: str) -> None:
        """The grid refused, or it could not take effect: a clerk looks at it again."""
        self.why_back = reason[:300]

    @transition(field=state, source=[ChangeState.SCHEDULED, ChangeState.AT_GRID], target=ChangeState.DONE)
    def take_effect(self, *, on: date) -> None:
        """It holds from this day."""
        self.took_effect_on, self.why_back = on, ""

    @transition(field=state, source=[ChangeState.ASKED, ChangeState.BACK], target=ChangeState.DECLINED)
    def decline(self, *, reason: str) -> None:
        """We do not do it; who asked is told why."""
        self.why_back = reason[:300]

    @transition(
        field=state,
        source=[ChangeState.ASKED, ChangeState.SCHEDULED, ChangeState.AT_GRID, ChangeState.BACK],
        target=ChangeState.CANCELED,
    )
    def cancel(self, *, reason: str) -> None:
        """It is not wanted any more, and its cut-off had not passed."""
        self.why_back = reason[:300]


class ChangeCase(models.Model):
    """An application to the grid that a change opened, and which part of it that is."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="+")
    case = models.OneToOneField("SwitchingCase", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=choices_of(values.Part))


class ChangeLine(models.Model):
    """One line of a change's story."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.CharField(max_length=500)
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["change", "at"], name="change_line_story")]
