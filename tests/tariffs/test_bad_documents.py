"""Texts and numbers that no plan may have: each refused with its line and a sentence, none with a crash."""

import copy
import time
from datetime import date

import polars as pl
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rating import strategies
from tests.rating.shapes.one_bill import bill
from tomoshibi.tariffs import document, lint, pricing, queries

TIMES = 9


def bomb():
    """Nine times nine times nine ...: a few hundred bytes that would be a billion texts."""
    lines = [f"a: &a [{', '.join('x' * TIMES)}]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * TIMES)}]")
    return "\n".join(lines)


UNREADABLE = [
    ("plan: made\n\tname: x\n", 2, 1, "a tab stands here: indents are made of spaces"),
    ("plan: made\nname： x\narea: y\n", 3, 1, "a full-width sign"),
    ('plan: "made\nname: x\n', 1, 7, "a quotation mark is opened and never closed"),
    ('{"plan": "made" "area": "03"}', 1, 17, "a comma or the closing bracket is missing"),
    ("plan: made\n  name: x\n", 2, 7, "a colon stands where none may"),
    ("plan: made\nname\narea: x\n", 3, 1, "a line like name: value is expected here"),
    ("plan: *nope\n", 1, 7, "a part with * or & is repeated that is not there"),
    ("plan: ma\x00de\n", 1, 9, "a sign stands here that no text may hold"),
    ('plan: !!python/object/apply:os.system ["true"]\n', 1, 7, "!! is not used here"),
    ('plan: "C:\\plan"\n', 1, 10, "a backslash in double quotes has to be doubled"),
    ("plan: a\n---\nplan: b\n", 2, 1, "one text holds one document"),
    ("plan: @made\n", 1, 7, "a text that begins with this sign lacks its quotes"),
    ("? {a: b}\n: c\n", 1, 3, "a name is a plain text"),
]


@pytest.mark.parametrize(("text", "line", "column", "why"), UNREADABLE, ids=[why[:30] for *_, why in UNREADABLE])
def test_a_text_that_is_no_yaml_says_where_and_why(text, line, column, why):
    with translation.override("en"):
        (found,) = lint.findings(text)
    assert found.line == line
    assert found.sentence.startswith(f"not readable as YAML at column {column}: ")
    assert why in found.sentence


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
@pytest.mark.parametrize("text", [text for text, *_ in UNREADABLE])
def test_no_reason_is_left_in_english(language, text):
    with translation.override("en"):
        (english,) = lint.findings(text)
    with translation.override(language):
        (found,) = lint.findings(text)
    why, said = english.sentence.split(": ", 1)[1], found.sentence
    assert why not in said
    assert not any(word in said for word in ("found", "expected", "character", "while"))


@pytest.mark.parametrize(
    "text",
    [
        bomb(),
        "plan: &a [*a]\n",
        "a: " + "[" * 3_000 + "]" * 3_000,
        "a: " + "{b: " * 90 + "1" + "}" * 90,
        "x" * 2_000_000,
    ],
    ids=["a bomb", "holds itself", "brackets", "levels", "length"],
)
def test_a_text_made_to_stop_the_house_is_refused_at_once(text):
    started = time.process_time()
    (found,) = lint.findings(text)
    assert found.blocking
    assert time.process_time() - started < 2
    with pytest.raises(document.Unreadable):
        document.lines(text)


NUMBERS = [
    ("010", "10"), ("5", "5"), ("-5", "-5"), ("0x10", None), ("1_000", None), ("1:30", None), ("0o17", None),
    ("１０", None), ("1e5", None), (".nan", None), (".inf", None), ("true", None), ('"1,000"', None), ("NaN", None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "worth"), NUMBERS)
def test_a_price_is_what_is_written_or_refused(written, worth):
    """YAML would read 010 as 8, 1:30 as 90 and 0x10 as 16."""
    text = document.write(strategies_document()).replace("amount: 30.00", f"amount: {written}")
    found = [one for one in lint.findings(text) if one.blocking]
    if worth is None:
        assert [one.path for one in found] == ["versions[0].components[0].price.amount"]
        return
    assert found == []
    assert int(document.read(text)["versions"][0]["components"][0]["price"]["amount"]) == int(worth)


