"""What each PDF of a batch holds stands with the part, so that setting one does not read the whole batch."""

import io

import polars as pl
from django.db import migrations, models

PART_SIZE = 500


def freeze_parts(apps, schema_editor):
    """Batches that an earlier version began and did not finish: the parts still to be set."""
    batches = apps.get_model("billing", "PrintBatch").objects.filter(manifest_file_id=None).exclude(recipients=b"")
    parts = apps.get_model("billing", "PrintPart").objects
    for batch in batches.iterator(chunk_size=1):
        everybody = pl.read_ipc(io.BytesIO(bytes(batch.recipients)))
        for no, start in enumerate(range(0, everybody.height, PART_SIZE), start=1):
            own = everybody.slice(start, PART_SIZE)
            stored = io.BytesIO()
            own.write_ipc(stored, compression="zstd")
            parts.update_or_create(
                batch_id=batch.id,
                no=no,
                defaults={"recipients": stored.getvalue()},
                create_defaults={
                    "recipients": stored.getvalue(),
                    "statement_count": own.height,
                    "page_count": own["page_count"].sum(),
                },
            )


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0008_charge_invoices'),
    ]

    operations = [
        migrations.AddField(
            model_name='printpart',
            name='recipients',
            field=models.BinaryField(default=b''),
        ),
        migrations.AlterField(
            model_name='printbatch',
            name='recipients',
            field=models.BinaryField(default=b''),
        ),
        migrations.AlterField(
            model_name='printpart',
            name='pdf_file_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='printpart',
            name='sha256',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunPython(freeze_parts, migrations.RunPython.noop),
    ]
