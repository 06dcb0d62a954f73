import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tomoshibi.gateways import grid_portal
from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month

GOLDEN = Path(__file__).parents[1] / "golden"
SPIN = "03000000000000000000{:02d}".format


def zipped(content: bytes, *names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("message.xml",):
            archive.writestr(name, content)
    return out.getvalue()


def confirmed(content: bytes, **given):
    message = grid_portal.read_confirmed(io.BytesIO(content), **given)
    batches = list(message.batches)
    return message.facts, batches


def half_hours(content: bytes, **given):
    message = grid_portal.read_half_hours(io.BytesIO(content), **given)
    return message.facts, list(message.batches)


def day(on: str, first: str = "0.2", *, tag: str = "JP06424", slots: range = range(1, 49)) -> str:
    cells = "".join(
        f"<JPMR00014><JP06219>{n:02d}</JP06219><{tag}>{first if n == 1 else '0.1'}</{tag}></JPMR00014>" for n in slots
    )
    return f"<JPMR00013><JP06423>{on}</JP06423><JPM00014>{cells}</JPM00014></JPMR00013>"


def point(spin: str = SPIN(1), body: str = "<JP06426>310.0</JP06426>") -> str:
    return f"<JPMR00010><JP06400>{spin}</JP06400>{body}</JPMR00010>"


def w5(*points: str, code: str = "1220", head: str = "", namespace: str = "") -> bytes:
    return (
        f"<SBD-MSG{namespace}><JPMGRP><JPMGH/><JPTRM><JP00002>{code}</JP00002><JP06401>202610</JP06401>{head}"
        f"<JPM00010>{''.join(points)}</JPM00010></JPTRM></JPMGRP></SBD-MSG>"
    ).encode()


def only(content: bytes) -> dict:
    (batch,) = confirmed(content)[1]
    assert batch.problems == ()
    (row,) = batch.records.iter_rows(named=True)
    return {**row, "vector": batch.half_hours_dwh.tolist()}


def test_the_golden_message():
    facts, (batch,) = confirmed((GOLDEN / "W51220202610120100001.zip").read_bytes())
    assert (facts.message_code, facts.sender_code, facts.sender_name) == ("1220", "90003", "テスト送配電")
    assert (facts.month, facts.made_on, facts.made_at) == (Month(2026, 10), date(2026, 10, 12), "0105")
    assert batch.problems == ()
    rows = batch.records.select("row", "spin", "split_code", "provided", "energy_dwh", "customer_name", "meters").rows()
    assert rows == [
        (1, SPIN(1), "1", True, 3_100_000, "テスト　タロウ", 1),
        (2, SPIN(2), "1", False, None, None, 1),
        (3, SPIN(3), "2", True, 1_205_000, None, 1),
    ]
    first = batch.records.row(0, named=True)
    assert (first["period_start"], first["period_end"]) == (date(2026, 9, 10), date(2026, 9, 11))
    assert first["next_reading_on"] == date(2026, 11, 12)
    assert batch.half_hours_dwh[:3].tolist() == [2000, 1, int(MISSING)]
    assert batch.half_hours_dwh.size == first["half_hours_count"] == 48


def test_regular_days_take_the_fast_way_and_mean_the_same():
    body = "<JP06426>3</JP06426><JPM00013>{}</JPM00013>"
    regular = only(w5(point(body=body.format(day("20260910") + day("20260911", "0.3")))))
    assert regular["vector"] == [2000, *[1000] * 47, 3000, *[1000] * 47]
    backwards = only(w5(point(body=body.format(day("20260911", "0.3") + day("20260910")))))
    assert backwards["vector"] == regular["vector"]
    assert backwards["period_start"] == date(2026, 9, 10)


def test_gaps_stay_missing():
    body = f"<JP06426>3</JP06426><JPM00013>{day('20260910', slots=range(1, 47))}{day('20260912')}</JPM00013>"
    row = only(w5(point(body=body)))
    assert row["vector"][44:50] == [1000, 1000, *[int(MISSING)] * 4]
    assert row["half_hours_count"] == 3 * 48
    assert row["period_end"] == date(2026, 9, 13)


def test_two_meters_are_summed():
    one = point(body=f"<JP06121>A</JP06121><JP06426>1.5</JP06426><JPM00013>{day('20260910')}</JPM00013>")
    two = point(body=f"<JP06121>B</JP06121><JP06426>0.25</JP06426><JPM00013>{day('20260910', '')}</JPM00013>")
    row = only(w5(one, two))
    assert (row["energy_dwh"], row["meters"]) == (17_500, 2)
    assert row["vector"] == [int(MISSING), *[2000] * 47]
    groups = f"<JP06426>2</JP06426><JPM00013>{day('20260910')}</JPM00013><JPM00013>{day('20260910')}</JPM00013>"
    assert only(w5(point(body=groups)))["vector"] == [4000, *[2000] * 47]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<JP06426>1</JP06426>", 10_000),
        ("<JP06427>1</JP06427>", 10_000),
        ("<JP06404>1</JP06404><JP06426>2</JP06426><JP06427>1</JP06427>", 20_000),
        ("<JP06404>2</JP06404><JP06426>2</JP06426><JP06427>1</JP06427>", 10_000),
        ("<JP09999>new</JP09999><JPM09999><JPMR09999/></JPM09999><JP06426>0.0001</JP06426>", 1),
        ("<JP06405>1</JP06405>", None),
        ("<JP06405>1</JP06405><JP06426>5</JP06426>", None),
    ],
)
def test_what_the_retailer_supplied(body, wanted):
    assert only(w5(point(body=body)))["energy_dwh"] == wanted


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (point("123"), "record 1: '123' is no supply point identifier of 22 digits"),
        (point("99" + "0" * 20), "is no supply point identifier"),
        (point(body=""), "record 1: the point is provided, but its monthly energy is missing"),
        (point(body="<JP06404>2</JP06404><JP06426>1</JP06426>"), "its monthly energy is missing"),
        (point(body="<JP06426>1.00001</JP06426>"), "has more decimals than 1/10000"),
        (point(body="<JP06426>1,000</JP06426>"), "'1,000' is no usable number"),
        (point(body="<JP06426>NaN</JP06426>"), "is no usable number"),
        (point(body="<JP06426>-1</JP06426>"), "'-1' is negative"),
        (point(body="<JP06426>1e99</JP06426>"), "is no usable number"),
        (point(body="<JP06405>9</JP06405>"), "提供可否コード is '9', which is not known"),
        (point(body="<JP06404>7</JP06404>"), "仕訳コード is '7', which is not known"),
        (point(body="<JP06426>1</JP06426><JP06446>20261301</JP06446>"), "次回定例検針予定日 '20261301' is no day"),
        (
            point(body=f"<JP06426>1</JP06426><JPM00013>{day('20260910')}{day('20260910')}</JPM00013>"),
            "the day 2026-09-10 stands twice for one meter",
        ),
        (
            point(body=f"<JP06426>1</JP06426><JPM00013>{day('20260910', slots=range(48, 50))}</JPM00013>"),
            "the time code '49' is none of 01 to 48",
        ),
        (
            point(body=f"<JP06426>1</JP06426><JPM00013>{day('19990910')}{day('20260910')}</JPM00013>"),
            "the half-hours span 9863 days",
        ),
        (
            point(body=f"<JP06426>1</JP06426><JPM00013>{day('20260910', '999999999')}</JPM00013>"),
            "is too large",
        ),
    ],
)
def test_a_point_that_cannot_be_read_is_named_and_the_others_are_there(record, sentence):
    (batch,) = confirmed(w5(record, point(SPIN(9))))[1]
    assert batch.records["spin"].to_list() == [SPIN(9)]
    (problem,) = batch.problems
    assert sentence in str(problem)
    assert problem.row == 1


