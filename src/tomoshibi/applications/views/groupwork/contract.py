"""The contract of a group case: draft, review, approval, signatures, its clauses and its lists."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import casepapers
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import PaperState
from tomoshibi.applications.views.groupwork.case import way_back
from tomoshibi.applications.views.groupwork.edge import act, case_or_404, keep, record
from tomoshibi.documents import operations as typesetting
from tomoshibi.documents import queries as documents
from tomoshibi.storage import db
from tomoshibi.ui import downloads
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_POST
@page(values.DRAFT, right=DO)
def draft(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.ContractForm(request.POST, clauses={})
    return way_back(request, case_id, form) or act(
        request, case_id, values.DRAFT, "drafted the contract",
        lambda: operations.draft_contract(
            case_id=case_id, clauses=form.cleaned_data, now=clock.now(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.REVIEW, right=DO)
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.REVIEW, "reviewed the contract",
        lambda: operations.review_contract(case_id=case_id, now=clock.now(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.APPROVE, right=DO)
def approve(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.APPROVE, "approved the contract",
        lambda: operations.approve_contract(case_id=case_id, now=clock.now(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.REVIEW, values.APPROVE, right=DO)
def send_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Whoever has the contract sends it back: who approves, once it was reviewed."""
    paper = queries.paper_of(case_id=case_id)
    step = values.APPROVE if paper and paper.state is PaperState.REVIEWED else values.REVIEW
    if not request.user.has_perm(f"{step}.do"):
        raise PermissionDenied(step)
    form = forms.RefuseForm(request.POST)
    return way_back(request, case_id, form) or act(
        request, case_id, step, "sent the contract back",
        lambda: operations.send_contract_back(
            case_id=case_id, step=step, remark=form.cleaned_data["reason"], now=clock.now(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.SIGN, right=DO)
def sign(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.SignForm(request.POST, request.FILES)
    wrong = way_back(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    file = keep(request, data["file"])
    return act(
        request, case_id, values.SIGN, "recorded the signatures",
        lambda: operations.sign_contract(
            case_id=case_id, signed_on=data["signed_on"], file=file, name=data["file"].name, now=clock.now(),
            today=clock.today(), actor_id=request.user.pk,
        ),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@page(values.DRAFT)
def clauses(request: HttpRequest) -> HttpResponse:
    """How this company words the special clauses of its contracts (G-041)."""
    form = forms.ContractForm(request.POST or None, clauses=queries.clauses())
    for field in form.fields.values():
        field.required = False
    if request.method == "POST":
        if not request.user.has_perm(f"{values.DRAFT}.do"):  # type: ignore[union-attr]
            raise PermissionDenied(values.DRAFT)
        if form.is_valid():
            with db.transaction():
                operations.word_clauses(clauses=form.cleaned_data, now=clock.now(), actor_id=request.user.pk)
                record(request, values.DRAFT, "worded the special clauses", 0)
            messages.success(request, _("Saved."))
            return redirect("applications:group_clauses")
    return render(request, "applications/groupwork/clauses.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@page(*values.STEPS)
def list_version(request: HttpRequest, case_id: int, version: int) -> HttpResponse:
    """A version of the confirmation list; one that is superseded is marked across the page."""
    content = queries.list_content(case_id=case_id, version=version)
    if content is None:
        raise Http404
    return downloads.made(
        typesetting.typeset(template=casepapers.CONFIRMATION, data=content), f"{content['version']}.pdf"
    )


@require_GET
@page(*values.STEPS)
def contract_list(request: HttpRequest, case_id: int, version: int) -> HttpResponse:
    found = case_or_404(case_id)
    lists_ = queries.contract_lists(group_id=found.group_id) if found.group_id else []
    one = next((c for c in lists_ if c.version == version), None)
    if one is None:
        raise Http404
    return downloads.made(documents.content(file_id=one.document_id), f"{found.group_number}-L{version}.pdf")
