"""The codec against golden bytes, against broken ones, and the message set as a table."""

import contextlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.gateways import switching
from tomoshibi.gateways.switching.tables import SHIPPED

GOLDEN = Path(__file__).parents[1] / "golden"
MESSAGES = switching.message_set(on=date(2026, 11, 2))
HEAD = switching.Head("start", switching.Class.LOW, "55555", "m-1", datetime(2026, 11, 2, 9, 30, tzinfo=UTC))
FIELDS = {
    "application_number": "A0000001", "spin": "0300000000000000000017", "wished_on": date(2026, 11, 20),
    "old_retailer": "10001", "old_customer_number": "X-77", "holder_name": "山田 太郎 & 花子",
    "holder_kana": "ヤマダタロウ", "capacity_kind": "A", "capacity_milli": 40_000, "terms_agreed": True, "note": "",
}  # fmt: skip


def test_a_request_is_the_golden_file():
    assert switching.encode(HEAD, FIELDS, messages=MESSAGES) == (GOLDEN / "switching-start-request.xml").read_bytes()


def test_an_answer_is_read_as_the_golden_file_says():
    answer = switching.decode((GOLDEN / "switching-events-answer.xml").read_bytes(), messages=MESSAGES)
    assert (answer.function, answer.result) == ("events", switching.Result.DONE)
    assert answer.fields == {"cursor": 12, "more": False}
    first, second = answer.rows
    assert (first["stage"], first["step"], first["fixed_on"]) == ("20", 2, date(2026, 11, 20))
    assert second["stage"] == "77"
    assert MESSAGES.stage("77").meaning is switching.Stage.UNKNOWN
    (problem,) = answer.problems
    assert problem.row == 3
    assert "FixedDate" in str(problem)


def test_a_function_that_a_class_does_not_have_is_not_sent():
    head = switching.Head("ampere", switching.Class.HIGH, "55555", "m", datetime(2026, 11, 2, tzinfo=UTC))
    with pytest.raises(switching.NoSuchFunction):
        switching.encode(head, {}, messages=MESSAGES)


def test_characters_that_no_xml_holds_do_not_break_a_message():
    content = switching.encode(HEAD, FIELDS | {"holder_name": "山\x00田\ufffe"}, messages=MESSAGES)
    assert "山田" in content.decode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml"),
        (b"<html/>", "root"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><SwAnswer>&b;</SwAnswer>", "doctype"),
        (b"<SwAnswer/>", "lacking"),
        (b"<SwAnswer><Head><Function>F999</Function></Head></SwAnswer>", "function"),
        (b"<SwAnswer><Head><Function>F601</Function><Result>9</Result></Head></SwAnswer>", "result"),
    ],
)
def test_what_is_no_answer_is_refused(content, code):
    with pytest.raises(switching.BrokenFile) as refused:
        switching.decode(content, messages=MESSAGES)
    assert refused.value.problems[0].code == code


def test_the_protocols_own_refusal_is_another_thing_than_a_refused_application():
    content = b"<SwAnswer><Fault><Code>F001</Code><Text>busy</Text></Fault></SwAnswer>"
    with pytest.raises(switching.Fault, match=r"busy \(F001\)"):
        switching.decode(content, messages=MESSAGES)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_only_a_refusal_comes_out(content):
    with pytest.raises(switching.BrokenFile):
        switching.decode(content, messages=MESSAGES)


@given(st.data())
def test_a_damaged_answer_is_read_or_refused(data):
    content = bytearray((GOLDEN / "switching-events-answer.xml").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(switching.BrokenFile, switching.Fault):
        switching.decode(bytes(content), messages=MESSAGES)


def test_the_table_is_corrected_without_a_release(tmp_path):
    corrected = (SHIPPED / "2016-03-01.toml").read_text("utf-8").replace('code = "F401"', 'code = "X401"')
    corrected = corrected.replace("valid_from = 2016-03-01", "valid_from = 2027-01-01")
    (tmp_path / "2027-01-01.toml").write_text(corrected, "utf-8")
    codes = [
        switching.message_set(on=day, folders=[tmp_path]).functions["start"].code
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert codes == ["F401", "X401"]


@pytest.mark.parametrize(
    "damage", [('kind = "day"', 'kind = "date"'), ('"spin", "wished_on"', '"spim", "wished_on"'), ("[tags]", "[tags")]
)
def test_a_broken_table_is_named(tmp_path, damage):
    (tmp_path / "2026-01-01.toml").write_text(
        (SHIPPED / "2016-03-01.toml").read_text("utf-8").replace(*damage), "utf-8"
    )
    with pytest.raises(switching.BrokenTable, match=r"2026-01-01\.toml"):
        switching.message_set(on=date(2026, 11, 2), folders=[tmp_path])
