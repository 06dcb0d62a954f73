"""An examined application from the Web goes its way through the switching support system without retyping."""

from datetime import date

import polars as pl
import pytest
from django.urls import reverse
from django.utils import translation

from tests.applications import office
from tests.applications.switching.world import FRESH, case
from tomoshibi.applications import operations as applications
from tomoshibi.applications import queries as received
from tomoshibi.applications.models import Intake, NoticeTemplate, SwitchingCase
from tomoshibi.applications.operations.switching import effects
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import PointClass, RegistrationState, Source, SwitchingKind, SwitchingState
from tomoshibi.applications.values.notices import ITEMS, NoticeState
from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways.switching import PointSeed
from tomoshibi.identity import queries as people
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.worker import queue
from tomoshibi.worklist import queries as worklist


def test_what_the_applicant_wrote_becomes_an_application_and_then_a_contract(grid):
    with db.transaction():
        office.open_office()
    grid.go(to=office.NOW.date())
    intake_id = examined(grid)
    (made,) = [queries.to_case(row) for row in queries.case_rows()]
    assert (made.state, made.spin, made.wished_on) == (SwitchingState.MEDIATING, office.SPIN, date(2026, 12, 1))
    assert worklist.open_items(kind="applications.case") == []
    grid.send()
    grid.next_day()
    grid.next_day()
    assert case(made.id).state is SwitchingState.MATCHED
    registration = received.registration_of(intake_id=intake_id)
    assert (registration.state, registration.starts_on) == (RegistrationState.COMPLETED, date(2026, 12, 1))
    assert contracts.contract(contract_id=case(made.id).contract_id).start == date(2026, 12, 1)
    grid.go(to=date(2026, 12, 1))
    grid.poll()
    assert case(made.id).state is SwitchingState.COMPLETED


def test_who_moves_in_without_the_number_is_looked_for(grid, client, django_user_model):
    """IN3 from the Web window: the search has the address, and what it finds goes to the grid by itself."""
    with db.transaction():
        office.open_office()
    grid.go(to=office.NOW.date())
    examined(grid, kind="move_in", spin="", current_retailer="", current_customer_number="")
    (item,) = worklist.open_items(kind="applications.point_search")
    (search,) = queries.search_rows()
    assert (search.area, search.building) == ("03", "灯火荘 101")
    assert search.address.startswith("東京都港区芝公園99")
    assert worklist.open_items(kind="applications.case") == []
    _the_text_before_contracts()
    queue.run_waiting()
    (held,) = [received.notices.to_notice(row) for row in received.notices.notice_rows()]
    assert (held.state, held.missing) == (NoticeState.HELD, ("supply:spin",)), "the area tells the frequency"
    client.force_login(django_user_model.objects.create_superuser("finder", is_staff=True))
    client.cookies["django_language"] = "en"
    waiting = client.get(reverse("applications:intake", args=[Intake.objects.get().id])).content.decode()
    assert item.url in waiting, "the clerk sees what the application waits for"
    refused = client.post(item.url, {"do": "take", "spin": "06" + FRESH[2:], "source": "web"})
    assert refused.status_code == 422
    assert "06" + FRESH[2:] in refused.content.decode(), "what was typed is still there"
    assert list(queries.case_rows()) == [], "of another area"
    for _twice in range(2):
        client.post(item.url, {"do": "take", "spin": FRESH, "source": "web"})
    (made,) = [queries.to_case(row) for row in queries.case_rows()]
    assert (made.kind, made.spin, made.holder_name) == (SwitchingKind.RECONNECT, FRESH, "灯火 太郎")
    sent = received.notices.notice(notice_id=held.id)
    assert (sent.state, sent.missing) == (NoticeState.SENT, ()), "the document before the contract goes with the number"


def _the_text_before_contracts():
    """A published text of which only the item about the supply names facts."""
    texts = {code: {"code": code, "heading": code, "text": "-"} for code in ITEMS}
    texts["supply"]["text"] = "{frequency} {spin}"
    NoticeTemplate.objects.create(
        kind="before", version=1, state="published", title="契約締結前書面", opening="-", items=list(texts.values()),
        counsel="弁護士 灯台守", written_at=office.NOW, decided_at=office.NOW,
    )  # fmt: skip


@translation.override("en")
def test_who_names_a_sub_account_is_sent_to_its_benchmark(grid):
    with db.transaction():
        office.open_office()
        numbers = pl.DataFrame({"number": ["7700000001"], "kind": ["sub"], "offer_instead": ["7700000000"]})
        parties.register_numbers(numbers)
    grid.go(to=office.NOW.date())
    with pytest.raises(applications.NoSuchCustomer, match=r"7700000001 is a sub-account .* benchmark 7700000000"):
        examined(grid, customer_number="7700000001")
    assert list(queries.case_rows()) == []


