"""Pages of documents before and after contracts (CM4): the list, one with its proof, the post queue, the texts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import notice_lists as listing
from tomoshibi.applications import notice_words as words
from tomoshibi.applications.forms import notices as forms
from tomoshibi.applications.operations import notices as operations
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values import notices as values
from tomoshibi.applications.values.notices import Channel, NoticeKind, NoticeState, TemplateState
from tomoshibi.contracts import queries as contracts
from tomoshibi.documents import queries as documents
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

CM4 = values.PROCEDURE


@require_GET
@page(CM4)
def notices(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.notices_list(),
        title=_("Contract documents"),
        page="applications:notice",
        buttons=[
            lists.Button(_("Post queue"), "applications:post_queue", "mailbox", right="CM4.view"),
            lists.Button(_("Texts of documents"), "applications:notice_templates", "template", right="CM4.view"),
        ],
        empty=lists.Empty(
            _("No documents yet."),
            _("They are made by themselves when an application is in order, when a contract stands, and with changes."),
            icon="file-certificate",
        ),
    )


def _notice_or_404(notice_id: int) -> values.Notice:
    found = queries.notice(notice_id=notice_id)
    if found is None:
        raise Http404
    return found


@require_GET
@page(CM4)
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    found = _notice_or_404(notice_id)
    proof = [
        {"icon": words.PROOFS[code][0], "word": words.PROOFS[code][1], "at": at, "detail": words.OPENED.get(more, more)}
        for code, at, more in queries.proof_of(notice=found)
    ]
    context = {
        "notice": found,
        "states": words.STATES,
        "kind": words.KINDS[found.kind],
        "channel": words.CHANNELS[found.channel],
        "occasion": words.OCCASIONS[found.occasion],
        "customer": parties.customer(customer_id=found.customer_id),
        "contract": contracts.contract(contract_id=found.contract_id) if found.contract_id else None,
        "missing": [words.missing(code) for code in found.missing],
        "places": words.places(found.missing, customer_id=found.customer_id, kind=found.kind.value),
        "proof": proof,
        "channels": words.CHANNELS.items(),
        "held": found.state is NoticeState.HELD,
        "sent": found.state in {NoticeState.TO_POST, NoticeState.SENT, NoticeState.RECEIVED},
    }
    return render(request, "applications/notices/notice.html", context)


@require_GET
@page(CM4)
def notice_pdf(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The paper as it was made."""
    found = _notice_or_404(notice_id)
    if found.file_id is None:
        raise Http404
    return downloads.made(documents.content(file_id=found.file_id), f"{found.number}.pdf")


@require_GET
@page(CM4, "CM3")
def notices_of(request: HttpRequest) -> HttpResponse:
    """A fragment for the page of a contract: its documents."""
    if not request.GET.get("contract", "").isdigit():
        raise Http404
    rows = [
        {"it": one, "kind": words.KINDS[one.kind]}
        for one in queries.notices_of(contract_id=int(request.GET["contract"]), limit=20)
    ]
    return render(request, "applications/notices/of.html", {"rows": rows, "states": words.STATES})


@require_POST
@page(CM4, right=DO)
def step(request: HttpRequest, notice_id: int, name: str) -> HttpResponse:
    """Fill a held one again, withdraw it, or make a sent one anew."""
    _notice_or_404(notice_id)
    now, actor_id = clock.now(), actor(request)
    shown = notice_id
    try:
        with db.transaction():
            match name:
                case "again":
                    made = operations.fill_again(notice_id=notice_id, now=now, actor_id=actor_id)
                    if made.state is NoticeState.HELD:
                        messages.error(request, _("Items are still missing."))
                    else:
                        messages.success(request, _("Sent."))
                case "withdraw":
                    operations.withdraw_notice(notice_id=notice_id, now=now, actor_id=actor_id)
                    messages.success(request, _("Withdrawn."))
                case "reissue":
                    channel = Channel(request.POST.get("channel") or Channel.MAIL.value)
                    shown = operations.reissue(notice_id=notice_id, channel=channel, now=now, actor_id=actor_id)
                    messages.success(request, _("Made anew."))
                case _:
                    raise Http404
    except operations.NoticeRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("applications:notice", shown)