def strategies_document(**version):
    flat = {"code": "energy", "kind": "flat", "price": {"amount": "30.00", "source": "made"}}
    header = {"plan": "made", "name": {"ja": "作り物"}, "area": "03", "voltage": "low", "kind": "free"}
    header |= {"capacity": {"unit": "kW"}, "sources": {"made": "a test"}}
    return header | {"versions": [{"from": "2020-01-01", "components": [flat]} | version]}


def price(amount):
    return {"amount": amount, "source": "made"}


MARKET = {
    "kind": "market_linked",
    "market": "area",
    "loss_percent": {"*": price(5)},
    "round": {"unit": "0.01", "mode": "floor"},
}
MISFITS = [
    ({"rounding": {"levy": {"unit": 0, "mode": "floor"}}}, "rounding.levy.unit"),
    ({"rounding": {"line": {"unit": -1, "mode": "floor"}}}, "rounding.line.unit"),
    ({"rounding": {"line": {"unit": "0.00000000001", "mode": "floor"}}}, "rounding.line.unit"),
    ({"quantity": {"unit": 0, "mode": "floor"}}, "quantity.unit"),
    ({"quantity": {"unit": "0.00001", "mode": "floor"}}, "quantity.unit"),
    ({"proration": {"denominator": "thirty", "kwh": {"unit": 0, "mode": "floor"}}}, "proration.kwh.unit"),
    ({"late_interest": {"percent": price(-1)}}, "late_interest.percent.amount"),
    ({"late_interest": {"percent": price("0.00001")}}, "late_interest.percent.amount"),
    ({"cancellation": [{"billed_percent": price("0.00001")}]}, "cancellation[0].billed_percent.amount"),
    ({"deferral": {"above": price(1), "percent": price(200), "months": 2}}, "deferral.percent.amount"),
    ({"deferral": {"above": price(-1), "percent": price(20), "months": 2}}, "deferral.above.amount"),
]
COMPONENTS = [
    ({"kind": "percent", "of": ["energy"], "percent": price("0.00001")}, "percent.amount"),
    ({"kind": "percent", "of": ["energy"], "percent": price(999_999_999)}, "percent.amount"),
    ({"kind": "basic", "unit": "kW", "price": price(1), "per": 10**23}, "per"),
    ({"kind": "basic", "unit": "kW", "price": price(1), "first": {"size": -5, "price": price(1)}}, "first.size"),
    ({"kind": "excess_demand", "percent": 10**8, "price": price(1)}, "percent"),
    ({"kind": "levy", "block_kwh": "15.5"}, "block_kwh"),
    ({"kind": "tiers", "steps": [{"up_to_kwh": "0.00001", "price": price(1)}]}, "steps[0].up_to_kwh"),
    ({"kind": "tiers", "steps": [{"up_to_kwh": 10**30, "price": price(1)}]}, "steps[0].up_to_kwh"),
    (MARKET | {"margin": price(9_000_000_000)}, "margin.amount"),
    (MARKET | {"round": {"unit": "0.0000001", "mode": "floor"}}, "round.unit"),
    (MARKET | {"difference": {"within_kwh": "0.00001"}}, "difference.within_kwh"),
    (MARKET | {"loss_percent": {"*": price("1.000001")}}, "loss_percent.*.amount"),
]


@pytest.mark.parametrize(("version", "place"), MISFITS, ids=[place for _, place in MISFITS])
def test_a_number_that_no_version_may_have_is_refused(version, place):
    found = lint.findings(document.write(strategies_document(**version)))
    assert [one.path for one in found if one.blocking] == [f"versions[0].{place}"]


@pytest.mark.parametrize(("part", "place"), COMPONENTS, ids=[f"{part['kind']} {place}" for part, place in COMPONENTS])
def test_a_number_that_no_component_may_have_is_refused(part, place):
    one = strategies_document()
    one["versions"][0]["components"].append({"code": "other", **part})
    assert [f.path for f in lint.findings(document.write(one)) if f.blocking] == [f"versions[0].components[1].{place}"]


@pytest.mark.parametrize("hours", ["22:00-08:00", "08:00-24:30", "08:00-08:00"])
def test_hours_end_later_on_the_same_day(hours):
    bands = [{"name": "night", "price": price(1), "when": [{"hours": [hours]}]}, {"name": "rest", "price": price(2)}]
    one = strategies_document()
    one["versions"][0]["components"] = [{"code": "energy", "kind": "bands", "bands": bands}]
    (found,) = [f for f in lint.findings(document.write(one)) if f.blocking]
    assert found.path == "versions[0].components[0].bands[0].when[0].hours[0]"


