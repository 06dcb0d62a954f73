from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django_fsm import transition

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.masters.values import ProposalState, SpotImportState
from tomoshibi.storage.audit import audited
from tomoshibi.storage.fields import StateField


def _one_a_day(name: str, *key: str) -> ExclusionConstraint:
    """No two rows of one key hold on the same day."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in key), ("valid", RangeOperators.OVERLAPS)],
    )


class Sourced(models.Model):
    """Where a row comes from and how sure it is."""

    source = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=10, default="high")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Dated(Sourced):
    """A row that holds from a day up to, not including, another (open where the range has no end)."""

    valid = DateRangeField()

    class Meta:
        abstract = True


@audited()
class Company(Dated):
    name = models.CharField(max_length=100)
    name_kana = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, default="JP")
    currency = models.CharField(max_length=3, default="JPY")
    language = models.CharField(max_length=10, default="ja")
    registration_number = models.CharField(max_length=14, blank=True)
    postal_code = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    mail = models.CharField(max_length=100, blank=True)
    website = models.CharField(max_length=200, blank=True)
    bank_code = models.CharField(max_length=4, blank=True)
    branch_code = models.CharField(max_length=3, blank=True)
    bank_name = models.CharField(max_length=50, blank=True)
    branch_name = models.CharField(max_length=50, blank=True)
    account_kind = models.CharField(max_length=10, blank=True)
    account_number = models.CharField(max_length=7, blank=True)
    account_holder_kana = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [_one_a_day("company_one_a_day")]


@audited()
class RenewableLevy(Dated):
    """``valid`` holds the days of the reading that closes a billing period: May of the year to April of the next."""

    fiscal_year = models.IntegerField()
    price_micro_per_kwh = models.BigIntegerField()

    class Meta:
        constraints = [_one_a_day("levy_one_a_day")]


@audited()
class FuelParameters(Dated):
    """``valid`` holds billing months, by their first days."""

    area = models.CharField(max_length=2)
    product = models.CharField(max_length=30)
    alpha_ppm = models.IntegerField(null=True)
    beta_ppm = models.IntegerField(null=True)
    gamma_ppm = models.IntegerField(null=True)
    base_price_yen = models.IntegerField()
    base_unit_micro = models.IntegerField(null=True)
    cap_price_yen = models.IntegerField(null=True)
    special_add_micro = models.BigIntegerField(default=0)
    block_kwh = models.IntegerField(null=True)
    block_base_unit_micro = models.BigIntegerField(null=True)
    lag_months = models.IntegerField(default=5)
    window_months = models.IntegerField(default=3)

    class Meta:
        constraints = [_one_a_day("fuel_parameters_one_a_day", "area", "product")]


@audited()
class CustomsPrice(Sourced):
    """Customs prices of one month of trade statistics; quantities where the weighted average is wanted."""

    month = models.IntegerField(unique=True)
    crude_yen_per_kl = models.IntegerField()
    lng_yen_per_t = models.IntegerField()
    coal_yen_per_t = models.IntegerField()
    crude_kl = models.BigIntegerField(null=True)
    lng_t = models.BigIntegerField(null=True)
    coal_t = models.BigIntegerField(null=True)
    invented = models.BooleanField(default=False)


@audited()
class FuelWindow(Sourced):
    """Three-month averages as published; the window is named by its first month."""

    first_month = models.IntegerField(unique=True)
    crude_yen_per_kl = models.IntegerField()
    lng_yen_per_t = models.IntegerField(null=True)
    coal_yen_per_t = models.IntegerField()
    invented = models.BooleanField(default=False)


@audited()
class PublishedFuelUnit(Sourced):
    """A unit taken from a notice: it wins over a computed one."""

    area = models.CharField(max_length=2)
    product = models.CharField(max_length=30)
    month = models.IntegerField()
    unit_micro = models.BigIntegerField()
    block_micro = models.BigIntegerField(null=True)
    block_kwh = models.IntegerField(null=True)
    includes_island = models.BooleanField(default=True)
    invented = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "product", "month"], name="fuel_unit_once")]


@audited()
class GovernmentDiscount(Dated):
    """``valid`` holds usage months, by their first days; an empty area means all areas."""

    voltage = models.CharField(max_length=12)
    area = models.CharField(max_length=2, blank=True)
    price_micro_per_kwh = models.BigIntegerField()

    class Meta:
        constraints = [_one_a_day("discount_one_a_day", "voltage", "area")]


@audited()
class TaxRate(Dated):
    rate_ppm = models.IntegerField()
    transition_until = models.DateField(null=True)

    class Meta:
        constraints = [_one_a_day("tax_one_a_day")]


@audited()
class MonthlyAmount(Sourced):
    """A published amount of a month under a code of a tariff; an empty area means all areas."""

    code = models.CharField(max_length=40)
    area = models.CharField(max_length=2, blank=True)
    month = models.IntegerField()
    amount_micro = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "area", "month"], name="monthly_amount_once")]


@audited()
class Holiday(Sourced):
    """
    A day that is not worked.

    ``scope`` is ``national``, ``bank``, an area code, or ``workday`` for a weekend day worked in exchange (中国 调休).
    """

    day = models.DateField()
    scope = models.CharField(max_length=10)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "scope"], name="holiday_once")]


@audited()
class ReadingRule(Dated):
    """How an area spreads its reading days over a month, for the generator; ``valid`` holds months."""

    area = models.CharField(max_length=2)
    base_days = ArrayField(models.CharField(max_length=2))
    first_business_day = models.IntegerField(default=1)
    works_saturday = models.BooleanField(default=False)

    class Meta:
        constraints = [_one_a_day("reading_rule_one_a_day", "area")]


class ReadingDay(Sourced):
    """One base day of an area in one month. Loaded in bulk; a change by hand goes through a proposal."""

    area = models.CharField(max_length=2)
    fiscal_year = models.IntegerField()
    base_day = models.CharField(max_length=2)
    month = models.IntegerField()
    reading_on = models.DateField()
    metering_on = models.DateField()
    approximate = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "fiscal_year", "base_day", "month"], name="reading_day_once"),
            models.UniqueConstraint(fields=["area", "base_day", "month"], name="reading_day_one_year"),
        ]
        indexes = [models.Index(fields=["month", "area"], name="reading_day_month")]


@audited()
class SwitchingPeriod(Dated):
    """How long a grid company needs from the matching of two applications to the switch; an empty area means all."""

    area = models.CharField(max_length=2, blank=True)
    voltage = models.CharField(max_length=12)
    work = models.CharField(max_length=12)
    business_days = models.IntegerField()
    days = models.IntegerField(default=0)

    class Meta:
        constraints = [_one_a_day("switching_period_one_a_day", "area", "voltage", "work")]


@audited()
class Bank(Dated):
    """Brought in from the published list; ``kana`` is the half-width form that bank files permit."""

    code = models.CharField(max_length=4)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=60)

    class Meta:
        constraints = [_one_a_day("bank_one_a_day", "code")]


@audited()
class BankBranch(Dated):
    bank_code = models.CharField(max_length=4)
    code = models.CharField(max_length=3)
    name = models.CharField(max_length=80)
    kana = models.CharField(max_length=80)

    class Meta:
        constraints = [_one_a_day("branch_one_a_day", "bank_code", "code")]


@audited()
class DebitAgent(Dated):
    """A collection agent as its contract says; the cycles are in ``DebitCycle``."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    consignor_code = models.CharField(max_length=10, blank=True)
    consignor_kana = models.CharField(max_length=40, blank=True)
    bank_code = models.CharField(max_length=4, blank=True)
    bank_kana = models.CharField(max_length=15, blank=True)
    branch_code = models.CharField(max_length=3, blank=True)
    branch_kana = models.CharField(max_length=15, blank=True)
    account_kind = models.CharField(max_length=1, blank=True)
    account_number = models.CharField(max_length=7, blank=True)
    fee_minor = models.BigIntegerField(default=0)
    file_profile = models.JSONField(default=dict)

    class Meta:
        constraints = [_one_a_day("debit_agent_one_a_day", "code")]


