"""The crews' page on a phone: what is done without a network is there once, when the network is back (G-034, G-035, G-047)."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageFilter

from tests import company
from tests.browser.cable import Cable
from tests.browser.conftest import _session_of
from tests.fieldwork import tickets
from tomoshibi.documents import operations as documents
from tomoshibi.fieldwork import keys, operations, queries, sheets, signing, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.slow
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def crew(transactional_db: None, settings: Any, tmp_path: Any, now: Any) -> Any:
    """张工 leads a ticket of today with five points to connect and one to look at; every point has a printed label."""
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        company.enter()
        identity.save_role(code="crew", name="Crew", rights=["FW2.do"])
        user_id = identity.add_person(
            username="zhang", name="张工", mail="z@example.jp", password="lamp-light-42", roles=["crew"]
        )
        operations.add_qualification(
            person_id=user_id, name="低压装接", certificate="ZJ-1", start=tickets.DAY, end=None
        )
        made = [tickets.label(now, n) for n in range(1, 7)]
        operations.print_labels(serials=[label.serial for label in made], template="a4-21", now=now)
        orders = [tickets.order(n) for n in range(1, 6)] + [tickets.order(6, act="check")]
        ticket_id = tickets.open_ticket(now, *orders)
        operations.assign_leader(ticket_id=ticket_id, person_id=user_id, now=now, actor_id=None)
    return User.objects.get(id=user_id), ticket_id, made


@pytest.fixture
def cable(live_server: Any) -> Iterator[Cable]:
    found = Cable(live_server.thread.host, live_server.thread.port)
    yield found
    found.close()


@pytest.fixture
def phone(browser: Any, cable: Cable, crew: Any) -> Iterator[Any]:
    """A phone whose network is the cable; ``phone.new_page()`` is a tab."""
    context = browser.new_context(
        base_url=cable.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB",
        geolocation={"latitude": 31.83, "longitude": 117.23, "accuracy": 12}, permissions=["geolocation"],
    )  # fmt: skip
    context.add_cookies(
        [
            {"name": "sessionid", "value": _session_of(crew[0]), "url": cable.url},
            {"name": "django_language", "value": "en", "url": cable.url},
        ]
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


def opened(phone: Any, path: str = "") -> Any:
    page = phone.new_page()
    page.goto(f"/portals/field/{path}")
    page.wait_for_selector("html[data-ready=yes]")
    return page


def on_shelf(page: Any) -> None:
    """The service worker has the page: from here on it opens without a network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def connect(page: Any, ticket: values.Ticket, no: int) -> None:
    page.goto(f"/portals/field/#task/{ticket.id}/{ticket.tasks[no - 1].id}")
    for name in values.CHECKS:
        page.locator(f"input[name=check-{name}]").first.check()
    page.locator("input[name=seal]").fill(f"FY-{no}")
    page.locator("#do-done").click()
    page.wait_for_function(
        "id => location.hash === `#ticket/${id}`", arg=ticket.id
    )  # kept; the word about it may be the last one's
    page.wait_for_selector("#said.is-good")


def in_queue(page: Any, n: int) -> None:
    page.wait_for_selector(f"#waiting[data-n='{n}']")


@pytest.mark.requirement("G-034")
def test_network_off_five_entries_tab_killed_network_on_exactly_five_rows(phone, cable, crew, look):
    _user, ticket_id, _labels = crew
    ticket = queries.ticket(ticket_id)
    page = opened(phone)
    on_shelf(page)
    cable.pull()
    for no in range(1, 6):
        connect(page, ticket, no)
    in_queue(page, 5)
    look(page, "field-offline")
    assert queries.entries_of(ticket_id=ticket_id) == []
    page.close(run_before_unload=False)
    again = opened(phone)
    in_queue(again, 5)
    assert again.get_by_text("5/6").is_visible()
    cable.plug()
    again.get_by_role("button", name="Get the tickets again").click()
    in_queue(again, 0)
    entries = queries.entries_of(ticket_id=ticket_id)
    assert [entry.state for entry in entries] == [values.EntryState.APPLIED] * 5
    found = queries.ticket(ticket_id)
    assert [task.seal_number for task in found.tasks] == ["FY-1", "FY-2", "FY-3", "FY-4", "FY-5", ""]
    assert found.tasks[0].position == values.Position(31_830_000, 117_230_000, 12)
    again.reload()
    again.wait_for_selector("html[data-ready=yes]")
    assert len(queries.entries_of(ticket_id=ticket_id)) == 5


