"""Invoice numbers and the barcode on the envelope."""

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tomoshibi.billing import numbering, postal_code


@settings(deadline=None)
@given(st.integers(0, 10**10 - 1))
def test_a_column_and_a_single_number_have_the_same_check_digit(running):
    column = pl.DataFrame({"n": [running]}).select(numbering.with_check_digits(pl.col("n")))["n"][0]
    assert column == running * 10 + numbering.check_digit(running)
    assert numbering.parse(numbering.text(column)) == column


def test_the_check_digit_is_the_one_of_the_standard():
    # 7992739871 -> 3 is the worked example that is printed with the rule.
    assert numbering.check_digit(7992739871) == 3


@settings(deadline=None)
@given(st.integers(0, 10**10 - 1), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(running, place, by):
    digits = list(numbering.text(running * 10 + numbering.check_digit(running)))
    digits[place] = str((int(digits[place]) + by) % 10)
    assert numbering.parse("".join(digits)) is None


# The part of an address that the postal code does not cover, and the display number that the rules make of it.
ADDRESSES = [
    ("3丁目-20-5 郵便ビル403号", "3-20-5-403"),
    ("十四番地七", "14"),
    ("2-3-1-10F", "2-3-1-10"),
    ("1丁目2番3号 コーポA棟201", "1-2-3A201"),
    ("3丁目4番地の5", "3-4-5"),
    ("二十三番地", "23"),
    ("百二番地", "102"),
    ("5-8 JPビル", "5-8"),
    ("A・B荘 7", "7"),
    ("１－２－３　灯火ハイツ１０５", "1-2-3-105"),
    ("", ""),
]


@pytest.mark.parametrize(("rest", "code"), ADDRESSES)
def test_the_display_number_is_taken_from_the_address(rest, code):
    assert postal_code.address_code(rest) == code


@settings(deadline=None)
@given(st.text("0123456789ABCXYZ-丁目番地号ビル 一二十", max_size=20))
def test_the_bars_are_those_of_an_independent_encoder(rest):
    code = postal_code.address_code(rest)
    assume(len(postal_code._characters(code)) <= 13)  # the other encoder refuses what has to be cut
    characters = postal_code.barcode_characters(postal_code="100-0001", rest=rest)
    order = list(postal_code.BARS)
    assert len(characters) == 21
    assert sum(map(order.index, characters)) % 19 == 0
    assert _bars_by_zint("1000001" + code) == postal_code.barcode_bars(postal_code="1000001", rest=rest)


def _bars_by_zint(text):
    from zint import Symbol, Symbology

    symbol = Symbol()
    symbol.symbology = Symbology.JAPANPOST
    symbol.encode(text)
    symbol.buffer_vector()
    full = max(bar.height for bar in symbol.vector.rectangles)
    return "".join(
        ("1" if bar.height == full else "2") if bar.y == 0 else ("4" if bar.height < full / 2 else "3")
        for bar in sorted(symbol.vector.rectangles, key=lambda bar: bar.x)
    )


def test_what_is_too_long_is_cut_inside_a_letter():
    characters = postal_code.barcode_characters(postal_code="1000001", rest="1-2-3-4-5-6-A")
    assert characters[7:20] == [*"1-2-3-4-5-6", "CC1", "0"]
    characters = postal_code.barcode_characters(postal_code="1000001", rest="1-2-3-4-5-67A")
    assert characters[7:20] == [*"1-2-3-4-5-67", "CC1"]
    assert postal_code.barcode_bars(postal_code="", rest="1") == ""
