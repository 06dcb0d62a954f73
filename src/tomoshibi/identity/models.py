import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models

from tomoshibi.storage.audit import audited


@pghistory.track()
class Department(models.Model):
    """A part of the company that staff belong to."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]


@pghistory.track()
class Role(models.Model):
    """A named bundle of rights per procedure."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["code"]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RoleRight(models.Model):
    """That a role may view, do or confirm a procedure."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")
    procedure = models.CharField(max_length=8)
    right = models.CharField(max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "procedure", "right"], name="role_right_once")]


@audited(created=True, exclude=["password", "last_login"])
class User(AbstractUser):
    """Staff, and people who sign in to a portal (``is_staff`` tells them apart)."""

    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    roles = models.ManyToManyField(Role, blank=True, related_name="+", through="UserRole")
    language = models.CharField(max_length=10, blank=True, default="")
    """Chosen by the person; empty: the browser's, else the deployment's."""
    display_name = models.CharField(max_length=100, blank=True)
    left_on = models.DateField(null=True, blank=True)
    portal_customer_id = models.BigIntegerField(null=True, blank=True)
    """For portal users: the customer whose matters they see."""


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class UserRole(models.Model):
    """That somebody has a role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="user_role_once")]


class Invitation(models.Model):
    """A way in for a new member of staff or a portal user; only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - not issued yet, many rows
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class AccessReview(models.Model):
    """That somebody looked at a person's rights and found them right."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_on = models.DateField()
    roles = models.CharField(max_length=500)


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


class SavedView(models.Model):
    """Filters, order and columns of a list that somebody kept under a name."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.CASCADE, related_name="+")
    """With whom it is shared; nobody where it is empty."""
    list_name = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "list_name", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["list_name"], name="saved_view_list")]


class DefaultView(models.Model):
    """With which view a list opens for somebody."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=60)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_name"], name="default_view_once")]