def test_an_answer_that_is_lost_on_the_way_doubles_nothing(phone, cable, crew):
    _user, ticket_id, _labels = crew
    ticket = queries.ticket(ticket_id)
    page = opened(phone)

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/entries/", lose)
    with page.expect_event("requestfailed"):
        connect(page, ticket, 1)
    in_queue(page, 1)
    assert len(queries.entries_of(ticket_id=ticket_id)) == 1
    page.unroute("**/entries/")
    page.goto("/portals/field/#")
    page.get_by_role("button", name="Get the tickets again").click()
    in_queue(page, 0)
    assert [entry.state for entry in queries.entries_of(ticket_id=ticket_id)] == [values.EntryState.APPLIED]


@pytest.mark.requirement("G-035")
def test_a_point_with_photo_label_and_a_no(phone, crew, look):
    _user, ticket_id, labels = crew
    ticket = queries.ticket(ticket_id)
    page = opened(phone)
    page.get_by_text(ticket.number).click()
    page.get_by_text(ticket.tasks[0].caption).click()
    page.get_by_role("button", name="Scan a label").click()
    page.locator("input[name=number]").fill("0000 0000 1")
    page.get_by_role("button", name="Type the label number").click()
    page.wait_for_selector("#said.is-bad")
    page.locator("input[name=number]").fill(labels[0].number)
    page.get_by_role("button", name="Type the label number").click()
    page.get_by_text("✓").wait_for()
    page.locator("#do-done").click()
    assert "the four checks" in page.locator("#said").inner_text()
    for name in values.CHECKS:
        page.locator(f"input[name=check-{name}]").nth(1 if name == "ready" else 0).check()
    page.locator("textarea[name=note]").fill("no tray yet")
    page.locator("input[name=photo]").set_input_files({"name": "p.png", "mimeType": "image/png", "buffer": PIXEL})
    page.get_by_text("1 photos").wait_for()
    look(page, "field-point", full=True)
    page.locator("#do-done").click()
    page.wait_for_selector("#said.is-good")
    in_queue(page, 0)
    task = queries.ticket(ticket_id).tasks[0]
    assert (task.outcome, task.remark, task.label_serial) == (values.Outcome.BLOCKED, "no tray yet", labels[0].serial)
    assert len(task.photos) == 1
    assert dict(task.checks) == {"fit": True, "belongs": True, "ready": False, "listed": True}


@pytest.mark.requirement("G-037")
def test_a_device_that_is_found_is_added(phone, crew, now):
    _user, ticket_id, _labels = crew
    with db.transaction():
        spare = operations.make_spares(count=1, now=now)[0]
    page = opened(phone, f"#found/{ticket_id}")
    page.locator("input[name=caption]").fill("EPON 3-2")
    page.locator("input[name=address]").fill("明灯路9号")
    page.get_by_role("button", name="Hang a spare label").click()
    page.locator("input[name=number]").fill(spare.number)
    page.get_by_role("button", name="Type the label number").click()
    for name in values.CHECKS:
        page.locator(f"input[name=check-{name}]").first.check()
    page.locator("input[name=place]").fill("JR00007")
    page.locator("input[name=seal]").fill("FY-77")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("#said.is-good")
    in_queue(page, 0)
    task = queries.ticket(ticket_id).tasks[-1]
    assert (task.caption, task.found_on_site, task.seal_number, task.place) == ("EPON 3-2", True, "FY-77", "JR00007")


