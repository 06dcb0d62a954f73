"""The plan editor through real views: forms that write the document, findings at the field, drafts that are kept."""

import html
import re

import pytest
from django.utils import translation

from tests.tariffs.test_pages import clerk  # noqa: F401 - a fixture
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import coverage, editor, edits, fieldwords, operations, queries
from tomoshibi.tariffs import document as documents

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = {"HX-Request": "true"}


def begin(client, plan="tokyo-b", **more):
    version = queries.versions_of(plan_code=plan)[0]
    given = {"version": version.id, "purpose": "next", "valid_from": "2027-04-01"} | more
    answer = client.post("/tariffs/drafts/new/", given)
    assert answer.status_code == 302, answer.content.decode()
    return int(re.search(r"/drafts/(\d+)/", answer["Location"]).group(1))


def fields_of(draft_id):
    text = queries.draft(draft_id=draft_id).text
    form = editor.form(text, queries.findings_in(text))
    return {one.name: one.value for one in form.fields()}


def save(client, draft_id, live=True, **changes):
    draft = queries.draft(draft_id=draft_id)
    given = fields_of(draft_id) | {"revision": draft.revision} | {k.replace("__", "."): v for k, v in changes.items()}
    return client.post(f"/tariffs/drafts/{draft_id}/save/", given, headers=LIVE if live else {})


STEP = "versions[0].components[1].steps[0]"


@pytest.mark.timeout(900)
def test_every_published_plan_opens_as_a_form_that_changes_nothing_by_itself(clerk):  # noqa: F811
    for plan in queries.plans(on=queries.versions_of(plan_code="tokyo-b")[0].valid_from):
        draft_id = begin(clerk, plan.code)
        before = queries.draft(draft_id=draft_id)
        page = clerk.get(f"/tariffs/drafts/{draft_id}/")
        assert page.status_code == 200, plan.code
        assert save(clerk, draft_id).status_code == 200
        after = queries.draft(draft_id=draft_id)
        assert (after.text, after.revision) == (before.text, before.revision), plan.code


def test_a_price_typed_into_the_form_lands_in_its_line_and_comments_stay(clerk):  # noqa: F811
    draft_id = begin(clerk)
    before = queries.draft(draft_id=draft_id).text
    assert "# Rules of the regulated terms" in before
    answer = save(clerk, draft_id, **{f"{STEP}.price.amount": "３１．２０"}).content.decode()
    text = queries.draft(draft_id=draft_id).text
    changed = [line for line in text.splitlines() if line not in before.splitlines()]
    assert changed == ["          - {up_to_kwh: 120, price: {amount: 31.20, source: kurashi}}"]
    # Beside it: 30 A and 300 kWh with 120 kWh at 31.20, and the difference to what holds.
    assert "120 kWh x 31.20 = 3,744.00" in answer
    assert "29.80 / kWh" in answer
    assert "31.20 / kWh" in answer


def test_a_slip_is_kept_and_told_at_its_field(clerk):  # noqa: F811
    draft_id = begin(clerk)
    answer = save(clerk, draft_id, **{f"{STEP}.price.amount": "31,20"}).content.decode()
    place = editor.slug(documents.path_of(f"{STEP}.price.amount"))
    told = re.search(rf'<span class="pf-error" id="{place}-e" hx-swap-oob="true">([^<]+)</span>', answer)
    assert "31,20" in told.group(1)
    assert "31,20" in clerk.get(f"/tariffs/drafts/{draft_id}/").content.decode()
    refused = clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "x"})
    assert refused.status_code == 422
    assert queries.proposals() == []


def test_energy_priced_twice_beside_a_first_block_is_told_at_its_component_and_not_proposed(clerk):  # noqa: F811
    draft_id = begin(clerk, "kansai-a")
    save(clerk, draft_id, live=False, do="component", **{"new-kind": "flat"})
    kinds = [
        part["kind"] for part in documents.read(queries.draft(draft_id=draft_id).text)["versions"][0]["components"]
    ]
    flat = f"versions[0].components[{kinds.index('flat')}]"
    save(clerk, draft_id, **{f"{flat}.price.amount": "1"})
    found = [one for one in queries.findings_in(queries.draft(draft_id=draft_id).text) if one.blocking]
    assert [one.path for one in found] == [flat]
    page = html.unescape(clerk.get(f"/tariffs/drafts/{draft_id}/").content.decode())
    assert "最初の 15 kWh は最低料金に含まれるため、二重に計算されます" in page
    refused = clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "x"})
    assert (refused.status_code, queries.proposals()) == (422, [])


