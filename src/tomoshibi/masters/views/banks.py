"""Banks and branches: find one, bring the list up to date."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.masters import forms, listing, operations, queries
from tomoshibi.masters.register import MASTERS
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

SHOWN_ROWS = 50
KANA_SEARCH = ("code", "name", "kana")


def _columns() -> tuple[lists.Column, ...]:
    return (
        lists.Code("code", _("Code")),
        lists.Text("name", _("Name")),
        lists.Text("kana", _("In bank files")),
        lists.Text("since", _("Holds from"), show=lambda row: _start(row["valid"]), also=("valid",)),
    )


def _start(valid: object) -> str:
    lower = getattr(valid, "lower", None)
    return lower.isoformat() if lower else ""


@require_GET
@page("MS9")
def banks(request: HttpRequest) -> HttpResponse:
    """All banks; a row leads to its branches."""
    return lists.render_list(
        request,
        lists.ListQuery(
            name="masters.banks",
            rows=queries.bank_rows(on=clock.today()),
            columns=_columns(),
            filters=(listing.KanaSearch("q", _("Code, name or kana"), among=KANA_SEARCH),),
            order=("code",),
            also=("code",),
        ),
        title=_("Banks"),
        page=lambda row: reverse("masters:branches", args=[row["code"]]),
        subtitle=_(
            "Renewed from the published list: vanished banks end, new ones begin, when a second person has agreed."
        ),
        buttons=[
            lists.Button(_("All rows"), "masters:banks_list", "table"),
            lists.Button(_("All rows of branches"), "masters:bank_branches_list", "table"),
            lists.Button(_("Renew the list"), "masters:renew_banks", "refresh", right="MS9.do"),
        ],
        empty=lists.Empty(
            _("No bank fits."), _("Banks appear here when the list has been imported."), icon="building-bank"
        ),
    )


@require_GET
@page("MS9")
def branches(request: HttpRequest, code: str) -> HttpResponse:
    today = clock.today()
    bank = queries.bank(code, today)
    if bank is None:
        raise Http404
    return lists.render_list(
        request,
        lists.ListQuery(
            name="masters.branches",
            rows=queries.branch_rows(bank_code=code, on=today),
            columns=_columns(),
            filters=(listing.KanaSearch("q", _("Code, name or kana"), among=KANA_SEARCH),),
            order=("code",),
        ),
        title=f"{bank.code} {bank.name}",
        subtitle=bank.kana,
        buttons=[lists.Button(_("Banks"), "masters:banks", "chevron-left")],
        empty=lists.Empty(_("No branch fits."), icon="building-bank"),
    )


@page("MS9", right=DO)
def renew(request: HttpRequest) -> HttpResponse:
    """What differs from the published list; asked for, it is proposed to a second person."""
    today = clock.today()
    held = sum(queries.bank_counts(on=today))
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and held:
        with db.transaction():
            made = operations.propose_bank_renewal(
                on=today, reason=form.cleaned_data["reason"], actor_id=actor(request), now=clock.now()
            )
        if made:
            messages.success(request, _("Proposed: a second person has to agree."))
            return redirect("masters:proposals")
    differences = queries.bank_differences(on=today) if held else ()
    context = {
        "form": form,
        "held": held,
        "differences": [(MASTERS[one.master].label, one) for one in differences if one.rows],
        "shown_rows": SHOWN_ROWS,
    }
    return render(request, "masters/renew_banks.html", context, status=422 if form.errors else 200)


@require_POST
@page("MS9", right=DO)
def bring_in(request: HttpRequest) -> HttpResponse:
    """The first list, where none is there."""
    if sum(queries.bank_counts(on=clock.today())):
        return redirect("masters:renew_banks")
    with db.transaction():
        job_id = worker.enqueue("masters.import_banks", requested_by_id=actor(request), lock="masters.banks")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('masters:banks')}")