@pytest.mark.requirement("G-047")
def test_signatures_are_told_apart_without_a_network(phone, cable, crew):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _user, _ticket_id, labels = crew
    page = opened(phone)
    on_shelf(page)
    cable.pull()
    ours = signing.token(labels[3].serial, key_no=1, key=keys.private_key())
    theirs = signing.token(labels[3].serial, key_no=1, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    changed = ours[:50] + ("A" if ours[50] != "A" else "B") + ours[51:]
    read = """async ([texts]) => {
        const { read } = await import("/static/portals/field/labels.js");
        const { kept } = await import("/static/portals/field/store.js");
        const { keys } = await kept("today");
        return Promise.all(texts.map(async (text) => { const f = await read(text, keys); return [f.verdict, f.serial ?? 0]; }));
    }"""
    texts = [
        f"HTTPS://TOMOSHIBI.EXAMPLE.JP/L/{ours}",
        ours.lower(),
        theirs,
        changed,
        "https://example.jp/x",
        ours + "A",
    ]
    assert page.evaluate(read, [texts]) == [
        ["genuine", labels[3].serial], ["genuine", labels[3].serial], ["forged", 0], ["forged", 0], ["forged", 0], ["forged", 0],
    ]  # fmt: skip
    page.goto(f"/portals/field/#label/{ours}")
    page.get_by_role("heading", name="6200000004").wait_for()
    page.goto(f"/portals/field/#label/{changed}")
    page.locator(".verdict.is-forged").wait_for()


def test_numbers_are_read_as_the_server_writes_them(phone, crew):
    page = opened(phone)
    serials = [1, 42, 7185, 12_345_678, 2**40 - 1]
    read = """async ([numbers]) => {
        const { serialOf, numberOf } = await import("/static/portals/field/labels.js");
        return numbers.map((number) => [serialOf(number), numberOf(serialOf(number))]);
    }"""
    numbers = [values.number_of(serial) for serial in serials]
    assert page.evaluate(read, [numbers]) == [list(pair) for pair in zip(serials, numbers, strict=True)]


@pytest.mark.requirement("G-048")
def test_a_label_that_is_on_no_ticket_is_looked_up(phone, crew, now, look):
    with db.transaction():
        other = tickets.label(now, 77)
    page = opened(phone, "#scan")
    page.locator("input[name=number]").fill(other.number)
    page.get_by_role("button", name="Type the label number").click()
    page.locator(".verdict.is-listed").wait_for()
    assert page.get_by_text("6200000077").is_visible()
    look(page, "field-facts")
    with db.transaction():
        operations.print_labels(serials=[other.serial], template="a4-21", now=now)
    token = signing.token(other.serial, key_no=1, key=keys.private_key())
    page.goto(f"/portals/field/#label/{token}")
    page.locator(".verdict.is-genuine").wait_for()


def test_what_is_being_typed_stays_when_the_tickets_arrive(phone, crew):
    _user, _ticket_id, labels = crew
    page = phone.new_page()
    held = []
    page.route("**/today.json", lambda route: held.append(route))
    with page.expect_request("**/today.json"):
        page.goto("/portals/field/#scan")
    page.locator("input[name=number]").fill(labels[0].number)
    with page.expect_response("**/today.json"):
        held[0].continue_()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("input[name=number]").input_value() == labels[0].number


def test_the_camera_puts_the_label_into_its_row(phone, crew):
    """The browser's own decoder is taken for granted; what the page does with its answer is not."""
    _user, _ticket_id, labels = crew
    token = signing.token(labels[2].serial, key_no=1, key=keys.private_key())
    phone.add_init_script(f"""
        window.BarcodeDetector = class {{
            static async getSupportedFormats() {{ return ["qr_code"]; }}
            async detect() {{ return [{{ rawValue: "HTTPS://X.EXAMPLE/L/{token}" }}]; }}
        }};
        navigator.mediaDevices.getUserMedia = async () => {{
            const canvas = document.createElement("canvas");
            canvas.getContext("2d").fillRect(0, 0, 9, 9);
            return canvas.captureStream(30);
        }};
    """)
    page = opened(phone)
    page.get_by_role("button", name="Scan a label").click()
    page.get_by_role("heading", name="6200000003").wait_for()


def photo_of(label: values.Label, *, tilted: bool) -> bytes:
    """A printed label as a camera sees it: from the side, not quite sharp, kept as a small JPEG."""
    token = signing.token(label.serial, key_no=1, key=keys.private_key())
    text = sheets.address("https://tomoshibi.example.jp", token)
    sheet = sheets.data([(label, text)], template=values.TEMPLATES["roll-50"], company="灯湖供电公司")
    (page,) = documents.typeset_pictures(template=sheets.TYPST, data=sheet, ppi=400)
    picture = Image.open(io.BytesIO(page)).convert("L")
    wide = Image.new("L", (picture.width + 200, picture.height + 200), 170)
    wide.paste(picture, (100, 100))
    if tilted:
        lean = 0.3 / wide.height
        wide = wide.transform(wide.size, Image.Transform.PERSPECTIVE, (1, 0, 0, 0, 1, 0, lean, lean / 3))
        wide = wide.rotate(8, fillcolor=170, resample=Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1.2))
    kept = io.BytesIO()
    wide.save(kept, "JPEG", quality=40)
    return kept.getvalue()


