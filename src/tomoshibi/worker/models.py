from django.db import models

from tomoshibi.worker.values import JobState


class Job(models.Model):
    """The lasting record of a job; procrastinate's own row only carries its id to a worker."""

    name = models.CharField(max_length=100)
    label = models.CharField(max_length=200, blank=True)
    procedure = models.CharField(max_length=8, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in JobState], default=JobState.WAITING.value
    )
    arguments = models.JSONField(default=dict)
    done_count = models.BigIntegerField(default=0)
    total_count = models.BigIntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)
    requested_by_id = models.BigIntegerField(null=True)
    lock = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-enqueued_at"], name="job_state_newest")]


class Clock(models.Model):
    """One row: the stepped clock of a demo or a journey. No row means real time."""

    now = models.DateTimeField()
    stepped_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="clock_one_row")]


class ScheduleRun(models.Model):
    """That a schedule ran for a civil day and hour: never twice."""

    schedule = models.CharField(max_length=100)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "day", "hour"], name="schedule_once")]
