"""Tags and filters for every page: ``{% load ui %}``."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.forms.boundfield import BoundWidget
from django.template.base import FilterExpression
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.ui import addresses, figures, icons, pages, states
from tomoshibi.ui.charts import Chart

register = template.Library()


@register.simple_tag
def icon(name: str, style: str = "outline") -> SafeString:
    """``{% icon "file-invoice" %}``"""
    # A word of a template is a safe string, which no path takes.
    return icons.icon(name, "filled" if style == "filled" else "outline")


@register.simple_tag
def state(value: Any, known: states.States | None = None) -> SafeString:
    """``{% state bill.state states %}`` with declared states, or ``{% state a_state %}``."""
    return states.badge(value) if isinstance(value, states.State) else states.badge_of(value, known or {})


@register.simple_tag
def code(value: Any, explanation: str = "") -> SafeString:
    """A code that explains itself on hover."""
    if not explanation:
        return format_html('<span class="code">{}</span>', value)
    return format_html('<abbr class="code" title="{}">{}</abbr>', explanation, value)


def _figure(text: str, *, negative: bool) -> SafeString:
    return format_html('<span class="{}">{}</span>', "fig neg" if negative else "fig", text)


@register.simple_tag
def thing(name: str, words: str = "") -> SafeString | str:
    """A thing named as ``bill:123``, in words where the page knows them, linked to its page where it has one."""
    target, shown = addresses.address_of(name), words or name
    return _link(target, shown)


@register.filter
def may_follow(address: str | None) -> bool:
    """``{% if item.url|may_follow %}``: an address that a page was given, and that its reader may open."""
    return bool(address) and pages.may_follow(str(address))


class _LinkNode(template.Node):
    def __init__(
        self,
        name: FilterExpression,
        args: list[FilterExpression],
        more: dict[str, FilterExpression],
        inner: template.NodeList,
    ) -> None:
        self.name, self.args, self.more, self.inner = name, args, more, inner

    def render(self, context: template.Context) -> str:
        target = reverse(self.name.resolve(context), args=[one.resolve(context) for one in self.args])
        more = {name: str(given.resolve(context)) for name, given in self.more.items()}
        style = more.pop("style", "")
        if style.startswith("btn") and not pages.may_follow(target):
            return ""
        return _link(f"{target}?{urlencode(more)}" if more else target, self.inner.render(context), style)


@register.tag
def link(parser: template.base.Parser, token: template.base.Token) -> _LinkNode:
    """
    ``{% link "billing:bill" bill.id style="fig" %}{{ bill.number }}{% endlink %}``: a link for who may open that page, the
    words alone for everybody else; a button (``style="btn"``) is not there for them at all.

    :param style: classes of the link, or of the words
        Whatever else is named stands behind the address: ``month=month`` as ``?month=2026-10``.
    """
    _name, *bits = token.split_contents()
    given = [template.base.token_kwargs([bit], parser) or parser.compile_filter(bit) for bit in bits]
    inner = parser.parse(("endlink",))
    parser.delete_first_token()
    plain = [one for one in given if not isinstance(one, dict)]
    more = {name: value for one in given if isinstance(one, dict) for name, value in one.items()}
    return _LinkNode(plain[0], plain[1:], more, inner)


def _link(target: str | None, shown: Any, style: str = "") -> SafeString | str:
    if target and pages.may_follow(target):
        return (
            format_html('<a class="{}" href="{}">{}</a>', style, target, shown)
            if style
            else format_html('<a href="{}">{}</a>', target, shown)
        )
    return format_html('<span class="{}">{}</span>', style, shown) if style else shown


@register.filter
def money(amount_minor: int | None) -> SafeString | str:
    """``{{ bill.amount_minor|money }}``: thousands separators, minus in red; the unit belongs beside the label."""
    return "–" if amount_minor is None else _figure(figures.money(amount_minor), negative=amount_minor < 0)


@register.filter
def money_unit(amount_minor: int | None) -> SafeString | str:
    """The same with the unit behind it, for sentences."""
    from tomoshibi.ui.currency import current

    if amount_minor is None:
        return "–"
    return format_html("{} {}", _figure(figures.money(amount_minor), negative=amount_minor < 0), current().unit)


@register.simple_tag
def currency_unit() -> str:
    """``{% currency_unit %}``: the word of the company's currency, for the head of a column."""
    from tomoshibi.ui.currency import current

    return str(current().unit)