def test_a_point_stands_once_in_a_file():
    (batch,) = confirmed(w5(point(), point()))[1]
    assert batch.records.is_empty()
    assert "record 1: the point stands in record 1 already" in str(batch.problems[0])
    with pytest.raises(grid_portal.BrokenFile, match="record 3: the point stands in record 1 already; meters"):
        confirmed(w5(point(), point(SPIN(2)), point()))


def test_the_same_point_with_both_split_codes():
    parts = [point(body=f"<JP06404>{n}</JP06404><JP06427>{n}</JP06427>") for n in (1, 2)]
    (batch,) = confirmed(w5(*parts))[1]
    assert batch.records["energy_dwh"].to_list() == [10_000, 20_000]


def test_namespaces_and_encodings():
    content = w5(point(body=f"<JP06426>1</JP06426><JPM00013>{day('20260910')}</JPM00013>"), namespace=' xmlns="urn:x"')
    assert only(content)["vector"][0] == 2000
    named = w5(point(body="<JP06120>山田</JP06120><JP06426>1</JP06426>")).decode()
    for encoding in ("shift_jis", "euc-jp", "utf-16", "utf-8"):
        declared = f"<?xml version='1.0' encoding='{encoding}'?>" + named
        assert only(declared.encode(encoding))["customer_name"] == "山田"


