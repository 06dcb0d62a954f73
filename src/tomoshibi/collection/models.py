"""
Rows of collection. What is still open is kept by triggers (``migrations/0002_guards.py``) from rows never changed.
"""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from tomoshibi.collection import values
from tomoshibi.storage.audit import audited


def _choices(kind: type) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in kind]  # type: ignore[attr-defined]


class Receivable(models.Model):
    """A debt, opened once for an issued bill. Never changed."""

    bill_id = models.BigIntegerField(unique=True)
    invoice_number = models.CharField(max_length=20)
    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    contract_id = models.BigIntegerField()
    month = models.IntegerField()
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    issued_on = models.DateField()
    due_on = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="receivable_positive")]
        indexes = [
            models.Index(fields=["customer_id"], name="receivable_customer"),
            models.Index(fields=["account_id"], name="receivable_account"),
            BrinIndex(fields=["issued_on"], name="receivable_issued", pages_per_range=32),
        ]


class OpenItem(models.Model):
    """What is still due of a receivable. Written by triggers only; gone when nothing is due."""

    receivable_id = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    due_on = models.DateField()
    open_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(open_minor__gt=0), name="open_item_positive")]
        indexes = [models.Index(fields=["account_id"], name="open_item_account")]


class Allocation(models.Model):
    """Money that went to a receivable (or, negative, was taken from it again). Never changed."""

    receivable_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=_choices(values.AllocationKind))
    source_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    allocated_on = models.DateField()
    allocated_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The debt first: what was paid on one is looked up by the same index.
            models.UniqueConstraint(fields=["receivable_id", "kind", "source_id"], name="allocation_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) ^ (Q(kind="reversal") & Q(amount_minor__lt=0)), name="allocation_sign"
            ),
        ]
        indexes = [
            # Debits, millions a month, are not looked up from their rows.
            models.Index(fields=["source_id"], condition=Q(kind="receipt"), name="allocation_of_receipt")
        ]


class Receipt(models.Model):
    """Money that arrived by bank transfer or was entered by hand. Never changed."""

    received_on = models.DateField()
    amount_minor = models.BigIntegerField()
    payer_name = models.CharField(max_length=100)
    reference = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="receipt_positive")]


class ReceiptAssignment(models.Model):
    """Whose money a receipt is. Without one it is unapplied (仮受金)."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="assignment")
    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    assigned_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer_id"], name="receipt_customer")]


class DepositFile(models.Model):
    """A notice of incoming transfers (振込入金通知) as our bank gave it; the bytes are kept under ``file_id``."""

    name = models.CharField(max_length=255)
    file_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    row_count = models.IntegerField(default=0)
    taken_count = models.IntegerField(default=0)
    taken_minor = models.BigIntegerField(default=0)
    owned_count = models.IntegerField(default=0)
    known_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)


class Deposit(models.Model):
    """One row of such a notice and what became of it. Never changed."""

    file = models.ForeignKey(DepositFile, on_delete=models.PROTECT, related_name="+")
    record = models.IntegerField()
    bank_account = models.CharField(max_length=20)
    inquiry_number = models.CharField(max_length=6)
    booked_on = models.DateField()
    amount_minor = models.BigIntegerField()
    canceled = models.BooleanField()
    payer_code = models.CharField(max_length=10, blank=True)
    payer_kana = models.CharField(max_length=48, blank=True)
    sending_bank = models.CharField(max_length=31, blank=True)
    edi = models.CharField(max_length=20, blank=True)
    verdict = models.CharField(max_length=10, choices=_choices(values.DepositVerdict))
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_account", "booked_on", "inquiry_number", "amount_minor"],
                condition=Q(receipt__isnull=False),
                name="deposit_once",
            ),
            models.CheckConstraint(
                condition=Q(receipt__isnull=True) | Q(verdict="taken", canceled=False), name="deposit_receipt_of_taken"
            ),
        ]


class Credit(models.Model):
    """Money of a customer beyond what was due. Never changed; uses are rows."""

    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    origin = models.CharField(max_length=10, choices=_choices(values.CreditOrigin))
    source_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    arose_on = models.DateField()
    created_at = models.DateTimeField()
    text = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="credit_positive"),
            models.UniqueConstraint(fields=["origin", "source_id"], name="credit_once"),
        ]
        indexes = [
            models.Index(fields=["account_id"], name="credit_account"),
            models.Index(fields=["customer_id"], name="credit_customer"),
        ]


class CreditLeft(models.Model):
    """What is left of a credit. Written by triggers only; gone when it is used up."""

    credit_id = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField()
    left_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(left_minor__gt=0), name="credit_left_positive")]
        indexes = [models.Index(fields=["account_id"], name="credit_left_account")]


class CreditUse(models.Model):
    """
    A part of a credit that a bill, a refund or a transfer's return used.

    Negative: a refund that was cancelled or that the bank sent back, or a bill whose credit came from a returned transfer.
    """

    credit = models.ForeignKey(Credit, on_delete=models.PROTECT, related_name="uses")
    receivable_id = models.BigIntegerField(null=True)
    refund_id = models.BigIntegerField(null=True)
    returned_id = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    used_on = models.DateField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receivable_id__isnull=False, refund_id__isnull=True, returned_id__isnull=True)
                | Q(receivable_id__isnull=True, refund_id__isnull=False, returned_id__isnull=True)
                | Q(receivable_id__isnull=True, refund_id__isnull=True, returned_id__isnull=False),
                name="credit_use_one_of_three",
            ),
        ]


@audited(
    created=True,
    words={"meaning": "tomoshibi.collection.tables.MEANINGS", "treatment": "tomoshibi.collection.tables.TREATMENTS"},
)
class ResultCode(models.Model):
    """What a code of a result file means, and what follows. An agent without its own row uses the standard's."""

    agent = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=1)
    meaning = models.CharField(max_length=10, choices=_choices(values.CodeClass))
    text_ja = models.CharField(max_length=100)
    text_zh = models.CharField(max_length=100)
    text_en = models.CharField(max_length=100)
    treatment = models.CharField(max_length=10, choices=_choices(values.Treatment))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "code"], name="result_code_once")]


