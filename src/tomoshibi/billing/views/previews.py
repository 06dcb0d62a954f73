"""What a change of terms would do to a bill: a fragment for the contract's page."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from tomoshibi.billing import operations, values
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts import values as contract_values
from tomoshibi.storage import db
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock


@require_GET
@page("CM3", "RB6")
def preview(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The newest month of a contract under its own terms and under the terms of the address, side by side."""
    found = contracts.contract(contract_id=contract_id)
    if found is None:
        raise Http404
    terms = _terms(request.GET.get("terms", ""), found)
    typed = request.GET.get("energy_dwh", "")
    given: dict[str, Any] = {
        "contract_id": contract_id,
        "today": clock.today(),
        "language": get_language() or "ja",
        "energy_dwh": int(typed) if typed.isdigit() else None,
    }
    context: dict[str, Any] = {}
    try:
        with db.transaction():
            before = operations.preview(**given)
            after = operations.preview(**given, terms=terms)
    except operations.NothingToPreview as refusal:
        context["refusal"] = str(refusal)
    else:
        context |= {"before": before, "after": after, "lines": _side_by_side(before, after)}
        context["refusals"] = list(dict.fromkeys(one.refusal for one in (before, after) if one.refusal))
        if before.total_minor is not None and after.total_minor is not None:
            context["difference_minor"] = after.total_minor - before.total_minor
    return render(request, "billing/preview.html", context)


def _terms(text: str, found: contract_values.Contract) -> contract_values.Terms:
    """Terms as the contract's page puts them into the address."""
    try:
        given = json.loads(text)
        return contract_values.Terms(
            start=found.start,
            end=None,
            plan_code=str(given["plan_code"]),
            capacity_kind=contract_values.CapacityKind(given["capacity_kind"]),
            capacity_milli=int(given["capacity_milli"]),
            discounts=tuple(given["discounts"]),
            particulars={str(name): int(value) for name, value in given["particulars"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Http404 from None


def _side_by_side(before: values.Preview, after: values.Preview) -> list[dict[str, Any]]:
    """Lines by their names, each with what it comes to on either side."""
    names = dict.fromkeys([name for name, _amount in (*before.lines, *after.lines)])
    return [
        {
            "name": name,
            "before_e10": sum(amount for one, amount in before.lines if one == name),
            "after_e10": sum(amount for one, amount in after.lines if one == name),
        }
        for name in names
    ]