def test_rows_components_and_sources_come_and_go(clerk):  # noqa: F811
    draft_id = begin(clerk)
    before = queries.draft(draft_id=draft_id).text
    table = "versions[0].components[1].steps"
    assert save(clerk, draft_id, live=False, do=f"row:{table}").status_code == 302
    (document,) = [documents.read(queries.draft(draft_id=draft_id).text)]
    steps = document["versions"][0]["components"][1]["steps"]
    assert [step["up_to_kwh"] for step in steps] == [120, 300, "", None]
    save(clerk, draft_id, live=False, do=f"remove:{table}[2]")
    assert queries.draft(draft_id=draft_id).text == before
    save(clerk, draft_id, live=False, do="component", **{"new-kind": "bands"})
    save(clerk, draft_id, live=False, do="source")
    document = documents.read(queries.draft(draft_id=draft_id).text)
    kinds = [part["kind"] for part in document["versions"][0]["components"]]
    assert kinds[:3] == ["basic", "tiers", "bands"], "energy stands with the energy"
    assert kinds[-1] == "levy"
    assert "source_1" in document["sources"]
    assert clerk.get(f"/tariffs/drafts/{draft_id}/").status_code == 200


def test_what_stands_beside_the_components_is_shown_where_it_is_and_typed_in_where_it_is_not(clerk):  # noqa: F811
    draft_id = begin(clerk, "tomoshibi-high-voltage")
    stands = fields_of(draft_id)
    assert stands["change"] == "half_hours"
    assert stands["cancellation[0].billed_percent.amount"] == "20"
    assert stands["late_interest.percent.amount"] == "10"
    assert stands["proration.denominator"] == "calendar_of_start"
    before = queries.draft(draft_id=draft_id).text
    save(clerk, draft_id, **{"change": "days", "late_interest.percent.amount": "14.6"})
    text = queries.draft(draft_id=draft_id).text
    changed = [line for line in text.splitlines() if line not in before.splitlines()]
    assert changed == [
        "change: days",
        "late_interest: {percent: {amount: 14.6, source: late, confidence: medium}}",
    ]
    save(clerk, draft_id, live=False, do="row:cancellation")
    assert len(documents.read(queries.draft(draft_id=draft_id).text)["cancellation"]) == 3
    assert fields_of(draft_id)["cancellation[2].flat.amount"] == ""

    draft_id = begin(clerk, "tomoshibi-zero")
    before = queries.draft(draft_id=draft_id).text
    typed = {"amount": "10", "source": "invented"}
    save(clerk, draft_id, **{f"late_interest.percent.{name}": value for name, value in typed.items()})
    save(clerk, draft_id, live=False, do="row:cancellation")
    save(clerk, draft_id, **{"cancellation[0].flat.amount": "3300"})
    text = queries.draft(draft_id=draft_id).text
    assert [str(one) for one in queries.findings_in(text) if one.blocking] == []
    document = documents.read(text)
    assert document["late_interest"] == {"percent": {"amount": 10, "source": "invented"}}
    assert document["cancellation"] == [{"flat": {"amount": 3300, "source": "invented"}}]
    save(clerk, draft_id, live=False, do="remove:cancellation[0]")
    save(clerk, draft_id, **{f"late_interest.percent.{name}": "" for name in typed})
    assert "late_interest" not in queries.draft(draft_id=draft_id).text


def test_the_example_of_a_plan_on_actual_demand_asks_for_demand_and_power_factor(clerk, now):  # noqa: F811
    with db.transaction():
        masters.load_shipped(on=now.date(), with_banks=False, invented=True)
    draft_id = begin(clerk, "tokyo-high-voltage-commercial")
    page = clerk.get(f"/tariffs/drafts/{draft_id}/")
    shown = page.content.decode()
    assert 'name="x-demand"' in shown
    assert 'name="x-power_factor"' in shown
    assert 'data-chart="curve"' in shown
    # At the contract size of 10 kW and the neutral power factor, until others are told.
    assert "10 kW x 1,814.37 = 18,143.70" in shown
    told = save(clerk, draft_id, **{"x-demand": "64.6", "x-power_factor": "98"}).content.decode()
    assert "65 kW x 1,814.37 x 87/100 = 102,602.6235 -&gt; 102,602.62" in told
    home = clerk.get(f"/tariffs/drafts/{begin(clerk)}/").content.decode()
    assert "x-demand" not in home
    assert "x-power_factor" not in home
    assert 'data-chart="curve"' in clerk.get("/tariffs/plans/tokyo-high-voltage-commercial/").content.decode()


