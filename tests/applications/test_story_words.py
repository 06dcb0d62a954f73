"""Stories of applications are kept in English and read in the reader's language."""

import re
from datetime import date

import pytest
from django.utils.translation import override

from tomoshibi.applications import story_words

PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_every_line_is_said_in_the_readers_language_with_its_values(language):
    for form in story_words.FORMS:
        given = {place: f"X{n}" for n, place in enumerate(PLACE.findall(form))}
        line = story_words.said(form, **given)
        with override("en"):
            assert story_words.in_words(line) == line
        with override(language):
            told = story_words.in_words(line)
        assert told != line, form
        assert all(value in told for value in given.values()), (form, told)


@pytest.mark.django_db
def test_our_codes_are_words_and_what_the_outside_wrote_stays():
    stage = story_words.meant("matched", "マッチング済み · 2026-11-12")
    kept = story_words.said("at the grid: %(stage)s", stage=stage)
    with override("ja"):
        assert story_words.in_words(kept) == "送配電: マッチング済み · 2026-11-12"
        assert story_words.in_words("design: survey").endswith("現地調査")
        assert story_words.in_words("changed: holder_name, wished_on") == "変更: 名義, 希望日"
        assert story_words.in_words("contribution: 120000, to be paid until 2026-12-01").startswith(
            "工事費負担金：120,000円"
        )
    with override("zh-hans"):
        assert story_words.in_words(kept) == "电网公司：已匹配 (マッチング済み · 2026-11-12)"
    with override("en"):
        assert story_words.in_words("at the old retailer: unknown:新しい状態").endswith("新しい状態")


def test_a_line_of_before_is_read_as_it_was_written():
    with override("zh-hans"):
        assert story_words.in_words("現小売へ確認") == "現小売へ確認"
    with pytest.raises(AssertionError, match="another language"):
        story_words.said("it rained on %(day)s", day=date(2026, 11, 4))