@register.filter
def kwh(energy_dwh: int | None, decimals: int | None = None) -> SafeString | str:
    """
    ``{{ reading.energy_dwh|kwh }}``: the number; write ``kWh`` beside it. In a column, say how many decimals there are at
    least, so that they stand under each other: ``{{ row.forward_dwh|kwh:2 }}``.
    """
    return "–" if energy_dwh is None else _figure(figures.kwh(energy_dwh, decimals), negative=energy_dwh < 0)


@register.filter
def scaled(value: int | None, scale: int) -> SafeString | str:
    """``{{ capacity_milli|scaled:1000 }}``"""
    return "–" if value is None else _figure(figures.decimal(value, scale=scale), negative=value < 0)


@register.filter
def integer(value: int | None) -> SafeString | str:
    return "–" if value is None else _figure(figures.integer(value), negative=value < 0)


@register.filter
def percent(ratio_ppm: int | None) -> SafeString | str:
    return "–" if ratio_ppm is None else _figure(figures.percent(ratio_ppm), negative=ratio_ppm < 0)


@register.filter
def day(value: date | None) -> SafeString | str:
    return (
        "–" if value is None else format_html('<time datetime="{}">{}</time>', figures.day(value), figures.day(value))
    )


@register.filter
def weekday(value: date | None) -> SafeString | str:
    """With the day of the week: where a deadline is meant."""
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', figures.day(value), figures.day_with_weekday(value))


@register.filter
def day_words(value: date | None) -> str:
    return "–" if value is None else figures.day_in_words(value)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    if value is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.moment(value))


@register.filter
def month(value: Month | int | date | None) -> str:
    return "–" if value is None else figures.month(value)


@register.filter
def period(value: Period | None) -> str:
    return "–" if value is None else figures.period(value)


@register.filter
def duration(seconds: float | None) -> str:
    return "–" if seconds is None else figures.duration(seconds)


@register.inclusion_tag("ui/forms/fields.html")
def fields(form: BaseForm, *names: str) -> dict[str, Any]:
    """``{% fields form %}`` for all fields, ``{% fields form "start" "end" %}`` for some."""
    chosen = [form[name] for name in names] if names else list(form.visible_fields())
    return {"form": form, "fields": chosen, "hidden": [] if names else form.hidden_fields()}


@register.inclusion_tag("ui/forms/field.html")
def field(bound: BoundField, label: str = "", *, hint: bool = True) -> dict[str, Any]:
    """One field with label, required mark, hint and errors beside it."""
    return {"field": bound, "label": label or bound.label, "kind": _kind(bound), "hint": hint and bound.help_text}


def _kind(bound: BoundField) -> str:
    name = type(bound.field.widget).__name__
    if name == "CheckboxInput":
        return "check"
    if name not in {"RadioSelect", "CheckboxSelectMultiple"}:
        return "input"
    # Each choice is drawn by itself, so that the widget has to know its look before.
    bound.field.widget.attrs.setdefault("class", "form-check-input")
    return "group"


@register.filter
def dressed(bound: BoundField) -> SafeString:
    """The widget with the classes of our look, and tied to its hint and errors for screen readers."""
    widget = bound.field.widget
    name = type(widget).__name__
    look = "form-control"
    if name in {"CheckboxInput", "RadioSelect", "CheckboxSelectMultiple"}:
        look = "form-check-input"
    elif name in {"Select", "SelectMultiple", "NullBooleanSelect"}:
        look = "form-select"
    given = widget.attrs.get("class", "")
    classes = f"{look} {given} {'is-invalid' if bound.errors else ''}".split()
    attrs: dict[str, Any] = {"class": " ".join(classes)}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    described = [f"{bound.auto_id}_hint"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_errors")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs=attrs)


@register.filter
def dressed_choice(choice: BoundWidget) -> SafeString:
    """One button or box of a group, with the class of our look."""
    choice.data["attrs"]["class"] = "form-check-input"
    return choice.tag()


@register.simple_tag
def kept(values: Any, skip: str = "csrfmiddlewaretoken") -> SafeString:
    """Hidden inputs that carry what was posted to the next step."""
    left_out = skip.split()
    pairs = [(name, text) for name, texts in values.lists() if name not in left_out for text in texts]
    return SafeString(
        "".join(format_html('<input type="hidden" name="{}" value="{}">', name, text) for name, text in pairs)
    )


@register.inclusion_tag("ui/chart.html")
def chart(shown: Chart) -> dict[str, Any]:
    """``{% chart usage %}`` with a ``charts.Chart``."""
    return {"chart": shown, "option_id": f"{shown.id}-option"}