def test_a_row_that_another_window_took_out_is_told(clerk):  # noqa: F811
    draft_id = begin(clerk)
    before = queries.draft(draft_id=draft_id).text
    for act in ("remove:versions[0].components[9]", "row:versions[0].components[9].steps"):
        answer = save(clerk, draft_id, live=False, do=act)
        assert answer.status_code == 302
    assert queries.draft(draft_id=draft_id).text == before


def test_notes_and_sources_are_typed_in_each_language_they_stand_in(clerk):  # noqa: F811
    draft_id = begin(clerk, "tomoshibi-zero")
    stands = fields_of(draft_id)
    assert stands["sources.invented.en"] == "invented for the demo; no published source"
    assert "架空" in stands["comment.ja"]
    save(clerk, draft_id, **{"sources.invented.ja": "社内で決めた単価"})
    shown = clerk.get(f"/tariffs/drafts/{draft_id}/").content.decode()
    assert "社内で決めた単価" in shown
    save(clerk, draft_id, live=False, do="source")
    assert fields_of(draft_id)["sources.source_1"], "a new source is one text"


def test_what_saves_itself_takes_nothing_out(clerk):  # noqa: F811
    """The script sends the button that has the focus along: tabbing past "Take out" must not take anything out."""
    draft_id = begin(clerk)
    before = queries.draft(draft_id=draft_id).text
    save(clerk, draft_id, do="remove:versions[0].components[1]")
    save(clerk, draft_id, do="component", **{"new-kind": "bands"})
    assert queries.draft(draft_id=draft_id).text == before


def test_new_bands_have_no_price_until_one_is_typed(clerk):  # noqa: F811
    draft_id = begin(clerk)
    save(clerk, draft_id, live=False, do="component", **{"new-kind": "bands"})
    found = [str(one) for one in queries.findings_in(queries.draft(draft_id=draft_id).text) if one.blocking]
    assert len(found) == 2
    assert all("price.amount" in one for one in found)


@pytest.mark.parametrize("kind", documents.schema()["$defs"]["component"]["properties"]["kind"]["enum"])
def test_every_kind_of_component_can_be_added_and_typed_into(kind):
    text = queries_text()
    added = editor.add_component(text, kind=kind)
    form = editor.form(added, queries.findings_in(added))
    box = next(one for one in form.components if one.path == editor.newest_component(text, added))
    assert box.fields or box.tables
    assert editor.apply(added, found=form, posted={one.name: one.value for one in form.fields()}) == added


def typed_in(text, kind, **typed):
    """What a clerk types into the new component of a kind, saved; ``__`` stands for the dots of a place."""
    parts = documents.read(text)["versions"][0]["components"]
    (place,) = [number for number, part in enumerate(parts) if part["code"] == kind]
    here = f"versions[0].components[{place}]."
    found = editor.form(text, ())
    names = {one.name for one in found.fields()}
    posted = {here + name.replace("__", "."): value for name, value in typed.items()}
    assert posted.keys() - names == set(), "the form offers every place"
    text = editor.apply(text, found=found, posted=posted)
    return text, documents.read(text)["versions"][0]["components"][place]


