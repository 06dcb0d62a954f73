import pgtrigger
from django.db import models


class StoredFile(models.Model):
    """The record of a stored file; its bytes lie in the file folder under their hash."""

    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    stored_at = models.DateTimeField()
    stored_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "sha256"], name="stored_file_once")]
        triggers = [pgtrigger.Protect(name="stored_files_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
