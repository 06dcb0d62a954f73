"""The public application site (IN1): five pages, each kept as soon as it is sent; nothing needs a script."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import operations, queries, values
from tomoshibi.applications.values import IntakeState, Source
from tomoshibi.masters.values import AREAS
from tomoshibi.parties import queries as parties
from tomoshibi.portals.apply import forms, words
from tomoshibi.portals.apply.visitors import (
    company,
    is_program,
    is_too_quick,
    keep_draft,
    own_draft,
    public_page,
    within_limit,
)
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.worker import queries as clock

PROCEDURE = "IN1"
KEEPING = frozenset({"plan", "plant", "place", "you"})
"""Pages whose answers are kept when somebody goes on later."""


def _language() -> str:
    return get_language() or "ja"


def _show(request: HttpRequest, name: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the site; the step is marked in the line of steps."""
    steps = [{"name": step, "label": label, "number": n} for n, (step, label) in enumerate(words.STEPS, start=1)]
    form = context.get("form")
    wrong = [field for field in form if field.errors] if form is not None and form.is_bound and status != 200 else []  # noqa: PLR2004
    known = {"company": company(), "steps": steps, "step": name, "keeps_typed": name in KEEPING, "wrong": wrong}
    return render(request, f"portals/apply/{name}.html", {**known, **context}, status=status)


def _set_aside(request: HttpRequest, draft: values.Intake, form: forms.Page) -> HttpResponse | None:
    """Who goes on later loses nothing: what stands on the page is kept, right or wrong, before the link is sent."""
    if request.method != "POST" or request.POST.get("do") != "save":
        return None
    _keep(draft, form.kept())
    return redirect("apply:save")


def _draft(request: HttpRequest) -> values.Intake | HttpResponse:
    """The draft of this browser, or where to go instead."""
    found = own_draft(request)
    if found is None:
        return redirect("apply:start")
    return found if found.state is IntakeState.DRAFT else redirect("apply:done")


def _keep(draft: values.Intake, typed: Mapping[str, str]) -> values.Intake:
    with db.transaction():
        return operations.save_answers(key=draft.key, typed=typed, now=clock.now())


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def start(request: HttpRequest) -> HttpResponse:
    """What somebody wants and where; an unfinished application of this browser is offered first."""
    agency = str(request.POST.get("a") or request.GET.get("a", ""))[:20]
    form = forms.StartPage(request.POST or None)
    if request.method == "POST" and form.examine(today=clock.today()) and not is_program(request):
        within_limit(request, "start")
        typed = form.typed() | _place_of(form.typed()["postal_code"])
        if queries.agency_name(code=agency):
            typed["agency_code"] = agency
        with db.transaction():
            made = operations.start(source=Source.WEB, typed=typed, language=_language(), now=clock.now())
        return keep_draft(redirect("apply:plan"), made.key)
    unfinished = own_draft(request)
    context = {
        "form": form,
        "agency": agency,
        "agency_name": queries.agency_name(code=agency) if agency else "",
        "unfinished": unfinished if unfinished and unfinished.state is IntakeState.DRAFT else None,
    }
    return _show(request, "start", context, status=422 if request.method == "POST" else 200)


def _place_of(postal_code: str) -> dict[str, str]:
    """Address and area as the postal code has them; people complete them."""
    found = parties.places(postal_code=postal_code)
    if not found:
        return {}
    place = found[0]
    areas = queries.areas_of(prefecture=place.prefecture)
    return {"prefecture": place.prefecture, "city": place.city, "town": place.town, "area": areas[0] if areas else ""}