def test_a_market_linked_price_is_typed_in_whole_without_the_document():
    text = editor.add_component(queries_text(), kind="market_linked")
    source = next(iter(documents.read(text)["sources"]))
    prices = {"fee": "0.03", "margin": "7.00", "tax_percent": "10", "bounds__floor": "5", "bounds__cap": "70"}
    prices |= {"loss_percent__03": "6.9", "loss_percent__*": "8"}
    typed = {f"{name}__amount": amount for name, amount in prices.items()}
    typed |= {f"{name}__source": source for name in prices}
    text, part = typed_in(
        text, "market_linked", **typed, market="area", bounds__per="slot", round__unit="0.01", round__mode="truncate"
    )
    amounts = {"fee": part["fee"], "margin": part["margin"], "tax": part["tax_percent"], **part["loss_percent"]}
    assert {name: str(one["amount"]) for name, one in amounts.items()} == {
        "fee": "0.03", "margin": "7.00", "tax": "10", "03": "6.9", "*": "8",
    }  # fmt: skip
    assert part["bounds"]["per"] == "slot"
    assert [str(part["bounds"][limit]["amount"]) for limit in ("floor", "cap")] == ["5", "70"]
    assert [str(one) for one in queries.findings_in(text) if one.blocking and "loss" in str(one)] == []
    empty = {f"bounds__{limit}__{name}": "" for limit in ("floor", "cap") for name in ("amount", "source")}
    _text, part = typed_in(text, "market_linked", **empty, bounds__per="")
    assert "bounds" not in part, "emptied, it is taken out"


def test_hours_days_and_months_of_a_new_band_are_typed_into_its_row():
    text = editor.add_component(queries_text(), kind="bands")
    with translation.override("ja"):
        text, part = typed_in(
            text, "bands", **{"bands[0].when[0]__hours": "10:00-17:00", "bands[0].when[0]__days": "平日、土曜日",
                     "bands[0].when[0]__months": "7, 8, 9"}
        )  # fmt: skip
        shown = {one.name: one.value for one in editor.form(text, ()).fields()}
    assert part["bands"][0]["when"] == [
        {"hours": ["10:00-17:00"], "days": ["weekday", "saturday"], "months": [7, 8, 9]}
    ]
    assert next(value for name, value in shown.items() if name.endswith("bands[0].when[0].days")) == "平日, 土曜日"
    _text, part = typed_in(text, "bands", **{f"bands[0].when[0]__{name}": "" for name in ("hours", "days", "months")})
    assert "when" not in part["bands"][0], "emptied, the band takes the rest"


def test_a_plan_with_tiers_by_season_that_is_typed_into_the_form_is_the_document():
    """A table of steps under each season; what the form writes is what the example document says."""
    example = documents.read((coverage.GOLDEN / "plans" / "summer-tiers-by-days.yaml").read_text("utf-8"))
    (wanted,) = [part for part in example["versions"][0]["components"] if part["kind"] == "season_tiers"]
    text = editor.add_component(queries_text(), kind="season_tiers")
    number = next(
        n for n, part in enumerate(documents.read(text)["versions"][0]["components"]) if part["code"] == "season_tiers"
    )
    here = f"versions[0].components[{number}].seasons"
    text = editor.add_row(text, name=here)
    for season in range(2):
        text = editor.add_row(text, name=f"{here}[{season}].steps")
    text = edits.put(text, ("sources", "made"), "invented prices")
    typed = {"split": "days", "round__unit": "1", "round__mode": "half_up"}
    for n, season in enumerate(wanted["seasons"]):
        own = f"seasons[{n}]__"
        typed |= {f"{own}name": season["name"]} | {
            f"{own}label__{lang}": said for lang, said in season["label"].items()
        }
        typed |= {f"{own}months": ", ".join(map(str, season["months"]))} if "months" in season else {}
        for m, step in enumerate(season["steps"]):
            typed |= {
                f"{own}steps[{m}]__up_to_kwh": "" if step["up_to_kwh"] is None else str(step["up_to_kwh"]),
                f"{own}steps[{m}]__price__amount": str(step["price"]["amount"]),
                f"{own}steps[{m}]__price__source": "made",
            }
    text, part = typed_in(text, "season_tiers", **typed)
    assert part | {"code": "energy"} == wanted
    with translation.override("en"):
        form = editor.form(text, ())
    assert editor.apply(text, found=form, posted={one.name: one.value for one in form.fields()}) == text
    assert [str(one) for one in queries.findings_in(text) if one.blocking and "season" in str(one)] == []
    (box,) = [one for one in form.components if one.code == "season_tiers"]
    assert [table.title for table in box.tables if table.within] == ["summer · Tiers", "other seasons · Tiers"]