def test_batches_are_bounded_and_vectors_belong_to_their_batch():
    points = [
        point(SPIN(n), f"<JP06426>{n}</JP06426><JPM00013>{day('20260910', str(n))}</JPM00013>") for n in range(1, 8)
    ]
    _, batches = confirmed(w5(*points), points=3)
    assert [batch.records.height for batch in batches] == [3, 3, 1]
    for batch in batches:
        for row in batch.records.iter_rows(named=True):
            assert batch.half_hours_dwh[row["half_hours_from"]] == row["energy_dwh"]


def w4_day(*slots: str, code: str = "1120", on: str = "<JP06116>20261001</JP06116>") -> bytes:
    return (
        f"<SBD-MSG><JPMGRP><JPTRM><JP00002>{code}</JP00002>{on}<JPM00010>"
        + "".join(f"<JPMR00010>{slot}</JPMR00010>" for slot in slots)
        + "</JPM00010></JPTRM></JPMGRP></SBD-MSG>"
    ).encode()


def slot(code: str, *values: str) -> str:
    return f"<JP06219>{code}</JP06219><JPM00011>{''.join(values)}</JPM00011>"


def value(spin: str, kwh: str | None, meter: str = "M", quality: str = "0", tag: str = "JP06125") -> str:
    quantity = "" if kwh is None else f"<{tag}>{kwh}</{tag}>"
    return (
        f"<JPMR00011><JP06400>{spin}</JP06400><JP06121>{meter}</JP06121><JP06122>{quality}</JP06122>{quantity}"
        "</JPMR00011>"
    )


def test_a_day_of_half_hours():
    content = w4_day(
        slot("01", value(SPIN(1), "0.2"), value(SPIN(1), "0.3", "N"), value(SPIN(2), "1")),
        slot("02", value(SPIN(1), "0.2"), value(SPIN(1), None, "N", "1"), value(SPIN(2), "2")),
        slot("48", value(SPIN(2), "9", quality="3")),
    )
    facts, (batch,) = half_hours(zipped(content))
    assert facts.content is grid_portal.Content.DAY
    assert batch.records.select("spin", "day", "first_slot", "meters", "half_hours_count").rows() == [
        (SPIN(1), date(2026, 10, 1), 1, 2, 48),
        (SPIN(2), date(2026, 10, 1), 1, 1, 48),
    ]
    one, two = batch.half_hours_dwh.reshape(2, 48)
    assert one[:3].tolist() == [5000, int(MISSING), int(MISSING)]
    assert two[[0, 1, 2, 47]].tolist() == [10_000, 20_000, int(MISSING), int(MISSING)]


