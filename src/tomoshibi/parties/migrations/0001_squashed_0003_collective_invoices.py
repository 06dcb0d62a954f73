import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import tomoshibi.storage.fields
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('parties', '0001_initial'),
        ('parties', '0002_numbers'),
        ('parties', '0003_collective_invoices'),
    ]

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Customer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('number', models.CharField(max_length=12)),
                        ('kind', models.CharField(choices=[('person', 'person'), ('company', 'company')], max_length=10)),
                        ('name', models.CharField(max_length=100)),
                        ('kana', models.CharField(max_length=100)),
                        ('phone', models.CharField(blank=True, max_length=20)),
                        ('mobile', models.CharField(blank=True, max_length=20)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('notes', models.TextField(blank=True)),
                        ('registered_on', models.DateField()),
                        ('search_key', models.TextField()),
                    ],
                    options={
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='customer_search', opclasses=['gin_trgm_ops'])],
                        'constraints': [models.UniqueConstraint(fields=('number',), name='customer_number_once'), models.CheckConstraint(condition=models.Q(('postal_code', ''), ('postal_code__regex', '^[0-9]{7}$'), _connector='OR'), name='customer_postal_code')],
                    },
                ),
                migrations.CreateModel(
                    name='BillingAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('number', models.CharField(max_length=12)),
                        ('addressee', models.CharField(blank=True, max_length=100)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='billing_account_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountTerms',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('payment_method', models.CharField(choices=[('direct_debit', 'direct_debit'), ('transfer', 'transfer'), ('card', 'card'), ('cvs', 'cvs')], max_length=12)),
                        ('statement_channel', models.CharField(choices=[('portal', 'portal'), ('paper', 'paper')], max_length=10)),
                        ('collective', models.CharField(choices=[('no', 'no'), ('wait', 'wait'), ('leave', 'leave')], db_default='no', default='no', max_length=8)),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.billingaccount')),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('account', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='account_terms_once_a_day'), models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='account_terms_end')],
                    },
                ),
                migrations.CreateModel(
                    name='Mandate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('registered', 'registered'), ('active', 'active'), ('suspended', 'suspended'), ('rejected', 'rejected'), ('replaced', 'replaced'), ('stopped', 'stopped')], default='draft', max_length=12)),
                        ('agent', models.CharField(max_length=20)),
                        ('debit_key', models.CharField(max_length=20)),
                        ('bank_code', models.CharField(max_length=4)),
                        ('branch_code', models.CharField(max_length=3)),
                        ('account_kind', models.CharField(choices=[('1', '1'), ('2', '2'), ('3', '3'), ('9', '9')], max_length=1)),
                        ('account_number', models.CharField(max_length=7)),
                        ('holder_kana', models.CharField(max_length=48)),
                        ('new_code', models.CharField(choices=[('0', '0'), ('1', '1'), ('2', '2')], default='1', max_length=1)),
                        ('start', models.DateField(null=True)),
                        ('end', models.DateField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.billingaccount')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['debit_key'], name='mandate_debit_key')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['registered', 'active', 'suspended'])), fields=('account',), name='one_live_mandate'), models.CheckConstraint(condition=models.Q(('bank_code__regex', '^[0-9]{4}$')), name='mandate_bank_code'), models.CheckConstraint(condition=models.Q(('branch_code__regex', '^[0-9]{3}$')), name='mandate_branch_code'), models.CheckConstraint(condition=models.Q(('account_number__regex', '^[0-9]{7}$')), name='mandate_account_number'), models.CheckConstraint(condition=models.Q(('start__isnull', False), models.Q(('state__in', ['registered', 'active', 'suspended']), _negated=True), _connector='OR'), name='live_mandate_has_a_start')],
                    },
                ),
                migrations.CreateModel(
                    name='RegisteredNumber',
                    fields=[
                        ('number', models.CharField(max_length=12, primary_key=True, serialize=False)),
                        ('kind', models.CharField(choices=[('normal', 'normal'), ('benchmark', 'benchmark'), ('sub', 'sub')], max_length=10)),
                        ('offer_instead', models.CharField(blank=True, max_length=12)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'normal'), _negated=True), ('offer_instead', ''), _connector='OR'), name='normal_number_offers_itself')],
                    },
                ),
                migrations.CreateModel(
                    name='CustomerEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('number', models.CharField(max_length=12)),
                        ('kind', models.CharField(choices=[('person', 'person'), ('company', 'company')], max_length=10)),
                        ('name', models.CharField(max_length=100)),
                        ('kana', models.CharField(max_length=100)),
                        ('phone', models.CharField(blank=True, max_length=20)),
                        ('mobile', models.CharField(blank=True, max_length=20)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('notes', models.TextField(blank=True)),
                        ('registered_on', models.DateField()),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.customer')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='MandateEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('registered', 'registered'), ('active', 'active'), ('suspended', 'suspended'), ('rejected', 'rejected'), ('replaced', 'replaced'), ('stopped', 'stopped')], default='draft', max_length=12)),
                        ('agent', models.CharField(max_length=20)),
                        ('debit_key', models.CharField(max_length=20)),
                        ('bank_code', models.CharField(max_length=4)),
                        ('branch_code', models.CharField(max_length=3)),
                        ('account_kind', models.CharField(choices=[('1', '1'), ('2', '2'), ('3', '3'), ('9', '9')], max_length=1)),
                        ('account_number', models.CharField(max_length=7)),
                        ('holder_kana', models.CharField(max_length=48)),
                        ('new_code', models.CharField(choices=[('0', '0'), ('1', '1'), ('2', '2')], default='1', max_length=1)),
                        ('start', models.DateField(null=True)),
                        ('end', models.DateField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.billingaccount')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.mandate')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='AccountTermsEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('payment_method', models.CharField(choices=[('direct_debit', 'direct_debit'), ('transfer', 'transfer'), ('card', 'card'), ('cvs', 'cvs')], max_length=12)),
                        ('statement_channel', models.CharField(choices=[('portal', 'portal'), ('paper', 'paper')], max_length=10)),
                        ('collective', models.CharField(choices=[('no', 'no'), ('wait', 'wait'), ('leave', 'leave')], db_default='no', default='no', max_length=8)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.accountterms')),
                        ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.billingaccount')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='BillingAccountEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('number', models.CharField(max_length=12)),
                        ('addressee', models.CharField(blank=True, max_length=100)),
                        ('mail', models.CharField(blank=True, max_length=254)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='parties.billingaccount')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.customer')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customer',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."block" IS DISTINCT FROM (NEW."block") OR OLD."building" IS DISTINCT FROM (NEW."building") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kana" IS DISTINCT FROM (NEW."kana") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mail" IS DISTINCT FROM (NEW."mail") OR OLD."mobile" IS DISTINCT FROM (NEW."mobile") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."prefecture" IS DISTINCT FROM (NEW."prefecture") OR OLD."registered_on" IS DISTINCT FROM (NEW."registered_on") OR OLD."town" IS DISTINCT FROM (NEW."town"))', func='INSERT INTO "parties_customerevent" ("block", "building", "city", "id", "kana", "kind", "mail", "mobile", "name", "notes", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "prefecture", "registered_on", "town") VALUES (OLD."block", OLD."building", OLD."city", OLD."id", OLD."kana", OLD."kind", OLD."mail", OLD."mobile", OLD."name", OLD."notes", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."phone", OLD."postal_code", OLD."prefecture", OLD."registered_on", OLD."town"); RETURN NULL;', hash='620e9744a531d9353bdbd919437d1d484269e16a', operation='UPDATE', pgid='pgtrigger_from_update_0ecd4', table='parties_customer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customer',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."block" IS DISTINCT FROM (NEW."block") OR OLD."building" IS DISTINCT FROM (NEW."building") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kana" IS DISTINCT FROM (NEW."kana") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mail" IS DISTINCT FROM (NEW."mail") OR OLD."mobile" IS DISTINCT FROM (NEW."mobile") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."prefecture" IS DISTINCT FROM (NEW."prefecture") OR OLD."registered_on" IS DISTINCT FROM (NEW."registered_on") OR OLD."town" IS DISTINCT FROM (NEW."town"))', func='INSERT INTO "parties_customerevent" ("block", "building", "city", "id", "kana", "kind", "mail", "mobile", "name", "notes", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "prefecture", "registered_on", "town") VALUES (NEW."block", NEW."building", NEW."city", NEW."id", NEW."kana", NEW."kind", NEW."mail", NEW."mobile", NEW."name", NEW."notes", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."phone", NEW."postal_code", NEW."prefecture", NEW."registered_on", NEW."town"); RETURN NULL;', hash='15d4e180fb643c5cd967e747663cd5cc513ef42a', operation='UPDATE', pgid='pgtrigger_to_update_c9144', table='parties_customer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customer',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parties_customerevent" ("block", "building", "city", "id", "kana", "kind", "mail", "mobile", "name", "notes", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "prefecture", "registered_on", "town") VALUES (OLD."block", OLD."building", OLD."city", OLD."id", OLD."kana", OLD."kind", OLD."mail", OLD."mobile", OLD."name", OLD."notes", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."phone", OLD."postal_code", OLD."prefecture", OLD."registered_on", OLD."town"); RETURN NULL;', hash='5a8fa53b1e995ec610a2f523519f53c09fc68c9b', operation='DELETE', pgid='pgtrigger_gone_delete_ae934', table='parties_customer', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accounttermsevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a3a63b51b8fbe8ff648c0f26b2c5b03bcdd272e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fb681', table='parties_accounttermsevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accountterms',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_accounttermsevent" ("account_id", "collective", "end", "id", "payment_method", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "statement_channel") VALUES (OLD."account_id", OLD."collective", OLD."end", OLD."id", OLD."payment_method", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."start", OLD."statement_channel"); RETURN NULL;', hash='03440676c12b8e7b12e7ef7a68272c3311029795', operation='UPDATE', pgid='pgtrigger_from_update_a06ff', table='parties_accountterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accountterms',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_accounttermsevent" ("account_id", "collective", "end", "id", "payment_method", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "statement_channel") VALUES (NEW."account_id", NEW."collective", NEW."end", NEW."id", NEW."payment_method", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."start", NEW."statement_channel"); RETURN NULL;', hash='fcd60a390ad297d9f8175e25c63badcf5f312e5a', operation='UPDATE', pgid='pgtrigger_to_update_5fa60', table='parties_accountterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accountterms',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parties_accounttermsevent" ("account_id", "collective", "end", "id", "payment_method", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "statement_channel") VALUES (OLD."account_id", OLD."collective", OLD."end", OLD."id", OLD."payment_method", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."start", OLD."statement_channel"); RETURN NULL;', hash='ef1ce704a8511a6da2338bb213a2948c40d66167', operation='DELETE', pgid='pgtrigger_gone_delete_f990f', table='parties_accountterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='billingaccountevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6ffa58aa74a96f26d0d884e2e643fb937db6c0c2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_42091', table='parties_billingaccountevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='billingaccount',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_billingaccountevent" ("addressee", "block", "building", "city", "customer_id", "id", "mail", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prefecture", "town") VALUES (OLD."addressee", OLD."block", OLD."building", OLD."city", OLD."customer_id", OLD."id", OLD."mail", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."postal_code", OLD."prefecture", OLD."town"); RETURN NULL;', hash='4b0eadd78a1305601fcbfab31f0924b090687315', operation='UPDATE', pgid='pgtrigger_from_update_e663b', table='parties_billingaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='billingaccount',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_billingaccountevent" ("addressee", "block", "building", "city", "customer_id", "id", "mail", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prefecture", "town") VALUES (NEW."addressee", NEW."block", NEW."building", NEW."city", NEW."customer_id", NEW."id", NEW."mail", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."postal_code", NEW."prefecture", NEW."town"); RETURN NULL;', hash='45e0bb0988c94de9b892f6ca4f8b21ae2b8d7e4c', operation='UPDATE', pgid='pgtrigger_to_update_8d982', table='parties_billingaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='billingaccount',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parties_billingaccountevent" ("addressee", "block", "building", "city", "customer_id", "id", "mail", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "prefecture", "town") VALUES (OLD."addressee", OLD."block", OLD."building", OLD."city", OLD."customer_id", OLD."id", OLD."mail", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."postal_code", OLD."prefecture", OLD."town"); RETURN NULL;', hash='eb8ec0968270c9539562a1ff47553d4d9d9cc7fc', operation='DELETE', pgid='pgtrigger_gone_delete_0b36e', table='parties_billingaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='customerevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31622dd6407427d5e27e12ed57674f3232774be4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_37d46', table='parties_customerevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mandate',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_mandateevent" ("account_id", "account_kind", "account_number", "agent", "bank_code", "branch_code", "debit_key", "end", "holder_kana", "id", "new_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "start", "state") VALUES (OLD."account_id", OLD."account_kind", OLD."account_number", OLD."agent", OLD."bank_code", OLD."branch_code", OLD."debit_key", OLD."end", OLD."holder_kana", OLD."id", OLD."new_code", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."reason", OLD."start", OLD."state"); RETURN NULL;', hash='0f576742be6c9b3bdf5c5f2b6a14209bdbf26ec4', operation='UPDATE', pgid='pgtrigger_from_update_c8f0d', table='parties_mandate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mandate',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parties_mandateevent" ("account_id", "account_kind", "account_number", "agent", "bank_code", "branch_code", "debit_key", "end", "holder_kana", "id", "new_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "start", "state") VALUES (NEW."account_id", NEW."account_kind", NEW."account_number", NEW."agent", NEW."bank_code", NEW."branch_code", NEW."debit_key", NEW."end", NEW."holder_kana", NEW."id", NEW."new_code", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."reason", NEW."start", NEW."state"); RETURN NULL;', hash='901d534fc05ea1adc608bc1b2e5b0ab1aba2d037', operation='UPDATE', pgid='pgtrigger_to_update_cae48', table='parties_mandate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mandate',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parties_mandateevent" ("account_id", "account_kind", "account_number", "agent", "bank_code", "branch_code", "debit_key", "end", "holder_kana", "id", "new_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "start", "state") VALUES (OLD."account_id", OLD."account_kind", OLD."account_number", OLD."agent", OLD."bank_code", OLD."branch_code", OLD."debit_key", OLD."end", OLD."holder_kana", OLD."id", OLD."new_code", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."reason", OLD."start", OLD."state"); RETURN NULL;', hash='3589e68b70354af4c3217f31eb11b035e2fa585d', operation='DELETE', pgid='pgtrigger_gone_delete_bc38b', table='parties_mandate', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='mandateevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c88f682c5ff49aa8be7b39d6b983346adbad7b54', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_72df5', table='parties_mandateevent', when='BEFORE')),
                ),
            ],
        ),
        migrations.RunSQL(
            'CREATE SEQUENCE parties_customer_number; CREATE SEQUENCE parties_account_number',
            'DROP SEQUENCE parties_customer_number; DROP SEQUENCE parties_account_number',
        ),
    ]
