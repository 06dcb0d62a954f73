"""Pages of contracts (CM1 registration, CM2 end, CM3 plan, size, discounts, agency)."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.contracts import forms, listing, operations, queries, values, words
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import units
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import operations as party_operations
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import fragments, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

READERS = ("CM1", "CM2", "CM3", "RB2", "RB7", "RC4")


def _record(request: HttpRequest, procedure: str, what: str, contract_id: int) -> None:
    subject = f"contracts.contract:{contract_id}"
    identity.record_deed(procedure=procedure, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)


def _contract_or_404(contract_id: int) -> values.Contract:
    found = queries.contract(contract_id=contract_id)
    if found is None:
        raise Http404
    return found


@require_GET
@page(*READERS)
def contracts(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.contracts_list(today=clock.today()),
        title=_("Contracts"),
        panel="contracts:contract_panel",
        page="contracts:contract",
        buttons=[lists.Button(_("New contract"), "contracts:new", "file-plus", right="CM1.do", main=True)],
        empty=lists.Empty(
            _("No contracts yet."), _("A contract ties a customer, a payer and a supply point to a plan.")
        ),
    )


def _rows(found: list[values.Contract]) -> list[dict[str, Any]]:
    today, plans = clock.today(), tariffs.plan_names(language=get_language() or "ja")
    rows = []
    for contract in found:
        terms = contract.terms_on(today) or (contract.terms[-1] if contract.terms else None)
        rows.append(
            {
                "it": contract,
                "state": queries.state_of(contract, today=today),
                "terms": terms,
                "plan": plans.get(terms.plan_code, terms.plan_code) if terms else "",
                "point": supply.point(supply_point_id=contract.supply_point_id),
                "customer": parties.customer(customer_id=contract.customer_id),
            }
        )
    return rows


@require_GET
@page(*READERS)
def of_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A fragment for the customer's page: their contracts."""
    context = {"rows": _rows(queries.contracts_of(customer_id=customer_id)), "states": words.STATES}
    return render(request, "contracts/of_customer.html", context)


