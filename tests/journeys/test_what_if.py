"""A new time-of-use plan, from the idea to the bill; and the questions that new taxes, levies and fuel prices raise."""

import re
from datetime import date

import pytest

from tests.billing import book
from tests.billing.rates_office import FIRST, MONTH, bill_the_month, set_up_office
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.contracts import queries as contracts
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import editor, queries

ENERGY = "versions[0].components[1]"


def typed(browser, draft_id, **fields):
    """Type into the form of a draft as the browser would send it, with everything else that stands there."""
    draft = queries.draft(draft_id=draft_id)
    form = editor.form(draft.text, queries.findings_in(draft.text))
    stands = {one.name: one.value for one in form.fields()}
    unknown = [name for name in fields if name not in stands and name not in {"do", "new-kind"}]
    assert unknown == [], sorted(stands)
    return browser.post(f"/tariffs/drafts/{draft_id}/save/", stands | {"revision": draft.revision} | fields)


def made(answer):
    return int(re.search(r"/(\d+)/(#.*)?$", answer["Location"]).group(1))


def write_the_plan(ito):
    """A copy of the tiered plan: its tiers taken out, day and night put in."""
    version = queries.versions_of(plan_code=book.PLAN)[0]
    draft_id = made(
        ito.post(
            "/tariffs/drafts/new/",
            {"version": version.id, "purpose": "new", "plan_code": "night-lamp", "name": "夜あかり", "valid_from": str(FIRST)},
        )
    )  # fmt: skip
    assert ito.get(f"/tariffs/drafts/{draft_id}/").status_code == 200
    typed(ito, draft_id, do=f"remove:{ENERGY}")
    typed(ito, draft_id, do="component", **{"new-kind": "bands"})
    text = queries.draft(draft_id=draft_id).text
    parts = documents.read(text)["versions"][0]["components"]
    here = next(n for n, part in enumerate(parts) if part["kind"] == "bands")
    bands = f"versions[0].components[{here}]"
    slip = typed(
        ito, draft_id, **{f"{bands}.bands[0].price.amount": "38.90", f"{bands}.bands[1].price.amount": "2 4.10"}
    )
    assert slip.status_code == 302
    page = ito.get(f"/tariffs/drafts/{draft_id}/").content.decode()
    assert re.search(r'id="f-versions-0-components-\d+-bands-1-price-amount-e">[^<]*2 4.10', page)
    typed(
        ito, draft_id,
        **{
            f"{bands}.bands[1].price.amount": "24.10",
            f"{bands}.round.unit": "1",
            f"{bands}.round.mode": "half_up",
            f"{bands}.remainder": "day",
        },
    )  # fmt: skip
    findings = queries.findings_in(queries.draft(draft_id=draft_id).text)
    assert [str(one) for one in findings if one.blocking] == []
    assert "24.10" in ito.get(f"/tariffs/drafts/{draft_id}/").content.decode()
    return draft_id


def study(journey, person, **question):
    usual = {"title": "what if", "first_month": MONTH, "last_month": MONTH}
    answer = person.post("/billing/studies/new/", usual | question)
    assert answer.status_code == 302, answer.context["form"].errors
    journey.work()
    page = person.get(answer["Location"])
    assert page.status_code == 200
    found = billing.study(study_id=made(answer))
    assert found.state is billing_values.StudyState.DONE
    totals = found.result["totals"]
    assert f"{totals['after_minor']:,}" in page.content.decode()
    return found


