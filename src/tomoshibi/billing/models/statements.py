"""What was printed, made again, and mailed."""

import pgtrigger
from django.db import models

from tomoshibi.billing.models.declaring import never
from tomoshibi.billing.models.runs import Run


class PrintBatch(models.Model):
    """Statements of a run for the printer: PDF parts in postal order, an index and a manifest."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="+")
    recipients = models.BinaryField(default=b"")
    """Empty: who is printed stands with the parts. Batches begun by earlier versions hold all of it here."""
    statement_count = models.IntegerField()
    page_count = models.IntegerField(default=0)
    index_file_id = models.BigIntegerField(null=True)
    manifest_file_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class PrintPart(models.Model):
    """One PDF of a batch, set or still to be set."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="+")
    no = models.IntegerField()
    recipients = models.BinaryField(default=b"")
    """Who is printed in which order, frozen when the batch was begun: a compressed Arrow file."""
    statement_count = models.IntegerField()
    page_count = models.IntegerField()
    pdf_file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "no"], name="print_part_once")]


class Reissue(models.Model):
    """That a statement was made again on request."""

    bill_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["bill_id"], name="reissue_bill")]
        triggers = [never("never_changed", pgtrigger.Update, pgtrigger.Delete)]


class Notice(models.Model):
    """That the customer was told by mail that the statement is there."""

    bill_id = models.BigIntegerField(primary_key=True)
    run_id = models.IntegerField()
    sent_at = models.DateTimeField()
