"""Every price shape has its rule, test table, golden bill, plan document and word; the page says so."""

import copy
import html
import itertools
import re
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import translation
from typer.testing import CliRunner

from tests.masters import test_golden as masters_golden
from tests.rating import test_golden, test_golden_rules
from tests.rating.shapes.one_bill import document
from tomoshibi.masters import operations as masters
from tomoshibi.rating.program import Split
from tomoshibi.tariffs import beside, commands, coverage, queries, wording
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.views import plans as plan_views
from tools import glossary


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_nothing_is_missing():
    assert queries.shape_holes() == []
    found = CliRunner().invoke(commands.app, ["shapes"])
    assert (found.exit_code, found.output) == (0, "0 hole(s)\n")


def test_the_page_is_what_the_house_says():
    page = (coverage.HOUSE / "docs" / "shapes.md").read_text("utf-8")
    assert page == queries.shapes_page(), "run: tomoshibi tariffs shapes --markdown > docs/shapes.md"


def test_every_word_stands_in_the_glossary_in_three_languages():
    known = {word.en for word in glossary.words() if word.ja and word.zh}
    named = {feature.term for features in coverage.FEATURES.values() for feature in features}
    assert named - known == set()


def test_every_golden_file_is_priced_by_a_test():
    priced = [*test_golden.FILES, *test_golden.PURCHASES, *test_golden_rules.FILES, *masters_golden.FILES]
    assert set(coverage.golden_files()) == set(priced)
    assert all("# source:" in file.read_text("utf-8") for file in priced)


@pytest.mark.parametrize(
    ("lacking", "hole"),
    [
        ("examples", "Proration, thirty days: no plan document uses it"),
        ("golden_files", "Change inside a period, by days x kW: no golden file shows '^part '"),
        ("beside", "Tax, rule of the spanning bill: the plan page does not speak of it"),
        ("_is_tested", "Basic, per kVA: there is no rating/shapes/test_basic.py"),
    ],
)
def test_what_is_missing_is_named(monkeypatch, lacking, hole):
    monkeypatch.setattr(coverage, lacking, lambda *_: [])
    if lacking == "examples":  # the golden files of the examples go with them
        own = [path for path in coverage.golden_files() if "tomoshibi" in path.name]
        monkeypatch.setattr(coverage, "golden_files", lambda: own)
    assert hole in queries.shape_holes()


def test_a_document_that_lint_refuses_is_a_hole(monkeypatch, tmp_path):
    (broken,) = [path for path in coverage.examples() if path.stem == "thirtieths"]
    (tmp_path / broken.name).write_text(broken.read_text("utf-8").replace("up_to_kwh: null", "up_to_kwh: 300"), "utf-8")
    others = [path for path in coverage.examples() if path != broken]
    monkeypatch.setattr(coverage, "examples", lambda: [*others, tmp_path / broken.name])
    assert any("thirtieths.yaml" in hole and "the last step must be open" in hole for hole in queries.shape_holes())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_the_plan_page_speaks_of_every_shape(language, in_transaction, rf):
    masters.load_shipped(on=date(2026, 11, 4), with_banks=False)
    rows = [row for rows in coverage.covered().values() for row in rows]
    pages = {}
    with translation.override(language):
        for row in rows:
            key = (row.document["plan"], row.document["versions"][0]["from"])
            if key not in pages:
                request = rf.get("/")
                request.user = AnonymousUser()
                shown = plan_views.described(request, row.document)
                pages[key] = html.unescape(render_to_string("tariffs/_document.html", shown, request=request))
            said = coverage.sentence(row)
            assert said in pages[key], (row.feature.name, said)
            assert language == "en" or not said.isascii(), (row.feature.name, said)


def test_every_kind_of_component_that_a_document_may_have_is_a_feature():
    examples = [documents.versions(documents.read(path.read_text("utf-8"))) for path in coverage.examples()]
    known = [*queries.shipped_documents(), *itertools.chain.from_iterable(examples)]
    assert {part["kind"] for one in known for part in one["versions"][0]["components"]} == set(SHAPES)
    tests = [f.used for features in coverage.FEATURES.values() for f in features if f.used is not None]
    for kind in SHAPES:
        with_kind = next(one for one in known if any(p["kind"] == kind for p in one["versions"][0]["components"]))
        without = copy.deepcopy(with_kind)
        version = without["versions"][0]
        version["components"] = [part for part in version["components"] if part["kind"] != kind]
        assert any(used(with_kind) and not used(without) for used in tests), kind


@pytest.mark.parametrize(
    ("part", "change", "split"),
    [
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {}, Split.DAYS),
        ({"kind": "bands", "bands": [{"name": "all", "price": {"amount": 1, "source": "made"}}]}, {}, Split.HALF_HOURS),
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {"change": "half_hours"}, Split.HALF_HOURS),
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {"change": "days_x_size"}, Split.DAYS_X_SIZE),
    ],
)
def test_a_change_inside_a_period_goes_by_half_hours_where_they_are_priced_and_by_days_elsewhere(part, change, split):
    one = document({"code": "energy", **part}, **change)
    assert queries.program_of(one).split is split
    words = {Split.HALF_HOURS: "half-hours", Split.DAYS: "share of the days.", Split.DAYS_X_SIZE: "times its size"}
    assert words[split] in coverage.wording.change_in_words(one)


CODES_WORTH_TYPING = re.compile(r"(?:コード|\() ?[a-z_0-9]+(?:, [a-z_0-9]+)*")


def test_plan_pages_speak_of_what_is_published_in_words():
    """A code stands behind its word only, for who has to enter it."""
    raw = []
    with translation.override("ja"):
        for one in coverage._versions([*coverage.documents.shipped(), *coverage.examples()]):
            said = [
                *(sentence for _name, sentence in wording.in_words(one)),
                *(it.sentence for it in beside.beside(one)),
            ]
            said += [f"{row.component} {row.what} {row.unit}" for row in wording.price_table(one)]
            raw += [(one["plan"], text) for text in said if re.search("[a-z]_[a-z]", CODES_WORTH_TYPING.sub("", text))]
    assert raw == []
