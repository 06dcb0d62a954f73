"""Pages of customers, payers and mandates (CM1 registration, CM2 name and address, CM3 paying and telling)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.parties import forms, listing, operations, queries, values, words
from tomoshibi.storage import db
from tomoshibi.ui import fragments, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

READERS = ("CM1", "CM2", "CM3", "RB7", "RC4")


def record(request: HttpRequest, procedure: str, what: str, subject: str) -> None:
    identity.record_deed(procedure=procedure, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)


def _customer_or_404(customer_id: int) -> values.Customer:
    found = queries.customer(customer_id=customer_id)
    if found is None:
        raise Http404
    return found


def _account_or_404(account_id: int) -> values.Account:
    found = queries.account(account_id=account_id, on=clock.today())
    if found is None:
        raise Http404
    return found


@require_GET
@page(*READERS)
def customers(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.customers_list(),
        title=_("Customers"),
        panel="parties:customer_panel",
        page="parties:customer",
        buttons=[lists.Button(_("New customer"), "parties:new_customer", "user-plus", right="CM1.do", main=True)],
        empty=lists.Empty(
            _("No customers yet."),
            _("Customers appear here when they are registered, or when a contract comes from an application."),
        ),
    )


@require_GET
@page(*READERS)
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    return render(request, "parties/customer.html", _customer_context(customer_id, request))


@require_GET
@page(*READERS)
def customer_panel(request: HttpRequest, customer_id: int) -> HttpResponse:
    return render(request, "parties/customer_panel.html", _customer_context(customer_id, request))


def _customer_context(customer_id: int, request: HttpRequest, *, shown: bool = False) -> dict[str, Any]:
    found = _customer_or_404(customer_id)
    return {
        "customer": found,
        "kind": words.KINDS[found.kind],
        "accounts": [_account_row(a) for a in queries.accounts_of(customer_id=customer_id, on=clock.today())],
        "contacts_shown": shown,
        "fragments": fragments.addresses("parties.customer", of=request, customer=str(customer_id)),
    }


def _account_row(account: values.Account) -> dict[str, Any]:
    return {
        "it": account,
        "pays_by": words.PAYMENT[account.payment_method],
        "told_by": words.STATEMENT[account.statement_channel],
    }


@require_POST
@page(*READERS)
def show_contacts(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Telephone and mail in full; that somebody looked is on record."""
    context = _customer_context(customer_id, request, shown=True)
    with db.transaction():
        record(request, "CM2", "looked at telephone and mail in full", f"parties.customer:{customer_id}")
    return render(request, "parties/contacts.html", context)


