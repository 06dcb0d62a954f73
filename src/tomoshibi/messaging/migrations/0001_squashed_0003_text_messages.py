import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('messaging', '0001_initial'),
        ('messaging', '0002_inbound'),
        ('messaging', '0003_text_messages'),
    ]

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('documents', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Mailbox',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(max_length=30, unique=True)),
                        ('name', models.CharField(max_length=100)),
                        ('route', models.CharField(choices=[('applications', 'applications'), ('enquiries', 'enquiries')], max_length=20)),
                        ('address', models.CharField(max_length=254)),
                        ('host', models.CharField(max_length=200)),
                        ('port', models.IntegerField(default=993)),
                        ('user', models.CharField(max_length=254)),
                        ('password_file', models.CharField(max_length=300)),
                        ('trust_file', models.CharField(blank=True, max_length=300)),
                        ('folder', models.CharField(default='INBOX', max_length=100)),
                        ('is_active', models.BooleanField(default=True)),
                        ('uid_validity', models.BigIntegerField(default=0)),
                        ('last_uid', models.BigIntegerField(default=0)),
                        ('reached_at', models.DateTimeField(null=True)),
                        ('failure', models.CharField(blank=True, max_length=500)),
                    ],
                ),
                migrations.CreateModel(
                    name='Template',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=60)),
                        ('language', models.CharField(max_length=10)),
                        ('subject', models.CharField(max_length=200)),
                        ('body', models.TextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('code', 'language'), name='message_template_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TextLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.CharField(max_length=300)),
                        ('trust_file', models.CharField(blank=True, max_length=300)),
                        ('sender', models.CharField(blank=True, max_length=20)),
                        ('timeout_seconds', models.IntegerField(default=30)),
                        ('mark', models.CharField(blank=True, max_length=200)),
                        ('reached_at', models.DateTimeField(null=True)),
                        ('failure', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_text_link')],
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(max_length=10)),
                        ('template', models.CharField(max_length=60)),
                        ('recipient', models.CharField(max_length=254)),
                        ('subject', models.CharField(max_length=200)),
                        ('body', models.TextField()),
                        ('about', models.CharField(blank=True, max_length=100)),
                        ('key', models.CharField(blank=True, max_length=150)),
                        ('customer_id', models.BigIntegerField(null=True)),
                        ('state', models.CharField(default='queued', max_length=10)),
                        ('error', models.CharField(blank=True, max_length=500)),
                        ('queued_at', models.DateTimeField()),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('sender', models.CharField(blank=True, db_default='', default='', max_length=254)),
                        ('in_reply_to', models.CharField(blank=True, db_default='', default='', max_length=500)),
                        ('references', models.TextField(blank=True, db_default='', default='')),
                        ('message_id', models.UUIDField(null=True, unique=True)),
                        ('attempts', models.IntegerField(default=0)),
                        ('delivered_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer_id', '-queued_at'], name='delivery_customer'), models.Index(condition=models.Q(('state', 'queued')), fields=['id'], name='delivery_queued')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('template', 'key'), name='delivery_key_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Inbound',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid_validity', models.BigIntegerField()),
                        ('uid', models.BigIntegerField()),
                        ('route', models.CharField(choices=[('applications', 'applications'), ('enquiries', 'enquiries')], max_length=20)),
                        ('state', models.CharField(default='arrived', max_length=50)),
                        ('message_id', models.CharField(blank=True, max_length=500)),
                        ('references', models.TextField(blank=True)),
                        ('sender', models.CharField(blank=True, max_length=254)),
                        ('sender_name', models.CharField(blank=True, max_length=200)),
                        ('recipient', models.CharField(blank=True, max_length=254)),
                        ('subject', models.CharField(blank=True, max_length=300)),
                        ('body', models.TextField(blank=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('size_bytes', models.BigIntegerField()),
                        ('is_whole', models.BooleanField(default=True)),
                        ('is_automatic', models.BooleanField(default=False)),
                        ('content_sha256', models.CharField(max_length=64)),
                        ('replies_about', models.CharField(blank=True, max_length=100)),
                        ('outcome', models.CharField(blank=True, max_length=300)),
                        ('outcome_subject', models.CharField(blank=True, max_length=100)),
                        ('original', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.inbound')),
                        ('raw_file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('mailbox', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.mailbox')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['route', 'state', 'received_at'], name='inbound_route'), models.Index(fields=['content_sha256'], name='inbound_content'), models.Index(condition=models.Q(('outcome_subject', ''), _negated=True), fields=['outcome_subject'], name='inbound_outcome')],
                        'constraints': [models.UniqueConstraint(fields=('mailbox', 'uid_validity', 'uid'), name='inbound_taken_once'), models.UniqueConstraint(condition=models.Q(models.Q(('message_id', ''), _negated=True), models.Q(('state', 'repeated'), _negated=True)), fields=('mailbox', 'message_id'), name='inbound_message_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.IntegerField()),
                        ('name', models.CharField(max_length=255)),
                        ('media_type', models.CharField(max_length=100)),
                        ('size_bytes', models.BigIntegerField()),
                        ('refused', models.CharField(blank=True, max_length=300)),
                        ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('inbound', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.inbound')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('inbound', 'position'), name='attachment_once'), models.CheckConstraint(condition=models.Q(('file__isnull', False), models.Q(('refused', ''), _negated=True), _connector='OR'), name='attachment_kept_or_refused')],
                    },
                ),
                migrations.CreateModel(
                    name='MailboxEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.SlugField(db_index=False, max_length=30)),
                        ('name', models.CharField(max_length=100)),
                        ('route', models.CharField(choices=[('applications', 'applications'), ('enquiries', 'enquiries')], max_length=20)),
                        ('address', models.CharField(max_length=254)),
                        ('host', models.CharField(max_length=200)),
                        ('port', models.IntegerField(default=993)),
                        ('user', models.CharField(max_length=254)),
                        ('password_file', models.CharField(max_length=300)),
                        ('trust_file', models.CharField(blank=True, max_length=300)),
                        ('folder', models.CharField(default='INBOX', max_length=100)),
                        ('is_active', models.BooleanField(default=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.mailbox')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mailbox',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."folder" IS DISTINCT FROM (NEW."folder") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_file" IS DISTINCT FROM (NEW."password_file") OR OLD."port" IS DISTINCT FROM (NEW."port") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."trust_file" IS DISTINCT FROM (NEW."trust_file") OR OLD."user" IS DISTINCT FROM (NEW."user"))', func='INSERT INTO "messaging_mailboxevent" ("address", "code", "folder", "host", "id", "is_active", "name", "password_file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "route", "trust_file", "user") VALUES (OLD."address", OLD."code", OLD."folder", OLD."host", OLD."id", OLD."is_active", OLD."name", OLD."password_file", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."port", OLD."route", OLD."trust_file", OLD."user"); RETURN NULL;', hash='1613e53932b6c2f8d0486c765762385ff4749ed7', operation='UPDATE', pgid='pgtrigger_from_update_cb5ff', table='messaging_mailbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mailbox',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."folder" IS DISTINCT FROM (NEW."folder") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_file" IS DISTINCT FROM (NEW."password_file") OR OLD."port" IS DISTINCT FROM (NEW."port") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."trust_file" IS DISTINCT FROM (NEW."trust_file") OR OLD."user" IS DISTINCT FROM (NEW."user"))', func='INSERT INTO "messaging_mailboxevent" ("address", "code", "folder", "host", "id", "is_active", "name", "password_file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "route", "trust_file", "user") VALUES (NEW."address", NEW."code", NEW."folder", NEW."host", NEW."id", NEW."is_active", NEW."name", NEW."password_file", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."port", NEW."route", NEW."trust_file", NEW."user"); RETURN NULL;', hash='630106dbbd45fd83991c8b231609d89dad43ff6e', operation='UPDATE', pgid='pgtrigger_to_update_df4e0', table='messaging_mailbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mailbox',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "messaging_mailboxevent" ("address", "code", "folder", "host", "id", "is_active", "name", "password_file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "route", "trust_file", "user") VALUES (OLD."address", OLD."code", OLD."folder", OLD."host", OLD."id", OLD."is_active", OLD."name", OLD."password_file", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."port", OLD."route", OLD."trust_file", OLD."user"); RETURN NULL;', hash='6416500e4feab12d5630eaaa85250e1bc9647879', operation='DELETE', pgid='pgtrigger_gone_delete_ee230', table='messaging_mailbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mailboxevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5451664d6f9f7bbad897c4bd54404304f32239e7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7bf4', table='messaging_mailboxevent', when='BEFORE')),
                ),
            ],
        ),
    ]
