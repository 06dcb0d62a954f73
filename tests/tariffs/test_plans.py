"""Documents, lint, publication, and finding versions."""

import json
from datetime import date

import polars as pl
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import translation

from tests.tariffs.plans import HEADER, TOKYO
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import daytypes, operations, preview, queries, wording
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.models import PlanVersion

NEXT = TOKYO + TOKYO.split("versions:\n")[1].replace("2024-04-01", "2026-12-01").replace("29.80", "30.10")


@pytest.fixture
def people(django_user_model):
    return [django_user_model.objects.create_user(name, password="x").id for name in ("maker", "checker")]


pytestmark = pytest.mark.usefixtures("in_english")


def _findings(text):
    return {f.path: f for f in queries.read_document(text)[1]}


def test_decimals_and_dates_stay_what_was_written():
    found = documents.read("a: 29.80\nb: 2024-04-01\nc: 30\nd: -0.10")
    assert found == {"a": "29.80", "b": "2024-04-01", "c": 30, "d": "-0.10"}


def test_a_key_that_stands_twice_is_named_with_its_line():
    (finding,) = queries.read_document("plan: x\nname: y\nplan: z\n")[1]
    assert (finding.line, finding.sentence) == (3, "'plan' stands here twice")


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        (("voltage: low\n", ""), "", "voltage"),
        (("amount: 29.80", "amount: '29,80'"), "versions[0].components[1].steps[0].price.amount", "29,80"),
        (("price: {amount: 29.80", "prise: {amount: 29.80"), "versions[0].components[1].steps[0].prise", "not known"),
        (("amount: 29.80", "amount: 29.8000001"), "versions[0].components[1].steps[0].price.amount", "decimals"),
        (("kind: tiers", "kind: stairs"), "versions[0].components[1].kind", "stairs"),
        (("up_to_kwh: 300", "up_to_kwh: 100"), "versions[0].components[1].steps[1].up_to_kwh", "above"),
        (("up_to_kwh: null", "up_to_kwh: 900"), "versions[0].components[1].steps[2].up_to_kwh", "open"),
        (("source: page}}\n          - {up_to_kwh: 300", "source: memory}}\n          - {up_to_kwh: 300"),
         "versions[0].components[1].steps[0].price.source", "memory"),
        (("code: levy,", "code: fuel,"), "versions[0].components[4].code", "twice"),
        (("unit: A, per", "unit: kVA, per"), "versions[0].components[0].unit", "kVA"),
        (("kind: levy", "kind: levy, block_kwh: 15"), "versions[0].components[4]", "block"),
        (("2024-04-01", "2024-02-30"), "versions[0]", "calendar"),
    ],
)  # fmt: skip
def test_lint_says_what_is_wrong_and_where(change, path, word):
    assert change[0] in TOKYO
    documents_found, findings = queries.read_document(TOKYO.replace(*change, 1))
    assert documents_found == []
    assert word in next(f.sentence for f in findings if f.path == path and f.blocking)
    if path:
        assert all(f.line for f in findings)


BANDS = (
    HEADER
    + """
  - from: 2024-04-01
    components:
      - code: energy
        kind: bands
        bands:
          - {name: day, price: {amount: 38.80, source: page}, when: [{hours: ["08:00-22:00"]}]}
          - {name: night, price: {amount: 16.52, source: page}, when: [{hours: ["22:00-24:00", "00:00-07:30"]}]}
"""
)


def test_lint_finds_gaps_and_overlaps_of_bands():
    path = "versions[0].components[0].bands"
    assert "07:30 on weekdays in month 1" in _findings(BANDS)[path].sentence
    assert "overlap at 08:00" in _findings(BANDS.replace("07:30", "08:30"))[path].sentence
    assert path not in _findings(BANDS.replace("07:30", "08:00"))


MINIMUM = TOKYO.replace(
    "      - {code: levy, kind: levy}\n",
    "      - {code: levy, kind: levy}\n      - {code: least, kind: monthly_minimum, price: {amount: 500, source: page}, of: [basic]}\n",
)


@pytest.mark.parametrize("policy", ["never", "{denominator: reading_period, applies_to: [basic, tiers, blocks]}"])
def test_what_each_part_of_a_bill_would_owe_once_more_is_shared_by_days_or_refused(policy):
    assert queries.read_document(MINIMUM)[0], "every price is shared by days, unless said"
    head, rest = MINIMUM.split("proration: ", 1)
    found, findings = queries.read_document(f"{head}proration: {policy}\n{rest.split(chr(10), 1)[1]}")
    assert found == []
    sentences = [finding.sentence for finding in findings if finding.blocking]
    assert any("monthly_minimum once for each" in sentence for sentence in sentences), sentences