def test_lines_of_one_name_are_refused():
    one = strategies_document()
    tiers = {"code": "energy", "kind": "tiers", "steps": [{"up_to_kwh": None, "price": price(1)}]}
    one["versions"][0]["components"] = [tiers, {"code": "energy_tier_1", "kind": "flat", "price": price(1)}]
    (found,) = [f for f in lint.findings(document.write(one)) if f.blocking]
    assert found.path == "versions[0].components"
    assert "energy_tier_1" in found.sentence


ODD = st.sampled_from(
    [
        None, True, "", "x", "-1", "0", 0, -1, 1, 7, 10**9, 10**30, "0.5", "0.0000001", "99999999999", "１", [], {}, [1],
        "2026-02-30", "24:30-25:00", "23:30-00:30", {"amount": "1", "source": "made"}, {"amount": "-7.123456", "source": "made"},
    ]
)  # fmt: skip


def places(value, path=()):
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_stands_in_a_document_it_is_refused_or_it_prices(data):
    """No value anywhere makes lint fail, and what lint lets through prices a bill or sets it aside."""
    one = copy.deepcopy(data.draw(strategies.documents(bands=data.draw(st.booleans()))))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(one)))
        holder = one
        for key in path[:-1]:
            holder = holder[key]
        if data.draw(st.integers(0, 3)) == 0:
            del holder[path[-1]]
        else:
            holder[path[-1]] = data.draw(ODD)
    found = lint.complaints(one)
    assert all(sentence for _path, sentence, _blocking in found)
    if any(blocking for *_, blocking in found):
        return
    for version in document.versions(one):
        frame = pl.DataFrame(
            {
                "row_id": [1, 2], "plan_version": [1, 1], "energy_dwh": [2**53, 1_234_567], "capacity_milli": [30_000] * 2,
                "period_start": [date(2026, 9, 1)] * 2, "period_end": [date(2026, 10, 1)] * 2,
                "reading_start": [date(2026, 8, 28)] * 2, "reading_end": [date(2026, 10, 1)] * 2,
                "tax_rate_ppm": [100_000] * 2,
            }
        )  # fmt: skip
        program = queries.program_of(version)
        frame = frame.with_columns(pl.lit(10_000_000, dtype=pl.Int64).alias(f"{name}_micro") for name in program.values)
        frame = frame.with_columns(pl.lit(300, dtype=pl.Int64).alias(name) for name in program.inputs)
        priced = pricing.price(usage=frame, programs={1: program})
        assert priced.totals.height + priced.refusals.height == frame.height
        pricing.deferred(priced, programs={1: program})


OUTAGE = {"code": "outage", "kind": "percent", "of": ["basic"], "times": "outage_days", "percent": price("-4")}
EXCESS = {"code": "excess", "kind": "excess_demand", "percent": 1_000, "price": price("90000")}
BASIC = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("90000")}


def test_a_share_that_grows_beyond_what_an_amount_may_hold_is_refused_and_never_wraps():
    """4 % a day of 126 million yen for 366 days are 1,844,640,000 yen; 2**64 of 1e-10 yen are 1,844,674,407."""
    assert bill(BASIC, OUTAGE, size="1400", inputs={"outage_days": 366}) == ("too_large", "amount")


def test_an_excess_that_grows_beyond_what_an_amount_may_hold_is_refused():
    """2,049.6 kW above the contract at 90,000 yen, ten times over: 1,844,640,000 yen."""
    assert bill(EXCESS, size="1", inputs={"max_demand_milli": 2_050_600}) == ("too_large", "amount")


def test_a_month_that_is_many_times_its_reading_period_is_refused_where_it_would_wrap():
    """A period of 400 days by months of 30: 13.3 times 138,330,000 yen are 1,844,400,000."""
    rule = {"denominator": "thirty", "length": {"days": 5, "inclusive": True, "denominator": "thirty"}}
    long = ("2025-01-01", "2026-02-05")
    assert bill(BASIC, size="1537", period=long, proration=rule) == ("too_large", "amount")
    assert bill(BASIC, size="4", period=long, proration=rule)["basic"] == "4800000"
