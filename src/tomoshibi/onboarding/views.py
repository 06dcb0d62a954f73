"""The outside world of the demo at the reader's hand: what the others do, and what they did."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways.switching import OTHERS, World
from tomoshibi.onboarding import forms, words
from tomoshibi.onboarding.demo import outside, story
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock

OTHER = "10001"
"""Which of the invented retailers asks for customers of ours."""
SHOWN = 20
SWITCHING = ("AP7", "AP8", "CM6")


def _world() -> World:
    if not settings.DEMO:
        raise Http404
    return World(outside.places().switching_folder)


@require_http_methods(["GET", "POST"])
@page(*SWITCHING)
def switching_world(request: HttpRequest) -> HttpResponse:
    """How the grid companies and the other retailers behave, and what lies before them."""
    world = _world()
    form = forms.MannersForm(request.POST or None, initial=world.manners.__dict__)
    if request.method == "POST" and form.is_valid():
        form.manners(world.manners).write(world.folder)
        messages.success(request, _("They behave so from now on."))
        return redirect("onboarding:switching_world")
    return _page(request, world, form=form, status=422 if form.errors else 200)


def _page(request: HttpRequest, world: World, *, status: int = 200, **more: Any) -> HttpResponse:
    first = clock.today() + timedelta(days=10)
    context = {
        "form": forms.MannersForm(initial=world.manners.__dict__),
        "ask_form": forms.TakeOverForm(initial={"wished_on": first}),
        "leave_form": forms.LeaveForm(),
        "applications": [_application(one) for one in world.applications(limit=SHOWN)],
        "mediations": [_mediation(one) for one in world.mediations(limit=SHOWN)],
        **more,
    }
    return render(request, "onboarding/switching_world.html", context, status=status)


def _application(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "function_word": words.FUNCTIONS.get(row["function"], row["function"]),
        "meaning_word": words.MEANINGS.get(row["meaning"], row["meaning"]),
        "day": _day(row["fixed"] or row["wished"]),
    }


def _mediation(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "new_name": _retailer(row["new_retailer"]),
        "old_name": _retailer(row["old_retailer"]),
        "meaning_word": words.MEANINGS.get(row["meaning"], row["meaning"]),
        "day": _day(row["deadline"]),
    }


def _retailer(code: str) -> Any:
    return _("we ourselves") if code == story.RETAILER else OTHERS.get(code, code)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@require_POST
@page(*SWITCHING)
def happens(request: HttpRequest, what: str) -> HttpResponse:
    """Something happens out there: another retailer asks for a customer of ours, somebody moves out."""
    world = _world()
    if what not in _EVENTS:
        raise Http404
    form_class, name, work = _EVENTS[what]
    form = form_class(request.POST)
    if form.is_valid():
        refusal = work(world, form.cleaned_data, clock.today())
        if not refusal:
            messages.success(request, _("It happened. The house hears of it when it looks."))
            return redirect("onboarding:switching_world")
        form.add_error(None, refusal)
    return _page(request, world, status=422, **{name: form})


def _ask_for_ours(world: World, given: Mapping[str, Any], today: date) -> str:
    contract = contracts.contract(number=given["contract"])
    point = supply.point(supply_point_id=contract.supply_point_id) if contract else None
    if contract is None or point is None:
        return _("There is no such contract.")
    customer = parties.customer(customer_id=contract.customer_id)
    assert customer is not None, contract
    asked = {
        "spin": point.spin,
        "old_retailer": story.RETAILER,
        "wished_on": given["wished_on"].isoformat(),
        "old_customer_number": "0" if given["wrong_number"] else contract.number,
        "holder_name": customer.name,
        "holder_kana": customer.kana,
        "address": point.address,
        "building": point.building,
    }
    with world.at(today) as moment:
        moment.ask_old(number=f"T{uuid.uuid4().hex[:10].upper()}", retailer=OTHER, klass="low", given=asked)
    return ""


def _move_out(world: World, given: Mapping[str, Any], today: date) -> str:
    with world.at(today) as moment:
        moment.move_out(given["spin"])
    return ""


_EVENTS: Mapping[str, tuple[type[django_forms.Form], str, Callable[[World, Mapping[str, Any], date], str]]] = {
    "ask": (forms.TakeOverForm, "ask_form", _ask_for_ours),
    "leave": (forms.LeaveForm, "leave_form", _move_out),
}