@require_GET
@public_page(PROCEDURE)
def places(request: HttpRequest) -> HttpResponse:
    """What a postal code stands for."""
    found = parties.places(postal_code=request.GET.get("postal_code", ""))
    return JsonResponse({"places": [{"prefecture": p.prefecture, "city": p.city, "town": p.town} for p in found]})


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def plan(request: HttpRequest) -> HttpResponse:
    """Size and use give a price for each plan; one is chosen."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    if draft.answers.sells:
        return _plant(request, draft)
    form = _plan_page(draft, request.POST or None)
    if aside := _set_aside(request, draft, form):
        return aside
    wants_next = request.method == "POST" and request.POST.get("do") != "prices"
    if wants_next and form.examine(today=clock.today(), only=("plan_code", "capacity")):
        _keep(draft, form.typed())
        return redirect("apply:place")
    # The page stands at once; a script asks for the prices after it, the button does so without one.
    context = _priced(request, form, draft) if form.is_bound else {}
    context |= {"form": form, "area": AREAS.get(form.area), "draft": draft, "later": not form.is_bound}
    return _show(request, "plan", context, status=422 if wants_next else 200)


def _plant(request: HttpRequest, draft: values.Intake) -> HttpResponse:
    """What generates, and a purchase plan by what a month would be paid."""
    form = forms.PlantPage(
        request.POST or None, draft=draft, areas=queries.areas_of(prefecture=draft.answers.prefecture)
    )
    if aside := _set_aside(request, draft, form):
        return aside
    wants_next = request.method == "POST" and request.POST.get("do") != "prices"
    asked = ("plant", "source_kind", "capacity", "term_ends_on", "plan_code")
    if wants_next and form.examine(today=clock.today(), only=asked):
        _keep(draft, form.typed())
        return redirect("apply:place")
    context = {
        "form": form,
        "step": "plan",
        "area": AREAS.get(form.area),
        "draft": draft,
        **_bought(request, form, draft),
    }
    return _show(request, "plant", context, status=422 if wants_next else 200)


def _bought(request: HttpRequest, form: forms.PlantPage, draft: values.Intake) -> dict[str, Any]:
    within_limit(request, "prices")
    known = queries.plain_answers(form.typed())
    try:
        found = queries.selling.offers(
            area=form.area, source_kind=form.said("source_kind"), term_end=known.term_end, kwh=known.use_kwh,
            today=clock.today(),
        )  # fmt: skip
    except queries.selling.EnergyNotReadable:
        if form.is_bound:
            form.add_error("use_kwh", _("This is no number of kWh."))
        return {"offers": []}
    names = tariffs.plan_names(language=_language())
    offers = [
        {"code": offer.plan_code, "name": names.get(offer.plan_code, offer.plan_code), "month": offer.month_minor}
        for offer in found
    ]
    wished = form.said("plan_code") or draft.answers.plan_code
    first = offers[0]["code"] if offers else ""
    return {"offers": offers, "chosen": wished if any(offer["code"] == wished for offer in offers) else first}


@require_GET
@public_page(PROCEDURE)
def prices(request: HttpRequest) -> HttpResponse:
    """The prices of the plans for a size and a use, as a part of the page."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return HttpResponse(status=204)
    form = _plan_page(draft, request.GET if "size" in request.GET else None)
    return render(request, "portals/apply/prices.html", {"form": form, **_priced(request, form, draft)})


def _plan_page(draft: values.Intake, data: Any) -> forms.PlanPage:
    return forms.PlanPage(data, draft=draft, areas=queries.areas_of(prefecture=draft.answers.prefecture))


def _priced(request: HttpRequest, form: forms.PlanPage, draft: values.Intake) -> dict[str, Any]:
    """A year of every plan is work: nobody asks for it without end."""
    within_limit(request, "prices")
    chosen = str(form.data.get("plan_code") or draft.answers.plan_code)
    try:
        return {"offers": _offers(form, today=clock.today()), "chosen": chosen}
    except queries.UseNotReadable as wrong:
        if form.is_bound:
            form.add_error("use_kwh", str(wrong))
        return {"offers": [], "chosen": chosen}