@require_GET
@page(*READERS)
def of_point(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    """A fragment for the point's page: who is and was supplied there."""
    context = {"rows": _rows(queries.contracts_of(supply_point_id=supply_point_id)), "states": words.STATES}
    return render(request, "contracts/of_point.html", context)


@require_GET
@page(*READERS)
def contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    return _contract_page(request, contract_id)


@require_GET
@page(*READERS)
def contract_panel(request: HttpRequest, contract_id: int) -> HttpResponse:
    return render(request, "contracts/contract_panel.html", _facts(_contract_or_404(contract_id)))


def _facts(found: values.Contract) -> dict[str, Any]:
    (row,) = _rows([found])
    plans = tariffs.plan_names(language=get_language() or "ja")
    return {
        **row,
        "contract": found,
        "account": parties.account(account_id=found.account_id, on=clock.today()),
        "states": words.STATES,
        "end_reason": words.END_REASONS.get(found.end_reason or ""),
        "terms_rows": [
            {
                "it": terms,
                "plan": plans.get(terms.plan_code, terms.plan_code),
                "size": _size(terms),
                "particulars": _particulars(terms),
            }
            for terms in reversed(found.terms)
        ],
        "charges": queries.charges_of(contract_id=found.id),
        "charge_states": words.CHARGES,
        "taxes": words.TAXES,
        "exemptions": queries.levy_exemptions_of(contract_id=found.id),
        "exemption_states": words.EXEMPTIONS,
        "outages": queries.outages_of(contract_id=found.id),
        "particulars_changes": [
            {"it": one, "texts": _texts_of(one.particulars, found.terms_on(one.start) or found.terms[-1])}
            for one in queries.particulars_changes_of(contract_id=found.id)
        ],
    }


def _particulars(terms: values.Terms) -> list[str]:
    """The other numbers that the plan prices by, as people read them."""
    return _texts_of(terms.particulars, terms)


def _texts_of(particulars: Mapping[str, int], terms: values.Terms) -> list[str]:
    """Particulars in the words of the plan of some terms."""
    if not particulars:
        return []
    labels = tariffs.numbers_of_plan(plan_code=terms.plan_code, on=terms.start)
    return [words.particular(labels.get(name, name), name=name, value=value) for name, value in particulars.items()]


def _size(terms: values.Terms) -> str:
    if terms.capacity_kind is values.CapacityKind.CONTRACT:
        return "–"
    return f"{units.plain(terms.capacity_milli, scale=units.MILLI)} {terms.capacity_kind.value}"


def _contract_page(request: HttpRequest, contract_id: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The contract's page with its forms; ``bound`` holds those that came back with errors or a preview."""
    found = _contract_or_404(contract_id)
    context = _facts(found)
    context["fragments"] = fragments.addresses("contracts.contract", contract=str(contract_id))
    forms_of_page = {
        "change_form": _change_form(None, found),
        "exemption_form": forms.ExemptionForm(auto_id="exempt_%s"),
        "outage_form": forms.OutageForm(auto_id="outage_%s"),
    }
    return render(request, "contracts/contract.html", context | forms_of_page | bound, status=status)


def _change_form(data: Any, found: values.Contract) -> forms.ChangeForm:
    today = clock.today()
    terms = found.terms_on(today) or found.terms[-1]
    point = supply.point(supply_point_id=found.supply_point_id)
    assert point is not None, "a contract has a point"
    choices = forms.plan_choices(area=point.area, on=today)
    if terms.plan_code not in dict(choices):
        choices.insert(0, (terms.plan_code, terms.plan_code))
    size = (
        ""
        if terms.capacity_kind is values.CapacityKind.CONTRACT
        else units.plain(terms.capacity_milli, scale=units.MILLI)
    )
    initial = {
        "start": today,
        "plan_code": terms.plan_code,
        "capacity": size,
        "discounts": ", ".join(str(discount["code"]) for discount in terms.discounts),
        "agency_code": terms.agency_code,
        **forms.particular_initial(terms),
    }
    return forms.ChangeForm(
        data,
        plans=choices,
        today=today,
        terms_on=lambda day: found.terms_on(day) if day >= found.start else None,
        initial=initial,
        auto_id="change_%s",
    )


@require_POST
@page("CM3", right=DO)
def change(request: HttpRequest, contract_id: int) -> HttpResponse:
    """First a preview of what the change would do to a month's bill, then the change itself."""
    found = _contract_or_404(contract_id)
    form = _change_form(request.POST, found)
    if not form.is_valid():
        return _contract_page(request, contract_id, status=422, change_form=form)
    start = form.cleaned_data["start"]
    before = found.terms_on(start)
    if before is None or start < found.start:
        form.add_error("start", _("The contract does not hold on that day."))
        return _contract_page(request, contract_id, status=422, change_form=form)
    if "preview" in request.POST:
        return _contract_page(request, contract_id, change_form=form, preview=_preview_address(found, form))
    try:
        with db.transaction():
            waits = _save_change(request, contract_id, before, form)
    except RowsRefused as refused:
        _show_refusals(form, refused)
        return _contract_page(request, contract_id, status=422, change_form=form)
    except operations.ParticularsRefused as refusal:
        form.add_error(None, str(refusal))
        return _contract_page(request, contract_id, status=422, change_form=form)
    messages.success(request, _("Entered. It holds when a second person has agreed.") if waits else _("Saved."))
    return redirect("contracts:contract", contract_id)


def _save_change(request: HttpRequest, contract_id: int, before: values.Terms, form: forms.ChangeForm) -> bool:
    """
    Change what one person may change; particulars, which a bill multiplies, wait for a second one.

    :returns: whether something waits
    """
    start, terms = form.cleaned_data["start"], form.terms()
    wanted = terms.pop("particulars")
    kept = {name: value for name, value in before.particulars.items() if name in form.asked()}
    if any(getattr(before, name) != value for name, value in terms.items() if name != "discounts") or [
        one["code"] for one in terms["discounts"]
    ] != [one["code"] for one in before.discounts]:
        operations.change_terms(contract_id=contract_id, start=start, **terms)
        what = f"changed to {form.cleaned_data['plan_code']} {form.cleaned_data['capacity']} from {start}"
        _record(request, "CM3", what, contract_id)
    if wanted == kept:
        return False
    operations.enter_particulars(
        contract_id=contract_id, start=start, particulars=wanted, now=clock.now(), actor_id=actor(request)
    )
    return True


def _show_refusals(form: Any, refused: RowsRefused) -> None:
    for one in refused.refusals:
        column = {"capacity_milli": "capacity"}.get(one.column, one.column)
        form.add_error(column if column in form.fields else None, one.reason)


def _preview_address(found: values.Contract, form: forms.ChangeForm) -> str:
    """Where the rooms that price bills show what the terms of a form would do (billing knows usage; contracts do not)."""
    terms = form.terms()
    told = {name: terms[name] for name in ("plan_code", "capacity_milli", "discounts", "particulars")}
    told["capacity_kind"] = terms["capacity_kind"].value
    query = {"terms": json.dumps(told, ensure_ascii=False)}
    if form.cleaned_data["kwh"] is not None:
        query["energy_dwh"] = str(units.energy_dwh(form.cleaned_data["kwh"]))
    return f"{reverse('billing:preview', args=[found.id])}?{urlencode(query)}"


@require_http_methods(["GET", "POST"])
@page("CM1", right=DO)
def new(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    typed = request.POST if request.method == "POST" else request.GET
    area = supply.plain_spin(typed.get("spin", ""))[:2]
    form = forms.NewContractForm(
        request.POST or None,
        plans=forms.plan_choices(area=area, on=today),
        today=today,
        initial={"account_number": request.GET.get("account", ""), "spin": request.GET.get("spin", ""), "start": today},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            party_operations.require_normal_number(number=data["account_number"])
            with db.transaction():
                terms = form.terms()
                told = terms.pop("particulars")
                made = operations.register(
                    account_number=data["account_number"], spin=data["spin"], start=data["start"],
                    **terms | {"capacity_kind": data["capacity_kind"].value},
                )  # fmt: skip
                _record(request, "CM1", f"registered contract {made.number}", made.id)
                if told:
                    operations.enter_particulars(
                        contract_id=made.id, start=made.start, particulars=told, now=clock.now(),
                        actor_id=actor(request),
                    )  # fmt: skip
        except party_operations.NotForProcesses as refusal:
            form.add_error("account_number", str(refusal))
        except RowsRefused as refused:
            _show_refusals(form, refused)
        else:
            messages.success(request, _("Contract %(number)s is registered.") % {"number": made.number})
            return redirect("contracts:contract", made.id)
    return render(request, "contracts/new.html", {"form": form, "area": area}, status=422 if form.errors else 200)


@require_GET
@page("RB1", *READERS)
def on_plan(request: HttpRequest) -> HttpResponse:
    """A fragment for drafts and proposals of plans: the contracts that a version reaches."""
    try:
        start = date.fromisoformat(request.GET.get("start", ""))
    except ValueError:
        start = clock.today()
    code = request.GET.get("plan", "")
    now, later, first = queries.on_plan(plan_code=code, day=start)
    context = {
        "now": now,
        "later": later,
        "count": now + later,
        "rows": _rows(first),
        "more": now + later - len(first),
        "start": start,
        "reached": f"{code} {start}",
    }
    return render(request, "contracts/on_plan.html", context)


@require_POST
@page("CM3", right=DO)
def exempt(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Enter a levy exemption from its certificate; a second person decides it."""
    form = forms.ExemptionForm(request.POST, auto_id="exempt_%s")
    return _entered(
        request, contract_id, form, operations.enter_levy_exemption, operations.ExemptionRefused,
        _("Entered. It holds when a second person has agreed."),
    ) or _contract_page(request, contract_id, status=422, exemption_form=form)  # fmt: skip


@require_POST
@page("CM3", right=DO)
def suffer_outage(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Enter days of outage; a second person decides them."""
    form = forms.OutageForm(request.POST, auto_id="outage_%s")
    return _entered(
        request, contract_id, form, operations.enter_outage, operations.OutageRefused,
        _("Entered. It counts when a second person has agreed."),
    ) or _contract_page(request, contract_id, status=422, outage_form=form)  # fmt: skip


def _entered(
    request: HttpRequest,
    contract_id: int,
    form: Form,
    enter: Callable[..., int],
    refused: type[Exception],
    said: str,
) -> HttpResponse | None:
    """Enter what a second person will decide; nothing where the form has to be shown again."""
    if not form.is_valid():
        return None
    try:
        with db.transaction():
            enter(contract_id=contract_id, **form.cleaned_data, now=clock.now(), actor_id=actor(request))
    except operations.NoSuchContract:
        raise Http404 from None
    except (refused, operations.OutsideContract) as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, said)
    return redirect("contracts:contract", contract_id)


@require_http_methods(["GET", "POST"])
@page("CM3")
def exemption(request: HttpRequest, exemption_id: int) -> HttpResponse:
    """A levy exemption with the decision about it."""
    return _to_decide(
        request,
        queries.levy_exemption(exemption_id=exemption_id),
        template="contracts/exemption.html",
        approve=partial(operations.approve_levy_exemption, exemption_id=exemption_id),
        reject=partial(operations.reject_levy_exemption, exemption_id=exemption_id),
    )


@require_http_methods(["GET", "POST"])
@page("CM3")
def outage(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Days of outage with the decision about them."""
    return _to_decide(
        request,
        queries.outage(outage_id=outage_id),
        template="contracts/outage.html",
        approve=partial(operations.approve_outage, outage_id=outage_id),
        reject=partial(operations.reject_outage, outage_id=outage_id),
    )


@require_http_methods(["GET", "POST"])
@page("CM3")
def particulars(request: HttpRequest, change_id: int) -> HttpResponse:
    """Particulars that one person entered, what they would do to a month's bill, and the decision about them."""
    found = queries.particulars_change(change_id=change_id)
    more: dict[str, Any] = {}
    if found is not None:
        contract = _contract_or_404(found.contract_id)
        terms = contract.terms_on(found.start) or contract.terms[-1]
        told = {
            "plan_code": terms.plan_code,
            "capacity_kind": terms.capacity_kind.value,
            "capacity_milli": terms.capacity_milli,
            "discounts": list(terms.discounts),
            "particulars": dict(found.particulars),
        }
        query = urlencode({"terms": json.dumps(told, ensure_ascii=False)})
        more = {
            "before": _particulars(terms),
            "after": _texts_of(found.particulars, terms),
            "preview": f"{reverse('billing:preview', args=[found.contract_id])}?{query}",
        }
    return _to_decide(
        request,
        found,
        template="contracts/particulars.html",
        approve=partial(operations.approve_particulars, change_id=change_id),
        reject=partial(operations.reject_particulars, change_id=change_id),
        more=more,
    )


def _to_decide(
    request: HttpRequest,
    found: values.LevyExemption | values.Outage | values.ParticularsChange | None,
    *,
    template: str,
    approve: Callable[..., None],
    reject: Callable[..., None],
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """What one person entered, shown to the second, who agrees or rejects."""
    if found is None:
        raise Http404
    open_, own = found.state is values.ExemptionState.PROPOSED, found.entered_by_id == request.user.pk
    may_decide = open_ and not own and request.user.has_perm(f"CM3.{CONFIRM}")  # type: ignore[union-attr]
    if request.method == "POST":
        if not may_decide:
            messages.error(request, _("A second person has to decide this."))
        else:
            _decide(request, approve=approve, reject=reject)
        return redirect(request.path)
    context = {
        "it": found,
        "contract": _contract_or_404(found.contract_id),
        "states": words.EXEMPTIONS,
        "may_decide": may_decide,
        "waits_for_other": open_ and own,
    }
    return render(request, template, context | dict(more or {}))


def _decide(request: HttpRequest, *, approve: Callable[..., None], reject: Callable[..., None]) -> None:
    agreed = request.POST.get("decision") == "approve"
    decide = approve if agreed else reject
    try:
        with db.transaction():
            decide(now=clock.now(), actor_id=actor(request))
    except (
        identity.SamePerson,
        operations.AlreadyDecided,
        operations.ExemptionRefused,
        operations.OutageRefused,
        operations.OutsideContract,
    ) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Agreed.") if agreed else _("Rejected."))
