import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
        ('identity', '__first__'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=20, unique=True)),
                        ('kind', models.CharField(choices=[('asset', 'asset'), ('liability', 'liability'), ('equity', 'equity'), ('income', 'income'), ('expense', 'expense')], max_length=10)),
                        ('name_ja', models.CharField(max_length=100)),
                        ('name_zh', models.CharField(blank=True, max_length=100)),
                        ('name_en', models.CharField(blank=True, max_length=100)),
                    ],
                    options={
                        'ordering': ['code'],
                    },
                ),
                migrations.CreateModel(
                    name='ClosedMonth',
                    fields=[
                        ('accounting_month', models.IntegerField(primary_key=True, serialize=False)),
                    ],
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('source', models.CharField(db_collation='C', max_length=100)),
                        ('purpose', models.CharField(db_collation='C', max_length=40)),
                        ('entry_on', models.DateField()),
                        ('accounting_month', models.IntegerField()),
                        ('document', models.CharField(blank=True, db_collation='C', db_default='', max_length=100)),
                        ('text', models.CharField(blank=True, db_default='', max_length=200)),
                        ('posted_at', models.DateTimeField()),
                        ('actor_id', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('document', ''), _negated=True), fields=['document'], name='ledger_entry_document')],
                        'constraints': [models.UniqueConstraint(fields=('source', 'purpose'), name='ledger_entry_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Leg',
                    fields=[
                        ('pk', models.CompositePrimaryKey('entry_id', 'leg_no', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('entry_id', models.BigIntegerField()),
                        ('leg_no', models.SmallIntegerField()),
                        ('account_id', models.BigIntegerField()),
                        ('accounting_month', models.IntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['account_id', 'accounting_month', 'entry_id'], name='ledger_leg_of_account')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='ledger_leg_not_zero')],
                    },
                ),
                migrations.CreateModel(
                    name='Total',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account_id', models.BigIntegerField()),
                        ('accounting_month', models.IntegerField()),
                        ('debit_minor', models.BigIntegerField()),
                        ('credit_minor', models.BigIntegerField()),
                        ('legs', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['accounting_month', 'account_id'], name='ledger_total_month')],
                    },
                ),
                migrations.CreateModel(
                    name='MonthStep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('accounting_month', models.IntegerField()),
                        ('closes', models.BooleanField()),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('proposed_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('accepted', models.BooleanField(null=True)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('accounting_month',), name='ledger_month_one_proposal'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), ('accepted', False), _connector='OR'), name='ledger_month_four_eyes')],
                    },
                ),
            ],
        ),
    ]
