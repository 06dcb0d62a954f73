"""Work tickets, their tasks and crews, what phones sent about them, and who may lead, as rows."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from tomoshibi.fieldwork.values import Act, EntryState, Outcome, TicketState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import DateRange, StateField, choices_of

_RUNNING = (TicketState.OPEN, TicketState.ASSIGNED, TicketState.WORKING)


@audited()
class Qualification(models.Model):
    """That somebody may lead a crew on the days ``[start, end)``."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    certificate = models.CharField(max_length=40)
    start = models.DateField()
    end = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="qualification_one_a_day",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (DateRange("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(end=None) | Q(end__gt=F("start")), name="qualification_end"),
        ]


@audited(words={"state": "tomoshibi.fieldwork.words.TICKETS"})
class Ticket(models.Model):
    """A work ticket (工作票, 作業票)."""

    number = models.CharField(max_length=12, null=True, unique=True)  # noqa: DJ001 - made from the id, one write later
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=120)
    ordered_by = models.CharField(max_length=100)
    district = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=200, blank=True)
    planned_on = models.DateField()
    due_on = models.DateField(null=True)
    state = StateField(default=TicketState.OPEN.value, choices=choices_of(TicketState), max_length=10)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    qualification = models.ForeignKey(Qualification, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(leader=None, qualification=None) | Q(leader__isnull=False, qualification__isnull=False),
                name="ticket_leader_is_qualified",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "working", "closed"]) | Q(leader__isnull=False),
                name="ticket_work_has_a_leader",
            ),
        ]
        indexes = [
            models.Index(fields=["ordered_by"], name="ticket_ordered_by"),
            models.Index(fields=["leader", "planned_on"], name="ticket_leader_day"),
        ]

    @transition(field=state, source=[TicketState.OPEN, TicketState.ASSIGNED], target=TicketState.ASSIGNED)
    def assign(self, *, leader_id: int, qualification: Qualification) -> None:
        """A qualified person leads it."""
        self.leader_id, self.qualification = leader_id, qualification

    @transition(field=state, source=TicketState.WORKING, target=TicketState.WORKING)
    def hand_over(self, *, leader_id: int, qualification: Qualification, reason: str) -> None:
        """Another qualified person leads work that has begun."""
        self.leader_id, self.qualification, self.reason = leader_id, qualification, reason

    @transition(field=state, source=TicketState.ASSIGNED, target=TicketState.WORKING)
    def begin(self, *, at: datetime) -> None:
        """The crew's first entry came in."""
        self.started_at = at

    @transition(field=state, source=[TicketState.ASSIGNED, TicketState.WORKING], target=TicketState.CLOSED)
    def close(self, *, at: datetime, actor_id: int | None) -> None:
        """Every row has an outcome."""
        self.closed_at, self.closed_by_id = at, actor_id

    @transition(field=state, source=list(_RUNNING), target=TicketState.WITHDRAWN)
    def withdraw(self, *, at: datetime, reason: str, actor_id: int | None) -> None:
        """Nobody needs it any more."""
        self.closed_at, self.reason, self.closed_by_id = at, reason, actor_id


class Member(models.Model):
    """Somebody of a crew beside its leader."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_customer_crew = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "name"], name="crew_name_once"),
            models.CheckConstraint(
                condition=Q(is_customer_crew=False) | Q(person=None), name="customer_crew_is_not_staff"
            ),
        ]


class Task(models.Model):
    """A row of a ticket: what is to be done at one thing, and what became of it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    no = models.IntegerField()
    subject = models.CharField(max_length=100, blank=True)
    act = models.CharField(max_length=15, choices=choices_of(Act))
    caption = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=10, blank=True, default="", choices=choices_of(Outcome))
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    label_serial = models.BigIntegerField(null=True)
    seal_number = models.CharField(max_length=30, blank=True)
    checks = models.JSONField(default=dict)
    photos = models.JSONField(default=list)
    latitude_e6 = models.IntegerField(null=True)
    longitude_e6 = models.IntegerField(null=True)
    accuracy_m = models.IntegerField(null=True)
    remark = models.CharField(max_length=500, blank=True)
    found_on_site = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "no"], name="task_no_once"),
            models.UniqueConstraint(fields=["ticket", "subject"], condition=~Q(subject=""), name="task_subject_once"),
            models.CheckConstraint(condition=Q(outcome="") | Q(done_at__isnull=False), name="task_outcome_with_time"),
            # A point is not connected without a seal (G-046), whoever writes the row.
            models.CheckConstraint(
                condition=~Q(outcome="done", act__in=["connect", "move"]) | ~Q(seal_number=""),
                name="task_connected_with_seal",
            ),
        ]
        indexes = [models.Index(fields=["subject"], condition=~Q(subject=""), name="task_subject")]


class Entry(models.Model):
    """What a phone sent, under the key that the phone gave it: written once, decided at most once."""

    key = models.UUIDField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField()
    made_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=choices_of(EntryState))
    sentence = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "-received_at"], name="entry_of_ticket"),
            models.Index(fields=["ticket"], condition=Q(state="queued"), name="entry_waits"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="stays_as_sent",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__payload__df=pgtrigger.F("new__payload"))
                | pgtrigger.Q(old__received_at__df=pgtrigger.F("new__received_at"))
                | ~pgtrigger.Q(old__state="queued"),
            ),
        ]
