"""Labels, seals and scans, as rows."""

import pgtrigger
from django.db import models
from django.db.models import F, Q


class LabelKey(models.Model):
    """A key that labels are signed with; the private half never stands here."""

    no = models.SmallIntegerField(primary_key=True)
    public = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(no__range=(1, 255)), name="label_key_no")]
        triggers = [pgtrigger.Protect(name="stays", operation=pgtrigger.Delete | pgtrigger.Update)]


class Label(models.Model):
    """A label; its id is the serial number in the code. Voided, never deleted."""

    subject = models.CharField(max_length=100)
    caption = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    print_count = models.IntegerField(default=0)
    void_at = models.DateTimeField(null=True)
    void_by_id = models.BigIntegerField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(void_at=None), name="label_one_per_subject"),
            models.CheckConstraint(condition=Q(void_at=None) | ~Q(void_reason=""), name="label_void_with_reason"),
        ]
        indexes = [models.Index(fields=["subject"], name="label_subject")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="stays_void",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__void_at__isnull=False, new__void_at__isnull=True),
            ),
        ]


class LabelTemplate(models.Model):
    """A company's own label layout; one with the code of a shipped layout replaces it. Sizes: 0.1 mm."""

    code = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=60)
    sizes = models.JSONField()


class LabelPrint(models.Model):
    """One print. Never changed."""

    template = models.CharField(max_length=30)
    count = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    file_id = models.BigIntegerField()
    printed_at = models.DateTimeField()
    printed_by_id = models.BigIntegerField(null=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="stays", operation=pgtrigger.Delete | pgtrigger.Update)]


class PrintedLabel(models.Model):
    """Which labels a print held."""

    label_print = models.ForeignKey(LabelPrint, on_delete=models.PROTECT, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")


class Seal(models.Model):
    """A seal tag that hangs, or hung, at a cable. Its number is used once in its life."""

    number = models.CharField(max_length=30, unique=True)
    label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    """Empty for a seal that hung before its thing had a label."""
    subject = models.CharField(max_length=100)
    place = models.CharField(max_length=60)
    placed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    placed_by_id = models.BigIntegerField(null=True)
    photo_file_id = models.BigIntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(removed_at=None), name="seal_one_per_subject"),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(removed_at__gte=F("placed_at")), name="seal_removed_after_placed"
            ),
        ]
        indexes = [models.Index(fields=["place"], condition=Q(removed_at=None), name="seal_hangs_at")]


class Scan(models.Model):
    """That somebody scanned a label. Never changed."""

    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")
    scanned_at = models.DateTimeField()
    scanned_by_id = models.BigIntegerField(null=True)
    latitude_e6 = models.IntegerField(null=True)
    longitude_e6 = models.IntegerField(null=True)
    accuracy_m = models.IntegerField(null=True)
    seal_number = models.CharField(max_length=30, blank=True)
    verdict = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["label", "-scanned_at"], name="scan_of_label")]
        triggers = [pgtrigger.Protect(name="stays", operation=pgtrigger.Delete | pgtrigger.Update)]
