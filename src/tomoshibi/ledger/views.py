"""Pages of the ledger: trial balance, accounts, entries, months, export."""

import csv
import io
from collections.abc import Iterator

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import forms, operations, queries
from tomoshibi.ledger import lists as declared
from tomoshibi.ledger.values import AccountKind
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

LINES_AT_ONCE = 200
_CREDIT_SIDE = {AccountKind.LIABILITY, AccountKind.EQUITY, AccountKind.INCOME}


def _range(request: HttpRequest) -> tuple[forms.RangeForm, Month, Month]:
    """The months that the address asks for; otherwise this one and the one before, whose money comes in now."""
    now = Month.of(clock.today())
    asked = {"first": request.GET.get("first") or str(now.plus(-1)), "last": request.GET.get("last") or str(now)}
    form = forms.RangeForm(asked)
    if form.is_valid():
        return form, form.cleaned_data["first"], form.cleaned_data["last"]
    return form, now.plus(-1), now


@require_GET
@page("RC4", "RB7")
def trial_balance(request: HttpRequest) -> HttpResponse:
    form, first, last = _range(request)
    language = get_language() or "ja"
    balance = queries.trial_balance(first=first, last=last)
    rows = [{"row": row, "name": row.account.name(language)} for row in balance.rows]
    context = {"form": form, "balance": balance, "rows": rows, "kinds": declared.KINDS}
    return render(request, "ledger/trial_balance.html", context)


@require_GET
@page("RC4", "RB7")
def account(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.account(code=code)
    if found is None:
        raise Http404
    form, first, last = _range(request)
    after = request.GET.get("after", "0")
    standing, lines = queries.account_lines(
        code=code, first=first, last=last, after_entry=int(after) if after.isdecimal() else 0, limit=LINES_AT_ONCE
    )
    # A balance is written on the side where accounts of its kind stand, so that a normal one has no sign.
    side = -1 if found.kind in _CREDIT_SIDE else 1
    context = {
        "account": found,
        "name": found.name(get_language() or "ja"),
        "form": form,
        "first": first,
        "last": last,
        "standing": standing * side,
        "lines": [
            {
                "line": line,
                "balance_minor": line.balance_minor * side,
                "page": declared.page_of(source=line.source, document=line.document),
                "document": people.in_words(subject=line.document),
            }
            for line in lines
        ],
        "credit_side": side < 0,
        "next": lines[-1].entry_id if len(lines) == LINES_AT_ONCE else None,
        "kinds": declared.KINDS,
    }
    return render(request, "ledger/account.html", context)


@require_GET
@page("RC4", "RB7")
def chart(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.chart_list(),
        title=_("Chart of accounts"),
        page="ledger:account",
        empty=lists.Empty(_("No accounts yet."), _("They come with the masters.")),
    )


@require_GET
@page("RC4", "RB7")
def journal(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.journal_list(),
        title=_("Journal"),
        subtitle=_("Every entry, newest first; nothing here is ever changed"),
        page="ledger:entry",
        empty=lists.Empty(_("No entries yet."), _("Entries appear here when bills are issued or money comes in.")),
    )


@require_GET
@page("RC4", "RB7")
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    found = queries.entry(entry_id=entry_id)
    if found is None:
        raise Http404
    language = get_language() or "ja"
    legs = [{"leg": leg, "name": leg.account.name(language)} for leg in found.legs]
    related = [other for other in queries.entries_of(document=found.document) if other.id != found.id]
    who = people.name_of(user_id=found.actor_id)
    context = {
        "entry": found,
        "source": people.in_words(subject=found.source),
        "purpose": declared.PURPOSES.get(found.purpose, found.purpose),
        "page": declared.page_of(source=found.source, document=found.document),
        "document": people.in_words(subject=found.document),
        "legs": legs,
        "related": related,
        "who": who,
    }
    return render(request, "ledger/entry.html", context)


@require_GET
@page("RC4", "RB7")
def export(request: HttpRequest) -> HttpResponse:
    """Journal entries as CSV, one row per leg, as long as the months are."""
    form, first, last = _range(request)
    if form.errors:
        return redirect("ledger:trial_balance")
    code = request.GET.get("account", "")
    frames = queries.journal(first=first, last=last, language=get_language() or "ja", account=code)
    response = StreamingHttpResponse(_csv(frames), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="journal-{first}-{last}.csv"'
    return response  # type: ignore[return-value]


def _csv(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    heads = [
        _("Entry"), _("Day"), _("Accounting month"), pgettext("ledger", "Source"), pgettext("ledger", "Purpose"), pgettext("ledger", "Document"), _("Text"), _("Code"),
        _("Ledger account"), pgettext("ledger", "Debit"), pgettext("ledger", "Credit"), _("Customer"),
    ]  # fmt: skip
    line = io.StringIO()
    csv.writer(line).writerow(heads)
    yield b"\xef\xbb\xbf" + line.getvalue().encode()
    harmless = pl.col(pl.String).str.replace(downloads.RUNS_AS_FORMULA, "'$1")
    for frame in frames:
        yield frame.with_columns(harmless).write_csv(include_header=False, line_terminator="\r\n").encode()


@require_GET
@page("RC4", "RB7")
def months(request: HttpRequest) -> HttpResponse:
    steps = queries.month_steps(limit=20)
    names = people.names_of(user_ids={one for s in steps for one in (s.proposed_by_id, s.decided_by_id) if one})
    context = {
        "months": queries.months(),
        "steps": [
            {"step": s, "proposed_by": names[s.proposed_by_id], "decided_by": names.get(s.decided_by_id or 0, "")}
            for s in steps
        ],
        "states": declared.MONTH_STATES,
        "form": forms.StepForm(initial={"month": Month.of(clock.today()).plus(-1)}),
    }
    return render(request, "ledger/months.html", context)


@require_POST
@page("RC4", "RB7", right=DO)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose to close a month, or to open it again."""
    form = forms.StepForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("ledger:months")
    ask = operations.propose_opening if request.POST.get("do") == "open" else operations.propose_closing
    try:
        with db.transaction():
            ask(**form.cleaned_data, actor_id=actor(request), now=clock.now())
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Proposed. A second person decides."))
    return redirect("ledger:months")


@require_POST
@page("RC4", "RB7", right=CONFIRM)
def decide(request: HttpRequest, step_id: int) -> HttpResponse:
    """The second pair of eyes."""
    act = operations.withdraw_step if request.POST.get("do") == "refuse" else operations.close_month
    try:
        with db.transaction():
            act(step_id=step_id, actor_id=actor(request), now=clock.now())
    except _REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decided."))
    return redirect("ledger:months")


_REFUSALS = (
    operations.MonthNotOpen,
    operations.MonthNotClosed,
    operations.EarlierMonthOpen,
    operations.LaterMonthClosed,
    operations.StepWaits,
    operations.StepDecided,
    identity.SamePerson,
)
