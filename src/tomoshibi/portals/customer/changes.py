"""The customer asks for changes and sees how far they are; what is only theirs to say changes at once (CM5)."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications.operations import changes as operations
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import units
from tomoshibi.masters import queries as masters
from tomoshibi.portals.access import customer_page
from tomoshibi.portals.customer import wishes, words
from tomoshibi.portals.customer.wishes import Wish, WishForm
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import figures
from tomoshibi.ui.acting import actor
from tomoshibi.worker import queries as clock


def _contract(customer_id: int, wanted: str) -> Contract:
    """One of the customer's own contracts, the latest where none is named."""
    held = contracts.contracts_of(customer_id=customer_id)
    for one in held:
        if wanted in {"", str(one.id)}:
            return one
    raise Http404


@require_GET
@customer_page("CM5")
def changes(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    """What can be asked for each contract, and what was asked."""
    held = contracts.contracts_of(customer_id=customer_id)
    context = {
        "company": masters.company(),
        "contracts": [
            {
                "it": one,
                "point": supply.point(supply_point_id=one.supply_point_id),
                "wishes": wishes.wishes_for(one, today=clock.today()),
            }
            for one in held
        ],
        "changes": [
            {"it": one, "title": _title(one), "state": words.CHANGES[one.state]}
            for one in queries.changes_of(customer_id=customer_id)
            if _shown(one)
        ],
    }
    return render(request, "portals/customer/changes.html", context)


def _shown(found: values.Change) -> bool:
    """A colleague's corrections of agency and reseller say nothing to the customer."""
    return found.kind not in {ChangeKind.AGENCY, ChangeKind.RESELLER}


def _title(found: values.Change) -> Any:
    for one in wishes.WISHES.values():
        if one.kind is found.kind and one.reason in {"", found.reason}:
            return one.title
    return {
        ChangeKind.MOVE_OUT: _("Moving out"),
        ChangeKind.DISCOUNTS: _("Discounts"),
        ChangeKind.SUCCESSION: _("Handing over the contract"),
    }.get(found.kind, found.number)


@require_http_methods(["GET", "POST"])
@customer_page("CM5")
def new_change(request: HttpRequest, what: str, *, customer_id: int) -> HttpResponse:
    """What is wanted; then what it means, to say yes to. Sent twice it is one."""
    contract = _contract(customer_id, request.GET.get("contract", ""))
    today = clock.today()
    wish = next((one for one in wishes.wishes_for(contract, today=today) if one.slug == what), None)
    if wish is None:
        raise Http404
    before = _before(wish, contract)
    form = WishForm(
        request.POST or None, wish=wish, contract=contract, before=before, today=today, key=uuid.uuid4().hex
    )
    sent = queries.change_by_key(key=wishes.key_of(customer_id, request.POST.get("key", "")))
    if sent is not None:
        return redirect("portals:customer_change", sent.id)
    sure = request.POST.get("confirmed") == "1"
    if request.method == "POST" and form.is_valid() and request.POST.get("again") != "1":
        try:
            if not sure:
                return _check(request, form, wish, contract, customer_id)
            return _send(request, form, wish, customer_id)
        except operations.ChangeRefused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "company": masters.company(), "wish": wish, "form": form, "contract": contract,
        "point": supply.point(supply_point_id=contract.supply_point_id),
    }  # fmt: skip
    refused = bool(form.errors) and request.POST.get("again") != "1"
    return render(request, "portals/customer/new_change.html", context, status=422 if refused else 200)


def _before(wish: Wish, contract: Contract) -> dict[str, Any]:
    on = max(clock.today(), contract.start)
    found = queries.present_values(kind=wish.kind, contract=contract, on=on)
    return {} if wish.kind in {ChangeKind.MOVE, ChangeKind.MOVE_OUT} else found