def test_the_power_factor_is_chosen_or_goes_by_two_codes():
    text = editor.add_component(queries_text(), kind="basic")
    measured, part = typed_in(text, "basic", power_factor="measured")
    assert part["power_factor"] == "measured"
    _text, part = typed_in(measured, "basic", power_factor="")
    assert "power_factor" not in part
    codes, part = typed_in(text, "basic", power_factor__kept="kept", power_factor__missed="missed")
    assert part["power_factor"] == {"kept": "kept", "missed": "missed"}
    _text, part = typed_in(codes, "basic", power_factor="measured", power_factor__kept="other")
    assert part["power_factor"] == "measured", "the choice counts where both were typed"
    _text, part = typed_in(text, "basic", first__size="10", first__price__amount="1838.44")
    assert (str(part["first"]["size"]), str(part["first"]["price"]["amount"])) == ("10", "1838.44")


def test_areas_are_those_of_the_plans_country_and_amounts_beside_shares_say_their_unit():
    text = editor.add_component(queries_text(), kind="market_linked")
    with translation.override("en"):
        form = editor.form(text, ())
        area = next(one for one in form.fields() if one.name == "area")
        assert [word for _code, word in area.choices].count("every area") == 1
        assert len(area.choices) == 11, "ten areas and every area"
        (box,) = [one for one in form.components if one.kind == "market_linked"]
        titles = [row.title for row in box.tables[0].rows]
        china = editor.form(text.replace("plan:", "currency: CNY\nplan:", 1), ())
    assert "Margin [yen]" in titles
    assert "Loss rate [%] Tokyo" in titles
    provinces = next(one for one in china.fields() if one.name == "area").choices
    assert ("11", "11 Beijing") in provinces
    assert not [word for code, word in provinces if code == "03"]


def queries_text():
    (path,) = [p for p in documents.shipped() if p.stem == "20-tomoshibi-zero"]
    text = path.read_text(encoding="utf-8")
    from tomoshibi.tariffs import beginnings

    return beginnings.only_version(text, start=documents.read(text)["versions"][-1]["from"])


def test_two_windows_do_not_overwrite_each_other(clerk):  # noqa: F811
    draft_id = begin(clerk)
    stale = fields_of(draft_id) | {"revision": 1, f"{STEP}.price.amount": "33.00"}
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    answer = clerk.post(f"/tariffs/drafts/{draft_id}/save/", stale, headers=LIVE).content.decode()
    assert 'role="alert"' in answer
    assert fields_of(draft_id)[f"{STEP}.price.amount"] == "31.20"
    text = clerk.post(f"/tariffs/drafts/{draft_id}/text/", {"text": "plan: mine", "revision": 1})
    assert text.status_code == 409
    assert "plan: mine" in text.content.decode(), "what was typed stays on the page"


@pytest.mark.parametrize("do", ["row:{list}", "component", "source", "remove:versions[0].components[1]", "save"])
def test_a_button_of_a_stale_window_loses_nothing_that_was_typed_there(clerk, do):  # noqa: F811
    draft_id = begin(clerk)
    stale = fields_of(draft_id) | {"revision": 1, f"{STEP}.price.amount": "33.07", "new-kind": "fixed"}
    save(clerk, draft_id, **{"name.ja": "別の窓の名前"})
    kept = queries.draft(draft_id=draft_id)
    given = stale | {"do": do.format(list="versions[0].components[1].steps")}
    answer = clerk.post(f"/tariffs/drafts/{draft_id}/save/", given)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "amount: 33.07" in shown, "the document as it was typed, to be copied from"
    assert "name: fixed" not in shown
    assert "別の窓の名前" in shown, "what stands there now, beside it"
    assert "Save and check" not in shown
    assert (queries.draft(draft_id=draft_id)) == kept


def test_what_was_typed_into_a_row_that_another_window_took_out_is_shown(clerk):  # noqa: F811
    draft_id = begin(clerk)
    stale = fields_of(draft_id) | {"revision": 1, "versions[0].components[1].steps[2].price.amount": "44.09"}
    save(clerk, draft_id, live=False, do="remove:versions[0].components[1].steps[0]")
    answer = clerk.post(f"/tariffs/drafts/{draft_id}/save/", stale | {"do": "row:versions[0].components[1].steps"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "44.09" in shown
    assert "versions[0].components[1].steps[2].price.amount" in shown, "a place that is no longer there is named"


def test_what_was_typed_after_the_draft_was_proposed_is_shown(clerk):  # noqa: F811
    draft_id = begin(clerk)
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    stale = fields_of(draft_id) | {"revision": 2, f"{STEP}.price.amount": "33.07"}
    assert clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "値上げ"}).status_code == 302
    answer = clerk.post(f"/tariffs/drafts/{draft_id}/save/", stale | {"do": "component", "new-kind": "fixed"})
    assert answer.status_code == 409
    assert "33.07" in answer.content.decode()


