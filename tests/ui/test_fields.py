"""Fields read what people type, exactly or not at all."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation

from tomoshibi.kernel.periods import Month
from tomoshibi.ui import currency, fields


@pytest.fixture(autouse=True)
def _yen():
    currency.activate("JPY")
    with translation.override("en"):
        yield
    currency.forget()


@pytest.mark.parametrize("typed", ["1200", "1,200", "１，２００", "1,200円", "¥1,200", " 1200 "])
def test_amounts_as_people_type_them(typed):
    assert fields.MoneyField().clean(typed) == 1200


def test_fen_are_kept():
    currency.activate("CNY")
    assert fields.MoneyField().clean("1200.05") == 120005


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (fields.MoneyField(), "12.5", "At most 0 decimals"),
        (fields.MoneyField(), "a lot", "not a number"),
        (fields.MoneyField(), "-1", "At least 0"),
        (fields.EnergyField(), "812.00001", "At most 4 decimals"),
        (fields.EnergyField(), "1e30", "too large"),
        (fields.CapacityField(unit="A", maximum=60_000), "61", "At most 60"),
        (fields.MonthField(), "2026-13", "not a month"),
        (fields.MonthField(), "", "required"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(field, typed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        field.clean(typed)


def test_units():
    assert fields.EnergyField().clean("812.0137") == 8_120_137
    assert fields.PriceField(minimum=None).clean("-3.5") == -3_500_000
    assert fields.PercentField().clean("14.6") == 146_000
    assert fields.CapacityField(unit="kVA").clean("6") == 6_000
    assert fields.MonthField().clean("２０２６/１０") == Month(2026, 10)
    assert fields.DayField().clean("2026/11/20").isoformat() == "2026-11-20"


class _Form(forms.Form):
    amount = fields.MoneyField(label="Amount", initial=28114, help_text="with tax")
    month = fields.MonthField(label="Month", initial=202610)


def _html(form):
    return Template("{% load ui %}{% fields form %}").render(Context({"form": form}))


def test_a_form_shows_stored_values_with_their_unit():
    html = _html(_Form())
    assert 'value="28114"' in html
    assert 'value="2026-10"' in html
    assert "yen" in html
    assert "with tax" in html


def test_a_refused_form_keeps_what_was_typed_and_ties_the_reason_to_the_field():
    html = _html(_Form({"amount": "12.5円", "month": "2026-10"}))
    assert 'value="12.5円"' in html
    assert 'aria-describedby="id_amount_hint id_amount_errors"' in html
    assert 'id="id_amount_errors" role="alert"' in html


def test_untouched_is_unchanged():
    assert not _Form({"amount": "28,114", "month": "2026-10"}, initial={"amount": 28114, "month": 202610}).has_changed()
