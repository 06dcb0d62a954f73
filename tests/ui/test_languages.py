"""The languages of the house: what the interface calls them stands in one place."""

import pytest
from django.conf import settings

from tomoshibi.kernel import languages
from tomoshibi.kernel.periods import Month


@pytest.mark.parametrize(
    ("code", "found"),
    [("ja", "ja"), ("zh", "zh-hans"), ("zh-hans", "zh-hans"), ("en", "en"), ("en-gb", "en"), ("fr", "ja"), ("", "ja")],
)
def test_two_letters_are_the_language_of_the_interface(code, found):
    assert languages.of_interface(code) == found


def test_they_are_those_of_the_settings():
    assert list(languages.INTERFACE.values()) == [code for code, _name in settings.LANGUAGES]


def test_months_counted_one_by_one_are_months_again():
    months = [Month(2025, 12), Month(2026, 1), Month(2026, 12), Month(2027, 1)]
    assert [Month.from_index(month.index) for month in months] == months
    steps = [month.since(months[0]) for month in months]
    assert steps == [month.index - months[0].index for month in months] == [0, 1, 12, 13]
