"""What the change of a master would touch, in a book with an issued month and an open run."""

from datetime import date

import pytest
from django.urls import reverse

from tests.billing import book
from tests.billing.test_runs import issue, make
from tests.collection import conftest as debts
from tomoshibi.console import impact
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import TaxTreatment
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations, queries

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 4)


@pytest.fixture
def masters(in_transaction, now):
    book.masters_and_plans(now)


@pytest.fixture
def billed(masters, now):
    """October is issued for three contracts, November is rated for two."""
    clerks = book.people()
    made = [book.customer(n) for n in (1, 2, 3)]
    for contract in made:
        book.reading(contract, 100, now=now)
    issued = issue_of(now, clerks)
    for contract in made[:2]:
        book.reading(contract, 200, month=book.NOVEMBER, now=now)
    return issued, make(now, clerks[0], month=book.NOVEMBER)


def issue_of(now, clerks):
    run = make(now, clerks[0])
    issue(run, now, clerks)
    return run


def propose(master, now, **cells):
    first, _second = book.people()
    return operations.propose_change(master=master, rows=[cells], reason="published", actor_id=first, now=now)


def impact_of(proposal_id):
    return impact.of_proposal(proposal=queries.proposal(proposal_id=proposal_id), today=TODAY, language="en")


def levy(now, first, last=""):
    return propose(
        "levy", now, fiscal_year="2027", price_yen_per_kwh="4.29", first_valid_month=first, last_valid_month=last
    )


def test_a_levy_of_billed_months_touches_plans_contracts_and_both_runs(billed, now):
    issued, open_ = billed
    found = impact_of(levy(now, "2026-10", "2027-04"))
    assert (found.first, found.last) == (Month(2026, 10), Month(2027, 4))
    assert [(plan.code, plan.name, plan.contracts) for plan in found.plans] == [("test-b", "Metered lighting B", 3)]
    assert [(run.run_id, run.bill_count, run.is_open) for run in found.runs] == [
        (open_.id, 2, True),
        (issued.id, 3, False),
    ]
    assert (found.contracts, found.issued, found.drafted) == (3, 3, 2)
    assert found.issued_minor == sum(run.total_minor for run in found.runs if not run.is_open) > 0
    assert len(impact.words(found)) == 2


def test_only_the_months_it_reaches_count(billed, now):
    _issued, open_ = billed
    assert [run.run_id for run in impact_of(levy(now, "2026-11", "2026-12")).runs] == [open_.id]
    later = impact_of(levy(now, "2027-05", "2028-04"))
    assert later.runs == ()
    assert later.contracts == 3


def fuel(now, *, month="2026-10", **more):
    cells = {"area": "03", "product": "regulated_lv", "month": month, "unit_yen_per_kwh": "-6.00"}
    return propose("fuel_units", now, **cells | more)


def test_fuel_units_touch_their_area_and_product_only(billed, now):
    issued, _open = billed
    here = impact_of(fuel(now))
    assert ([run.run_id for run in here.runs], here.contracts, here.areas) == ([issued.id], 3, ("東京",))
    for elsewhere in (fuel(now, area="06"), fuel(now, product="market_lv")):
        assert impact_of(elsewhere).touches_nothing


def test_customs_prices_reach_the_months_of_their_three_windows(billed, now):
    found = impact_of(
        propose(
            "customs_prices",
            now,
            month="2026-07",
            crude_yen_per_kl="70000",
            lng_yen_per_t="80000",
            coal_yen_per_t="20000",
        )
    )
    assert (found.first, found.last) == (Month(2026, 10), Month(2026, 12))
    assert len(found.runs) == 2


def test_a_discount_of_the_government_is_billed_in_the_month_after_use(billed, now):
    issued, _open = billed
    found = impact_of(
        propose(
            "government_discounts", now, voltage="low", area="", price_yen_per_kwh="2.0",
            first_valid_month="2026-09", last_valid_month="2026-09",
        )
    )  # fmt: skip
    assert [run.run_id for run in found.runs] == [issued.id]


def test_tax_touches_every_plan_and_the_calendar_every_contract_of_its_area(billed, now):
    tax = impact_of(propose("tax_rates", now, rate_percent="12", valid_from="2026-10-15"))
    assert (tax.contracts, len(tax.runs), tax.last) == (3, 2, None)
    cells = {
        "fiscal_year": "2026",
        "base_day": "02",
        "month": "2026-11",
        "reading_on": "2026-11-05",
        "metering_on": "2026-11-03",
    }
    here = impact_of(propose("reading_days", now, area="03", **cells))
    assert (here.contracts, len(here.runs)) == (3, 1)
    assert impact_of(propose("reading_days", now, area="05", **cells)).touches_nothing


def test_a_new_posting_account_leaves_what_was_posted(billed, now):
    found = impact_of(propose("posting_accounts", now, key="revenue_energy", account="4190", valid_from="2026-11-01"))
    (posted,) = found.posted
    assert posted.account.code == "4120"
    assert posted.amount_minor > 0
    assert impact.words(found) == [impact._("What was posted stays where it is; new postings go to the new account.")]


