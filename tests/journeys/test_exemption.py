"""A certificate takes part of the renewable levy off: from the contract through two people to the bill and its statement."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from tests.billing import book
from tests.billing.rates_office import MONTH, bill_the_month, rebill_list, set_up_office
from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts import values as contract_values

CERTIFICATE = {"start": "2026-08-01", "end": "2027-04-01", "percent": "80", "certificate": "26-03-0117"}


@pytest.mark.procedure("CM3", "RB6", "RB7")
def test_a_certificate_lowers_the_levy_once_a_second_person_agreed(journey):
    journey.in_transaction(set_up_office)
    ito, abe = journey.sign_in("ito"), journey.sign_in("abe")
    supplied = contracts.supplied_frame(period_start=date(2026, 9, 2), period_end=date(2026, 10, 2))
    certified, waiting, other = sorted(supplied["contract_id"])
    for contract_id in (certified, waiting):
        assert ito.post(f"/contracts/{contract_id}/exempt/", CERTIFICATE).status_code == 302
    (entered,) = contracts.levy_exemptions_of(contract_id=certified)
    decide = f"/contracts/exemptions/{entered.id}/"
    ito.post(decide, {"decision": "approve"})
    (still,) = contracts.levy_exemptions_of(contract_id=certified)
    assert still.state is contract_values.ExemptionState.PROPOSED, "not by who entered it"
    assert "26-03-0117" in abe.get(decide).content.decode()
    abe.post(decide, {"decision": "approve"})

    run = bill_the_month(journey, ito, abe)
    bills = {one.contract_id: one for one in billing.bills_of_run(run_id=run.id)}
    whole = {one.id: one.energy_dwh // 10_000 * 418 // 100 for one in bills.values()}
    assert bills[other].levy_minor == whole[bills[other].id]
    assert bills[waiting].levy_minor == whole[bills[waiting].id], "nobody has agreed yet"
    mine = bills[certified]
    kwh = mine.energy_dwh // 10_000
    assert mine.levy_minor == kwh * 418 // 500, "a fifth of it is owed"
    page = ito.get(f"/billing/bills/{mine.id}/").content.decode()
    assert "x 4.18 x 1/5" in page or "× 4.18 × 1/5" in page
    statement = ito.get(f"/billing/bills/{mine.id}/statement.pdf")
    pdf = b"".join(statement.streaming_content) if statement.streaming else statement.content
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).replace(" ", "")
    assert f"{mine.levy_minor:,}" in text

    # Agreed to after the issue, the second certificate puts its bill on the rebill list, and the correction gives back.
    (late,) = contracts.levy_exemptions_of(contract_id=waiting)
    abe.post(f"/contracts/exemptions/{late.id}/", {"decision": "approve"})
    assert MONTH in rebill_list(journey, ito)
    assert book.changes(book.OCTOBER)
    correction = bill_the_month(journey, ito, abe, kind="correction")
    kwh = bills[waiting].energy_dwh // 10_000
    assert (correction.bill_count, correction.total_minor) == (1, kwh * 418 // 500 - kwh * 418 // 100)
