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
        ('contracts', '0001_initial'),
        ('contracts', '0002_numbers'),
        ('contracts', '0003_levy_exemptions'),
        ('contracts', '0004_particulars_and_outages'),
        ('contracts', '0005_charges_by_two'),
        ('contracts', '0006_resellers'),
    ]

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('identity', '__first__'),
        ('parties', '0001_squashed_0003_collective_invoices'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('supply', '0001_squashed_0005_served_accounts'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Contract',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=12)),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('end_reason', models.CharField(blank=True, choices=[('moved_out', 'moved_out'), ('switched', 'switched'), ('canceled', 'canceled'), ('unpaid', 'unpaid'), ('replaced', 'replaced')], max_length=12)),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.billingaccount')),
                        ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.customer')),
                        ('supply_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='contract_number_once'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('supply_point', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='one_contract_per_point_and_day'), models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='contract_end'), models.CheckConstraint(condition=models.Q(models.Q(('end', None), ('end_reason', '')), models.Q(('end__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='contract_end_has_a_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='ContractTerms',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('plan_code', models.CharField(max_length=60)),
                        ('capacity_kind', models.CharField(choices=[('A', 'A'), ('kVA', 'kVA'), ('kW', 'kW'), ('contract', 'contract')], max_length=10)),
                        ('capacity_milli', models.BigIntegerField()),
                        ('discounts', models.JSONField(default=list)),
                        ('particulars', models.JSONField(default=dict)),
                        ('agency_code', models.CharField(blank=True, max_length=20)),
                        ('reseller_code', models.CharField(blank=True, db_default='', default='', max_length=20)),
                        ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contracts.contract')),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('contract', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='one_terms_per_contract_and_day'), models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='contract_terms_end'), models.CheckConstraint(condition=models.Q(('capacity_kind', 'contract'), ('capacity_milli__gt', 0), _connector='OR'), name='contract_terms_capacity')],
                    },
                ),
                migrations.CreateModel(
                    name='LevyExemption',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(default='proposed', max_length=50)),
                        ('entered_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('start', models.DateField()),
                        ('end', models.DateField()),
                        ('percent', models.IntegerField()),
                        ('certificate', models.CharField(max_length=40)),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'holds')), expressions=[('contract', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='one_levy_exemption_per_day'), models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='levy_exemption_end'), models.CheckConstraint(condition=models.Q(('percent__gte', 1), ('percent__lte', 100)), name='levy_exemption_percent'), models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('entered_by')), _negated=True), _connector='OR'), name='levy_exemption_second_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Outage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(default='proposed', max_length=50)),
                        ('entered_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('start', models.DateField()),
                        ('end', models.DateField()),
                        ('cause', models.CharField(max_length=100)),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'holds')), expressions=[('contract', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='one_outage_per_day'), models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='outage_end'), models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('entered_by')), _negated=True), _connector='OR'), name='outage_second_person')],
                    },
                ),
                migrations.CreateModel(
                    name='SundryCharge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=30)),
                        ('text', models.CharField(max_length=100)),
                        ('amount_minor', models.BigIntegerField()),
                        ('tax', models.CharField(choices=[('included', 'included'), ('exempt', 'exempt'), ('out_of_scope', 'out_of_scope')], max_length=12)),
                        ('month', models.IntegerField()),
                        ('state', models.CharField(choices=[('proposed', 'proposed'), ('waiting', 'waiting'), ('billed', 'billed'), ('withdrawn', 'withdrawn'), ('rejected', 'rejected')], default='waiting', max_length=10)),
                        ('source', models.CharField(max_length=100)),
                        ('billed_by', models.CharField(blank=True, max_length=100)),
                        ('worked', models.CharField(blank=True, max_length=300)),
                        ('reason', models.CharField(blank=True, max_length=500)),
                        ('evidence', models.CharField(blank=True, max_length=200)),
                        ('evidence_file_id', models.BigIntegerField(null=True)),
                        ('gone_reason', models.CharField(blank=True, max_length=500)),
                        ('entered_at', models.DateTimeField(null=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['month'], name='sundry_charge_waiting')],
                        'constraints': [models.UniqueConstraint(fields=('source',), name='sundry_charge_told_once'), models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'rejected']), ('decided_by', None), ('entered_by', None), models.Q(('decided_by', models.F('entered_by')), _negated=True), models.Q(('gone_reason', ''), _negated=True), _connector='OR'), name='sundry_charge_by_two')],
                    },
                ),
                migrations.CreateModel(
                    name='ContractEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=12)),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('end_reason', models.CharField(blank=True, choices=[('moved_out', 'moved_out'), ('switched', 'switched'), ('canceled', 'canceled'), ('unpaid', 'unpaid'), ('replaced', 'replaced')], max_length=12)),
                        ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.billingaccount')),
                        ('customer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parties.customer')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.contract')),
                        ('supply_point', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.supplypoint')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ContractTermsEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('plan_code', models.CharField(max_length=60)),
                        ('capacity_kind', models.CharField(choices=[('A', 'A'), ('kVA', 'kVA'), ('kW', 'kW'), ('contract', 'contract')], max_length=10)),
                        ('capacity_milli', models.BigIntegerField()),
                        ('discounts', models.JSONField(default=list)),
                        ('particulars', models.JSONField(default=dict)),
                        ('agency_code', models.CharField(blank=True, max_length=20)),
                        ('reseller_code', models.CharField(blank=True, db_default='', default='', max_length=20)),
                        ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contracts.contract')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.contractterms')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='LevyExemptionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(default='proposed', max_length=50)),
                        ('entered_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('start', models.DateField()),
                        ('end', models.DateField()),
                        ('percent', models.IntegerField()),
                        ('certificate', models.CharField(max_length=40)),
                        ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.levyexemption')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='OutageEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('state', models.CharField(default='proposed', max_length=50)),
                        ('entered_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('start', models.DateField()),
                        ('end', models.DateField()),
                        ('cause', models.CharField(max_length=100)),
                        ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.outage')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='SundryChargeEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.CharField(max_length=30)),
                        ('text', models.CharField(max_length=100)),
                        ('amount_minor', models.BigIntegerField()),
                        ('tax', models.CharField(choices=[('included', 'included'), ('exempt', 'exempt'), ('out_of_scope', 'out_of_scope')], max_length=12)),
                        ('month', models.IntegerField()),
                        ('state', models.CharField(choices=[('proposed', 'proposed'), ('waiting', 'waiting'), ('billed', 'billed'), ('withdrawn', 'withdrawn'), ('rejected', 'rejected')], default='waiting', max_length=10)),
                        ('source', models.CharField(max_length=100)),
                        ('billed_by', models.CharField(blank=True, max_length=100)),
                        ('worked', models.CharField(blank=True, max_length=300)),
                        ('reason', models.CharField(blank=True, max_length=500)),
                        ('evidence', models.CharField(blank=True, max_length=200)),
                        ('evidence_file_id', models.BigIntegerField(null=True)),
                        ('gone_reason', models.CharField(blank=True, max_length=500)),
                        ('entered_at', models.DateTimeField(null=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='contracts.contract')),
                        ('decided_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.sundrycharge')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contract',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_contractevent" ("account_id", "customer_id", "end", "end_reason", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "supply_point_id") VALUES (OLD."account_id", OLD."customer_id", OLD."end", OLD."end_reason", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."start", OLD."supply_point_id"); RETURN NULL;', hash='42f9a0e09071a0572af7b3f8354818e6705c5ef3', operation='UPDATE', pgid='pgtrigger_from_update_0304b', table='contracts_contract', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contract',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_contractevent" ("account_id", "customer_id", "end", "end_reason", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "supply_point_id") VALUES (NEW."account_id", NEW."customer_id", NEW."end", NEW."end_reason", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."start", NEW."supply_point_id"); RETURN NULL;', hash='1ddee552f7ffbfcf6b6d08c889d8dd6d961c114f', operation='UPDATE', pgid='pgtrigger_to_update_414a0', table='contracts_contract', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contract',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("account_id", "customer_id", "end", "end_reason", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "supply_point_id") VALUES (OLD."account_id", OLD."customer_id", OLD."end", OLD."end_reason", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."start", OLD."supply_point_id"); RETURN NULL;', hash='7b65a4cbcd593558774cbc95cd7f9ed8bdef90dd', operation='DELETE', pgid='pgtrigger_gone_delete_fff76', table='contracts_contract', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contractevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6cccaf328a0534143cb2761d5f164e2247f189df', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1465d', table='contracts_contractevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contractterms',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_contracttermsevent" ("agency_code", "capacity_kind", "capacity_milli", "contract_id", "discounts", "end", "id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_code", "reseller_code", "start") VALUES (OLD."agency_code", OLD."capacity_kind", OLD."capacity_milli", OLD."contract_id", OLD."discounts", OLD."end", OLD."id", OLD."particulars", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."plan_code", OLD."reseller_code", OLD."start"); RETURN NULL;', hash='9bef3e9f0ff09247d38085195ce9b509956afc12', operation='UPDATE', pgid='pgtrigger_from_update_f9954', table='contracts_contractterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contractterms',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_contracttermsevent" ("agency_code", "capacity_kind", "capacity_milli", "contract_id", "discounts", "end", "id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_code", "reseller_code", "start") VALUES (NEW."agency_code", NEW."capacity_kind", NEW."capacity_milli", NEW."contract_id", NEW."discounts", NEW."end", NEW."id", NEW."particulars", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."plan_code", NEW."reseller_code", NEW."start"); RETURN NULL;', hash='7d1344b3edb7f73184aba7fc3e6dd0837ce9c1d0', operation='UPDATE', pgid='pgtrigger_to_update_6c53a', table='contracts_contractterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contractterms',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contracttermsevent" ("agency_code", "capacity_kind", "capacity_milli", "contract_id", "discounts", "end", "id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_code", "reseller_code", "start") VALUES (OLD."agency_code", OLD."capacity_kind", OLD."capacity_milli", OLD."contract_id", OLD."discounts", OLD."end", OLD."id", OLD."particulars", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."plan_code", OLD."reseller_code", OLD."start"); RETURN NULL;', hash='d0ea3fa96be759f680120ac5b28f7086409641ab', operation='DELETE', pgid='pgtrigger_gone_delete_eae0f', table='contracts_contractterms', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='contracttermsevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0831f1b1ba3a559bb767706d4c3393af1d6b9454', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f6150', table='contracts_contracttermsevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='levyexemption',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_levyexemptionevent" ("certificate", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (OLD."certificate", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."end", OLD."entered_at", OLD."entered_by_id", OLD."id", OLD."percent", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."start", OLD."state"); RETURN NULL;', hash='ca9c00b1edb023c0477fb52aaf186903018d4b11', operation='UPDATE', pgid='pgtrigger_from_update_f6ec7', table='contracts_levyexemption', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='levyexemption',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_levyexemptionevent" ("certificate", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (NEW."certificate", NEW."contract_id", NEW."decided_at", NEW."decided_by_id", NEW."end", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."percent", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."start", NEW."state"); RETURN NULL;', hash='2355d5947239f833c5ed64504e52463c0a881f01', operation='UPDATE', pgid='pgtrigger_to_update_d8e5a', table='contracts_levyexemption', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='levyexemption',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_levyexemptionevent" ("certificate", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (OLD."certificate", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."end", OLD."entered_at", OLD."entered_by_id", OLD."id", OLD."percent", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."start", OLD."state"); RETURN NULL;', hash='f2b4845079bea46ae923a77a0df589b6e16118b6', operation='DELETE', pgid='pgtrigger_gone_delete_cab5d', table='contracts_levyexemption', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='levyexemptionevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='45bd119c284eaf8a6098578e6dba0438b8d8aa7d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_02106', table='contracts_levyexemptionevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='outage',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_outageevent" ("cause", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (OLD."cause", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."end", OLD."entered_at", OLD."entered_by_id", OLD."id", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."start", OLD."state"); RETURN NULL;', hash='256aabe17896eed56b707567bedfcc068a04fd0a', operation='UPDATE', pgid='pgtrigger_from_update_dae8c', table='contracts_outage', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='outage',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_outageevent" ("cause", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (NEW."cause", NEW."contract_id", NEW."decided_at", NEW."decided_by_id", NEW."end", NEW."entered_at", NEW."entered_by_id", NEW."id", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."start", NEW."state"); RETURN NULL;', hash='cf487ce6b26759ba30c044c7589edba702df3ad5', operation='UPDATE', pgid='pgtrigger_to_update_1e398', table='contracts_outage', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='outage',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_outageevent" ("cause", "contract_id", "decided_at", "decided_by_id", "end", "entered_at", "entered_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start", "state") VALUES (OLD."cause", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."end", OLD."entered_at", OLD."entered_by_id", OLD."id", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."start", OLD."state"); RETURN NULL;', hash='ded84f69fbe521fc03918a7ea4b30d4779e1dcdb', operation='DELETE', pgid='pgtrigger_gone_delete_42220', table='contracts_outage', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='outageevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='122c04de9611ad07336a2621ca724836ed5446e3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7c453', table='contracts_outageevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sundrycharge',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_sundrychargeevent" ("amount_minor", "billed_by", "code", "contract_id", "decided_at", "decided_by_id", "entered_at", "entered_by_id", "evidence", "evidence_file_id", "gone_reason", "id", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "state", "tax", "text", "worked") VALUES (OLD."amount_minor", OLD."billed_by", OLD."code", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."entered_at", OLD."entered_by_id", OLD."evidence", OLD."evidence_file_id", OLD."gone_reason", OLD."id", OLD."month", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."reason", OLD."source", OLD."state", OLD."tax", OLD."text", OLD."worked"); RETURN NULL;', hash='05c62ed26817d9ba199c93eda41a3d51a8034642', operation='UPDATE', pgid='pgtrigger_from_update_ccec2', table='contracts_sundrycharge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sundrycharge',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_sundrychargeevent" ("amount_minor", "billed_by", "code", "contract_id", "decided_at", "decided_by_id", "entered_at", "entered_by_id", "evidence", "evidence_file_id", "gone_reason", "id", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "state", "tax", "text", "worked") VALUES (NEW."amount_minor", NEW."billed_by", NEW."code", NEW."contract_id", NEW."decided_at", NEW."decided_by_id", NEW."entered_at", NEW."entered_by_id", NEW."evidence", NEW."evidence_file_id", NEW."gone_reason", NEW."id", NEW."month", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."reason", NEW."source", NEW."state", NEW."tax", NEW."text", NEW."worked"); RETURN NULL;', hash='162af277ceba4442c987cf98ce86f4e74295d6ad', operation='UPDATE', pgid='pgtrigger_to_update_67c08', table='contracts_sundrycharge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sundrycharge',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_sundrychargeevent" ("amount_minor", "billed_by", "code", "contract_id", "decided_at", "decided_by_id", "entered_at", "entered_by_id", "evidence", "evidence_file_id", "gone_reason", "id", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "state", "tax", "text", "worked") VALUES (OLD."amount_minor", OLD."billed_by", OLD."code", OLD."contract_id", OLD."decided_at", OLD."decided_by_id", OLD."entered_at", OLD."entered_by_id", OLD."evidence", OLD."evidence_file_id", OLD."gone_reason", OLD."id", OLD."month", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."reason", OLD."source", OLD."state", OLD."tax", OLD."text", OLD."worked"); RETURN NULL;', hash='aa708dc2c8b3268c7889d394fdb5355a2c52107c', operation='DELETE', pgid='pgtrigger_gone_delete_bc189', table='contracts_sundrycharge', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='sundrychargeevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a70f8b762c87c909558244526033dcb92bcce3e5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_84215', table='contracts_sundrychargeevent', when='BEFORE')),
                ),
            ],
        ),
        migrations.RunSQL(
            'CREATE SEQUENCE contracts_contract_number',
            'DROP SEQUENCE contracts_contract_number',
        ),
    ]
