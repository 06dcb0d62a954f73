"""The page of quotes: plans side by side for twelve values or a file, and files that cannot be one, told in words."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.tariffs.test_pages import clerk  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {"area": "03", "voltage": "low", "size": "30", "unit": "A", "last_month": "2026-03", "profile": "household"}
FIRST = datetime(2026, 1, 1)


def half_hours(days, without=(), **changed):
    """A load file of January 2026; ``row_5="-1"`` writes another energy into its fifth row."""
    rows = [
        f"{FIRST + timedelta(minutes=30 * n):%Y-%m-%dT%H:%M},{changed.get(f'row_{n + 2}', '0.25')}"
        for n in range(days * 48)
        if n not in without
    ]
    return "\n".join(["start,kwh", *rows]) + "\n"


def quoted(client, content=None, **more):
    given = ASKED | more
    if content is not None:
        content = content.encode() if isinstance(content, str) else content
        given["file"] = SimpleUploadedFile("load.csv", content, content_type="text/csv")
    return client.post("/tariffs/quote/", given)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (half_hours(31, without=range(100, 110)), "30分値1488個のうち10個がありません(最初は 2026-01-03 02:00)"),
        (half_hours(10), "30分値1488個のうち1008個がありません"),
        (half_hours(31, row_5="-0.1"), "5行目: 使用量は0以上です"),
        (half_hours(31) + "2026-01-01T00:00,1\n", "1490行目: 2026-01-01T00:00 がファイルに2回あります"),
        ("開始,kwh\n2026-01-01T00:00,1\n".encode("cp932"), "UTF-8"),
        ("開始,電力量\n2026-01-01T00:00,1\n", "1行目: 見出しは"),
        ("start,kwh\n", "ファイルに値がありません"),
        ("", "空です"),
        ("month,kwh\n2026-02,300\n2026-03,x\n", "3行目: 2026-03,x は"),
        ("month,kwh\n2026-02,300\n2026-02,300\n", "2026-02 がファイルに2回あります"),
        ("month,kwh\n2026-02,-300\n", "2行目: 使用量は0以上です"),
        ("start,kwh\n2026-01-01T00:10,1\n", "2行目: 30分値の開始は"),
        ("start,kwh\nyesterday,1\n", "2行目: yesterday,1 は"),
        (half_hours(31).replace(":00,0.25", ":00,1,000", 1), "2行目: 2026-01-01T00:00,1,000 は"),
        (half_hours(31, row_4="abc"), "4行目: 2026-01-01T01:00,abc は"),
        (half_hours(31, row_4="nan"), "4行目: 2026-01-01T01:00,nan は"),
        (half_hours(31, row_4=""), "4行目: 2026-01-01T01:00, は"),
        (half_hours(31, row_4="9" * 24), "4行目: 2026-01-01T01:00,9"),
        (half_hours(31, without=[47]), "30分値1488個のうち1個がありません(最初は 2026-01-01 23:30)"),
        (half_hours(31).replace("2026-01-02T00:00", "2026-01-01T24:00"), "50行目: 2026-01-01T24:00,0.25 は"),
        (half_hours(31) + half_hours(31).split("\n", 1)[1], "1490行目: 2026-01-01T00:00 がファイルに2回あります"),
        (half_hours(31).replace("start,kwh", "point,start,kwh"), "1行目: 見出しは"),
        (half_hours(31).replace(",", ";"), "1行目: 見出しは"),
        (half_hours(31).encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xff\xa4", "ブック(xlsx)または圧縮ファイルです"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "CSVで保存して"),
        ("month,kwh\n9999-12,300\n", "2行目: 9999-12,300 は"),
        ("month,kwh\n2026-13,300\n", "2行目: 2026-13,300 は"),
        ("start,kwh\n9999-12-01T00:00,1\n", "2行目: 9999-12-01T00:00,1 は"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_load_is_refused_at_its_field_in_the_readers_words(clerk, content, sentence):  # noqa: F811
    answer = quoted(clerk, content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "rows" not in answer.context


def test_values_that_are_no_year_are_told(clerk):  # noqa: F811
    assert "'a'" not in (page := quoted(clerk, monthly="a b").content.decode())
    assert "a は kWh の数値" in page
    assert "使用量は0以上" in quoted(clerk, monthly="-300").content.decode()


def test_a_whole_month_of_half_hours_is_compared_whatever_stands_between_year_and_day(clerk):  # noqa: F811
    plain, slashes = half_hours(31), half_hours(31).replace("2026-01-", "2026/01/").replace("T", " ")
    first, second = quoted(clerk, plain), quoted(clerk, slashes)
    assert first.status_code == second.status_code == 200
    assert first.context["used"] == 31 * 48 * 2_500
    priced = [row for row in first.context["rows"] if row["year"] is not None]
    assert [row["year"] for row in priced] == sorted(row["year"] for row in priced)
    assert priced[0]["is_best"]
    assert all(len(row["per_kwh"].partition(".")[2]) == 2 for row in priced), "two decimals, one below the other"
    assert [row["totals"] for row in second.context["rows"]] == [row["totals"] for row in first.context["rows"]]


def test_a_mark_of_byte_order_is_no_damage_and_an_open_quotation_mark_is_told_in_few_words(clerk):  # noqa: F811
    assert quoted(clerk, "\ufeff" + half_hours(31)).context["used"] == 31 * 48 * 2_500
    answer = quoted(clerk, half_hours(31).replace("2026-01-01T00:00", '"2026-01-01T00:00', 1), size="42")
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["file"]
    assert sentence.startswith("2行目: 2026-01-01T00:00,0.25 2026-01-01T00:30")
    assert len(sentence) < 200
    assert answer.context["form"]["size"].value() == "42"


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "0000-01", "2026-13", "soon"])
def test_a_month_that_nobody_means_is_refused_at_its_field(clerk, month):  # noqa: F811
    answer = quoted(clerk, monthly="3600", last_month=month)
    assert answer.status_code == 422
    assert month in str(answer.context["form"].errors["last_month"])


MONTHS = "month,kwh\n2026-02,100\n2026-03,100\n"


def kept(answer):
    """What the page sends along of a load file."""
    return {name: answer.context["form"][name].value() or "" for name in ("load_text", "load_name", "load_beside")}


def test_a_kept_load_file_is_named_and_gives_way_to_values_that_are_typed_after_it(clerk):  # noqa: F811
    first = quoted(clerk, MONTHS, monthly="300 " * 12)
    assert first.context["used"] == 2_000_000, "the file was chosen with the values standing there: it is the later one"
    assert "load.csv" in first.content.decode()
    assert ("負荷データのファイル", "load.csv") in first.context["told"]
    again = quoted(clerk, monthly="300 " * 12, **kept(first))
    assert again.context["used"] == 2_000_000
    assert "負荷データのファイル load.csv で計算しています" in again.content.decode()
    typed = quoted(clerk, monthly="200 " * 12, **kept(again))
    assert typed.context["used"] == 12 * 2_000_000, "typed after the file"
    assert "負荷データのファイル load.csv は使いません" in typed.content.decode()
    later = quoted(clerk, monthly="200 " * 12, **kept(typed))
    assert later.context["used"] == 12 * 2_000_000
    assert "load.csv" not in later.content.decode()


def test_a_kept_load_file_is_taken_out_by_its_button(clerk):  # noqa: F811
    first = quoted(clerk, MONTHS, monthly="300 " * 12)
    without = quoted(clerk, monthly="300 " * 12, do="without-file", **kept(first))
    assert without.context["used"] == 12 * 3_000_000
    assert kept(without)["load_text"] == ""
    nothing = quoted(clerk, monthly="", do="without-file", **kept(first))
    assert nothing.status_code == 422
