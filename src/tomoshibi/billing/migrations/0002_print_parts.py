import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A print batch has parts; no batch was made before."""

    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="PrintBatch"),
        migrations.CreateModel(
            name="PrintBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipients", models.BinaryField()),
                ("statement_count", models.IntegerField()),
                ("page_count", models.IntegerField(default=0)),
                ("index_file_id", models.BigIntegerField(null=True)),
                ("manifest_file_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.BigIntegerField(null=True)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PrintPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.IntegerField()),
                ("statement_count", models.IntegerField()),
                ("page_count", models.IntegerField()),
                ("pdf_file_id", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="billing.printbatch"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "no"), name="print_part_once")],
            },
        ),
    ]
