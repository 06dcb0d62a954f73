"""Documents of the customer's contracts (CM4): in the portal, and by the link in the mail that told of one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tomoshibi.applications.operations import notices as operations
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values.notices import NoticeKind, NoticeState
from tomoshibi.masters import queries as masters
from tomoshibi.portals.access import customer_page
from tomoshibi.storage import db
from tomoshibi.ui import downloads
from tomoshibi.worker import queries as clock

SHOWN = frozenset({NoticeState.TO_POST, NoticeState.SENT, NoticeState.RECEIVED})


@require_GET
@customer_page("CM4")
def documents(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    found = [one for one in queries.notices_of(customer_id=customer_id) if one.state in SHOWN]
    context = {"notices": found, "company": masters.company(), "before": NoticeKind.BEFORE}
    return render(request, "portals/customer/documents.html", context)


@require_GET
@customer_page("CM4")
def paper(request: HttpRequest, notice_id: int, *, customer_id: int) -> HttpResponse:
    """The PDF; that it was opened is the proof that it came."""
    found = queries.notice(notice_id=notice_id)
    if found is None or found.customer_id != customer_id or found.state not in SHOWN:
        raise Http404
    with db.transaction():
        number, content = operations.record_opening(notice_id=notice_id, how="portal", now=clock.now())
    return downloads.made(content, f"{number}.pdf")


@require_GET
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Without sign-in: who holds the signed link of the mail reads the document, for as long as it is good."""
    try:
        with db.transaction():
            number, content = operations.record_opening(token=token, how="mail", now=clock.now())
    except operations.NotReadable:
        return render(request, "portals/customer/too_old.html", {"company": masters.company()}, status=410)
    return downloads.made(content, f"{number}.pdf")