class DebitBatch(models.Model):
    """One request file of a debit schedule."""

    agent = models.CharField(max_length=20)
    consignor_code = models.CharField(max_length=10)
    month = models.IntegerField()
    cycle_day = models.IntegerField()
    debit_on = models.DateField()
    file_due_on = models.DateField()
    result_on = models.DateField()
    settle_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=_choices(values.BatchState), default="prepared")
    row_count = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    aside_count = models.IntegerField(default=0)
    file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    remote_name = models.CharField(max_length=100, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    prepared_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "debit_on"],
                condition=Q(state__in=["prepared", "released"]),
                name="debit_batch_one_unsent",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("prepared_by")), name="debit_batch_four_eyes"
            ),
        ]
        indexes = [models.Index(fields=["consignor_code", "debit_on"], name="debit_batch_answer")]


class DebitRow(models.Model):
    """One debit asked for. Never changed: its result is a row of its own."""

    batch_id = models.BigIntegerField()
    receivable_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    mandate_id = models.BigIntegerField()
    customer_number = models.CharField(max_length=20, db_collation="C")
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1)
    account_number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=30)
    amount_minor = models.BigIntegerField()
    new_code = models.CharField(max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "customer_number"], name="debit_row_customer_number"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="debit_row_positive"),
        ]
        indexes = [models.Index(fields=["receivable_id"], name="debit_row_receivable")]


class DebitClaim(models.Model):
    """
    That a receivable stands in a request whose result is not known. Written by triggers only.

    The primary key is the rule: a receivable can never be in two open requests. It is the only index: a million claims
    come and go each month, by their debts; a batch that is cancelled reads those that are open.
    """

    receivable_id = models.BigIntegerField(primary_key=True)
    debit_row_id = models.BigIntegerField()
    batch_id = models.BigIntegerField()


class DebitResult(models.Model):
    """What the bank did with a debit. Never changed; one per debit."""

    debit_row_id = models.BigIntegerField(primary_key=True)
    batch_id = models.BigIntegerField()
    file_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=1)
    paid_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["batch_id"], condition=Q(paid_minor=0), name="debit_result_failed")]


@audited(created=True)
class AgentLink(models.Model):
    """How an agent is reached over SFTP. The private key is a file of the server, never a row."""

    agent = models.CharField(max_length=20, unique=True)
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=22)
    user = models.CharField(max_length=100)
    key_path = models.CharField(max_length=500)
    host_key = models.CharField(max_length=1000)
    to_agent = models.CharField(max_length=200, default="/to-agent")
    from_agent = models.CharField(max_length=200, default="/from-agent")
    taken = models.CharField(max_length=200, blank=True, default="/taken")


class FetchedFile(models.Model):
    """That a file of an agent's folder was fetched: it is not asked for again."""

    agent = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "name", "size_bytes"], name="fetched_file_once")]