@pytest.mark.parametrize("file", documents.shipped(), ids=lambda f: f.stem)
def test_every_shipped_document_is_sound_and_every_price_has_a_source(file):
    found, findings = queries.read_document(file.read_text("utf-8"))
    assert [str(f) for f in findings if f.blocking] == []
    for one in found:
        for component in queries.components_of(one):
            has_price = '"amount"' in json.dumps(component.rule)
            assert bool(component.sources) == has_price, component.code
            assert all(component.label[language] for language in ("ja", "zh", "en"))


def test_the_ten_areas_and_the_market_plan_are_shipped():
    plans = {one["plan"]: one for one in queries.shipped_documents()}
    regulated = {one["area"] for one in plans.values() if one["kind"] == "regulated"}
    assert regulated == {f"{n:02d}" for n in range(1, 11)}
    zero = queries.components_of(plans["tomoshibi-zero"])
    assert "capacity_contribution" in {c.code for c in zero}
    assert not any(c.kind == "basic" for c in zero)
    assert {c.kind for c in queries.components_of(plans["chubu-smart-life"])} >= {"bands", "basic"}


def test_a_version_hash_does_not_depend_on_layout_or_on_other_versions():
    first = queries.read_document(TOKYO)[0][0]
    again = queries.read_document(NEXT)[0][0]
    assert documents.sha256(first) == documents.sha256(again)
    assert documents.sha256(first) != documents.sha256(queries.read_document(NEXT)[0][1])