@require_http_methods(["GET", "POST"])
@page("CM1", right=DO)
def new_customer(request: HttpRequest) -> HttpResponse:
    form = forms.RegistrationForm(request.POST or None, initial={"start": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.register_customer(registered_on=clock.today(), **form.customer())
                operations.register_account(customer_id=made.id, **form.account())
                record(request, "CM1", f"registered customer {made.number}", f"parties.customer:{made.id}")
        except RowsRefused as refused:
            forms.show_refusals(form, refused)
        else:
            messages.success(
                request, _("%(name)s is customer %(number)s.") % {"name": made.name, "number": made.number}
            )
            return redirect("parties:customer", made.id)
    context = {"form": form, "likely": _look_alikes(form) if form.errors else []}
    return render(request, "parties/new_customer.html", context, status=422 if form.errors else 200)


def _look_alikes(form: forms.RegistrationForm) -> list[values.Found]:
    return queries.search(form.data.get("kana", ""), limit=5)


@require_http_methods(["GET", "POST"])
@page("CM2", right=DO)
def change_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    found = _customer_or_404(customer_id)
    initial = {name: getattr(found, name) for name in ("kind", "name", "kana", "phone", "mobile", "mail", "notes")}
    form = forms.ChangeCustomerForm(
        request.POST or None, initial=initial | {name: getattr(found.address, name) for name in forms.ADDRESS}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                operations.correct_customer(customer_id=customer_id, changes=form.changes(), now=clock.now())
                changed = ", ".join(name for name in form.changed_data if name != "reason")
                record(request, "CM2", f"changed {changed or 'nothing'}", f"parties.customer:{customer_id}")
        except RowsRefused as refused:
            forms.show_refusals(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("parties:customer", customer_id)
    context = {"customer": found, "form": form}
    return render(request, "parties/change_customer.html", context, status=422 if form.errors else 200)


@require_GET
@page(*READERS, "AP1")
def places(request: HttpRequest) -> HttpResponse:
    """What a postal code stands for, for forms with an address."""
    found = queries.places(postal_code=request.GET.get("postal_code", ""))
    return JsonResponse(
        {"places": [{"prefecture": p.prefecture, "city": p.city, "town": p.town} for p in found]},
        json_dumps_params={"ensure_ascii": False},
    )


@require_GET
@page(*READERS)
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    return _account_page(request, account_id)


def _account_page(request: HttpRequest, account_id: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The payer's page with its forms; ``bound`` holds those that came back with errors."""
    found = _account_or_404(account_id)
    own = found.address if found.has_own_address else values.Address()
    unbound = {
        "terms_form": forms.TermsForm(
            auto_id="terms_%s",
            initial={"start": clock.today(), "collective": found.collective},
        ),
        "address_form": forms.BillingAddressForm(
            auto_id="address_%s", initial={name: getattr(own, name) for name in forms.ADDRESS}
        ),
        "mandate_form": _mandate_form(None),
    }
    context = {
        "account": found,
        "customer": queries.customer(customer_id=found.customer_id),
        "number": queries.registered_number(number=found.number),
        "number_kinds": words.NUMBERS,
        "row": _account_row(found),
        "history": [
            {"it": terms, "pays_by": words.PAYMENT[terms.payment_method], "told_by": words.STATEMENT[terms.statement_channel],
             "invoiced": words.COLLECTIVE[terms.collective]}
            for terms in queries.account_terms(account_id=account_id)
        ],
        "mandates": _shown_mandates(account_id),
        "mandate_states": words.MANDATES,
        "fragments": fragments.addresses("parties.account", of=request, account=str(account_id)),
    }  # fmt: skip
    return render(request, "parties/account.html", unbound | context | bound, status=status)


def _shown_mandates(account_id: int) -> list[dict[str, Any]]:
    """With the names of banks, branches and agents instead of their codes."""
    found = queries.mandates_of(account_id=account_id)
    banks = masters.branch_names(keys=[(one.bank_code, one.branch_code) for one in found], on=clock.today())
    agents = masters.debit_agent_names()
    return [
        {
            "it": one,
            "bank": banks[one.bank_code, one.branch_code],
            "agent_name": agents.get(one.agent, one.agent),
        }
        for one in found
    ]


def _mandate_form(data: Any) -> forms.MandateForm:
    today = clock.today()
    agents = [(agent.code, f"{agent.code} {agent.name}") for agent in masters.debit_agents(on=today)]
    return forms.MandateForm(data, agents=agents, today=today, auto_id="mandate_%s")


@require_POST
@page("CM3", right=DO)
def change_invoicing(request: HttpRequest, account_id: int) -> HttpResponse:
    form = forms.TermsForm(request.POST, auto_id="terms_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                operations.change_account_terms(
                    account_id=account_id,
                    start=data["start"],
                    collective=values.Collective(data["collective"]),
                )
                what = f"one invoice for all: {data['collective']} from {data['start']}"
                record(request, "CM3", what, f"parties.billingaccount:{account_id}")
        except operations.TooEarly as refusal:
            form.add_error("start", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("parties:account", account_id)
    return _account_page(request, account_id, status=422, terms_form=form)


@require_POST
@page("CM2", right=DO)
def change_billing_address(request: HttpRequest, account_id: int) -> HttpResponse:
    form = forms.BillingAddressForm(request.POST, auto_id="address_%s")
    if form.is_valid():
        try:
            with db.transaction():
                operations.correct_account(account_id=account_id, changes=form.changes(), now=clock.now())
                record(request, "CM2", "changed where bills go", f"parties.billingaccount:{account_id}")
        except RowsRefused as refused:
            forms.show_refusals(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("parties:account", account_id)
    return _account_page(request, account_id, status=422, address_form=form)


@require_POST
@page("CM3", "AP1", right=DO)
def draft_mandate(request: HttpRequest, account_id: int) -> HttpResponse:
    form = _mandate_form(request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data, account_kind=values.BankAccountKind(form.cleaned_data["account_kind"]))
        try:
            with db.transaction():
                made = operations.draft_mandate(account_id=account_id, **data)
                record(request, "CM3", "wrote down a mandate", f"parties.mandate:{made.id}")
        except RowsRefused as refused:
            forms.show_refusals(form, refused)
        except operations.NotHolderKana as refusal:
            form.add_error("holder", str(refusal))
        else:
            return redirect("parties:mandate", made.id)
    return _account_page(request, account_id, status=422, mandate_form=form)


@require_GET
@page("CM3", "AP1", "RC4")
def mandates(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.mandates_list(),
        title=_("Mandates"),
        subtitle=_("Permissions to draw from bank accounts"),
        page="parties:mandate",
        empty=lists.Empty(_("No mandates yet."), _("A mandate is written down on the payer's page.")),
    )


@require_GET
@page("CM3", "AP1", "RC4")
def mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    return _mandate_page(request, mandate_id)


def _mandate_page(
    request: HttpRequest, mandate_id: int, *, status: int = 200, form: Any = None, number_shown: bool = False
) -> HttpResponse:
    found = queries.mandate(mandate_id=mandate_id)
    if found is None:
        raise Http404
    today = clock.today()
    context = {
        "mandate": found,
        "account": queries.account(account_id=found.account_id, on=today),
        "bank": masters.bank(found.bank_code, today),
        "branch": masters.branch(found.bank_code, found.branch_code, today),
        "account_kind": words.BANK_ACCOUNTS[found.account_kind],
        "states": words.MANDATES,
        "moves": [(move, MOVE_WORDS[move]()) for move in queries.moves_of_mandate(found.state)],
        "form": form or forms.MoveForm(initial={"on": today}),
        "number_shown": number_shown,
    }
    return render(request, "parties/mandate.html", context, status=status)


@require_POST
@page("CM3", "AP1", "RC4")
def show_account_number(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """The bank account number in full; that somebody looked is on record."""
    answer = _mandate_page(request, mandate_id, number_shown=True)
    with db.transaction():
        record(request, "CM3", "looked at the bank account number in full", f"parties.mandate:{mandate_id}")
    return answer


MOVES: dict[str, Callable[[int, dict[str, Any]], None]] = {
    "submit": lambda id_, _data: operations.submit_mandate(mandate_id=id_),
    "accept": lambda id_, data: operations.accept_mandate(mandate_id=id_, on=data["on"]),
    "reject": lambda id_, data: operations.reject_mandate(mandate_id=id_, reason=data["reason"]),
    "suspend": lambda id_, data: operations.suspend_mandate(mandate_id=id_, reason=data["reason"]),
    "resume": lambda id_, _data: operations.resume_mandate(mandate_id=id_),
    "stop": lambda id_, data: operations.stop_mandate(mandate_id=id_, on=data["on"], reason=data["reason"]),
}
MOVE_WORDS: dict[str, Callable[[], str]] = {
    "submit": lambda: _("The form went out"),
    "accept": lambda: _("The bank accepted it"),
    "reject": lambda: _("The bank sent it back"),
    "suspend": lambda: _("Suspend"),
    "resume": lambda: _("Lift the suspension"),
    "stop": lambda: _("End for good"),
}
NEED_A_REASON = ("reject", "suspend", "stop")


@require_POST
@page("CM3", "AP1", right=DO)
def move_mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    move = request.POST.get("move", "")
    if move not in MOVES:
        raise Http404
    form = forms.MoveForm(request.POST)
    if form.is_valid() and move in NEED_A_REASON and not form.cleaned_data["reason"]:
        form.add_error("reason", _("Say why, please."))
    if form.is_valid():
        try:
            with db.transaction():
                MOVES[move](mandate_id, form.cleaned_data)
                record(request, "CM3", f"{move} mandate", f"parties.mandate:{mandate_id}")
        except operations.MandateMove as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("parties:mandate", mandate_id)
    return _mandate_page(request, mandate_id, status=422, form=form)