class AsideDebit(models.Model):
    """A debt that a batch left out, and why."""

    batch = models.ForeignKey(DebitBatch, on_delete=models.CASCADE, related_name="+")
    receivable_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    detail = models.CharField(max_length=200, blank=True)


class ResultFile(models.Model):
    """A result file as it came in; the bytes are kept under ``file_id``."""

    agent = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    file_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    row_count = models.IntegerField(default=0)
    paid_count = models.IntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    failed_count = models.IntegerField(default=0)
    failed_minor = models.BigIntegerField(default=0)
    problem_count = models.IntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "sha256"], name="result_file_once")]


class ResultProblem(models.Model):
    """A row of a result file that was not applied, or one that is missing; a person decides."""

    file = models.ForeignKey(ResultFile, on_delete=models.PROTECT, related_name="problems")
    kind = models.CharField(max_length=10, choices=_choices(values.ProblemKind))
    record = models.IntegerField(null=True)
    consignor_code = models.CharField(max_length=10)
    debit_on = models.DateField()
    customer_number = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    code = models.CharField(max_length=1, blank=True)
    account = models.CharField(max_length=20, blank=True)
    batch_id = models.BigIntegerField(null=True)
    debit_row_id = models.BigIntegerField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    resolution = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["file", "kind"], name="result_problem_file")]


class FailedDebit(models.Model):
    """A debit that did not come off: what happens next, by rule or by a person."""

    debit_row_id = models.BigIntegerField(primary_key=True)
    receivable_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    mandate_id = models.BigIntegerField()
    batch_id = models.BigIntegerField()
    code = models.CharField(max_length=1)
    meaning = models.CharField(max_length=10, choices=_choices(values.CodeClass))
    amount_minor = models.BigIntegerField()
    failed_on = models.DateField()
    treatment = models.CharField(max_length=10, choices=_choices(values.Treatment), default="ask")
    by_rule = models.BooleanField(default=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    letter_file_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["receivable_id"], name="failed_debit_receivable"),
            models.Index(fields=["customer_id"], name="failed_debit_customer"),
            models.Index(fields=["treatment"], condition=Q(treatment="ask"), name="failed_debit_undecided"),
        ]


class Settlement(models.Model):
    """What the agent paid us for a batch, and what it kept."""

    batch = models.OneToOneField(DebitBatch, on_delete=models.PROTECT, related_name="settlement")
    settled_on = models.DateField()
    collected_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    fee_tax_minor = models.BigIntegerField()
    received_minor = models.BigIntegerField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_minor=F("collected_minor") - F("fee_minor") - F("fee_tax_minor")),
                name="settlement_adds_up",
            )
        ]


class RefundBatch(models.Model):
    """A credit-transfer file that pays refunds."""

    transfer_on = models.DateField()
    state = models.CharField(max_length=10, choices=_choices(values.RefundBatchState), default="prepared")
    row_count = models.IntegerField()
    total_minor = models.BigIntegerField()
    file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    prepared_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("prepared_by")), name="refund_batch_four_eyes"
            )
        ]


class Refund(models.Model):
    """Money that goes back to a customer's bank account."""

    account_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    account_kind = models.CharField(max_length=1)
    account_number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=30)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=_choices(values.RefundState), default="waiting")
    batch = models.ForeignKey(RefundBatch, on_delete=models.PROTECT, related_name="refunds", null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive")]
        indexes = [models.Index(fields=["customer_id"], name="refund_customer")]


class ByTwo(models.Model):
    """What moves money when a second person agrees to what a first one proposed."""

    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ReturnedTransfer(ByTwo):
    """
    A transfer that a bank took back (組戻): one that had come in, or a refund of ours that came back.

    ``receipt`` alone: it left our account again. ``refund``: it did not arrive; ``receipt`` beside it is the transfer that
    brought the money back, where the bank's file had it. Proposed by one person, confirmed by another.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+", null=True)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+", null=True)
    returned_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receipt__isnull=False) | Q(refund__isnull=False), name="returned_transfer_of_something"
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(withdrawn_at__isnull=True), name="returned_receipt_once"
            ),
            models.UniqueConstraint(
                fields=["refund"], condition=Q(withdrawn_at__isnull=True), name="returned_refund_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="returned_transfer_four_eyes",
            ),
        ]


class Hold(models.Model):
    """A receivable that is kept out of debits and letters for a time."""

    receivable_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receivable_id"], condition=Q(lifted_at__isnull=True), name="hold_one")
        ]


class WriteOff(ByTwo):
    """A debt given up; proposed by one person, confirmed by another."""

    receivable_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receivable_id"],
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
                name="write_off_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="write_off_four_eyes"
            ),
        ]