def _check(request: HttpRequest, form: WishForm, wish: Wish, contract: Contract, customer_id: int) -> HttpResponse:
    """
    What would be sent, to read once more.

    :raises ChangeRefused: if it cannot be as it is asked for
    """
    new = form.change(customer_id=customer_id)
    operations.examine_change(new=new, today=clock.today())
    context = {
        "company": masters.company(),
        "wish": wish,
        "contract": contract,
        "point": supply.point(supply_point_id=contract.supply_point_id),
        "day": form.cleaned_data.get("effective_on"),
        "day_label": form.fields["effective_on"].label if "effective_on" in form.fields else "",
        "rows": rows(new.wanted, form.before),
        "fields": [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"],
    }
    return render(request, "portals/customer/check_change.html", context)


def rows(wanted: Any, before: Any) -> list[dict[str, Any]]:
    """What changes, from and to, in the customer's words."""
    unit = str(before.get("capacity_kind") or "")
    return [
        {"label": wishes.LABELS[name], "before": _said(name, before.get(name), unit), "after": _said(name, value, unit)}
        for name, value in wanted.items()
        if name in wishes.LABELS
    ]


_CHOSEN = {
    "statement_channel": wishes.CHANNELS,
    "payment_method": wishes.METHODS | wishes.OTHER_METHODS,
    "account_kind": wishes.ACCOUNTS,
}


def _said(name: str, value: Any, unit: str) -> Any:
    if value in {None, "", False}:
        return "–"
    if name == "plan_code":
        return tariffs.plan_names(language=get_language() or "ja").get(str(value), value)
    if name == "capacity_milli":
        return f"{units.plain(int(value), scale=units.MILLI)} {unit}".strip()
    if name in _CHOSEN:
        return _CHOSEN[name].get(str(value), value)
    if name == "start_on":
        return figures.day(date.fromisoformat(str(value)))
    return _("yes") if value is True else value


def _send(request: HttpRequest, form: WishForm, wish: Wish, customer_id: int) -> HttpResponse:
    """
    Write the wish down; what is the customer's own to say holds at once.

    :raises ChangeRefused: if it cannot be as it is asked for
    """
    new, now, actor_id = form.change(customer_id=customer_id), clock.now(), actor(request)
    with db.transaction():
        if wish.at_once:
            change_id = operations.enter_change(new=new, now=now, actor_id=actor_id).id
            if new.wanted.get("mail"):
                identity.set_portal_mail(customer_id=customer_id, mail=str(new.wanted["mail"]))
        else:
            change_id = operations.ask_change(new=new, now=now, actor_id=actor_id)
        identity.record_deed(
            procedure="CM5",
            what=f"asked in the portal for a change ({new.kind.value})",
            at=now,
            subject=f"applications.change:{change_id}",
            actor_id=actor_id,
        )
    messages.success(request, _("Changed.") if wish.at_once else _("We have your request; you see here how far it is."))
    return redirect("portals:customer_change", change_id)


def _own(customer_id: int, change_id: int) -> values.Change:
    found = queries.change(change_id=change_id)
    if found is None or found.customer_id != customer_id or not _shown(found):
        raise Http404
    return found


@require_GET
@customer_page("CM5")
def change(request: HttpRequest, change_id: int, *, customer_id: int) -> HttpResponse:
    found = _own(customer_id, change_id)
    contract = contracts.contract(contract_id=found.contract_id)
    assert contract is not None, "a change has a contract"
    context = {
        "company": masters.company(),
        "change": found,
        "title": _title(found),
        "state": words.CHANGES[found.state],
        "rows": rows(found.wanted, found.before),
        "point": supply.point(supply_point_id=contract.supply_point_id),
        "may_cancel": found.is_open and not found.cancel_asked and found.source is ChangeSource.PORTAL,
        "declined": found.state is values.ChangeState.DECLINED,
    }
    return render(request, "portals/customer/change.html", context)


@require_POST
@customer_page("CM5")
def cancel(request: HttpRequest, change_id: int, *, customer_id: int) -> HttpResponse:
    """The customer does not want it any more; too late is said."""
    found = _own(customer_id, change_id)
    if found.source is not ChangeSource.PORTAL:
        raise Http404
    try:
        with db.transaction():
            operations.cancel_change(
                change_id=change_id, reason=_("taken back by the customer"), now=clock.now(), actor_id=actor(request)
            )
    except operations.ChangeRefused:
        messages.error(request, _("It is too late to take this back; please write to us or call."))
    else:
        messages.success(request, _("Taken back."))
    return redirect("portals:customer_change", change_id)
