import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('messaging', '0001_squashed_0003_text_messages'),
        ('parties', '0001_squashed_0003_collective_invoices'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Announcement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(default='draft', max_length=50)),
                        ('texts', models.JSONField(default=dict)),
                        ('audience', models.JSONField(default=dict)),
                        ('by_mail', models.BooleanField(default=False)),
                        ('scheduled_at', models.DateTimeField(null=True)),
                        ('counted', models.IntegerField(default=0)),
                        ('created_by_id', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('decided_by_id', models.BigIntegerField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('withdrawn_reason', models.CharField(blank=True, max_length=300)),
                    ],
                ),
                migrations.CreateModel(
                    name='AnswerText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(max_length=40)),
                        ('language', models.CharField(max_length=10)),
                        ('title', models.CharField(max_length=100)),
                        ('body', models.TextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('code', 'language'), name='answer_text_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Kind',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(max_length=30, unique=True)),
                        ('names', models.JSONField(default=dict)),
                        ('business_days', models.SmallIntegerField()),
                        ('position', models.SmallIntegerField(default=0)),
                        ('is_active', models.BooleanField(default=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('business_days__gte', 0)), name='enquiry_kind_days')],
                    },
                ),
                migrations.CreateModel(
                    name='Enquiry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(choices=[('mail', 'mail'), ('web', 'web'), ('portal', 'portal'), ('phone', 'phone')], max_length=10)),
                        ('state', models.CharField(default='new', max_length=50)),
                        ('subject', models.CharField(max_length=300)),
                        ('recognized_by', models.CharField(blank=True, max_length=10)),
                        ('name', models.CharField(blank=True, max_length=200)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('phone', models.CharField(blank=True, max_length=30)),
                        ('language', models.CharField(default='ja', max_length=10)),
                        ('assigned_to_id', models.BigIntegerField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField()),
                        ('first_answered_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('search_key', models.TextField(blank=True)),
                        ('key', models.CharField(blank=True, max_length=60)),
                        ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                        ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='care.kind')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', 'due_at'], name='enquiry_due'), models.Index(fields=['customer', '-received_at'], name='enquiry_customer'), models.Index(fields=['received_at'], name='enquiry_received')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('channel', 'key'), name='enquiry_sent_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('received', 'received'), ('answer', 'answer'), ('note', 'note'), ('hand_over', 'hand_over')], max_length=10)),
                        ('body', models.TextField(blank=True)),
                        ('at', models.DateTimeField()),
                        ('author_id', models.BigIntegerField(null=True)),
                        ('procedure', models.CharField(blank=True, max_length=8)),
                        ('url', models.CharField(blank=True, max_length=300)),
                        ('key', models.CharField(blank=True, max_length=60)),
                        ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.delivery')),
                        ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='care.enquiry')),
                        ('inbound', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.inbound')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('enquiry', 'key'), name='entry_written_once'), models.UniqueConstraint(fields=('enquiry', 'inbound'), name='entry_message_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Preference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('customer_id', models.BigIntegerField(unique=True)),
                        ('announcements_by_mail', models.BooleanField(default=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Recipient',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('customer_id', models.BigIntegerField()),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('language', models.CharField(max_length=10)),
                        ('mailed', models.BooleanField(default=False)),
                        ('read_at', models.DateTimeField(null=True)),
                        ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='care.announcement')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer_id', '-announcement'], name='announced_to'), models.Index(condition=models.Q(('mailed', False)), fields=['announcement'], name='announcement_to_mail')],
                        'constraints': [models.UniqueConstraint(fields=('announcement', 'customer_id'), name='announced_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Settings',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('alone_up_to', models.IntegerField(default=100)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('alone_up_to__gte', 0), ('id', 1)), name='one_care_settings')],
                    },
                ),
                migrations.CreateModel(
                    name='AnnouncementEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(default='draft', max_length=50)),
                        ('texts', models.JSONField(default=dict)),
                        ('audience', models.JSONField(default=dict)),
                        ('by_mail', models.BooleanField(default=False)),
                        ('scheduled_at', models.DateTimeField(null=True)),
                        ('created_by_id', models.BigIntegerField(null=True)),
                        ('created_at', models.DateTimeField()),
                        ('decided_by_id', models.BigIntegerField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('withdrawn_reason', models.CharField(blank=True, max_length=300)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='care.announcement')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='AnswerTextEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=40)),
                        ('language', models.CharField(max_length=10)),
                        ('title', models.CharField(max_length=100)),
                        ('body', models.TextField()),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='care.answertext')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='EnquiryEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('channel', models.CharField(choices=[('mail', 'mail'), ('web', 'web'), ('portal', 'portal'), ('phone', 'phone')], max_length=10)),
                        ('state', models.CharField(default='new', max_length=50)),
                        ('subject', models.CharField(max_length=300)),
                        ('recognized_by', models.CharField(blank=True, max_length=10)),
                        ('name', models.CharField(blank=True, max_length=200)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('phone', models.CharField(blank=True, max_length=30)),
                        ('language', models.CharField(default='ja', max_length=10)),
                        ('assigned_to_id', models.BigIntegerField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('due_at', models.DateTimeField()),
                        ('first_answered_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('key', models.CharField(blank=True, max_length=60)),
                        ('customer', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='care.enquiry')),
                        ('kind', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='care.kind')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='KindEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=30)),
                        ('names', models.JSONField(default=dict)),
                        ('business_days', models.SmallIntegerField()),
                        ('position', models.SmallIntegerField(default=0)),
                        ('is_active', models.BooleanField(default=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='care.kind')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='SettingsEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('alone_up_to', models.IntegerField(default=100)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='care.settings')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='announcement',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."by_mail" IS DISTINCT FROM (NEW."by_mail") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."scheduled_at" IS DISTINCT FROM (NEW."scheduled_at") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."texts" IS DISTINCT FROM (NEW."texts") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))', func='INSERT INTO "care_announcementevent" ("audience", "by_mail", "created_at", "created_by_id", "decided_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_at", "sent_at", "state", "texts", "withdrawn_reason") VALUES (OLD."audience", OLD."by_mail", OLD."created_at", OLD."created_by_id", OLD."decided_by_id", OLD."id", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."scheduled_at", OLD."sent_at", OLD."state", OLD."texts", OLD."withdrawn_reason"); RETURN NULL;', hash='d5b9c806fb3097826b27836630889ad7f697abb2', operation='UPDATE', pgid='pgtrigger_from_update_c0892', table='care_announcement', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='announcement',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."audience" IS DISTINCT FROM (NEW."audience") OR OLD."by_mail" IS DISTINCT FROM (NEW."by_mail") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."scheduled_at" IS DISTINCT FROM (NEW."scheduled_at") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."texts" IS DISTINCT FROM (NEW."texts") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))', func='INSERT INTO "care_announcementevent" ("audience", "by_mail", "created_at", "created_by_id", "decided_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_at", "sent_at", "state", "texts", "withdrawn_reason") VALUES (NEW."audience", NEW."by_mail", NEW."created_at", NEW."created_by_id", NEW."decided_by_id", NEW."id", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."scheduled_at", NEW."sent_at", NEW."state", NEW."texts", NEW."withdrawn_reason"); RETURN NULL;', hash='ed982e7de7ae60c0f4b67f3687b800e3c7a061f4', operation='UPDATE', pgid='pgtrigger_to_update_88887', table='care_announcement', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='announcement',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "care_announcementevent" ("audience", "by_mail", "created_at", "created_by_id", "decided_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_at", "sent_at", "state", "texts", "withdrawn_reason") VALUES (OLD."audience", OLD."by_mail", OLD."created_at", OLD."created_by_id", OLD."decided_by_id", OLD."id", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."scheduled_at", OLD."sent_at", OLD."state", OLD."texts", OLD."withdrawn_reason"); RETURN NULL;', hash='a6ea51e61bec8aac694401cc30b334cf2d5db43d', operation='DELETE', pgid='pgtrigger_gone_delete_9927c', table='care_announcement', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='answertext',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_answertextevent" ("body", "code", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (OLD."body", OLD."code", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."title"); RETURN NULL;', hash='c574a58630f22620a0af6b296120f29427288ad6', operation='UPDATE', pgid='pgtrigger_from_update_318a9', table='care_answertext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='answertext',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_answertextevent" ("body", "code", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (NEW."body", NEW."code", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."title"); RETURN NULL;', hash='ea24b8164c39bdc50e74a469a48d68ced561fbec', operation='UPDATE', pgid='pgtrigger_to_update_d638c', table='care_answertext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='answertext',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "care_answertextevent" ("body", "code", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (OLD."body", OLD."code", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."title"); RETURN NULL;', hash='78e5ab4749b26357b37b023424142cd69cf633c4', operation='DELETE', pgid='pgtrigger_gone_delete_7a252', table='care_answertext', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='kind',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_kindevent" ("business_days", "code", "id", "is_active", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."business_days", OLD."code", OLD."id", OLD."is_active", OLD."names", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."position"); RETURN NULL;', hash='f528eeb3a74d35f2ca746244bb21474e2058c3e0', operation='UPDATE', pgid='pgtrigger_from_update_0cfe7', table='care_kind', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='kind',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_kindevent" ("business_days", "code", "id", "is_active", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."business_days", NEW."code", NEW."id", NEW."is_active", NEW."names", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."position"); RETURN NULL;', hash='f649f32ed0c4a1bf384d930509eac2cc48da4ff2', operation='UPDATE', pgid='pgtrigger_to_update_9709e', table='care_kind', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='kind',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "care_kindevent" ("business_days", "code", "id", "is_active", "names", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."business_days", OLD."code", OLD."id", OLD."is_active", OLD."names", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."position"); RETURN NULL;', hash='e0a7fe1f04b1db22ea2003a6999b87af26615521', operation='DELETE', pgid='pgtrigger_gone_delete_2f558', table='care_kind', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='settings',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_settingsevent" ("alone_up_to", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."alone_up_to", OLD."id", _pgh_attach_context(), NOW(), \'from\', OLD."id"); RETURN NULL;', hash='cbb711b50cda896ae17bd1956f7b575e22066884', operation='UPDATE', pgid='pgtrigger_from_update_b0180', table='care_settings', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='settings',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "care_settingsevent" ("alone_up_to", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."alone_up_to", NEW."id", _pgh_attach_context(), NOW(), \'to\', NEW."id"); RETURN NULL;', hash='e34ea130d5efd6191d1abbe35315cc9bbbf643ab', operation='UPDATE', pgid='pgtrigger_to_update_e0a23', table='care_settings', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='settings',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "care_settingsevent" ("alone_up_to", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."alone_up_to", OLD."id", _pgh_attach_context(), NOW(), \'gone\', OLD."id"); RETURN NULL;', hash='6d282cb4ad071714d020da96f74f442e72ff755e', operation='DELETE', pgid='pgtrigger_gone_delete_1ae4d', table='care_settings', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='announcementevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8db05a9d6773676267d706fe7644f2b336fcd5cd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5c3b7', table='care_announcementevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='answertextevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3f7243ac501ca599647d7095940818c218a36b79', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0a78c', table='care_answertextevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='entry',
                    trigger=pgtrigger.compiler.Trigger(name='entries_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9ce049a9097ef948fbc705e21984ce6906cf19df', operation='UPDATE OR DELETE', pgid='pgtrigger_entries_stay_f969b', table='care_entry', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='enquiryevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d5231f9d61a5d26cc05bed0c08f835046b762cce', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d26f5', table='care_enquiryevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='enquiry',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."first_answered_at" IS DISTINCT FROM (NEW."first_answered_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind_id" IS DISTINCT FROM (NEW."kind_id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."mail" IS DISTINCT FROM (NEW."mail") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."recognized_by" IS DISTINCT FROM (NEW."recognized_by") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."subject" IS DISTINCT FROM (NEW."subject"))', func='INSERT INTO "care_enquiryevent" ("assigned_to_id", "channel", "closed_at", "customer_id", "due_at", "first_answered_at", "id", "key", "kind_id", "language", "mail", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "received_at", "recognized_by", "state", "subject") VALUES (OLD."assigned_to_id", OLD."channel", OLD."closed_at", OLD."customer_id", OLD."due_at", OLD."first_answered_at", OLD."id", OLD."key", OLD."kind_id", OLD."language", OLD."mail", OLD."name", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."phone", OLD."received_at", OLD."recognized_by", OLD."state", OLD."subject"); RETURN NULL;', hash='0035f6549148a9233cef20b68fae59eee964280b', operation='UPDATE', pgid='pgtrigger_from_update_6f55c', table='care_enquiry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='enquiry',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."first_answered_at" IS DISTINCT FROM (NEW."first_answered_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind_id" IS DISTINCT FROM (NEW."kind_id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."mail" IS DISTINCT FROM (NEW."mail") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."recognized_by" IS DISTINCT FROM (NEW."recognized_by") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."subject" IS DISTINCT FROM (NEW."subject"))', func='INSERT INTO "care_enquiryevent" ("assigned_to_id", "channel", "closed_at", "customer_id", "due_at", "first_answered_at", "id", "key", "kind_id", "language", "mail", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "received_at", "recognized_by", "state", "subject") VALUES (NEW."assigned_to_id", NEW."channel", NEW."closed_at", NEW."customer_id", NEW."due_at", NEW."first_answered_at", NEW."id", NEW."key", NEW."kind_id", NEW."language", NEW."mail", NEW."name", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."phone", NEW."received_at", NEW."recognized_by", NEW."state", NEW."subject"); RETURN NULL;', hash='f22aea7ba4aed6764fff9128b2357c6142afe841', operation='UPDATE', pgid='pgtrigger_to_update_a3e8c', table='care_enquiry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='enquiry',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "care_enquiryevent" ("assigned_to_id", "channel", "closed_at", "customer_id", "due_at", "first_answered_at", "id", "key", "kind_id", "language", "mail", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "received_at", "recognized_by", "state", "subject") VALUES (OLD."assigned_to_id", OLD."channel", OLD."closed_at", OLD."customer_id", OLD."due_at", OLD."first_answered_at", OLD."id", OLD."key", OLD."kind_id", OLD."language", OLD."mail", OLD."name", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."phone", OLD."received_at", OLD."recognized_by", OLD."state", OLD."subject"); RETURN NULL;', hash='f26dbe122a1aff8c99ff283e1161399b1139c513', operation='DELETE', pgid='pgtrigger_gone_delete_fe7dc', table='care_enquiry', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='kindevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d80d34d9bac92393974a915f05620d2e8e1d95cd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_35e9b', table='care_kindevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='settingsevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6534233e3e2a6f53ee290f8aa3bb1d46e515cca8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6f723', table='care_settingsevent', when='BEFORE')),
                ),
            ],
        ),
    ]
