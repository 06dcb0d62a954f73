"""Edits of one place of a document: it says what was meant, and the rest of the text stays as it was written."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import edits

TEXT = """\
# kept by the rates office
plan: test-b
name: {ja: 試験B, en: Test B}   # two languages
area: "03"
versions:
  # the only one
  - from: 2026-04-01
    comment: first
    components:
      - {code: basic, kind: basic, unit: A, per: 10, price: {amount: 311.75, source: here}}  # per 10 A
      - code: energy
        kind: tiers
        steps:
          # cheap
          - {up_to_kwh: 120, price: {amount: 29.80, source: here}}
          - {up_to_kwh: null, price: {amount: 36.40, source: here}} # the rest
      - {code: levy, kind: levy}
"""
VERSION = ("versions", 0)
STEPS = (*VERSION, "components", 1, "steps")


def comments(text):
    return [line.split("#", 1)[1] for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ((*STEPS, 0, "price", "amount"), "31.20", "- {up_to_kwh: 120, price: {amount: 31.20, source: here}}"),
        ((*STEPS, 0, "price", "confidence"), "low", "price: {amount: 29.80, source: here, confidence: low}}"),
        (("name", "zh"), "试验B", "name: {ja: 試験B, en: Test B, zh: 试验B}   # two languages"),
        ((*VERSION, "until"), "2027-04-01", "    until: 2027-04-01"),
        ((*VERSION, "from"), "2026-10-01", "  - from: 2026-10-01"),
        (("area",), "10", "area: '10'"),
        ((*VERSION, "comment"), "a: b # c", "    comment: 'a: b # c'"),
    ],
)
def test_a_value_is_set_in_its_line_and_every_comment_stays(path, value, line):
    found = edits.put(TEXT, path, value)
    assert line in found
    assert [c for c in comments(TEXT) if c not in "\n".join(comments(found))] == []
    changed = [n for n in found.splitlines() if n not in TEXT.splitlines()]
    assert len(changed) == 1, "nothing else was touched"


def test_rows_are_added_and_taken_out_beside_their_comments():
    row = {"up_to_kwh": 300, "price": {"amount": "36.40", "source": "here"}}
    found = edits.insert(TEXT, (*STEPS, 1), row)
    assert [step["up_to_kwh"] for step in documents.read(found)["versions"][0]["components"][1]["steps"]] == [
        120, 300, None,
    ]  # fmt: skip
    assert comments(found) == comments(TEXT)
    assert edits.remove(found, (*STEPS, 1)) == TEXT
    without = edits.remove(TEXT, (*VERSION, "components", 2))
    assert without == TEXT.replace("      - {code: levy, kind: levy}\n", "")
    assert edits.remove(TEXT, ("name", "en")) == TEXT.replace(", en: Test B", "")


def test_a_mapping_on_the_way_is_made():
    found = documents.read(edits.put(TEXT, (*VERSION, "components", 0, "label", "ja"), "基本"))
    assert found["versions"][0]["components"][0]["label"] == {"ja": "基本"}


def test_a_place_that_is_not_there_is_refused():
    for edit in (lambda: edits.remove(TEXT, ("nothing",)), lambda: edits.put(TEXT, (*STEPS, 9, "price"), "1")):
        with pytest.raises(edits.NoSuchPlace):
            edit()


def _places(data, path=()):
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _places(value, (*path, key))
    if isinstance(data, list):
        for index, value in enumerate(data):
            yield from _places(value, (*path, index))


SHIPPED = [path.read_text(encoding="utf-8") for path in documents.shipped()]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=12)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-999, 999), st.decimals(-99, 99, places=2).map(str), WORDS,
    st.sampled_from(["null", "yes", "2026-04-01", "1e3", "0x1F", "-", "a: b", "# x", "[", "{}", "'", '"', " lead", "%"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_edited_reads_as_it_was_meant(data):
    text = data.draw(st.sampled_from([TEXT, *SHIPPED]))
    wanted = documents.read(text)
    for _step in range(3):
        path = data.draw(st.sampled_from([p for p in _places(wanted) if p]))
        wanted = deepcopy(wanted)
        parent = wanted
        for part in path[:-1]:
            parent = parent[part]
        act = data.draw(st.sampled_from(["put", "remove", "insert"]))
        value = data.draw(SCALARS | st.fixed_dictionaries({"amount": SCALARS, "source": WORDS}))
        if act == "put":
            parent[path[-1]] = value
            text = edits.put(text, path, value)
        elif act == "insert" and isinstance(path[-1], int):
            parent.insert(path[-1], value)
            text = edits.insert(text, path, value)
        elif len(parent) > 1:
            del parent[path[-1]]
            text = edits.remove(text, path)
        assert documents.read(text) == wanted