@audited()
class DebitCycle(Dated):
    """A debit day of a month, with file deadline, result and settlement as counts of bank business days."""

    agent = models.CharField(max_length=20)
    cycle_day = models.IntegerField()
    is_default = models.BooleanField(default=False)
    roll = models.CharField(max_length=10, default="next")
    file_days_before = models.IntegerField()
    result_days_after = models.IntegerField()
    settle_days_after_result = models.IntegerField(null=True)

    class Meta:
        constraints = [
            _one_a_day("debit_cycle_one_a_day", "agent", "cycle_day"),
            ExclusionConstraint(
                name="debit_cycle_one_default",
                expressions=[("agent", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=models.Q(is_default=True),
            ),
            models.CheckConstraint(condition=models.Q(cycle_day__gte=1, cycle_day__lte=31), name="debit_cycle_day"),
        ]


@audited(words={"kind": "tomoshibi.ledger.lists.KINDS"})
class ChartAccount(Dated):
    """An account of the company's chart (勘定科目): the ledger is told of it, and posts to no other."""

    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    name_ja = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=100, blank=True)
    name_en = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [_one_a_day("chart_account_one_a_day", "code")]


@audited()
class PostingAccount(Dated):
    """Which account of the ledger a kind of posting goes to."""

    key = models.CharField(max_length=40)
    account = models.CharField(max_length=20)

    class Meta:
        constraints = [_one_a_day("posting_account_one_a_day", "key")]


@audited()
class ChargeKind(Dated):
    """A kind of sundry charge: how it is called, what it comes to, how it is taxed, and which account it goes to."""

    code = models.CharField(max_length=30)
    name_ja = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)
    posting_key = models.CharField(max_length=40)
    tax = models.CharField(max_length=12)
    amount_by = models.CharField(max_length=10)
    amount_minor = models.BigIntegerField(null=True)
    formula = models.CharField(max_length=200, blank=True)
    rounding = models.CharField(max_length=10, default=Rounding.FLOOR.value)
    alone_up_to_minor = models.BigIntegerField(default=0)
    """Up to this a charge that a person enters needs nobody else's agreement."""

    class Meta:
        constraints = [_one_a_day("charge_kind_one_a_day", "code")]


