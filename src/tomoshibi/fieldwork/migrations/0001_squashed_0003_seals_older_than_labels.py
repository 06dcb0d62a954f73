import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import tomoshibi.storage.fields
from django.conf import settings
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('fieldwork', '0001_labels_and_seals'),
        ('fieldwork', '0002_work_tickets'),
        ('fieldwork', '0003_seals_older_than_labels'),
    ]

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('identity', '__first__'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Qualification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60)),
                        ('certificate', models.CharField(max_length=40)),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), ('name', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='qualification_one_a_day'), models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='qualification_end')],
                    },
                ),
                migrations.CreateModel(
                    name='Ticket',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=12, null=True, unique=True)),
                        ('kind', models.CharField(max_length=30)),
                        ('title', models.CharField(max_length=120)),
                        ('ordered_by', models.CharField(max_length=100)),
                        ('district', models.CharField(blank=True, max_length=100)),
                        ('place', models.CharField(blank=True, max_length=200)),
                        ('planned_on', models.DateField()),
                        ('due_on', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('open', 'open'), ('assigned', 'assigned'), ('working', 'working'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                        ('opened_at', models.DateTimeField()),
                        ('opened_by_id', models.BigIntegerField(null=True)),
                        ('started_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('closed_by_id', models.BigIntegerField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('leader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('qualification', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.qualification')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['ordered_by'], name='ticket_ordered_by'), models.Index(fields=['leader', 'planned_on'], name='ticket_leader_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('leader', None), ('qualification', None)), models.Q(('leader__isnull', False), ('qualification__isnull', False)), _connector='OR'), name='ticket_leader_is_qualified'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['assigned', 'working', 'closed']), _negated=True), ('leader__isnull', False), _connector='OR'), name='ticket_work_has_a_leader')],
                    },
                ),
                migrations.CreateModel(
                    name='Task',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('no', models.IntegerField()),
                        ('subject', models.CharField(blank=True, max_length=100)),
                        ('act', models.CharField(choices=[('connect', 'connect'), ('remove', 'remove'), ('move', 'move'), ('replace_label', 'replace_label'), ('check', 'check')], max_length=15)),
                        ('caption', models.CharField(max_length=120)),
                        ('address', models.CharField(blank=True, max_length=200)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('place', models.CharField(blank=True, max_length=60)),
                        ('outcome', models.CharField(blank=True, choices=[('', ''), ('done', 'done'), ('blocked', 'blocked'), ('removed', 'removed')], default='', max_length=10)),
                        ('done_at', models.DateTimeField(null=True)),
                        ('done_by_id', models.BigIntegerField(null=True)),
                        ('label_serial', models.BigIntegerField(null=True)),
                        ('seal_number', models.CharField(blank=True, max_length=30)),
                        ('checks', models.JSONField(default=dict)),
                        ('photos', models.JSONField(default=list)),
                        ('latitude_e6', models.IntegerField(null=True)),
                        ('longitude_e6', models.IntegerField(null=True)),
                        ('accuracy_m', models.IntegerField(null=True)),
                        ('remark', models.CharField(blank=True, max_length=500)),
                        ('found_on_site', models.BooleanField(default=False)),
                        ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.ticket')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('subject', ''), _negated=True), fields=['subject'], name='task_subject')],
                        'constraints': [models.UniqueConstraint(fields=('ticket', 'no'), name='task_no_once'), models.UniqueConstraint(condition=models.Q(('subject', ''), _negated=True), fields=('ticket', 'subject'), name='task_subject_once'), models.CheckConstraint(condition=models.Q(('outcome', ''), ('done_at__isnull', False), _connector='OR'), name='task_outcome_with_time'), models.CheckConstraint(condition=models.Q(models.Q(('act__in', ['connect', 'move']), ('outcome', 'done'), _negated=True), models.Q(('seal_number', ''), _negated=True), _connector='OR'), name='task_connected_with_seal')],
                    },
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('key', models.UUIDField(primary_key=True, serialize=False)),
                        ('payload', models.JSONField()),
                        ('made_at', models.DateTimeField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('actor_id', models.BigIntegerField(null=True)),
                        ('state', models.CharField(choices=[('applied', 'applied'), ('older', 'older'), ('queued', 'queued'), ('accepted', 'accepted'), ('dropped', 'dropped')], max_length=10)),
                        ('sentence', models.CharField(blank=True, max_length=300)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('decided_by_id', models.BigIntegerField(null=True)),
                        ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.task')),
                        ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.ticket')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['ticket', '-received_at'], name='entry_of_ticket'), models.Index(condition=models.Q(('state', 'queued')), fields=['ticket'], name='entry_waits')],
                    },
                ),
                migrations.CreateModel(
                    name='LabelPrint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('template', models.CharField(max_length=30)),
                        ('count', models.IntegerField()),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('file_id', models.BigIntegerField()),
                        ('printed_at', models.DateTimeField()),
                        ('printed_by_id', models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='LabelTemplate',
                    fields=[
                        ('code', models.CharField(max_length=30, primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=60)),
                        ('sizes', models.JSONField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60)),
                        ('is_customer_crew', models.BooleanField(default=False)),
                        ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.ticket')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('ticket', 'name'), name='crew_name_once'), models.CheckConstraint(condition=models.Q(('is_customer_crew', False), ('person', None), _connector='OR'), name='customer_crew_is_not_staff')],
                    },
                ),
                migrations.CreateModel(
                    name='Label',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject', models.CharField(max_length=100)),
                        ('caption', models.JSONField(default=list)),
                        ('made_at', models.DateTimeField()),
                        ('made_by_id', models.BigIntegerField(null=True)),
                        ('print_count', models.IntegerField(default=0)),
                        ('void_at', models.DateTimeField(null=True)),
                        ('void_by_id', models.BigIntegerField(null=True)),
                        ('void_reason', models.CharField(blank=True, max_length=200)),
                        ('replaced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.label')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['subject'], name='label_subject')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('void_at', None)), fields=('subject',), name='label_one_per_subject'), models.CheckConstraint(condition=models.Q(('void_at', None), models.Q(('void_reason', ''), _negated=True), _connector='OR'), name='label_void_with_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='PrintedLabel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.label')),
                        ('label_print', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.labelprint')),
                    ],
                ),
                migrations.CreateModel(
                    name='Scan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('scanned_at', models.DateTimeField()),
                        ('scanned_by_id', models.BigIntegerField(null=True)),
                        ('latitude_e6', models.IntegerField(null=True)),
                        ('longitude_e6', models.IntegerField(null=True)),
                        ('accuracy_m', models.IntegerField(null=True)),
                        ('seal_number', models.CharField(blank=True, max_length=30)),
                        ('verdict', models.CharField(max_length=10)),
                        ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.label')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['label', '-scanned_at'], name='scan_of_label')],
                    },
                ),
                migrations.CreateModel(
                    name='Seal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=30, unique=True)),
                        ('subject', models.CharField(max_length=100)),
                        ('place', models.CharField(max_length=60)),
                        ('placed_at', models.DateTimeField()),
                        ('received_at', models.DateTimeField()),
                        ('placed_by_id', models.BigIntegerField(null=True)),
                        ('photo_file_id', models.BigIntegerField(null=True)),
                        ('removed_at', models.DateTimeField(null=True)),
                        ('removed_by_id', models.BigIntegerField(null=True)),
                        ('label', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fieldwork.label')),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['place'], name='seal_hangs_at')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('subject',), name='seal_one_per_subject'), models.CheckConstraint(condition=models.Q(('removed_at', None), ('removed_at__gte', models.F('placed_at')), _connector='OR'), name='seal_removed_after_placed')],
                    },
                ),
                migrations.CreateModel(
                    name='LabelKey',
                    fields=[
                        ('no', models.SmallIntegerField(primary_key=True, serialize=False)),
                        ('public', models.BinaryField(max_length=32, unique=True)),
                        ('made_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('no__range', (1, 255))), name='label_key_no')],
                    },
                ),
                migrations.CreateModel(
                    name='QualificationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=60)),
                        ('certificate', models.CharField(max_length=40)),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='fieldwork.qualification')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='TicketEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=12, null=True)),
                        ('kind', models.CharField(max_length=30)),
                        ('title', models.CharField(max_length=120)),
                        ('ordered_by', models.CharField(max_length=100)),
                        ('district', models.CharField(blank=True, max_length=100)),
                        ('place', models.CharField(blank=True, max_length=200)),
                        ('planned_on', models.DateField()),
                        ('due_on', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('open', 'open'), ('assigned', 'assigned'), ('working', 'working'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                        ('opened_at', models.DateTimeField()),
                        ('opened_by_id', models.BigIntegerField(null=True)),
                        ('started_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('closed_by_id', models.BigIntegerField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('leader', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='fieldwork.ticket')),
                        ('qualification', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fieldwork.qualification')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='labelkey',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete or update rows from % table', TG_TABLE_NAME;", hash='68abb82c0af36b3763103cb6281d985f3afd1a9e', operation='DELETE OR UPDATE', pgid='pgtrigger_stays_0cf58', table='fieldwork_labelkey', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='labelprint',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete or update rows from % table', TG_TABLE_NAME;", hash='dd71805bf0247baced4943bced22bb5c0e0625c3', operation='DELETE OR UPDATE', pgid='pgtrigger_stays_71dba', table='fieldwork_labelprint', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='label',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8988dfa5eaa420bb97d06d578636aa06d8bf2a83', operation='DELETE', pgid='pgtrigger_never_deleted_89935', table='fieldwork_label', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='label',
                    trigger=pgtrigger.compiler.Trigger(name='stays_void', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."void_at" IS NULL AND OLD."void_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bbce6857c13760abb27acbf3680abcd5ccc72d33', operation='UPDATE', pgid='pgtrigger_stays_void_12409', table='fieldwork_label', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='qualification',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "fieldwork_qualificationevent" ("certificate", "end", "id", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start") VALUES (OLD."certificate", OLD."end", OLD."id", OLD."name", OLD."person_id", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."start"); RETURN NULL;', hash='b4a41f17bb6f2fdbff2a16d6b250b34fdda09365', operation='UPDATE', pgid='pgtrigger_from_update_cbed7', table='fieldwork_qualification', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='qualification',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "fieldwork_qualificationevent" ("certificate", "end", "id", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start") VALUES (NEW."certificate", NEW."end", NEW."id", NEW."name", NEW."person_id", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."start"); RETURN NULL;', hash='c22c4174b97a68522f068e70a540a802fcc5c171', operation='UPDATE', pgid='pgtrigger_to_update_b2083', table='fieldwork_qualification', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='qualification',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "fieldwork_qualificationevent" ("certificate", "end", "id", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start") VALUES (OLD."certificate", OLD."end", OLD."id", OLD."name", OLD."person_id", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."start"); RETURN NULL;', hash='eb0a1f68155a5c6f976e7633243dbe431eb3b6f1', operation='DELETE', pgid='pgtrigger_gone_delete_94d8a', table='fieldwork_qualification', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='qualificationevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c30975f13e2539b404af2360772bcb13b5d5ff8a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_97398', table='fieldwork_qualificationevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='scan',
                    trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete or update rows from % table', TG_TABLE_NAME;", hash='05dabbdca7d6e748dd9f03f6abeb85b6fb04deb9', operation='DELETE OR UPDATE', pgid='pgtrigger_stays_1d28b', table='fieldwork_scan', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ticket',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "fieldwork_ticketevent" ("closed_at", "closed_by_id", "district", "due_on", "id", "kind", "leader_id", "number", "opened_at", "opened_by_id", "ordered_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_on", "qualification_id", "reason", "started_at", "state", "title") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."district", OLD."due_on", OLD."id", OLD."kind", OLD."leader_id", OLD."number", OLD."opened_at", OLD."opened_by_id", OLD."ordered_by", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."place", OLD."planned_on", OLD."qualification_id", OLD."reason", OLD."started_at", OLD."state", OLD."title"); RETURN NULL;', hash='48503a7f2d0bbfbab61606ab98b85d315e340cac', operation='UPDATE', pgid='pgtrigger_from_update_35745', table='fieldwork_ticket', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ticket',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "fieldwork_ticketevent" ("closed_at", "closed_by_id", "district", "due_on", "id", "kind", "leader_id", "number", "opened_at", "opened_by_id", "ordered_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_on", "qualification_id", "reason", "started_at", "state", "title") VALUES (NEW."closed_at", NEW."closed_by_id", NEW."district", NEW."due_on", NEW."id", NEW."kind", NEW."leader_id", NEW."number", NEW."opened_at", NEW."opened_by_id", NEW."ordered_by", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."place", NEW."planned_on", NEW."qualification_id", NEW."reason", NEW."started_at", NEW."state", NEW."title"); RETURN NULL;', hash='bde3c9d5e37deaea9087a6e13fd43b5d9716c2a0', operation='UPDATE', pgid='pgtrigger_to_update_6723f', table='fieldwork_ticket', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ticket',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "fieldwork_ticketevent" ("closed_at", "closed_by_id", "district", "due_on", "id", "kind", "leader_id", "number", "opened_at", "opened_by_id", "ordered_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_on", "qualification_id", "reason", "started_at", "state", "title") VALUES (OLD."closed_at", OLD."closed_by_id", OLD."district", OLD."due_on", OLD."id", OLD."kind", OLD."leader_id", OLD."number", OLD."opened_at", OLD."opened_by_id", OLD."ordered_by", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."place", OLD."planned_on", OLD."qualification_id", OLD."reason", OLD."started_at", OLD."state", OLD."title"); RETURN NULL;', hash='74c320a3058a80ff678238351103d722a415eceb', operation='DELETE', pgid='pgtrigger_gone_delete_ec4e9', table='fieldwork_ticket', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='entry',
                    trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f4922067457729fb005b0c5430eaefa8e7fb2438', operation='DELETE', pgid='pgtrigger_never_deleted_ecea7', table='fieldwork_entry', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='entry',
                    trigger=pgtrigger.compiler.Trigger(name='stays_as_sent', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."payload" IS DISTINCT FROM (NEW."payload") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR NOT (OLD."state" = \'queued\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7090489ad568141c6be90fa6fca01c84cba2aa92', operation='UPDATE', pgid='pgtrigger_stays_as_sent_ea282', table='fieldwork_entry', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='ticketevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='53acfacefabc704b630851d1cad0317e04060f1c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bfade', table='fieldwork_ticketevent', when='BEFORE')),
                ),
            ],
        ),
    ]
