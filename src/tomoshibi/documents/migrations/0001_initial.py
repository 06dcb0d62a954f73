import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=255)),
                        ('kind', models.CharField(max_length=60)),
                        ('sha256', models.CharField(max_length=64)),
                        ('size_bytes', models.BigIntegerField()),
                        ('stored_at', models.DateTimeField()),
                        ('stored_by_id', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('kind', 'sha256'), name='stored_file_once')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='storedfile',
                    trigger=pgtrigger.compiler.Trigger(name='stored_files_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='de14ab4538c894b83bbce0121b722e0c35f7bc00', operation='UPDATE OR DELETE', pgid='pgtrigger_stored_files_stay_67ede', table='documents_storedfile', when='BEFORE')),
                ),
            ],
        ),
    ]
