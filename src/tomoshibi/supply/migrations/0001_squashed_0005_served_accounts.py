import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import tomoshibi.storage.fields
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('supply', '0001_initial'),
        ('supply', '0002_voltage'),
        ('supply', '0003_districts_and_access_points'),
        ('supply', '0004_points_of_provinces'),
        ('supply', '0005_served_accounts'),
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
                    name='District',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=100)),
                        ('unit', models.CharField(blank=True, max_length=60)),
                        ('setting', models.CharField(choices=[('urban', 'urban'), ('rural', 'rural')], default='urban', max_length=5)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='district_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MeterBox',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=24)),
                        ('name', models.CharField(blank=True, max_length=100)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='meter_box_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessPoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=100)),
                        ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.district')),
                        ('box', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.meterbox')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='access_point_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Meter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=24)),
                        ('model', models.CharField(blank=True, max_length=30)),
                        ('is_smart', models.BooleanField(default=True)),
                        ('interval_minutes', models.PositiveSmallIntegerField(default=30)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('number',), name='meter_number_once'), models.CheckConstraint(condition=models.Q(('interval_minutes__in', [5, 10, 15, 30, 60])), name='meter_interval')],
                    },
                ),
                migrations.CreateModel(
                    name='SupplyPoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('spin', models.CharField(max_length=22)),
                        ('kind', models.CharField(choices=[('supply', 'supply'), ('generation', 'generation')], default='supply', max_length=10)),
                        ('area', models.CharField(max_length=2)),
                        ('voltage', models.CharField(choices=[('low', 'low'), ('high', 'high'), ('special_high', 'special_high')], max_length=12)),
                        ('base_day', models.CharField(max_length=2)),
                        ('connection', models.CharField(choices=[('connected', 'connected'), ('disconnected', 'disconnected'), ('removed', 'removed')], default='connected', max_length=12)),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('place_name', models.CharField(blank=True, max_length=70)),
                        ('search_key', models.TextField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['area', 'base_day'], name='supply_point_reading_day'), django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='supply_point_search', opclasses=['gin_trgm_ops'])],
                        'constraints': [models.UniqueConstraint(fields=('spin',), name='spin_once'), models.CheckConstraint(condition=models.Q(('spin__regex', '^(0[1-9]|10)[0-9]{20}$|^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{10}$')), name='spin_as_its_country_has_it'), models.CheckConstraint(condition=models.Q(('area', django.db.models.functions.text.Left('spin', 2))), name='spin_names_its_area')],
                    },
                ),
                migrations.CreateModel(
                    name='Installation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('meter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='supply.meter')),
                        ('point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='supply.supplypoint')),
                    ],
                    options={
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('meter', '='), (tomoshibi.storage.fields.DateRange('start', 'end'), '&&')], name='meter_at_one_point_a_day'), models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='installation_end')],
                    },
                ),
                migrations.CreateModel(
                    name='ServedAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account_number', models.CharField(max_length=20)),
                        ('meter_number', models.CharField(blank=True, max_length=24)),
                        ('address', models.CharField(blank=True, max_length=200)),
                        ('access_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.accesspoint')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['meter_number'], name='served_meter'), models.Index(fields=['address'], name='served_address')],
                        'constraints': [models.UniqueConstraint(fields=('account_number',), name='served_account_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DistrictEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=100)),
                        ('unit', models.CharField(blank=True, max_length=60)),
                        ('setting', models.CharField(choices=[('urban', 'urban'), ('rural', 'rural')], default='urban', max_length=5)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.district')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='InstallationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('start', models.DateField()),
                        ('end', models.DateField(null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.installation')),
                        ('meter', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.meter')),
                        ('point', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.supplypoint')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='MeterBoxEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=24)),
                        ('name', models.CharField(blank=True, max_length=100)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.meterbox')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='MeterEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=24)),
                        ('model', models.CharField(blank=True, max_length=30)),
                        ('is_smart', models.BooleanField(default=True)),
                        ('interval_minutes', models.PositiveSmallIntegerField(default=30)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.meter')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='ServedAccountEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('account_number', models.CharField(max_length=20)),
                        ('meter_number', models.CharField(blank=True, max_length=24)),
                        ('address', models.CharField(blank=True, max_length=200)),
                        ('access_point', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.accesspoint')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.servedaccount')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='SupplyPointEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('spin', models.CharField(max_length=22)),
                        ('kind', models.CharField(choices=[('supply', 'supply'), ('generation', 'generation')], default='supply', max_length=10)),
                        ('area', models.CharField(max_length=2)),
                        ('voltage', models.CharField(choices=[('low', 'low'), ('high', 'high'), ('special_high', 'special_high')], max_length=12)),
                        ('base_day', models.CharField(max_length=2)),
                        ('connection', models.CharField(choices=[('connected', 'connected'), ('disconnected', 'disconnected'), ('removed', 'removed')], default='connected', max_length=12)),
                        ('postal_code', models.CharField(blank=True, max_length=7)),
                        ('prefecture', models.CharField(blank=True, max_length=10)),
                        ('city', models.CharField(blank=True, max_length=50)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('block', models.CharField(blank=True, max_length=50)),
                        ('building', models.CharField(blank=True, max_length=100)),
                        ('place_name', models.CharField(blank=True, max_length=70)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.supplypoint')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='AccessPointEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=100)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supply.accesspoint')),
                        ('district', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.district')),
                        ('box', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='supply.meterbox')),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='district',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_districtevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "unit") VALUES (OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."setting", OLD."unit"); RETURN NULL;', hash='2aae9dac55c3d04d85fc8fbcfe44b05f36ec0483', operation='UPDATE', pgid='pgtrigger_from_update_f74d2', table='supply_district', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='district',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_districtevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "unit") VALUES (NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."setting", NEW."unit"); RETURN NULL;', hash='6152289be065b3c9247dcb00fe55cffd00615cc6', operation='UPDATE', pgid='pgtrigger_to_update_b930c', table='supply_district', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='district',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_districtevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting", "unit") VALUES (OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."setting", OLD."unit"); RETURN NULL;', hash='a582179912d5f311de357be26f36e36075e44163', operation='DELETE', pgid='pgtrigger_gone_delete_fa8da', table='supply_district', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meter',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_meterevent" ("id", "interval_minutes", "is_smart", "model", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."interval_minutes", OLD."is_smart", OLD."model", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id"); RETURN NULL;', hash='423d1bf269b3584a4411e4fa5351fad297e94c58', operation='UPDATE', pgid='pgtrigger_from_update_3aa91', table='supply_meter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meter',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_meterevent" ("id", "interval_minutes", "is_smart", "model", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."interval_minutes", NEW."is_smart", NEW."model", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id"); RETURN NULL;', hash='eac21a75a988b7eb9495e72df573ad619cc8066e', operation='UPDATE', pgid='pgtrigger_to_update_8260d', table='supply_meter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meter',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_meterevent" ("id", "interval_minutes", "is_smart", "model", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."interval_minutes", OLD."is_smart", OLD."model", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id"); RETURN NULL;', hash='a04815f9bd990c19f1e25aac6b971ac9fde29c5f', operation='DELETE', pgid='pgtrigger_gone_delete_bf771', table='supply_meter', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meterbox',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_meterboxevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id"); RETURN NULL;', hash='3a4acb862adb6b079ea2cc95b4a85ffc7dd223fd', operation='UPDATE', pgid='pgtrigger_from_update_7db91', table='supply_meterbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meterbox',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_meterboxevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id"); RETURN NULL;', hash='7af8ee03e32e08eb37d215447e6d43e1853a52a2', operation='UPDATE', pgid='pgtrigger_to_update_a3608', table='supply_meterbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meterbox',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_meterboxevent" ("id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id"); RETURN NULL;', hash='516b281fa8699ef4ef47cdb67ff59caee5cff4c8', operation='DELETE', pgid='pgtrigger_gone_delete_38d1a', table='supply_meterbox', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='supplypoint',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."base_day" IS DISTINCT FROM (NEW."base_day") OR OLD."block" IS DISTINCT FROM (NEW."block") OR OLD."building" IS DISTINCT FROM (NEW."building") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."connection" IS DISTINCT FROM (NEW."connection") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."place_name" IS DISTINCT FROM (NEW."place_name") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."prefecture" IS DISTINCT FROM (NEW."prefecture") OR OLD."spin" IS DISTINCT FROM (NEW."spin") OR OLD."town" IS DISTINCT FROM (NEW."town") OR OLD."voltage" IS DISTINCT FROM (NEW."voltage"))', func='INSERT INTO "supply_supplypointevent" ("area", "base_day", "block", "building", "city", "connection", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_name", "postal_code", "prefecture", "spin", "town", "voltage") VALUES (OLD."area", OLD."base_day", OLD."block", OLD."building", OLD."city", OLD."connection", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."place_name", OLD."postal_code", OLD."prefecture", OLD."spin", OLD."town", OLD."voltage"); RETURN NULL;', hash='ae4545f7c9f99721af2e8ae37f996079c4b996ca', operation='UPDATE', pgid='pgtrigger_from_update_5a205', table='supply_supplypoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='supplypoint',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."base_day" IS DISTINCT FROM (NEW."base_day") OR OLD."block" IS DISTINCT FROM (NEW."block") OR OLD."building" IS DISTINCT FROM (NEW."building") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."connection" IS DISTINCT FROM (NEW."connection") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."place_name" IS DISTINCT FROM (NEW."place_name") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."prefecture" IS DISTINCT FROM (NEW."prefecture") OR OLD."spin" IS DISTINCT FROM (NEW."spin") OR OLD."town" IS DISTINCT FROM (NEW."town") OR OLD."voltage" IS DISTINCT FROM (NEW."voltage"))', func='INSERT INTO "supply_supplypointevent" ("area", "base_day", "block", "building", "city", "connection", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_name", "postal_code", "prefecture", "spin", "town", "voltage") VALUES (NEW."area", NEW."base_day", NEW."block", NEW."building", NEW."city", NEW."connection", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."place_name", NEW."postal_code", NEW."prefecture", NEW."spin", NEW."town", NEW."voltage"); RETURN NULL;', hash='edbc2ce73771a6d925260ade65a15b8e6cde6d49', operation='UPDATE', pgid='pgtrigger_to_update_91bd3', table='supply_supplypoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='supplypoint',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_supplypointevent" ("area", "base_day", "block", "building", "city", "connection", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_name", "postal_code", "prefecture", "spin", "town", "voltage") VALUES (OLD."area", OLD."base_day", OLD."block", OLD."building", OLD."city", OLD."connection", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."place_name", OLD."postal_code", OLD."prefecture", OLD."spin", OLD."town", OLD."voltage"); RETURN NULL;', hash='9960dbf105c3fdbcce60613732f943b1031b9ff2', operation='DELETE', pgid='pgtrigger_gone_delete_88d01', table='supply_supplypoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='districtevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6c6114bcf1ebbd97753bb937d6bba531d084509b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_be68e', table='supply_districtevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accesspointevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c1179899c54153ba6758c0b1b72eba03c2647878', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8785f', table='supply_accesspointevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accesspoint',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_accesspointevent" ("box_id", "district_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."box_id", OLD."district_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'from\', OLD."id"); RETURN NULL;', hash='520da962f2fdf7457a6ed8328265abfed7bbd2c7', operation='UPDATE', pgid='pgtrigger_from_update_f9e03', table='supply_accesspoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accesspoint',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_accesspointevent" ("box_id", "district_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."box_id", NEW."district_id", NEW."id", NEW."name", NEW."number", _pgh_attach_context(), NOW(), \'to\', NEW."id"); RETURN NULL;', hash='dce11b36b48f81cc93f12d44d5a50c5d44b2eba1', operation='UPDATE', pgid='pgtrigger_to_update_ded27', table='supply_accesspoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='accesspoint',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_accesspointevent" ("box_id", "district_id", "id", "name", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."box_id", OLD."district_id", OLD."id", OLD."name", OLD."number", _pgh_attach_context(), NOW(), \'gone\', OLD."id"); RETURN NULL;', hash='1c1c49924fac62ca293a794df70aaf3fd11ea11e', operation='DELETE', pgid='pgtrigger_gone_delete_2914b', table='supply_accesspoint', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meterboxevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8c69fa107deaac657c7ad531c4cffeae7f728fd9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bd52e', table='supply_meterboxevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='meterevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dad767118e5a4095e9e55409c91b892e01f73558', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c99cd', table='supply_meterevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servedaccount',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_servedaccountevent" ("access_point_id", "account_number", "address", "id", "meter_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."access_point_id", OLD."account_number", OLD."address", OLD."id", OLD."meter_number", _pgh_attach_context(), NOW(), \'from\', OLD."id"); RETURN NULL;', hash='0e6d6f8193c7c9250eda40a11afdf090073d2933', operation='UPDATE', pgid='pgtrigger_from_update_baeff', table='supply_servedaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servedaccount',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_servedaccountevent" ("access_point_id", "account_number", "address", "id", "meter_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."access_point_id", NEW."account_number", NEW."address", NEW."id", NEW."meter_number", _pgh_attach_context(), NOW(), \'to\', NEW."id"); RETURN NULL;', hash='ce32e1f3fa72d119f7390dd0d4a00d1403df71e2', operation='UPDATE', pgid='pgtrigger_to_update_1b7a1', table='supply_servedaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servedaccount',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_servedaccountevent" ("access_point_id", "account_number", "address", "id", "meter_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."access_point_id", OLD."account_number", OLD."address", OLD."id", OLD."meter_number", _pgh_attach_context(), NOW(), \'gone\', OLD."id"); RETURN NULL;', hash='c2235aa35d315515ce1eab4d0bb06186c203bdca', operation='DELETE', pgid='pgtrigger_gone_delete_64e30', table='supply_servedaccount', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='servedaccountevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='68a40e1733f97a567e86c48de4d2df3a067e3140', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9b953', table='supply_servedaccountevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='installationevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cdeafd3ea422c404ad2f4d0330f9c0c1844bbb26', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_06561', table='supply_installationevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='installation',
                    trigger=pgtrigger.compiler.Trigger(name='from_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_installationevent" ("end", "id", "meter_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point_id", "start") VALUES (OLD."end", OLD."id", OLD."meter_id", _pgh_attach_context(), NOW(), \'from\', OLD."id", OLD."point_id", OLD."start"); RETURN NULL;', hash='ad434be7a4c110951fa0de02e8c955539e755648', operation='UPDATE', pgid='pgtrigger_from_update_51cfd', table='supply_installation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='installation',
                    trigger=pgtrigger.compiler.Trigger(name='to_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "supply_installationevent" ("end", "id", "meter_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point_id", "start") VALUES (NEW."end", NEW."id", NEW."meter_id", _pgh_attach_context(), NOW(), \'to\', NEW."id", NEW."point_id", NEW."start"); RETURN NULL;', hash='747264f394a8d0a0b47905bb57b648d539ba8781', operation='UPDATE', pgid='pgtrigger_to_update_b0c83', table='supply_installation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='installation',
                    trigger=pgtrigger.compiler.Trigger(name='gone_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "supply_installationevent" ("end", "id", "meter_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point_id", "start") VALUES (OLD."end", OLD."id", OLD."meter_id", _pgh_attach_context(), NOW(), \'gone\', OLD."id", OLD."point_id", OLD."start"); RETURN NULL;', hash='0d1c1833c0300a23b5d4f48fd1541aa49649228f', operation='DELETE', pgid='pgtrigger_gone_delete_fc2db', table='supply_installation', when='AFTER')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='supplypointevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='52ed72eed38b916eacd3136d75f25f4c518929ac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5f77f', table='supply_supplypointevent', when='BEFORE')),
                ),
            ],
        ),
    ]