def test_publication_needs_a_second_person_and_is_final(in_transaction, people, now):
    maker, checker = people
    (proposal,) = operations.propose(text=TOKYO, now=now, actor_id=maker)
    with pytest.raises(operations.AlreadyProposed):
        operations.propose(text=TOKYO, now=now, actor_id=checker)
    with pytest.raises(SamePerson):
        operations.publish(proposal_id=proposal, now=now, actor_id=maker)
    version = operations.publish(proposal_id=proposal, now=now, actor_id=checker)
    with pytest.raises(operations.AlreadyDecided):
        operations.publish(proposal_id=proposal, now=now, actor_id=checker)
    with pytest.raises(operations.NothingNew):
        operations.propose(text=TOKYO, now=now, actor_id=maker)
    with pytest.raises(operations.VersionIsFinal):
        operations.propose(text=TOKYO.replace("29.80", "29.81"), now=now, actor_id=maker)
    with pytest.raises(operations.NotAfterLast):
        operations.propose(text=TOKYO.replace("2024-04-01", "2023-04-01"), now=now, actor_id=maker)
    for statement in ("UPDATE tariffs_planversion SET area = '01'", "DELETE FROM tariffs_planversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert PlanVersion.objects.get(id=version).area == "03"
    (second,) = operations.propose(text=NEXT, now=now, actor_id=maker)
    operations.reject(proposal_id=second, now=now, actor_id=checker)
    (third,) = operations.propose(text=NEXT, now=now, actor_id=maker)
    operations.publish(proposal_id=third, now=now, actor_id=checker)
    assert queries.plan_version(plan_code="test-b", on=date(2026, 11, 30)).id == version
    assert queries.plan_version(plan_code="test-b", on=date(2026, 12, 1)).id != version
    assert queries.plan_version(plan_code="test-b", on=date(2020, 1, 1)) is None


def test_an_unsound_document_is_not_proposed(in_transaction, people, now):
    with pytest.raises(operations.DocumentUnsound) as refused:
        operations.propose(text=TOKYO.replace("kind: tiers", "kind: stairs"), now=now, actor_id=people[0])
    assert "stairs" in str(refused.value)
    assert queries.proposals() == []


def test_the_shipped_plans_are_published_once(in_transaction, now):
    assert operations.install_shipped(now=now) == len(queries.shipped_documents(currency="JPY"))
    assert operations.install_shipped(now=now) == 0
    listed = queries.plans(on=date(2026, 11, 4))
    assert {p.area for p in listed} >= {f"{n:02d}" for n in range(1, 11)}
    tokyo = next(p for p in listed if p.code == "tokyo-b")
    assert (tokyo.version_count, tokyo.current.valid_from) == (5, date(2024, 4, 1))
    old = next(p for p in listed if p.code == "shikoku-b")
    assert old.current is None, "a version with an end does not hold after it"


@pytest.mark.parametrize(("price", "stays"), [("29.80", True), ("29.90", False)])
def test_a_version_stays_as_it_was_published_when_its_notes_are_said_in_other_words(in_transaction, now, price, stays):
    shipped = queries.shipped_documents(currency="JPY")
    today = next(one for one in shipped if one["plan"] == "tomoshibi-zero" and "29.80" in str(one))
    # As an earlier release published it: notes in one language only.
    earlier = json.loads(documents.canonical(today).replace("29.80", price))
    earlier |= {"comment": "An invented retailer.", "sources": {"invented": "nobody's"}}
    PlanVersion.objects.create(
        plan_code="tomoshibi-zero", name=earlier["name"], area="*", voltage="low", kind="free", capacity_unit="contract",
        valid_from=date.fromisoformat(earlier["versions"][0]["from"]), document=earlier,
        sha256=documents.sha256(earlier), published_at=now,
    )  # fmt: skip
    if not stays:
        with pytest.raises(operations.VersionIsFinal):
            operations.install_shipped(now=now)
        return
    assert operations.install_shipped(now=now) == len(shipped) - 1
    (kept,) = PlanVersion.objects.filter(document__comment="An invented retailer.")
    assert kept.sha256 == documents.sha256(earlier)


@pytest.mark.parametrize(("language", "word"), [("ja", "架空"), ("zh-hans", "虚构"), ("en", "invented")])
def test_notes_and_sources_are_read_in_the_language_of_the_reader(in_transaction, now, language, word):
    operations.install_shipped(now=now)
    version = queries.plan_version(plan_code="tomoshibi-zero", on=date(2026, 11, 4))
    with translation.override(language):
        rows = wording.price_table(version.document)
        assert word in wording.in_language(version.document["comment"]).lower()
    says = {"ja": "デモ用", "zh-hans": "为演示", "en": "for the demo"}[language]
    assert all(says in row.source for row in rows)
    (component, *_more) = queries.components([version.id])[version.id]
    assert says in component.sources[0][language[:2]]


def test_a_note_of_one_language_is_shown_as_it_is_and_a_wrong_one_is_refused():
    noted = TOKYO.replace("versions:\n", "comment: only so\nversions:\n")
    (document,), findings = queries.read_document(noted)
    assert wording.in_language(document["comment"]) == "only so"
    assert [one for one in findings if one.blocking] == []
    refused = _findings(noted.replace("comment: only so", "comment: {en: without Japanese}"))
    assert refused["comment"].blocking


def test_versions_are_found_for_a_frame_in_its_order(in_transaction, now):
    operations.install_shipped(now=now)
    frame = pl.DataFrame(
        {
            "row_id": [1, 2, 3, 4],
            "plan_code": ["tokyo-b", "kansai-a", "tokyo-b", "kansai-a"],
            "period_start": [date(2024, 4, 1), date(2016, 1, 1), date(2024, 3, 31), date(2020, 1, 1)],
        }
    )
    found = queries.with_versions(frame)
    starts = {v.id: v.valid_from for code in ("tokyo-b", "kansai-a") for v in queries.versions_of(plan_code=code)}
    assert found["row_id"].to_list() == [1, 2, 3, 4]
    assert [starts.get(v) for v in found["plan_version"]] == [
        date(2024, 4, 1), date(2015, 10, 1), date(2023, 6, 1), None,
    ]  # fmt: skip


def test_published_values_come_as_columns_and_what_is_missing_refuses_its_row(in_transaction, now):
    from tomoshibi.tariffs import pricing

    masters.load_shipped(on=now.date(), with_banks=False)
    operations.install_shipped(now=now)
    frame = pl.DataFrame(
        {
            "row_id": [1, 2],
            "plan_code": ["kyushu-b", "kyushu-b"],
            "area": ["09", "09"],
            "voltage": ["low", "low"],
            "month": [201505, 201512],
            "period_start": [date(2015, 4, 10), date(2015, 11, 10)],
            "period_end": [date(2015, 5, 10), date(2015, 12, 10)],
            "capacity_milli": [30_000, 30_000],
            "energy_dwh": [3_000_000, 3_000_000],
            "discounts": [["direct_debit"], []],
        }
    )
    frame = queries.with_market(queries.with_versions(frame))
    found = pricing.price(usage=frame, programs=queries.programs(frame["plan_version"].unique()))
    # Published model bill of 2015-05: 7,654 yen (874.80 + tiers + 0.77 x 300 + floor(1.58 x 300) - 54).
    assert found.totals.select("row_id", "total_minor", "tax_rate_ppm").row(0) == (1, 7_654, 80_000)
    assert found.refusals.select("row_id", "code", "detail").rows() == [(2, "value_missing", "fuel")]


def test_the_government_discount_is_that_of_the_month_of_use(in_transaction, now):
    """Begun with the use of January 2023 at 7 yen: a bill of a month is for the use of the month before, unless said."""
    masters.load_shipped(on=now.date(), with_banks=False)
    operations.install_shipped(now=now)
    rows = pl.DataFrame(
        {
            "row_id": [1, 2], "plan_code": ["tokyo-b"] * 2, "area": ["03"] * 2, "voltage": ["low"] * 2,
            "month": [202301, 202302], "period_start": [date(2022, 12, 10), date(2023, 1, 10)],
            "period_end": [date(2023, 1, 10), date(2023, 2, 10)],
        }
    )  # fmt: skip
    versions = queries.with_versions(rows)
    assert queries.with_market(versions)["government_discount_micro"].to_list() == [0, 7_000_000]
    stated = versions.with_columns(usage_month=pl.lit(202301, dtype=pl.Int64))
    assert queries.with_market(stated)["government_discount_micro"].to_list() == [7_000_000, 7_000_000]


def test_holidays_and_sundays_are_one_day_type(in_transaction, now):
    from tomoshibi.kernel.periods import Period

    masters.load_shipped(on=now.date(), with_banks=False)
    found = daytypes.day_types(Period(date(2026, 11, 2), date(2026, 11, 9)), area="03")
    assert found.tolist() == [0, 2, 0, 0, 0, 1, 2]


def test_the_market_plan_charges_the_published_capacity_contribution(in_transaction, now):
    masters.load_shipped(on=now.date(), with_banks=False, invented=True)
    (found,) = queries.quote(
        documents=queries.shipped_plan(plan_code="tomoshibi-zero"),
        loads=[queries.load_of_month(Month(2026, 10), energy_dwh=2_000_000)],
        area="03",
    )
    assert found.refusal is None
    assert {line.code: line.amount for line in found.lines}["capacity_contribution"] == "231.00"


def test_what_leaving_and_paying_late_costs_is_said_by_the_clauses_of_a_plan(in_transaction, now):
    operations.install_shipped(now=now)
    with translation.override("ja"):
        leaving, late, later = queries.clauses_in_words(plan_code="tomoshibi-evening", on=now.date())
        assert (
            leaving == "24か月ごとに更新される契約期間の途中で解約すると、契約期間の残り1か月につき550円がかかります。"
        )
        assert "年10 %" in late
        assert later == ""
        leaving, late, later = queries.clauses_in_words(plan_code="tomoshibi-market", on=now.date())
        assert leaving == "12か月以内に解約すると、3,300円がかかります。"
        assert late == "支払いが遅れても利息はかかりません。"
        assert "80 %" in later
    assert queries.clauses_in_words(plan_code="nobody", on=now.date()) is None


def test_plans_side_by_side_cost_what_each_is_quoted_alone(in_transaction, now):
    masters.load_shipped(on=now.date(), with_banks=False, invented=True)
    operations.install_shipped(now=now)
    plans = [plan for plan in queries.plans(on=now.date(), area="03") if plan.current]
    year = queries.year_of("3600", last=Month(2026, 10), profile="household")
    found = queries.offers(plans=plans, year=year, area="03", size_milli=30_000, size_unit="A")
    assert len(found) > 1
    for offer in found:
        plan = next(plan for plan in plans if plan.code == offer.plan_code)
        if plan.capacity_unit not in {"A", "contract"}:
            assert (offer.year_minor, offer.refusal) == (None, ("other_unit", plan.capacity_unit)), offer.plan_code
            continue
        alone = queries.quote(
            documents=[preview.as_if_it_held(plan.current.document)],
            loads=year,
            area="03",
            capacity_milli=None if plan.capacity_unit == "contract" else 30_000,
        )
        assert offer.totals_minor == tuple(bill.total_minor for bill in alone), offer.plan_code
        assert offer.refusal == next((bill.refusal for bill in alone if bill.refusal), None), offer.plan_code


@pytest.mark.parametrize(
    ("change", "path", "sentence"),
    [
        (("per: 10", "per: ten"), "versions[0].components[0].per", "ten is not what is wanted: a whole number"),
        (("per: 10", "per: 0"), "versions[0].components[0].per", "0 is less than 1"),
        (("code: fuel", "code: Fuel 1"), "versions[0].components[2].code", "small Latin letters"),
        (("from: 2024-04-01", "from: April"), "versions[0].from", "a day like 2026-04-01"),
        (("amount: 29.80", "amount: 999999999999999999999"), "versions[0].components[1].steps[0].price.amount", "too large"),
        (("amount: 29.80", "amount: 1.23456789"), "versions[0].components[1].steps[0].price.amount", "more than 6 decimals"),
        (("amount: 29.80", "amount: much"), "versions[0].components[1].steps[0].price.amount", "An exact decimal number"),
        (("{code: levy, kind: levy}", "levy"), "versions[0].components[4]", "a group of named entries"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_what_lint_refuses_is_said_without_the_words_of_a_schema(change, path, sentence, language):
    text = TOKYO.replace(*change, 1)
    assert text != TOKYO
    with translation.override(language):
        (finding,) = [f for f in queries.read_document(text)[1] if f.path == path]
        said = finding.sentence
    assert (sentence in said) is (language == "en"), said
    assert not any(word in said for word in ("type '", "does not match", "minimum of", "non-empty")), said
    assert language == "en" or not said.isascii()
