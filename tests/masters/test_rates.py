"""Levy, tax, discounts, accounts: what holds when, and that two rows never hold at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.rating import reference_beside as beside
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import models, operations, queries, store
from tomoshibi.masters.register import MASTERS, Validity

pytestmark = pytest.mark.usefixtures("shipped")


@pytest.mark.parametrize(
    ("month", "fiscal_year", "unit"),
    [
        (Month(2012, 8), 2012, 220_000),
        (Month(2013, 4), 2012, 220_000),
        (Month(2013, 5), 2013, 350_000),
        (Month(2023, 5), 2023, 1_400_000),
        (Month(2026, 4), 2025, 3_980_000),
        (Month(2026, 5), 2026, 4_180_000),
        (Month(2027, 4), 2026, 4_180_000),
    ],
)
def test_the_levy_changes_with_the_bill_of_may(month, fiscal_year, unit):
    levy = queries.RateBook().levy_for_month(month=month)
    assert (levy.fiscal_year, levy.price_micro_per_kwh) == (fiscal_year, unit)


def test_a_levy_nobody_published_is_not_guessed():
    for month in (Month(2012, 7), Month(2027, 5)):
        with pytest.raises(queries.MasterMissing):
            queries.RateBook().levy_for_month(month=month)


@pytest.mark.parametrize(
    ("month", "voltage", "area", "price"),
    [
        (Month(2023, 1), "low", "", 7_000_000),
        (Month(2023, 9), "HV", "", 1_800_000),
        (Month(2024, 6), "low", "", 0),
        (Month(2026, 2), "LV", "03", 4_500_000),
        (Month(2023, 7), "low", "10", 10_000_000),
        (Month(2026, 2), "SHV", "", 0),
    ],
)
def test_government_discounts_by_usage_month(month, voltage, area, price):
    assert queries.RateBook().government_discount(usage_month=month, voltage=voltage, area=area) == price


def test_tax_rates_and_their_borders():
    assert queries.tax_rate(on=date(2014, 3, 31)).rate_ppm == 50_000
    assert queries.tax_rate(on=date(2014, 4, 1)).rate_ppm == 80_000
    assert queries.tax_rate(on=date(2019, 10, 1)).rate_ppm == 100_000
    with pytest.raises(queries.MasterMissing):
        queries.tax_rate(on=date(1989, 3, 31))


@pytest.mark.parametrize(
    ("start", "end", "continuing", "rate"),
    [
        (date(2019, 9, 12), date(2019, 10, 12), True, 80_000),  # spans the change, fixed within October
        (date(2019, 9, 12), date(2019, 10, 12), False, 100_000),  # not a continuing contract
        (date(2019, 10, 1), date(2019, 10, 31), True, 100_000),  # began after the change
        (date(2019, 9, 30), date(2019, 11, 1), True, 100_000),  # fixed too late
        (date(2019, 9, 1), date(2019, 10, 1), False, 80_000),  # used wholly before
    ],
)
def test_a_bill_over_a_tax_change_has_one_rate(start, end, continuing, rate):
    found = queries.RateBook().tax_rate_of_bill(period=Period(start, end), fixed_on=end, continuing=continuing)
    assert found.rate_ppm == rate


def test_taxes_of_bills_over_a_change_agree():
    """Every bill of up to two months around the changes of rate, read on its last day or some days later."""
    book = queries.RateBook()
    for change in (date(1997, 4, 1), date(2014, 4, 1), date(2019, 10, 1)):
        for before in range(-3, 63, 3):
            start = change - timedelta(days=before)
            for days in range(1, 64, 2):
                end = start + timedelta(days=days)
                for late in (0, 1, 5):
                    for continuing in (True, False):
                        told = {"fixed_on": end + timedelta(days=late), "continuing": continuing}
                        found = book.tax_rate_of_bill(period=Period(start, end), **told)
                        assert found.rate_ppm // 10_000 == beside.tax_of_bill(start=start, end=end, **told), (
                            start,
                            end,
                        )


def test_accounts_for_postings():
    assert queries.posting_account(key="receivable", on=date(2026, 11, 1)) == "1310"
    with pytest.raises(queries.MasterMissing, match="nonsense"):
        queries.posting_account(key="nonsense", on=date(2026, 11, 1))
    wanted = {
        "receivable", "revenue_energy", "revenue_basic", "levy", "tax_payable", "agent_clearing", "bank", "agent_fee",
        "unapplied", "credit_balance", "refund_payable", "discount",
    }  # fmt: skip
    assert wanted <= queries.posting_accounts(on=date(2026, 11, 1)).keys()


def test_the_areas_own_amount_comes_before_the_general_one():
    rows = [
        {"code": "capacity", "area": "", "month": "2026-10", "amount_yen": "213"},
        {"code": "capacity", "area": "03", "month": "2026-10", "amount_yen": "0"},
    ]
    operations.put_rows(master="monthly_amounts", rows=rows)
    assert queries.monthly_amount(code="capacity", area="03", month=Month(2026, 10)) == 0
    assert queries.monthly_amount(code="capacity", area="04", month=Month(2026, 10)) == 213_000_000
    assert queries.monthly_amount(code="capacity", area=None, month=Month(2026, 11)) is None


def test_loading_again_changes_nothing_and_never_overrides():
    operations.put_rows(
        master="levy",
        rows=[
            {
                "fiscal_year": "2026",
                "price_yen_per_kwh": "4.19",
                "first_valid_month": "2026-05",
                "last_valid_month": "2027-04",
            }
        ],
    )
    outcome = operations.load_shipped(on=date(2026, 11, 5), with_banks=False)
    assert not any(outcome.inserted.values())
    assert outcome.kept["levy"] == 1
    assert queries.RateBook().levy_for_month(month=Month(2026, 6)).price_micro_per_kwh == 4_190_000


@pytest.mark.parametrize(
    "row",
    [
        models.RenewableLevy(fiscal_year=2026, price_micro_per_kwh=1, valid=DateRange(date(2027, 4, 30), None)),
        models.TaxRate(rate_ppm=1, valid=DateRange(date(2019, 9, 30), date(2019, 10, 1))),
        models.FuelParameters(
            area="03", product="regulated_lv", base_price_yen=1, valid=DateRange(date(2030, 1, 1), None)
        ),
        models.PostingAccount(key="bank", account="1", valid=DateRange(None, date(2016, 4, 2))),
        models.DebitCycle(
            agent="agent_a", cycle_day=27, file_days_before=1, result_days_after=1, valid=DateRange(date(2040, 1, 1), None)
        ),
        models.DebitCycle(
            agent="agent_a", cycle_day=10, is_default=True, file_days_before=1, result_days_after=1,
            valid=DateRange(date(2040, 1, 1), None),
        ),
    ],
    ids=lambda row: type(row).__name__,
)  # fmt: skip
def test_the_database_refuses_two_rows_on_one_day(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


DATED = {code: master for code, master in MASTERS.items() if master.validity is not Validity.NONE}
PLAIN = {"CharField": "x", "BooleanField": False, "JSONField": {}, "ArrayField": [], "DateField": None}


def some_row(model, valid):
    """A row of any dated master with the same key as every other one from here."""
    kinds = {field.name: field.get_internal_type() for field in model._meta.concrete_fields if not field.primary_key}
    return model(**{name: valid if name == "valid" else PLAIN.get(kind, 1) for name, kind in kinds.items()})


@pytest.mark.parametrize("code", DATED)
def test_of_every_dated_master_the_database_refuses_the_same_key_on_the_same_day(code):
    model = store.MODEL_OF[code]
    model.objects.all().delete()
    some_row(model, DateRange(date(2040, 1, 1), date(2041, 1, 1))).save()
    some_row(model, DateRange(date(2041, 1, 1), None)).save()
    with pytest.raises(IntegrityError, match="exclusion"), transaction.atomic():
        some_row(model, DateRange(date(2040, 12, 31), date(2041, 1, 1))).save()


def test_a_row_without_an_end_holds_until_the_next_known_change():
    put = lambda rate, day: operations.put_rows(  # noqa: E731
        master="tax_rates", rows=[{"rate_percent": rate, "valid_from": day}]
    )
    put("12", "2028-04-01")
    put("11", "2027-04-01")
    on = lambda year: queries.tax_rate(on=date(year, 6, 1)).rate_ppm  # noqa: E731
    assert [on(2026), on(2027), on(2028)] == [100_000, 110_000, 120_000]


def test_a_row_with_an_end_lets_the_former_hold_again():
    operations.put_rows(
        master="tax_rates", rows=[{"rate_percent": "5", "valid_from": "2027-01-01", "valid_to": "2027-07-01"}]
    )
    found = [queries.tax_rate(on=date(2027, month, 1)).rate_ppm for month in (6, 7)]
    assert found == [50_000, 100_000]
    assert queries.tax_rate(on=date(2026, 12, 31)).rate_ppm == 100_000


def test_a_row_without_an_end_holds_as_long_as_what_it_replaces():
    operations.put_rows(
        master="government_discounts",
        rows=[{"voltage": "low", "price_yen_per_kwh": "4.0", "first_valid_month": "2026-02"}],
    )
    found = [
        queries.RateBook().government_discount(usage_month=Month(2026, month), voltage="low") for month in (1, 2, 3, 4)
    ]
    assert found == [4_500_000, 4_000_000, 1_500_000, 0]


def test_a_levy_says_when_it_ends():
    with pytest.raises(operations.BadSheet, match="last_valid_month"):
        operations.put_rows(
            master="levy", rows=[{"fiscal_year": "2027", "price_yen_per_kwh": "4.3", "first_valid_month": "2027-05"}]
        )


def test_removing_ends_what_held():
    operations.put_rows(
        master="posting_accounts", rows=[{"action": "remove", "key": "rounding", "valid_from": "2027-01-01"}]
    )
    assert queries.posting_account(key="rounding", on=date(2026, 12, 31))
    with pytest.raises(queries.MasterMissing):
        queries.posting_account(key="rounding", on=date(2027, 1, 1))
