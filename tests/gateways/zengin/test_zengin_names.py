import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.gateways import zengin
from tomoshibi.gateways.zengin import Characters, nearest_era_day, nearest_mmdd, normalized


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("やまだたろう", "ﾔﾏﾀﾞﾀﾛｳ"),
        ("キャッチャー", "ｷﾔﾂﾁﾔ-"),
        ("ｷｬｯﾁｬｰ", "ｷﾔﾂﾁﾔ-"),
        ("ヴィヮ", "ｳﾞｲﾜ"),
        ("（カ）トモシビ", "(ｶ)ﾄﾓｼﾋﾞ"),
        ("Ａｂｃ－１", "ABC-1"),
        ("か゛", None),
        ("が", "ｶﾞ"),
        ("ヵヶ", "ｶｹ"),
        ("パピプペポ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
    ],
)
def test_names(text, wanted):
    if wanted is None:
        with pytest.raises(zengin.Unmappable):
            normalized(text, characters=Characters.PARTY)
    else:
        assert normalized(text, characters=Characters.PARTY) == wanted


def test_substitutions_are_data():
    usual = zengin.Profile().substitutions
    assert normalized("ジョン・ヰ", characters=Characters.PARTY, substitutions=usual) == "ｼﾞﾖﾝ.ｲ"
    with pytest.raises(zengin.Unmappable) as wrong:
        normalized("ジョン・ヰ", characters=Characters.PARTY)
    assert wrong.value.character == "･"


def test_classes_differ():
    assert normalized("ヲ/「」", characters=Characters.EDI) == "ｦ/｢｣"
    for characters, text in [(Characters.BANK, "(カ"), (Characters.PAYROLL, "ABC"), (Characters.PARTY, "ヲ")]:
        with pytest.raises(zengin.Unmappable):
            normalized(text, characters=characters)


def test_a_cut_never_parts_a_kana_from_its_mark():
    assert zengin.cut("ｱｶﾞ", 2) == "ｱ"
    assert zengin.cut("ｱｶﾞ", 3) == "ｱｶﾞ"


@given(st.text(max_size=40))
def test_any_name_is_carried_or_refused(text):
    try:
        name = normalized(text, characters=Characters.PARTY)
    except zengin.Unmappable as error:
        assert len(error.character) == 1  # noqa: PT017 - either outcome is right
    else:
        assert len(name.encode("cp932")) == len(name)
        assert normalized(name, characters=Characters.PARTY) == name


@pytest.mark.parametrize(
    ("text", "near", "wanted"),
    [
        ("1227", date(2027, 1, 4), date(2026, 12, 27)),
        ("0105", date(2026, 12, 28), date(2027, 1, 5)),
        ("1127", date(2026, 11, 20), date(2026, 11, 27)),
        ("0229", date(2026, 11, 20), date(2028, 2, 29)),
        ("0230", date(2026, 11, 20), None),
        ("11２7", date(2026, 11, 20), None),
    ],
)
def test_year_inference(text, near, wanted):
    assert nearest_mmdd(text, near=near) == wanted


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-170, 170))
def test_a_day_within_half_a_year_is_found_again(near, days):
    day = date.fromordinal(near.toordinal() + days)
    assert nearest_mmdd(f"{day:%m%d}", near=near) == day or (day.month, day.day) == (2, 29)


def test_era_days():
    near = date(2026, 11, 20)
    assert nearest_era_day("081104", near=near) == date(2026, 11, 4)
    assert nearest_era_day("310401", near=date(2019, 4, 10)) == date(2019, 4, 1)
    assert nearest_era_day("010501", near=date(2019, 5, 10)) == date(2019, 5, 1)
    assert nearest_era_day("001104", near=near) is None


@given(st.lists(st.sampled_from([*"アガパャヴーｶﾊﾞﾟｯｰがっ゙A１ａ　（.-"]), max_size=12).map("".join))
def test_the_quick_way_means_the_same(text):
    from tomoshibi.gateways.zengin import characters

    try:
        assert normalized(text, characters=Characters.PARTY) == characters._narrow(text).strip()
    except zengin.Unmappable:
        assert not re.match(zengin.characters.permitted(Characters.PARTY), characters._narrow(text).strip())
