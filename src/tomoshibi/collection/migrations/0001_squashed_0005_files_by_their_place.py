import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    replaces = [
        ('collection', '0001_initial'),
        ('collection', '0003_agent_links'),
        ('collection', '0005_files_by_their_place'),
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
                    name='AgentLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agent', models.CharField(max_length=20, unique=True)),
                        ('host', models.CharField(max_length=200)),
                        ('port', models.PositiveIntegerField(default=22)),
                        ('user', models.CharField(max_length=100)),
                        ('key_path', models.CharField(max_length=500)),
                        ('host_key', models.CharField(max_length=1000)),
                        ('to_agent', models.CharField(default='/to-agent', max_length=200)),
                        ('from_agent', models.CharField(default='/from-agent', max_length=200)),
                        ('taken', models.CharField(blank=True, default='/taken', max_length=200)),
                    ],
                ),
                migrations.CreateModel(
                    name='Allocation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receivable_id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('debit', 'debit'), ('receipt', 'receipt'), ('credit', 'credit'), ('write_off', 'write_off'), ('reversal', 'reversal')], max_length=10)),
                        ('source_id', models.BigIntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('allocated_on', models.DateField()),
                        ('allocated_at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['receivable_id'], name='allocation_receivable')],
                        'constraints': [models.UniqueConstraint(fields=('kind', 'source_id', 'receivable_id'), name='allocation_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), models.Q(('kind', 'reversal'), ('amount_minor__lt', 0)), _connector='XOR'), name='allocation_sign')],
                    },
                ),
                migrations.CreateModel(
                    name='Credit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('origin', models.CharField(choices=[('double', 'double'), ('overpaid', 'overpaid'), ('return', 'return'), ('assigned', 'assigned')], max_length=10)),
                        ('source_id', models.BigIntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('arose_on', models.DateField()),
                        ('created_at', models.DateTimeField()),
                        ('text', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['account_id'], name='credit_account'), models.Index(fields=['customer_id'], name='credit_customer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='credit_positive'), models.UniqueConstraint(fields=('origin', 'source_id'), name='credit_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CreditLeft',
                    fields=[
                        ('credit_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('account_id', models.BigIntegerField()),
                        ('left_minor', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['account_id'], name='credit_left_account')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('left_minor__gt', 0)), name='credit_left_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='DebitBatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agent', models.CharField(max_length=20)),
                        ('consignor_code', models.CharField(max_length=10)),
                        ('month', models.IntegerField()),
                        ('cycle_day', models.IntegerField()),
                        ('debit_on', models.DateField()),
                        ('file_due_on', models.DateField()),
                        ('result_on', models.DateField()),
                        ('settle_on', models.DateField(null=True)),
                        ('state', models.CharField(choices=[('prepared', 'prepared'), ('released', 'released'), ('sent', 'sent'), ('rejected', 'rejected'), ('answered', 'answered'), ('settled', 'settled'), ('cancelled', 'cancelled')], default='prepared', max_length=10)),
                        ('row_count', models.IntegerField(default=0)),
                        ('total_minor', models.BigIntegerField(default=0)),
                        ('aside_count', models.IntegerField(default=0)),
                        ('file_id', models.BigIntegerField(null=True)),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('remote_name', models.CharField(blank=True, max_length=100)),
                        ('prepared_at', models.DateTimeField()),
                        ('released_at', models.DateTimeField(null=True)),
                        ('sent_at', models.DateTimeField(null=True)),
                        ('accepted_at', models.DateTimeField(null=True)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['consignor_code', 'debit_on'], name='debit_batch_answer')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['prepared', 'released'])), fields=('agent', 'debit_on'), name='debit_batch_one_unsent'), models.CheckConstraint(condition=models.Q(('released_by__isnull', True), models.Q(('released_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='debit_batch_four_eyes')],
                    },
                ),
                migrations.CreateModel(
                    name='AsideDebit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receivable_id', models.BigIntegerField()),
                        ('account_id', models.BigIntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('reason', models.CharField(max_length=20)),
                        ('detail', models.CharField(blank=True, max_length=200)),
                        ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='collection.debitbatch')),
                    ],
                ),
                migrations.CreateModel(
                    name='DebitClaim',
                    fields=[
                        ('receivable_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('debit_row_id', models.BigIntegerField(unique=True)),
                        ('batch_id', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['batch_id'], name='debit_claim_batch')],
                    },
                ),
                migrations.CreateModel(
                    name='DebitResult',
                    fields=[
                        ('debit_row_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('batch_id', models.BigIntegerField()),
                        ('file_id', models.BigIntegerField(null=True)),
                        ('code', models.CharField(max_length=1)),
                        ('paid_minor', models.BigIntegerField()),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('paid_minor', 0)), fields=['batch_id'], name='debit_result_failed')],
                    },
                ),
                migrations.CreateModel(
                    name='DebitRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('batch_id', models.BigIntegerField()),
                        ('receivable_id', models.BigIntegerField()),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('mandate_id', models.BigIntegerField()),
                        ('customer_number', models.CharField(db_collation='C', max_length=20)),
                        ('bank_code', models.CharField(max_length=4)),
                        ('branch_code', models.CharField(max_length=3)),
                        ('account_kind', models.CharField(max_length=1)),
                        ('account_number', models.CharField(max_length=7)),
                        ('holder_kana', models.CharField(max_length=30)),
                        ('amount_minor', models.BigIntegerField()),
                        ('new_code', models.CharField(max_length=1)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['receivable_id'], name='debit_row_receivable')],
                        'constraints': [models.UniqueConstraint(fields=('batch_id', 'customer_number'), name='debit_row_customer_number'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='debit_row_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='FailedDebit',
                    fields=[
                        ('debit_row_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('receivable_id', models.BigIntegerField()),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('mandate_id', models.BigIntegerField()),
                        ('batch_id', models.BigIntegerField()),
                        ('code', models.CharField(max_length=1)),
                        ('meaning', models.CharField(choices=[('paid', 'paid'), ('soft', 'soft'), ('hard', 'hard'), ('ours', 'ours'), ('manual', 'manual')], max_length=10)),
                        ('amount_minor', models.BigIntegerField()),
                        ('failed_on', models.DateField()),
                        ('treatment', models.CharField(choices=[('ask', 'ask'), ('again', 'again'), ('letter', 'letter'), ('mandate', 'mandate'), ('hold', 'hold')], default='ask', max_length=10)),
                        ('by_rule', models.BooleanField(default=False)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('letter_file_id', models.BigIntegerField(null=True)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['receivable_id'], name='failed_debit_receivable'), models.Index(fields=['customer_id'], name='failed_debit_customer'), models.Index(condition=models.Q(('treatment', 'ask')), fields=['treatment'], name='failed_debit_undecided')],
                    },
                ),
                migrations.CreateModel(
                    name='FetchedFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agent', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=255)),
                        ('size_bytes', models.BigIntegerField()),
                        ('fetched_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('agent', 'name', 'size_bytes'), name='fetched_file_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Hold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receivable_id', models.BigIntegerField()),
                        ('reason', models.CharField(max_length=300)),
                        ('set_at', models.DateTimeField()),
                        ('lifted_at', models.DateTimeField(null=True)),
                        ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('receivable_id',), name='hold_one')],
                    },
                ),
                migrations.CreateModel(
                    name='OpenItem',
                    fields=[
                        ('receivable_id', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('due_on', models.DateField()),
                        ('open_minor', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['account_id'], name='open_item_account')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('open_minor__gt', 0)), name='open_item_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Receipt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('received_on', models.DateField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('payer_name', models.CharField(max_length=100)),
                        ('reference', models.CharField(blank=True, max_length=100)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('entered_at', models.DateTimeField()),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='receipt_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='ReceiptAssignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('assigned_at', models.DateTimeField()),
                        ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('receipt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='assignment', to='collection.receipt')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer_id'], name='receipt_customer')],
                    },
                ),
                migrations.CreateModel(
                    name='Receivable',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bill_id', models.BigIntegerField(unique=True)),
                        ('invoice_number', models.CharField(max_length=20)),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('contract_id', models.BigIntegerField()),
                        ('month', models.IntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('tax_minor', models.BigIntegerField()),
                        ('issued_on', models.DateField()),
                        ('due_on', models.DateField()),
                        ('opened_at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer_id'], name='receivable_customer'), models.Index(fields=['account_id'], name='receivable_account'), django.contrib.postgres.indexes.BrinIndex(fields=['issued_on'], name='receivable_issued', pages_per_range=32)],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='receivable_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='RefundBatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('transfer_on', models.DateField()),
                        ('state', models.CharField(choices=[('prepared', 'prepared'), ('released', 'released'), ('paid', 'paid'), ('cancelled', 'cancelled')], default='prepared', max_length=10)),
                        ('row_count', models.IntegerField()),
                        ('total_minor', models.BigIntegerField()),
                        ('file_id', models.BigIntegerField(null=True)),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('prepared_at', models.DateTimeField()),
                        ('released_at', models.DateTimeField(null=True)),
                        ('paid_at', models.DateTimeField(null=True)),
                        ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('released_by__isnull', True), models.Q(('released_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='refund_batch_four_eyes')],
                    },
                ),
                migrations.CreateModel(
                    name='Refund',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account_id', models.BigIntegerField()),
                        ('customer_id', models.BigIntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('bank_code', models.CharField(max_length=4)),
                        ('branch_code', models.CharField(max_length=3)),
                        ('account_kind', models.CharField(max_length=1)),
                        ('account_number', models.CharField(max_length=7)),
                        ('holder_kana', models.CharField(max_length=30)),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('batched', 'batched'), ('paid', 'paid'), ('cancelled', 'cancelled')], default='waiting', max_length=10)),
                        ('requested_at', models.DateTimeField()),
                        ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='collection.refundbatch')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['customer_id'], name='refund_customer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='ResultCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agent', models.CharField(blank=True, max_length=20)),
                        ('code', models.CharField(max_length=1)),
                        ('meaning', models.CharField(choices=[('paid', 'paid'), ('soft', 'soft'), ('hard', 'hard'), ('ours', 'ours'), ('manual', 'manual')], max_length=10)),
                        ('text_ja', models.CharField(max_length=100)),
                        ('text_zh', models.CharField(max_length=100)),
                        ('text_en', models.CharField(max_length=100)),
                        ('treatment', models.CharField(choices=[('ask', 'ask'), ('again', 'again'), ('letter', 'letter'), ('mandate', 'mandate'), ('hold', 'hold')], max_length=10)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('agent', 'code'), name='result_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ResultFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('agent', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=255)),
                        ('file_id', models.BigIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('received_at', models.DateTimeField()),
                        ('row_count', models.IntegerField(default=0)),
                        ('paid_count', models.IntegerField(default=0)),
                        ('paid_minor', models.BigIntegerField(default=0)),
                        ('failed_count', models.IntegerField(default=0)),
                        ('failed_minor', models.BigIntegerField(default=0)),
                        ('problem_count', models.IntegerField(default=0)),
                        ('credit_minor', models.BigIntegerField(default=0)),
                        ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('agent', 'sha256'), name='result_file_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ResultProblem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('unknown', 'unknown'), ('duplicate', 'duplicate'), ('amount', 'amount'), ('account', 'account'), ('answered', 'answered'), ('no_result', 'no_result'), ('missing', 'missing')], max_length=10)),
                        ('record', models.IntegerField(null=True)),
                        ('consignor_code', models.CharField(max_length=10)),
                        ('debit_on', models.DateField()),
                        ('customer_number', models.CharField(max_length=20)),
                        ('amount_minor', models.BigIntegerField()),
                        ('code', models.CharField(blank=True, max_length=1)),
                        ('account', models.CharField(blank=True, max_length=20)),
                        ('batch_id', models.BigIntegerField(null=True)),
                        ('debit_row_id', models.BigIntegerField(null=True)),
                        ('resolved_at', models.DateTimeField(null=True)),
                        ('resolution', models.CharField(blank=True, max_length=20)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='collection.resultfile')),
                        ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['file', 'kind'], name='result_problem_file')],
                    },
                ),
                migrations.CreateModel(
                    name='Settlement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('settled_on', models.DateField()),
                        ('collected_minor', models.BigIntegerField()),
                        ('fee_minor', models.BigIntegerField()),
                        ('fee_tax_minor', models.BigIntegerField()),
                        ('received_minor', models.BigIntegerField()),
                        ('entered_at', models.DateTimeField()),
                        ('batch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='collection.debitbatch')),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('received_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('collected_minor'), '-', models.F('fee_minor')), '-', models.F('fee_tax_minor')))), name='settlement_adds_up')],
                    },
                ),
                migrations.CreateModel(
                    name='WriteOff',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receivable_id', models.BigIntegerField()),
                        ('amount_minor', models.BigIntegerField()),
                        ('reason', models.CharField(max_length=300)),
                        ('proposed_at', models.DateTimeField()),
                        ('confirmed_at', models.DateTimeField(null=True)),
                        ('withdrawn_at', models.DateTimeField(null=True)),
                        ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('receivable_id',), name='write_off_one_waiting'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='write_off_four_eyes')],
                    },
                ),
                migrations.CreateModel(
                    name='CreditUse',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receivable_id', models.BigIntegerField(null=True)),
                        ('refund_id', models.BigIntegerField(null=True)),
                        ('amount_minor', models.BigIntegerField()),
                        ('used_on', models.DateField()),
                        ('used_at', models.DateTimeField()),
                        ('credit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='collection.credit')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('receivable_id__isnull', False), ('refund_id__isnull', False), _connector='XOR'), name='credit_use_one')],
                    },
                ),
            ],
        ),
    ]
