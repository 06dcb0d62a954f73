import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('tariffs', '0001_initial'),
        ('tariffs', '0002_drafts'),
    ]

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('identity', '__first__'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='PlanProposal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan_code', models.CharField(db_collation='C', max_length=60)),
                        ('valid_from', models.DateField()),
                        ('document', models.JSONField()),
                        ('text', models.TextField(blank=True, default='')),
                        ('sha256', models.CharField(max_length=64)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('state', models.CharField(default='open', max_length=50)),
                        ('proposed_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('plan_code', 'valid_from'), name='plan_proposal_open_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PlanVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan_code', models.CharField(db_collation='C', max_length=60)),
                        ('valid_from', models.DateField()),
                        ('valid_until', models.DateField(null=True)),
                        ('name', models.JSONField()),
                        ('area', models.CharField(max_length=2)),
                        ('voltage', models.CharField(max_length=8)),
                        ('kind', models.CharField(max_length=10)),
                        ('capacity_unit', models.CharField(max_length=10)),
                        ('document', models.JSONField()),
                        ('text', models.TextField(blank=True, default='')),
                        ('sha256', models.CharField(max_length=64)),
                        ('published_at', models.DateTimeField()),
                        ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('plan_code', 'valid_from'), name='plan_version_once_a_day'), models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='plan_version_ends_after_it_begins')],
                    },
                ),
                migrations.CreateModel(
                    name='PlanDraft',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan_code', models.CharField(db_collation='C', max_length=60)),
                        ('text', models.TextField()),
                        ('revision', models.IntegerField(default=1)),
                        ('state', models.CharField(default='open', max_length=50)),
                        ('started_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tariffs.planproposal')),
                        ('based_on', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tariffs.planversion')),
                    ],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='planversion',
                    trigger=pgtrigger.compiler.Trigger(name='plan_version_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cfda1f020ec0041761226a3170a0472e68600b08', operation='UPDATE OR DELETE', pgid='pgtrigger_plan_version_is_final_4827b', table='tariffs_planversion', when='BEFORE')),
                ),
            ],
        ),
    ]