@require_http_methods(["GET", "POST"])
@page(CM4, right=DO)
def post_queue(request: HttpRequest) -> HttpResponse:
    """Letters that wait: print each, then say when they went."""
    waiting = queries.letters_to_post()
    form = forms.PostForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        chosen = [int(text) for text in request.POST.getlist("ids") if text.isdigit()]
        with db.transaction():
            count = operations.post_letters(
                notice_ids=chosen, on=form.cleaned_data["on"], now=clock.now(), actor_id=actor(request)
            )
        messages.success(request, _("%(n)d letters are posted.") % {"n": count})
        return redirect("applications:post_queue")
    rows = [{"it": one, "kind": words.KINDS[one.kind]} for one in waiting]
    context = {"rows": rows, "form": form}
    return render(request, "applications/notices/post.html", context, status=422 if form.errors else 200)


@require_GET
@page(CM4)
def templates(request: HttpRequest) -> HttpResponse:
    found = queries.templates()
    names = people.names_of(user_ids={one.decided_by_id for one in found if one.decided_by_id})
    context = {
        "rows": [
            {"it": one, "kind": words.KINDS[one.kind], "by": names.get(one.decided_by_id or 0, "")} for one in found
        ],
        "states": words.TEMPLATES,
        "kinds": words.KINDS.items(),
    }
    return render(request, "applications/notices/templates.html", context)


@require_http_methods(["GET", "POST"])
@page(CM4, right=DO)
def new_template(request: HttpRequest, kind: str) -> HttpResponse:
    """A new version begins with the text that is published."""
    if kind not in {one.value for one in NoticeKind}:
        raise Http404
    now_used = queries.published_template(kind=NoticeKind(kind))
    return _write(request, kind=NoticeKind(kind), begin_with=now_used, template_id=None)


@require_http_methods(["GET", "POST"])
@page(CM4)
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """A version: while it is a draft it is written here, afterwards it is read."""
    found = queries.template(template_id=template_id)
    if found is None:
        raise Http404
    drafted = found.state in {TemplateState.DRAFT, TemplateState.REJECTED}
    if drafted and request.user.has_perm("CM4.do"):  # type: ignore[union-attr]
        return _write(request, kind=found.kind, begin_with=found, template_id=template_id)
    may_decide = (
        found.state is TemplateState.PROPOSED
        and found.written_by_id != request.user.pk
        and request.user.has_perm(f"CM4.{CONFIRM}")  # type: ignore[union-attr]
    )
    context = {
        "template": found,
        "kind": words.KINDS[found.kind],
        "states": words.TEMPLATES,
        "may_decide": may_decide,
        "example": "" if found.counsel else values.EXAMPLE,
    }
    return render(request, "applications/notices/template.html", context)


def _write(
    request: HttpRequest, *, kind: NoticeKind, begin_with: values.Template | None, template_id: int | None
) -> HttpResponse:
    form = forms.TemplateForm(
        request.POST or None,
        items=begin_with.items if begin_with else (),
        initial={"title": begin_with.title, "opening": begin_with.opening, "counsel": begin_with.counsel}
        if begin_with
        else {},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                saved = operations.save_template(
                    kind=kind, title=data["title"], opening=data["opening"], counsel=data["counsel"],
                    items=form.items_written(), now=clock.now(), actor_id=actor(request), template_id=template_id,
                )  # fmt: skip
            messages.success(request, _("Saved."))
            if "propose" in request.POST:
                with db.transaction():
                    operations.propose_template(template_id=saved, now=clock.now(), actor_id=actor(request))
                messages.success(request, _("A second person reads it now."))
        except operations.TemplateIncomplete as refusal:
            for code, fact in refusal.found:
                form.add_error(f"text_{code}", words.complaint(fact))
            if template_id is None:
                messages.error(request, str(refusal))
                return redirect("applications:notice_template", saved)
        except operations.TemplateSettled as refusal:
            messages.error(request, str(refusal))
            return redirect("applications:notice_templates")
        else:
            return redirect("applications:notice_template", saved)
    context: dict[str, Any] = {
        "form": form, "kind": words.KINDS[kind], "facts": forms.facts(), "example": "" if begin_with and begin_with.counsel else values.EXAMPLE,
    }  # fmt: skip
    return render(request, "applications/notices/write.html", context, status=422 if form.errors else 200)


@require_POST
@page(CM4, right=CONFIRM)
def decide_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """The second person."""
    decide = operations.publish_template if request.POST.get("decision") == "publish" else operations.reject_template
    try:
        with db.transaction():
            decide(template_id=template_id, now=clock.now(), actor_id=actor(request))
    except (identity.SamePerson, operations.TemplateSettled) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decided."))
    return redirect("applications:notice_template", template_id)