def _offers(form: forms.PlanPage, *, today: date) -> list[dict[str, Any]]:
    unit, size = form.size()
    answers = queries.plain_answers({"capacity": size, "use_kwh": form.use()})
    found = queries.quote(
        area=form.area, unit=unit, size_milli=answers.capacity_milli, use=answers.use_kwh, today=today
    )
    names = tariffs.plan_names(language=_language())
    return [
        {"code": offer.plan_code, "name": names.get(offer.plan_code, offer.plan_code), "year": offer.year_minor,
         "month": offer.totals_minor[-1], "cheapest": n == 0}
        for n, offer in enumerate(found)
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE, "IN3", "IN4")
def place(request: HttpRequest) -> HttpResponse:
    """
    Where power is wanted or delivered, the point, the present retailer or buyer, and the first day. Who leaves the number of
    the point out lets it be searched: that of the supply (IN3) or of the generation (IN4).
    """
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    earliest, latest = queries.first_days(kind=draft.answers.kind, area=draft.answers.area, today=clock.today())
    form = forms.PlacePage(request.POST or None, draft=draft, earliest=earliest, latest=latest)
    if aside := _set_aside(request, draft, form):
        return aside
    if request.method == "POST" and form.examine(today=clock.today()):
        _keep(draft, form.typed())
        return redirect("apply:you")
    context = {"form": form, "draft": draft, "earliest": earliest, "latest": latest}
    return _show(request, "place", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def you(request: HttpRequest) -> HttpResponse:
    """Who applies, how to reach them, how they pay."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    form = forms.YouPage(request.POST or None, draft=draft)
    if aside := _set_aside(request, draft, form):
        return aside
    if request.method == "POST" and form.examine(today=clock.today()):
        _keep(draft, form.typed())
        return redirect("apply:check")
    return _show(request, "you", {"form": form, "draft": draft}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def check(request: HttpRequest) -> HttpResponse:
    """Everything once more, the texts, and the button that sends it."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    texts = queries.consent_texts(kind=draft.answers.kind, language=_language(), on=clock.today())
    form = forms.CheckPage(request.POST or None, texts=texts)
    # A photo that was chosen and not uploaded goes along; one that is refused stops the sending, so that it is not missed.
    kept = _attach_all(request, draft) if request.method == "POST" and not is_program(request) else True
    if request.method == "POST" and not kept:
        form.add_error(None, _("A file was not taken. Nothing has been sent yet."))
    elif request.method == "POST" and form.is_valid():
        if is_program(request) or is_too_quick(draft):
            form.add_error(None, _("Please look at your answers once more, and send them again."))
        else:
            within_limit(request, "send")
            try:
                with db.transaction():
                    operations.send(key=draft.key, agreed=texts, language=_language(), now=clock.now())
                return redirect("apply:done")
            except operations.NotComplete as missing:
                for finding in missing.findings:
                    form.add_error(None, queries.sentence_of(finding))
    context = {
        "form": form,
        "draft": draft,
        "groups": words.summary(draft.answers, plans=tariffs.plan_names(language=_language())),
        "texts": [(text, form[f"agree_{text.code}"]) for text in texts],
        "uploads": queries.uploads_of(intake_id=draft.id),
    }
    return _show(request, "check", context, status=422 if form.errors else 200)


@require_POST
@public_page(PROCEDURE)
def upload(request: HttpRequest) -> HttpResponse:
    """Files beside an application; each is looked into before it is kept."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    _attach_all(request, draft)
    return redirect("apply:check")


def _attach_all(request: HttpRequest, draft: values.Intake) -> bool:
    """:returns: whether every file that came was taken"""
    files = request.FILES.getlist("files")[:10]
    if files:
        within_limit(request, "upload")
    kept = [_attach(request, draft, file) for file in files]
    return all(kept)


def _attach(request: HttpRequest, draft: values.Intake, file: Any) -> bool:
    # Strangers send anything: no more comes into memory than says that it is too much.
    content = file.read(values.LARGEST_UPLOAD_BYTES + 1)
    try:
        with db.transaction():
            operations.attach(key=draft.key, name=file.name, content=content, now=clock.now())
    except (operations.UploadRefused, operations.TooManyUploads, operations.WrongState) as refused:
        messages.error(request, str(refused))
        return False
    return True


@require_POST
@public_page(PROCEDURE)
def remove_file(request: HttpRequest, upload_id: int) -> HttpResponse:
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    with db.transaction():
        operations.detach(key=draft.key, upload_id=upload_id)
    return redirect("apply:check")


@require_GET
@public_page(PROCEDURE)
def done(request: HttpRequest) -> HttpResponse:
    """The number, and what happens next."""
    found = own_draft(request)
    if found is None or found.state is IntakeState.DRAFT:
        return redirect("apply:start")
    return _show(request, "done", {"intake": found, "wished": found.answers.wished_day})


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def save(request: HttpRequest) -> HttpResponse:
    """Go on later: the address of the draft comes by mail."""
    draft = _draft(request)
    if isinstance(draft, HttpResponse):
        return draft
    form = forms.SaveForm(request.POST or None, initial={"mail": draft.answers.mail})
    if request.method == "POST" and form.is_valid():
        within_limit(request, "mail")
        with db.transaction():
            operations.mail_resume_link(key=draft.key, mail=form.cleaned_data["mail"], now=clock.now())
        messages.success(request, _("The mail is on its way. Its link leads back here until %(day)s.")
                         % {"day": timezone.localtime(draft.expires_at).date().isoformat()})  # fmt: skip
        return redirect("apply:save")
    return _show(request, "save", {"form": form, "draft": draft}, status=422 if form.errors else 200)


@require_GET
@public_page(PROCEDURE)
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: this browser goes on with the draft, at the first page that lacks something."""
    try:
        key = queries.key_of_link(token=token, purpose="resume", now=clock.now())
        found = queries.intake_by_key(key=key)
    except (operations.LinkNotValid, queries.NoSuchIntake):
        return _link_not_valid(request)
    return keep_draft(redirect(_next_page(found)), found.key)


def _next_page(one: values.Intake) -> str:
    a = one.answers
    if one.state is not IntakeState.DRAFT:
        return "apply:done"
    if not a.plan_code:
        return "apply:plan"
    if not a.block or not a.wished_on:
        return "apply:place"
    told = a.name and a.kana and a.phone and a.mail and (a.sells or a.payment_method)
    return "apply:check" if told else "apply:you"


def _link_not_valid(request: HttpRequest) -> HttpResponse:
    sentence = _("This link is too old or was cut off. Ask for a new one on the page of your application's state.")
    return _show(request, "sorry", {"sentence": sentence}, status=404)


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def status(request: HttpRequest) -> HttpResponse:
    """How far an application is, for who knows its number and the mail address or telephone in it."""
    form = forms.StatusForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        within_limit(request, "status")
        found = queries.intake_of_applicant(
            number=form.cleaned_data["number"].replace(" ", "").replace("-", ""), contact=form.cleaned_data["contact"]
        )
        if found is None:
            form.add_error(None, _("There is no application under this number with this mail address or phone."))
        else:
            if request.POST.get("do") == "link" and found.state is IntakeState.DEFICIENT:
                within_limit(request, "mail")
                with db.transaction():
                    operations.send_repair_link(intake_id=found.id, now=clock.now())
                messages.success(request, _("The mail with the link is on its way."))
            if request.POST.get("do") == "withdraw":
                found = _withdrawn(request, found)
            registration = queries.registration_of(intake_id=found.id)
            context |= {
                "intake": found,
                "stages": words.stages(found, registration=registration),
                "asked": queries.deficiencies_of(intake_id=found.id, only_open=True),
                "may_withdraw": words.may_withdraw(found, registration=registration),
                "taken_back": words.taken_back(found, registration=registration),
                "sure": request.POST.get("do") == "sure",
            }
    return _show(request, "status", context, status=422 if form.errors else 200)


def _withdrawn(request: HttpRequest, found: values.Intake) -> values.Intake:
    """The applicant does not want it any more; sent twice it is the same."""
    within_limit(request, "mail")
    try:
        with db.transaction():
            ended = operations.withdraw_as_applicant(intake_id=found.id, now=clock.now())
    except (operations.TooLateToWithdraw, operations.WrongState) as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Your application is withdrawn; a mail confirms it.")
        asked = _("We take it back from the grid company; this page shows when that is done.")
        messages.success(request, said if ended else asked)
    return queries.intake(intake_id=found.id)


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def repair(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a request: just what has to be repaired, with the reason; nothing else of the application is shown."""
    try:
        found = queries.intake_by_key(key=queries.key_of_link(token=token, purpose="repair", now=clock.now()))
    except (operations.LinkNotValid, queries.NoSuchIntake):
        return _link_not_valid(request)
    asked = queries.deficiencies_of(intake_id=found.id, only_open=True)
    if found.state is not IntakeState.DEFICIENT or not asked:
        return _show(request, "repaired", {"intake": found})
    names = [name for name in forms.FIELDS if any(name in one.fields for one in asked)]
    names += ["note"] if any(one.rule == "asked" for one in asked) and "note" not in names else []
    form = forms.Page(request.POST or None, draft=found, names=names)
    for name in names:
        form.fields[name].help_text = ""  # what is asked stands above; that it may wait is no longer true
    if request.method == "POST" and _attach_all(request, found) and form.is_valid() and _repaired(form, found):
        return redirect(reverse("apply:repair", args=[token]))
    context = {"form": form, "intake": found, "asked": asked, "until": timezone.localtime(found.expires_at).date()}
    return _show(request, "repair", context, status=422 if request.method == "POST" else 200)


def _repaired(form: forms.Page, found: values.Intake) -> bool:
    try:
        with db.transaction():
            operations.repair(key=found.key, typed=form.typed(), now=clock.now())
    except operations.NotComplete as missing:
        for finding in missing.findings:
            form.show(finding)
        return False
    except operations.WrongState:
        return True  # somebody was faster: the page says what stands now
    return True
