"""Banks and branches: find one, bring the list up to date."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.masters import listing, queries
from tomoshibi.masters.views.edge import actor
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

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
        subtitle=_("Renewed from the published list: vanished banks end, new ones begin, on the day of the import."),
        buttons=[lists.Button(_("Renew the list"), "masters:renew_banks_ask", "refresh", right="MS9.do")],
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


@require_GET
@page("MS9", right=DO)
def renew_ask(request: HttpRequest) -> HttpResponse:
    """What renewing would do, before it does it."""
    banks, branches = queries.bank_counts(on=clock.today())
    return render(request, "masters/renew_banks.html", {"banks": banks, "branches": branches})


@require_POST
@page("MS9", right=DO)
def renew(request: HttpRequest) -> HttpResponse:
    with db.transaction():
        job_id = worker.enqueue("masters.import_banks", requested_by_id=actor(request), lock="masters.banks")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('masters:banks')}")
