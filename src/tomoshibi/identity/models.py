from django.contrib.auth.models import AbstractUser
from django.db import models


class Department(models.Model):
    """A part of the company that staff belong to."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]


class Role(models.Model):
    """A named bundle of rights per procedure."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]


class RoleRight(models.Model):
    """That a role may view, do or confirm a procedure."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    procedure = models.CharField(max_length=8)
    right = models.CharField(max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "procedure", "right"], name="role_right_once")]


class User(AbstractUser):
    """Staff, and people who sign in to a portal (``is_staff`` tells them apart)."""

    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    roles = models.ManyToManyField(Role, blank=True, related_name="+")
    language = models.CharField(max_length=10, default="ja")
    display_name = models.CharField(max_length=100, blank=True)


class Deed(models.Model):
    """
    A business act that somebody (or a job) did under a procedure: append-only.

    Changes of rows are in the audit trail; this says what was done, to what, in words.
    """

    procedure = models.CharField(max_length=8)
    what = models.CharField(max_length=300)
    subject = models.CharField(max_length=100, blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    run = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["procedure", "-at"], name="deed_newest"),
            models.Index(fields=["subject"], name="deed_subject"),
        ]
