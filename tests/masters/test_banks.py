"""Banks and branches: imported once, renewed by difference, found by kana."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.masters import banks, kana, operations, queries

FIRST, LATER = date(2026, 4, 1), date(2026, 11, 1)


def frames(names: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    schema = dict.fromkeys(["code", "name", "kana"], pl.String)
    bank_rows = [(code, name, "ﾄｳｼﾐ") for code, name in names.items()]
    branch_rows = [(code, "001", f"{name}本店", "ﾎﾝﾃﾝ") for code, name in names.items()]
    return (
        pl.DataFrame(bank_rows, schema=schema, orient="row"),
        pl.DataFrame(branch_rows, schema={"bank_code": pl.String, **schema}, orient="row"),
    )


@pytest.mark.usefixtures("in_transaction")
def test_the_whole_list_comes_in_once_and_only_once():
    assert operations.import_banks(on=FIRST) == (1146, 28944)
    assert operations.import_banks(on=FIRST) == (0, 0)
    found = queries.bank("0001", date(2010, 1, 1))
    assert (found.name, found.kana) == ("みずほ", "ﾐｽﾞﾎ")
    assert queries.branch("0001", "001", FIRST).kana == "ﾄｳｷﾖｳ"
    assert queries.branch("0001", "999", FIRST) is None
    assert queries.search_branches(bank_code="0001", text="トウキョウ", on=FIRST)


@pytest.mark.usefixtures("in_transaction")
def test_a_new_list_ends_what_vanished_and_begins_what_is_new(monkeypatch):
    monkeypatch.setattr(banks, "published", lambda: frames({"0001": "旧", "0002": "残"}))
    operations.import_banks(on=FIRST)
    monkeypatch.setattr(banks, "published", lambda: frames({"0001": "新", "0003": "加"}))
    assert operations.import_banks(on=LATER) == (2, 2)
    assert queries.bank("0001", date(2026, 10, 31)).name == "旧"
    assert queries.bank("0001", LATER).name == "新"
    assert queries.bank("0002", date(2026, 10, 31)) is not None
    assert queries.bank("0002", LATER) is None
    assert queries.bank("0003", date(2026, 10, 31)) is None
    assert queries.branch("0003", "001", LATER).name == "加本店"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ミズホ", "ﾐｽﾞﾎ"),
        ("エ－ユ－ジブン", "ｴ-ﾕ-ｼﾞﾌﾞﾝ"),
        ("ラーメン", "ﾗ-ﾒﾝ"),
        ("ｷｬｯｼｭ", "ｷﾔﾂｼﾕ"),
        ("しゅとけん", "ｼﾕﾄｹﾝ"),
        ("ＡＢ　１", "AB 1"),
        ("ヲ", "ｵ"),
    ],
)
def test_names_take_the_form_of_bank_files(name, form):
    assert kana.half_width(name) == form


def test_what_has_no_form_is_refused_not_replaced():
    with pytest.raises(kana.NotPermitted, match="銀"):
        kana.half_width("銀コウ")


@given(
    st.text(
        alphabet=[chr(c) for c in range(0x30A1, 0x30F5) if chr(c) not in "ヰヱ"] + list("ー－ ＡＺ０９()."), max_size=20
    )
)
def test_the_form_is_stable_and_never_longer_than_its_voiced_marks_allow(name):
    once = kana.half_width(name)
    assert kana.half_width(once) == once
    assert not set(once) & set("ｧｨｩｪｫｬｭｮｯｰｦ")
    once.encode("cp932")