def test_the_document_itself_is_kept_even_unreadable_and_findings_name_their_lines(clerk):  # noqa: F811
    draft_id = begin(clerk)
    url = f"/tariffs/drafts/{draft_id}/text/"
    text = queries.draft(draft_id=draft_id).text
    broken = text.replace("kind: levy", "kind: levi").replace("\n", "\r\n")
    assert clerk.post(url, {"text": broken, "revision": 1}).status_code == 302
    page = clerk.get(url).content.decode()
    line = 1 + next(n for n, one in enumerate(text.splitlines()) if "kind: levy" in one)
    assert f'data-line="{line}"' in page
    assert "\r" not in queries.draft(draft_id=draft_id).text
    assert clerk.post(url, {"text": "a: [", "revision": 2}).status_code == 302
    assert clerk.get(f"/tariffs/drafts/{draft_id}/")["Location"] == url
    assert "a: [" in clerk.get(url).content.decode()


def test_the_document_that_is_opened_and_saved_is_the_same(clerk):  # noqa: F811
    draft_id = begin(clerk)
    before = queries.draft(draft_id=draft_id)
    url = f"/tariffs/drafts/{draft_id}/text/"
    shown = re.search(
        r'<textarea[^>]*name="text"[^>]*>\n?(.*?)</textarea>', clerk.get(url).content.decode(), re.DOTALL
    ).group(1)
    assert clerk.post(url, {"text": html.unescape(shown), "revision": before.revision}).status_code == 302
    assert queries.draft(draft_id=draft_id).text == before.text


def test_a_draft_is_given_up_taken_up_proposed_turned_down_and_mended(clerk):  # noqa: F811
    draft_id = begin(clerk)
    clerk.post(f"/tariffs/drafts/{draft_id}/abandon/")
    assert queries.draft(draft_id=draft_id).state == "abandoned"
    save(clerk, draft_id, **{f"{STEP}.price.amount": "1"})
    assert fields_of(draft_id)[f"{STEP}.price.amount"] == "29.80"
    clerk.post(f"/tariffs/drafts/{draft_id}/resume/")
    assert queries.draft(draft_id=draft_id).state == "open"
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    proposal = clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "値上げ"})["Location"]
    assert f"/tariffs/drafts/{draft_id}/" in clerk.get(proposal).content.decode()
    clerk.post(f"{proposal}reject/")
    clerk.post(f"/tariffs/drafts/{draft_id}/resume/")
    assert queries.draft(draft_id=draft_id).state == "open"
    proposal = clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "値上げ"})["Location"]
    clerk.force_login(User.objects.get(username="yamada"))
    clerk.post(f"{proposal}publish/", {"confirmed": "1"})
    version = queries.versions_of(plan_code="tokyo-b")[0]
    assert version.valid_from.isoformat() == "2027-04-01"
    clerk.post(f"/tariffs/drafts/{draft_id}/resume/")
    assert queries.draft(draft_id=draft_id).state == "proposed"
    # The next draft goes on from the same text: its comments are still there.
    again = queries.draft(draft_id=begin(clerk, valid_from="2028-04-01")).text
    assert "# Rules of the regulated terms" in again
    assert "31.20" in again


def test_a_new_plan_like_another_needs_a_code_of_its_own(clerk):  # noqa: F811
    version = queries.versions_of(plan_code="tokyo-smart-life-s")[0]
    given = {"version": version.id, "purpose": "new", "valid_from": "2027-04-01"}
    assert clerk.post("/tariffs/drafts/new/", given).status_code == 422
    assert clerk.post("/tariffs/drafts/new/", given | {"plan_code": "tokyo-b", "name": "x"}).status_code == 422
    draft_id = begin(clerk, "tokyo-smart-life-s", purpose="new", plan_code="night-owl", name="夜ふかし")
    (document,), findings = queries.read_document(queries.draft(draft_id=draft_id).text)
    assert [one for one in findings if one.blocking] == []
    assert (document["plan"], document["name"]["ja"]) == ("night-owl", "夜ふかし")
    assert document["versions"][0]["from"] == "2027-04-01"