@audited(words={"state": "tomoshibi.masters.listing.SPOT_STATES"})
class SpotImport(models.Model):
    """A file of spot prices. Days that were empty hold at once; days that it changes wait for a second person."""

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = StateField(default=SpotImportState.HOLDS.value)
    invented = models.BooleanField(default=False)
    first_day = models.DateField()
    last_day = models.DateField()
    new_days = models.IntegerField()
    changed_days = models.IntegerField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    @transition(field=state, source=SpotImportState.HOLDS.value, target=SpotImportState.WAITING.value)
    def wait(self) -> None:
        """It changes prices that hold."""

    @transition(field=state, source=SpotImportState.WAITING.value, target=SpotImportState.HOLDS.value)
    def approve(self) -> None:
        """A second person agrees to the changed prices."""

    @transition(field=state, source=SpotImportState.WAITING.value, target=SpotImportState.REJECTED.value)
    def reject(self) -> None:
        """A second person declines the changed prices."""

    class Meta:
        indexes = [models.Index(fields=["-imported_at"], name="spot_import_newest")]
        constraints = [
            models.CheckConstraint(
                name="spot_second_person",
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("imported_by")),
            )
        ]


class SpotDay(models.Model):
    """
    The 48 prices of one day of an area (``00``: the system price) as a vector; null where the market has none.

    Every revision stays; the newest that a second person did not decline holds. Loaded in bulk; the file is its source.
    """

    spot_import = models.ForeignKey(SpotImport, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=2)
    day = models.DateField()
    revision = models.IntegerField()
    holds = models.BooleanField()
    price_micro = ArrayField(models.BigIntegerField(null=True), size=48)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "day", "revision"], name="spot_day_once_per_revision"),
            models.UniqueConstraint(fields=["area", "day"], condition=models.Q(holds=True), name="spot_day_holds_once"),
            models.CheckConstraint(condition=models.Q(price_micro__len=48), name="spot_day_has_all_half_hours"),
        ]


class SpotLink(models.Model):
    """How the day-ahead market is reached, where the settings of the deployment do not say it; one row."""

    address = models.CharField(max_length=300)
    trust_file = models.CharField(max_length=300, blank=True)
    invented = models.BooleanField(default=False)
    """What it gives are prices that no market ever had (demonstrations)."""

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_spot_link")]


@audited(words={"state": "tomoshibi.masters.listing.PROPOSAL_STATES"})
class ChangeProposal(models.Model):
    """A change of a master that one person proposes and another decides."""

    master = models.CharField(max_length=40)
    rows = models.JSONField()
    reason = models.CharField(max_length=500)
    state = StateField(default=ProposalState.PROPOSED.value)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)

    @transition(field=state, source=ProposalState.PROPOSED.value, target=ProposalState.APPLIED.value)
    def approve(self) -> None:
        """A second person agrees."""

    @transition(field=state, source=ProposalState.PROPOSED.value, target=ProposalState.REJECTED.value)
    def reject(self) -> None:
        """A second person declines."""

    @transition(field=state, source=ProposalState.PROPOSED.value, target=ProposalState.WITHDRAWN.value)
    def withdraw(self) -> None:
        """The first person takes it back."""

    class Meta:
        indexes = [models.Index(fields=["state", "-proposed_at"], name="proposal_state_newest")]
        constraints = [
            models.CheckConstraint(
                name="proposal_second_person",
                condition=models.Q(state__in=["proposed", "rejected", "withdrawn"])
                | ~models.Q(decided_by=models.F("proposed_by")),
            )
        ]