@pytest.mark.procedure("RB1")
def test_a_clerk_makes_a_time_of_use_plan_studies_it_and_it_bills(journey):
    journey.in_transaction(set_up_office)
    ito, abe = journey.sign_in("ito"), journey.sign_in("abe")
    draft_id = write_the_plan(ito)

    # Before anybody publishes it: what would it do to everybody who is on the tiered plan now?
    question = {"document": f"draft:{draft_id}", "move_from": book.PLAN, "move_to": "night-lamp"}
    foreseen = study(journey, ito, **question)
    assert foreseen.result["refused"] == {}
    assert foreseen.result["totals"]["bills"] == 3
    change = foreseen.result["totals"]["after_minor"] - foreseen.result["totals"]["before_minor"]
    assert change != 0

    # Proposed by one, published by another, who sees the contracts it reaches and the study.
    proposal = ito.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "new plan for the night"})["Location"]
    assert ito.post(f"{proposal}publish/").status_code == 403
    assert abe.get(proposal).status_code == 200
    facts = {"plan": "night-lamp", "start": str(FIRST), "proposal": made({"Location": proposal}), "draft": ""}
    assert abe.get("/contracts/on-plan/", facts).context["count"] == 0, "nobody is on a plan that is not published"
    assert "studies/new" in abe.get("/billing/studies/of-plan/", facts).content.decode()
    abe.post(f"{proposal}publish/", {"confirmed": "1"})
    assert queries.plan_version(plan_code="night-lamp", on=FIRST) is not None

    # Every contract moves to it; the month is billed; it comes to what the study had said, to the yen.
    for row in contracts.supplied_frame(period_start=FIRST, period_end=date(2026, 10, 2)).iter_rows(named=True):
        moved = ito.post(
            f"/contracts/{row['contract_id']}/change/",
            {
                "plan_code": "night-lamp",
                "capacity": "30",
                "start": "2026-09-02",
                "discounts": "",
                "agency_code": "",
                "kwh": "400",
                "reason": "the customer asked for it",
            },
        )
        assert moved.status_code == 302, moved.context["change_form"].errors
    run = bill_the_month(journey, ito, abe)
    assert (run.bill_count, run.total_minor) == (3, foreseen.result["totals"]["after_minor"])
    assert {one.plan_code for one in billing.bills_of_run(run_id=run.id)} == {"night-lamp"}
    # Asked again now, nothing would change: what the study takes as today's bills is what was issued.
    again = study(journey, abe)
    assert (again.result["issued_bills"], again.result["issued_as_now"]) == (3, 3)
    assert again.result["totals"]["before_minor"] == again.result["totals"]["after_minor"] == run.total_minor


@pytest.mark.procedure("MS10", "MS1", "MS2")
def test_a_tax_rise_is_studied_from_its_proposal_and_levy_and_fuel_beside_it(journey):
    journey.in_transaction(set_up_office)
    ito = journey.sign_in("ito")
    sheet = {
        "action": "set",
        "confidence": "high",
        "rate_percent": "12",
        "valid_from": "2027-04-01",
        "reason": "a law of the Diet",
    }
    proposed = ito.post("/masters/tax-rates/rows/propose/", sheet)
    assert proposed.status_code == 302, proposed.content.decode()[:3000]
    waiting = masters.proposals(master="tax_rates")[0]
    page = ito.get(proposed["Location"]).content.decode()
    offered = re.search(r'hx-get="(/billing/studies/of-master/[^"]+)"', page).group(1).replace("&amp;", "&")
    link = re.search(r'href="(/billing/studies/new/[^"]+)"', ito.get(offered).content.decode()).group(1)
    form = ito.get(link.replace("&amp;", "&")).content.decode()
    assert 'value="12"' in form
    assert waiting.id > 0

    # What cannot be asked is told at its field, with what was typed, and nothing is begun.
    for wrong, field in (
        ({"tax_rate": "twelve"}, "tax_rate"),
        ({"carry_tax_over": "on"}, "tax_rate"),
        ({"tax_rate": "12", "last_month": "2026-01"}, "last_month"),
        ({"tax_rate": "12", "area": "10"}, "__all__"),  # nobody is supplied there
    ):
        question = {"title": "what if", "first_month": MONTH, "last_month": MONTH} | wrong
        refused = ito.post("/billing/studies/new/", question)
        assert refused.status_code == 422
        assert field in refused.context["form"].errors
        assert 'value="what if"' in refused.content.decode()
    assert not billing.study_rows().exists()

    # Prices hold the tax: without new prices the customer pays the same and the company keeps less.
    inside = study(journey, ito, tax_rate="12")
    totals = inside.result["totals"]
    assert totals["after_minor"] == totals["before_minor"]
    assert totals["after_tax_minor"] > totals["before_tax_minor"]
    # Asked once more it is the same answer, from the same inputs.
    again = study(journey, ito, tax_rate="12")
    assert (again.result, again.input_hash) == (inside.result, inside.input_hash)
    carried = study(journey, ito, tax_rate="12", carry_tax_over="on")
    assert carried.result["totals"]["after_minor"] > totals["before_minor"]

    levy = study(journey, ito, levy="3.98")
    assert levy.result["totals"]["after_minor"] < totals["before_minor"]
    fuel = study(journey, ito, fuel_shift="-1.25")
    moved = {one["group"]: int(one["after_e10"]) - int(one["before_e10"]) for one in fuel.result["by_component"]}
    assert moved["fuel"] == -fuel.result["totals"]["energy_dwh"] * 1_250_000
    assert moved["energy"] == moved["levy"] == 0
    assert ito.get("/billing/studies/").status_code == 200
    for one in (inside, levy):
        assert ito.get(f"/billing/studies/{one.id}/export.xlsx").status_code == 200
