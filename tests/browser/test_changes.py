"""The pages of changes and of contract documents at two sizes: lists, forms, consequences, texts, the portal's documents."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests import company
from tests.applications.switching.world import START_DAY, contract_at, do, outside
from tests.metering.grid import spin
from tomoshibi.applications.operations import changes as operations
from tomoshibi.applications.operations import notices
from tomoshibi.applications.queries import notices as notice_queries
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, NewChange
from tomoshibi.applications.values.notices import About, Channel, NoticeKind, Occasion
from tomoshibi.messaging import operations as messaging
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs

MORNING = START_DAY + timedelta(days=20)


def wish(kind, point, effective_on=MORNING, **wanted):
    return NewChange(kind, contract_at(point).id, effective_on, ChangeSource.PHONE, wanted, "電話で受付")


@pytest.fixture
def office(transactional_db, tmp_path):
    with outside(tmp_path) as grid:
        with db.transaction():
            company.enter()
            tariffs.install_shipped(now=grid.now)
            messaging.load_shipped_texts()
            parties.change_customer(customer_id=contract_at(spin(1)).customer_id, changes={"mail": "taro@example.jp"})
        yield grid


def enter(grid, kind, point, **more):
    return do(operations.enter_change, grid, new=wish(kind, point, **more)).id


def write(grid, change_id, kind=NoticeKind.BEFORE, occasion=Occasion.CHANGE):
    about = About(contract_id=contract_at(spin(1)).id, change_id=change_id)
    return do(notices.make_notice, grid, kind=kind, about=about, occasion=occasion)


@pytest.fixture
def places(office):
    """A change of each way of ours and of the grid; documents held, mailed and waiting for the post."""
    here = contract_at(spin(1))
    plan = enter(office, ChangeKind.PLAN, spin(1), plan_code="tokyo-b")
    size = enter(office, ChangeKind.CAPACITY, spin(1), capacity_milli=50_000)
    end = enter(office, ChangeKind.MOVE_OUT, spin(2))
    sent = write(office, plan)
    with db.transaction():
        own = {"registration_number": "B1234", "power_mix": "水力 60％、火力 40％（2026年度の計画値）"}
        notices.install_notice_texts(now=office.now, own=own, counsel="弁護士 灯台守、2026年10月1日")
    do(notices.fill_again, office, notice_id=sent)
    held = write(office, size)
    letter = do(notices.reissue, office, notice_id=sent, channel=Channel.LETTER)
    text = notice_queries.published_template(kind=NoticeKind.BEFORE)
    return {
        "changes": reverse("applications:changes"),
        "change-new": reverse("applications:new_change"),
        "change-new-move": f"{reverse('applications:new_change')}?contract={here.number}&kind=move",
        "change-plan": reverse("applications:change", args=[plan]),
        "change-size": reverse("applications:change", args=[size]),
        "change-end": reverse("applications:change", args=[end]),
        "contract-with-changes": reverse("contracts:contract", args=[here.id]),
        "notices": reverse("applications:notices"),
        "notice-held": reverse("applications:notice", args=[held]),
        "notice-sent": reverse("applications:notice", args=[sent]),
        "notice-letter": reverse("applications:notice", args=[letter]),
        "notice-post": reverse("applications:post_queue"),
        "notice-texts": reverse("applications:notice_templates"),
        "notice-text": reverse("applications:notice_template", args=[text.id]),
        "notice-text-new": reverse("applications:new_notice_template", args=["before"]),
        "notice-link-too-old": reverse("portals:document", args=["made-up"]),
    }


@pytest.fixture
def reader(django_user_model, places):
    """The customer whose documents they are."""
    customer_id = contract_at(spin(1)).customer_id
    return django_user_model.objects.create_user("taro", password="warm-lamp-77", portal_customer_id=customer_id)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_page_is_fit_to_be_seen(places, reader, signed_in_page, open_page, accessible, look, size):
    def fit(page, name):
        look(page, name, full=True)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)

    page = signed_in_page(size=size)
    for name, url in places.items():
        page.goto(url)
        fit(page, name)
        page.complaints[:] = [one for one in page.complaints if "410" not in one]
    # What leaving brings is said before anything is written down.
    page.goto(f"{places['change-new']}?contract={contract_at(spin(3)).number}&kind=move_out")
    page.locator("input[name=w-effective_on]").fill(str(MORNING))
    page.locator("[name=w-reason]").fill("電話で受付")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_selector("ul.brings")
    page.wait_for_selector("text=影響する請求")
    fit(page, "change-ask")
    theirs = open_page(size=size, user=reader)
    theirs.goto(reverse("portals:customer_documents"))
    assert "契約締結前交付書面" in theirs.inner_text("main")
    fit(theirs, "portal-documents")