def test_a_slot_of_half_hours():
    facts, (batch,) = half_hours((GOLDEN / "W4111020250402003000000001.zip").read_bytes())
    assert facts.slot == 1
    assert batch.records.select("spin", "first_slot", "half_hours_count").rows() == [(SPIN(1), 1, 1), (SPIN(2), 1, 1)]
    assert batch.half_hours_dwh.tolist() == [2000, int(MISSING)]


def test_high_voltage_has_its_own_quantity():
    content = w4_day(slot("01", value(SPIN(1), "100.5", tag="JP06123")), code="0120")
    assert half_hours(content)[1][0].half_hours_dwh[0] == 1_005_000


def test_half_hours_that_cannot_be_read_are_named_once():
    content = w4_day(
        slot("01", value(SPIN(1), "x"), value(SPIN(2), "1"), value(SPIN(3), "1"), value(SPIN(3), "1"), value("7", "1")),
        slot("02", value(SPIN(1), "y"), value(SPIN(2), "1")),
    )
    (batch,) = half_hours(content)[1]
    assert batch.records["spin"].to_list() == [SPIN(2)]
    assert [one.row for one in batch.problems] == [1, 4, 5]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"hello", "the XML is damaged"),
        (b"<other/>", "its root is 'other'"),
        (b"<SBD-MSG/>", "does not say what it is"),
        (w5(code="9999"), "messages of kind '9999' are not known"),
        (w5(point(), code="1120"), "does not bring what was asked for"),
        (w5(point())[:-20], "the XML is damaged"),
        (w5(point()) + b"<x/>", "the XML is damaged"),
        (w5(point(), head="<JP06114>20269999</JP06114>"), "ファイル作成年月日 '20269999' is no day"),
        (w5(point()).replace(b"202610", b"202613"), "対象年月 '202613' is no month"),
        (zipped(w5(point()))[:-30], "the ZIP is damaged"),
        (zipped(w5(point()), "a.xml", "b.xml"), "the ZIP holds 2 files instead of one"),
        (b'<!DOCTYPE SBD-MSG [<!ENTITY a "b">]>' + w5(point()), "declares a document type"),
        (
            b'<!DOCTYPE SBD-MSG SYSTEM "file:///etc/passwd">' + w5(point()),
            "declares a document type",
        ),
    ],
)
def test_what_is_refused_as_a_whole(content, sentence):
    with pytest.raises(grid_portal.BrokenFile) as refused:
        confirmed(content)
    assert sentence in str(refused.value)


def test_bombs_are_refused():
    limits = grid_portal.Limits(unpacked_bytes=1_000_000)
    with pytest.raises(grid_portal.BrokenFile, match="unpacks to more than 1000000 bytes"):
        confirmed(zipped(w5(point(body="<JP06426>1</JP06426>" + " " * 2_000_000))), limits=limits)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE SBD-MSG [<!ENTITY l0 "ha">{laughs}]><SBD-MSG a="&l9;">&l9;</SBD-MSG>'.encode()
    with pytest.raises(grid_portal.BrokenFile):
        confirmed(bomb)
    with pytest.raises(grid_portal.BrokenFile, match="more than 3 records cannot be read"):
        confirmed(w5(*[point("1")] * 5), limits=grid_portal.Limits(problems=3))


def test_an_encrypted_zip_is_named():
    content = bytearray(zipped(w5(point())))
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flag_at] |= 1
    with pytest.raises(grid_portal.BrokenFile, match="encrypted"):
        confirmed(bytes(content))