def test_the_company_stands_on_every_bill(billed, now):
    found = impact_of(
        propose("company", now, name="灯火", country="JP", currency="JPY", language="ja", valid_from="2026-10-15")
    )
    assert (found.contracts, len(found.runs), found.last) == (3, 2, None)


def test_a_kind_of_charge_touches_what_is_on_no_bill_yet(billed, now):
    kind = {
        "code": "reissue", "name_ja": "再発行手数料", "name_en": "reissue", "name_zh": "补发费", "posting_key": "revenue_other",
        "tax": "included", "amount_by": "fixed", "amount_minor": "330",
    }  # fmt: skip
    nothing = impact_of(propose("charge_kinds", now, **kind | {"valid_from": "2026-12-01"}))
    assert (nothing.charges, nothing.contracts, nothing.touches_nothing) == (0, 0, True)
    contract_id = contract_queries.contract_rows(today=TODAY).values_list("id", flat=True)[0]
    contracts.tell_charge(
        contract_id=contract_id, code=kind["code"], text="再開手数料", amount_minor=1_100, month=Month(2026, 12),
        tax=TaxTreatment.INCLUDED, source="test:1",
    )  # fmt: skip
    found = impact_of(propose("charge_kinds", now, **kind | {"valid_from": "2026-12-01"}))
    assert (found.charges, found.touches_nothing) == (1, False)
    assert len(impact.words(found)) == 1


def test_standard_periods_touch_applications_of_their_area_only(billed, now):
    period = {"area": "03", "voltage": "low", "work": "meter", "business_days": "9", "valid_from": "2026-12-01"}
    found = impact_of(propose("switching_periods", now, **period))
    assert (found.cases, found.contracts, found.areas) == (0, 0, ("東京",))


def test_schedules_touch_debit_files_under_way_and_mandates(in_transaction, django_user_model):
    world = debts.set_up(django_user_model)
    debts.open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 7_000))
    batch_id = debts.send(world)
    cycle = {
        "cycle_day": "26",
        "is_default": "no",
        "file_days_before": "8",
        "result_days_after": "4",
        "valid_from": "2026-11-01",
    }
    mine = impact_of(propose("debit_cycles", debts.NOW, agent=debts.AGENT, **cycle))
    assert ([batch.id for batch in mine.batches], mine.mandates) == ([batch_id], 3)
    assert "sent" in impact.words(mine)[0] or "送" in impact.words(mine)[0]
    holiday = propose("holidays", debts.NOW, day="2026-11-26", scope="bank", name="臨時休業")
    assert [batch.id for batch in impact_of(holiday).batches] == [batch_id]
    after = propose("holidays", debts.NOW, day="2027-06-01", scope="bank", name="臨時休業")
    assert impact_of(after).batches == ()


def test_the_page_of_a_proposal_shows_it(billed, now, client):
    issued, _open = billed
    proposal_id = levy(now, "2026-10", "2027-04")
    client.force_login(User.objects.create_user("anna", is_staff=True, is_superuser=True))
    page = client.get(reverse("masters:levy_proposal", args=[proposal_id]))
    fragment = next(
        url for url in page.context["impact_fragments"] if url.startswith(reverse("console:impact_of_master"))
    )
    assert f'hx-get="{fragment}"' in page.content.decode()
    answer = client.get(fragment, headers={"accept-language": "en"})
    assert answer.status_code == 200
    said = answer.content.decode()
    assert reverse("billing:run", args=[issued.id]) in said
    assert "Metered lighting B" in said
    assert reverse("tariffs:plan", args=["test-b"]) in said
    assert client.get("/impact/master/?proposal=999999").status_code == 404
    assert client.get("/impact/master/").status_code == 404
    User.objects.filter(username="anna").update(is_superuser=False)
    assert client.get(fragment).status_code == 403


def test_a_change_that_holds_leads_to_the_bills_worked_out_before_it(billed, now, client, django_user_model):
    _issued, open_run = billed
    anna = django_user_model.objects.create_user("anna", is_staff=True, is_superuser=True)
    proposal_id = levy(now, "2026-10", "2027-04")
    client.force_login(anna)
    address = reverse("masters:levy_proposal", args=[proposal_id])
    assert "after_fragments" not in client.get(address).context
    operations.approve_change(proposal_id=proposal_id, actor_id=anna.id, now=now)
    (fragment,) = client.get(address).context["after_fragments"]
    said = client.get(fragment, headers={"accept-language": "en"}).content.decode()
    assert reverse("billing:rebill") in said
    assert reverse("billing:run", args=[open_run.id]) in said
    later = levy(now, "2027-05", "2028-04")
    assert client.get(reverse("console:after_change_of_master"), {"proposal": later}).content.decode().strip() == ""