def examined(grid, *, customer_number="", **typed):
    """Sent by the applicant, found in order by a clerk, confirmed by another where that is asked for."""
    clerk, lead = (people.user_id_of(username=name) for name in (office.CLERK, office.LEAD))
    with db.transaction():
        begun = applications.start(source=Source.WEB, typed=office.ANSWERS | typed, language="ja", now=grid.now)
        agreed = received.consent_texts(kind=typed.get("kind", "switch"), language="ja", on=grid.today)
        applications.send(key=begun.key, agreed=agreed, language="ja", now=grid.now)
        for finding in received.intake(intake_id=begun.id).open_findings:
            applications.let_pass(intake_id=begun.id, rule=finding.rule, now=grid.now, actor_id=clerk)
        applications.accept(intake_id=begun.id, customer_number=customer_number, now=grid.now, actor_id=clerk)
    if received.registration_of(intake_id=begun.id).state is RegistrationState.PREPARED:
        with db.transaction():
            applications.confirm_registration(intake_id=begun.id, now=grid.now, actor_id=lead)
    return begun.id


def test_an_applicant_withdraws_until_the_contract_stands(grid):
    """Before anything is out it ends at once; what is out is taken back there first; what stands is too late."""
    with db.transaction():
        office.open_office()
    grid.go(to=office.NOW.date())
    intake_id = examined(grid)
    (made,) = [queries.to_case(row) for row in queries.case_rows()]
    grid.send()
    grid.behave(mediation_no={})
    grid.next_day()
    assert case(made.id).state in {SwitchingState.AGREED, SwitchingState.SUBMITTED}
    with db.transaction():
        ended = applications.withdraw_as_applicant(intake_id=intake_id, now=grid.now)
    if not ended:
        assert received.intake(intake_id=intake_id).reason
        with db.transaction():
            assert applications.withdraw_as_applicant(intake_id=intake_id, now=grid.now) is False, "asked once"
        grid.send()
        grid.poll()
    assert case(made.id).state is SwitchingState.CANCELED
    assert received.registration_of(intake_id=intake_id).state is RegistrationState.CANCELED
    with db.transaction(), pytest.raises(applications.TooLateToWithdraw):
        applications.withdraw_as_applicant(intake_id=intake_id, now=grid.now)


def test_behind_the_match_an_applicant_calls(grid):
    with db.transaction():
        office.open_office()
    grid.go(to=office.NOW.date())
    intake_id = examined(grid)
    grid.send()
    grid.next_day()
    grid.next_day()
    assert received.registration_of(intake_id=intake_id).state is RegistrationState.COMPLETED
    with db.transaction(), pytest.raises(applications.TooLateToWithdraw, match="call"):
        applications.withdraw_as_applicant(intake_id=intake_id, now=grid.now)


def test_a_sale_begins_with_a_reconnection_and_waits_again_where_the_grid_takes_its_day_back(grid):
    """Nobody buys at the place now; a sale that the grid refuses after the match is bought from no day."""
    with db.transaction():
        office.open_office()
    grid.go(to=office.NOW.date())
    sold = {
        "kind": "sell", "plant": "solar", "source_kind": "fit", "term_ends_on": "2030-03-31", "capacity": "4.5",
        "capacity_unit": "kW", "plan_code": "fit-residential", "payment_method": "", "current_retailer": "",
        "current_customer_number": "", "spin": FRESH,
    }  # fmt: skip
    grid.world.seed([PointSeed(FRESH, retailer="", connected=False, klass="generation", meter="PV-1")])
    intake_id = examined(grid, **sold)
    (made,) = [queries.to_case(row) for row in queries.case_rows()]
    assert (made.kind, made.klass, made.capacity_milli) == (SwitchingKind.RECONNECT, PointClass.GENERATION, 4_500)
    grid.send()
    grid.next_day()
    grid.go(to=date(2026, 12, 1))
    grid.poll()
    assert case(made.id).state in {SwitchingState.METER_OPEN, SwitchingState.COMPLETED}
    bought = received.registration_of(intake_id=intake_id)
    assert (bought.state, bought.contract_id, bought.source_kind) == (RegistrationState.COMPLETED, None, "fit")
    assert bought.starts_on == case(made.id).fixed_on
    with db.transaction():
        effects.undo_begin(SwitchingCase.objects.get(id=made.id), now=grid.now)
        effects.undo_begin(SwitchingCase.objects.get(id=made.id), now=grid.now)
    waits = received.registration_of(intake_id=intake_id)
    assert (waits.state, waits.starts_on) == (RegistrationState.CONFIRMED, None)