def test_names():
    name = grid_portal.parse_name("W51220202610120100001.zip", rule=grid_portal.NameRule((0, 2), (2, 7)))
    assert (name.message_code, name.target_on, name.revision, name.section) == ("1220", date(2026, 10, 12), 1, 1)
    assert grid_portal.parse_name("W41110202610010030000001.zip").clock == "0030"
    assert grid_portal.parse_name("readme.txt") is None
    assert grid_portal.parse_name("W51220202613120100001.zip") is None
    names = [f"W5122020261012{revision:02d}00001.zip" for revision in (2, 1)]
    parsed = [grid_portal.parse_name(one, rule=grid_portal.NameRule((0, 2), (2, 7))) for one in names]
    assert [one.revision for one in sorted(parsed, key=lambda one: one.order)] == [1, 2]


def test_facts_alone_leave_the_file_at_its_beginning():
    file = io.BytesIO(zipped(w5(point())))
    assert grid_portal.read_facts(file).month == Month(2026, 10)
    assert next(iter(grid_portal.read_confirmed(file).batches)).records.height == 1


SEEDS = [
    (GOLDEN / "W51220202610120100001.zip").read_bytes(),
    w5(point(body=f"<JP06426>1</JP06426><JPM00013>{day('20260910')}</JPM00013>"), point(SPIN(2))),
    w4_day(slot("01", value(SPIN(1), "0.2")), slot("02", value(SPIN(1), "0.2"))),
]


@st.composite
def damaged(draw):
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["flip", "cut", "insert", "move", "recode"])):
            case "flip" if content:
                content[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del content[at:]
            case "insert":
                content[at:at] = draw(st.binary(max_size=4))
            case "move":
                to = draw(st.integers(0, len(content)))
                content = content[min(at, to) :] + content[: min(at, to)]
            case "recode":
                content = bytearray(
                    content.decode("latin-1").encode(draw(st.sampled_from(["utf-8", "utf-16", "cp037"])))
                )
    return bytes(content)


@given(damaged())
@settings(max_examples=500, deadline=None)
def test_damaged_messages_are_refused_or_read(content):
    for read in (grid_portal.read_confirmed, grid_portal.read_half_hours):
        try:
            batches = list(read(io.BytesIO(content)).batches)
        except grid_portal.BrokenFile as refused:
            assert refused.problems  # noqa: PT017 - either outcome is right
        else:
            for batch in batches:
                assert batch.records["half_hours_count"].sum() == batch.half_hours_dwh.size
                assert not ((batch.half_hours_dwh < 0) & (batch.half_hours_dwh != MISSING)).any()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**9), st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=48, max_size=48)
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=50, deadline=None)
def test_values_come_through_exactly(points):
    def kwh(dwh):
        return "" if dwh is None else f"{dwh // 10_000}.{dwh % 10_000:04d}"

    records = [
        point(
            SPIN(n),
            f"<JP06426>{kwh(total)}</JP06426><JPM00013><JPMR00013><JP06423>20260910</JP06423><JPM00014>"
            + "".join(
                f"<JPMR00014><JP06219>{s:02d}</JP06219><JP06424>{kwh(v)}</JP06424></JPMR00014>"
                for s, v in enumerate(values, 1)
            )
            + "</JPM00014></JPMR00013></JPM00013>",
        )
        for n, (total, values) in enumerate(points)
    ]
    (batch,) = confirmed(w5(*records))[1]
    assert batch.records["energy_dwh"].to_list() == [total for total, _ in points]
    wanted = [[int(MISSING) if v is None else v for v in values] for _, values in points]
    assert np.array_equal(batch.half_hours_dwh.reshape(-1, 48), wanted)