def test_a_copy_is_nobody_elses_plan_and_names_a_source_of_its_own(clerk):  # noqa: F811
    draft_id = begin(clerk, "tokyo-b", purpose="new", plan_code="lamp-b", name="あかりB")
    document = documents.read(queries.draft(draft_id=draft_id).text)
    assert "seller" not in document
    assert document["kind"] == "free", "prices of our own are authorised by nobody"
    save(clerk, draft_id, live=False, do="component", **{"new-kind": "flat"})
    document = documents.read(queries.draft(draft_id=draft_id).text)
    added = next(one for one in document["versions"][0]["components"] if one["kind"] == "flat")
    assert document["sources"][added["price"]["source"]]["ja"] == "当社で決めた単価"


def test_a_time_of_use_plan_is_made_from_nothing(clerk):  # noqa: F811
    given = {"purpose": "blank", "version": "", "plan_code": "own-night", "name": "夜", "valid_from": "2027-04-01"}
    assert clerk.post("/tariffs/drafts/new/", given | {"name": ""}).status_code == 422
    assert clerk.post("/tariffs/drafts/new/", given | {"purpose": "new"}).status_code == 422, "like which one?"
    draft_id = begin(clerk, **given)
    assert queries.draft(draft_id=draft_id).based_on_id is None
    assert clerk.get(f"/tariffs/drafts/{draft_id}/").status_code == 200
    for kind in ("levy", "basic", "bands", "fuel"):
        answer = save(clerk, draft_id, live=False, do="component", **{"new-kind": kind})
        assert re.search(r"#f-versions-0-components-\d$", answer["Location"]), "the page opens where it was added"
    amounts = [name for name in fields_of(draft_id) if name.endswith("price.amount")]
    save(clerk, draft_id, **{name: "30" for name in amounts if "first" not in name})
    text = queries.draft(draft_id=draft_id).text
    (document,), findings = queries.read_document(text)
    assert [str(one) for one in findings if one.blocking] == []
    parts = document["versions"][0]["components"]
    assert [one["kind"] for one in parts] == ["basic", "bands", "fuel", "levy"]
    assert parts[2]["product"] == "regulated_lv"
    assert parts[1]["remainder"] == "day", "readings of whole kWh can be billed by half-hours"
    assert max(map(len, text.splitlines())) < 200, "a document that people can read"


def test_what_is_wrong_is_named_in_words_and_leads_to_its_cell(clerk):  # noqa: F811
    draft_id = begin(clerk)
    page = save(clerk, draft_id, **{f"{STEP}.price.amount": "2 9"}).content.decode()
    assert f'href="/tariffs/drafts/{draft_id}/#f-versions-0-components-1-steps-0-price-amount"' in page
    assert "電力量料金 · 1 · 単価" in page


def test_who_proposed_a_draft_twice_comes_to_its_proposal(clerk):  # noqa: F811
    draft_id = begin(clerk)
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    url = f"/tariffs/drafts/{draft_id}/propose/"
    first = clerk.post(url, {"reason": "値上げ"})["Location"]
    assert clerk.post(url, {"reason": "値上げ"})["Location"] == first
    assert clerk.get(url)["Location"] == first


def test_drafts_are_listed_and_what_does_not_exist_is_not_found(clerk):  # noqa: F811
    draft_id = begin(clerk)
    assert f"/tariffs/drafts/{draft_id}/" in clerk.get("/tariffs/drafts/").content.decode()
    assert clerk.get("/tariffs/drafts/999/").status_code == 404
    assert f"/tariffs/drafts/{draft_id}/" in clerk.get("/tariffs/plans/tokyo-b/").content.decode()
    with pytest.raises(queries.NoSuchVersion):
        queries.known_version(version_id=0)
    assert issubclass(operations.ChangedElsewhere, ValueError)


def test_every_property_that_a_form_can_show_has_words_of_its_own():
    def names(schema):
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                yield from schema.get("properties", {})
            for part in schema.values():
                yield from names(part)
        elif isinstance(schema, list):
            for part in schema:
                yield from names(part)

    boxes = {"versions", "components", "sources"}
    assert not {name for name in set(names(documents.schema())) - boxes if fieldwords.word(name) == name}