@pytest.mark.requirement("G-044", "G-047")
@pytest.mark.parametrize("tilted", [False, True], ids=["flat", "tilted"])
def test_a_phone_without_a_reader_of_its_own_reads_the_label_in_a_picture(phone, crew, tilted):
    """Safari and Firefox have no BarcodeDetector: our own reader does it, without any network."""
    _user, _ticket_id, made = crew
    phone.add_init_script("delete window.BarcodeDetector")
    page = opened(phone, "#scan")
    page.locator("input[name=picture]").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo_of(made[3], tilted=tilted)}
    )
    page.get_by_role("heading", name="6200000004").wait_for()


def test_a_picture_without_a_code_says_what_to_do(phone, crew):
    page = opened(phone, "#scan")
    page.locator("input[name=picture]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": PIXEL})
    page.get_by_text("No code is seen in this picture").wait_for()


def test_a_camera_without_a_reader_of_its_own_is_read_by_ours(phone, crew):
    _user, _ticket_id, made = crew
    shown = base64.b64encode(photo_of(made[1], tilted=False)).decode()
    phone.add_init_script(f"""
        delete window.BarcodeDetector;
        navigator.mediaDevices.getUserMedia = async () => {{
            const bytes = Uint8Array.from(atob("{shown}"), (letter) => letter.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes]));
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [picture.width, picture.height];
            const draw = () => {{ canvas.getContext("2d").drawImage(picture, 0, 0); requestAnimationFrame(draw); }};
            draw();
            return canvas.captureStream(10);
        }};
    """)
    page = opened(phone)
    page.get_by_role("button", name="Scan a label").click()
    page.get_by_role("heading", name="6200000002").wait_for()


def test_another_person_does_not_send_what_is_not_theirs(phone, cable, crew, now):
    _user, ticket_id, _labels = crew
    page = opened(phone)
    on_shelf(page)
    cable.pull()
    connect(page, queries.ticket(ticket_id), 1)
    in_queue(page, 1)
    with db.transaction():
        other = identity.add_person(
            username="wu", name="吴工", mail="w@example.jp", password="lamp-light-42", roles=["crew"]
        )
    cable.plug()
    phone.add_cookies([{"name": "sessionid", "value": _session_of(User.objects.get(id=other)), "url": cable.url}])
    page.evaluate(
        "fetch('/portals/field/today.json').then((a) => a.json()).then(async (today) => { const s = await import('/static/portals/field/store.js'); await s.keep('today', today); })"
    )
    again = opened(phone)
    again.locator(".notice").wait_for()
    assert queries.entries_of(ticket_id=ticket_id) == []


def test_it_can_be_put_on_the_home_screen_and_is_readable(phone, crew, accessible, look):
    _user, ticket_id, _labels = crew
    ticket = queries.ticket(ticket_id)
    page = opened(phone)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    found = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())")
    assert (found["display"], found["scope"]) == ("standalone", "/portals/field/")
    for name, path in (
        ("tickets", "#"),
        ("ticket", f"#ticket/{ticket_id}"),
        ("row", f"#task/{ticket_id}/{ticket.tasks[0].id}"),
        ("scan", "#scan"),
        ("queue", "#queue"),
    ):
        page.goto(f"/portals/field/{path}")
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        look(page, f"field-{name}")
        accessible(page)
    assert complaints == []