def totals(text: str, encoding: str = "utf-8") -> list[grid_portal.Batch]:
    return list(grid_portal.read_confirmed_csv(io.BytesIO(text.encode(encoding))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_totals_as_csv(encoding):
    text = (
        "供給地点特定番号,月分,使用期間開始日,使用期間終了日,使用量(kWh),提供可否,備考\r\n"
        f"{SPIN(1)},2026-10,2026/9/10,20261009,310.5,0,表\r\n"
        f"{SPIN(2)},202610,,,,1,\r\n\r\n"
    )
    (batch,) = totals(text, encoding)
    assert batch.problems == ()
    rows = batch.records.select("row", "spin", "month", "energy_dwh", "provided", "period_start", "period_end").rows()
    assert rows == [
        (2, SPIN(1), 202610, 3_105_000, True, date(2026, 9, 10), date(2026, 10, 10)),
        (3, SPIN(2), 202610, None, False, None, None),
    ]


def test_csv_errors():
    (batch,) = totals(f"spin,energy_kwh,first_day,last_day\n{SPIN(1)},1,2026-10-02,2026-10-01\nx,1,,\n{SPIN(2)},,,\n")
    assert [str(one) for one in batch.problems] == [
        "record 2: the last day 2026-10-01 lies before the first 2026-10-02",
        "record 3: 'x' is no supply point identifier of 22 digits",
        "record 4: the energy is missing",
    ]
    for text, sentence in [
        ("spin\n1\n", "record 1: the column energy_kwh is missing"),
        ("spin,spin,energy_kwh\n", "the column spin stands twice"),
        (f"spin,energy_kwh\n{SPIN(1)}\n", "record 2: the line has 1 cells instead of 2"),
        ('spin,energy_kwh\n"x\n', "is no CSV"),
    ]:
        with pytest.raises(grid_portal.BrokenFile) as refused:
            totals(text)
        assert sentence in str(refused.value)
    with pytest.raises(grid_portal.BrokenFile, match="neither UTF-8 nor cp932"):
        list(grid_portal.read_confirmed_csv(io.BytesIO(b"spin,energy_kwh\n\x81 ,1\n")))


def test_half_hours_as_csv():
    heading = ",".join(["spin", "day", *[f"s{n:02d}" for n in range(1, 49)]])
    line = ",".join([SPIN(1), "2026-10-01", "0.2", *[""] * 47])
    (batch,) = grid_portal.read_half_hours_csv(io.BytesIO(f"{heading}\n{line}\n".encode()))
    assert batch.records.select("spin", "day", "half_hours_count").rows() == [(SPIN(1), date(2026, 10, 1), 48)]
    assert batch.half_hours_dwh[:2].tolist() == [2000, int(MISSING)]
    with pytest.raises(grid_portal.BrokenFile, match="record 3: the point and day stand in line 2 already"):
        list(grid_portal.read_half_hours_csv(io.BytesIO(f"{heading}\n{line}\n{line}\n".encode())))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_as_csv(tail):
    for head in (b"", b"spin,energy_kwh\n"):
        try:
            batches = list(grid_portal.read_confirmed_csv(io.BytesIO(head + tail)))
        except grid_portal.BrokenFile as refused:
            assert refused.problems  # noqa: PT017 - either outcome is right
        else:
            assert all(isinstance(batch.records, pl.DataFrame) for batch in batches)


@pytest.mark.slow
def test_a_large_file_needs_no_more_memory_than_a_small_one(tmp_path):
    days = f"<JPM00013>{''.join(day(f'202609{n:02d}') for n in range(1, 31))}</JPM00013>"
    path = tmp_path / "large.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("m.xml", "w") as out,
    ):
        head, tail = w5("@").split(b"@")
        out.write(head)
        for number in range(1_000):
            out.write(point(f"{3 * 10**20 + number:022d}", f"<JP06426>1</JP06426>{days}").encode())
        out.write(tail)
    assert zipfile.ZipFile(path).infolist()[0].file_size > 90_000_000
    script = (
        "import resource, sys\n"
        "from tomoshibi.gateways import grid_portal\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "batches = grid_portal.read_confirmed(open(sys.argv[1], 'rb'), points=100).batches\n"
        "points = sum(batch.records.height for batch in batches)\n"
        "print(points, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    said = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True).stdout
    points, megabytes = map(int, said.split())
    assert points == 1_000
    assert megabytes < 60
