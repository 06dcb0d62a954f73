"""The home page's form (CM8): limits and traps keep programs out without asking anybody else."""

import uuid
from datetime import datetime

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.care import operations as care
from tomoshibi.care.values import Channel
from tomoshibi.portals.apply.visitors import company, is_program, public_page, within_limit
from tomoshibi.portals.contact import forms
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

PROCEDURE = "CM8"
SALT = "portals.contact"
FASTEST_SECONDS, LATEST_SECONDS = 3, 24 * 60 * 60
"""Nobody writes a question faster; a form that is older was kept by a program, or by somebody who may send it again."""


@require_http_methods(["GET", "POST"])
@public_page(PROCEDURE)
def form(request: HttpRequest) -> HttpResponse:
    """Ask; sending the same form again is the same question."""
    language = get_language() or "ja"
    asked = forms.ContactForm(request.POST or None, language=language, initial={"form_key": _fresh()})
    if request.method == "POST" and asked.is_valid():
        key = _key_of(asked.cleaned_data["form_key"])
        if is_program(request) or not key:
            asked.add_error(None, _("Please look at your question once more, and send it again."))
            asked.data = {**request.POST.dict(), "form_key": _fresh()}
        else:
            within_limit(request, "contact")
            given = asked.cleaned_data
            words = f"{given['body']}\n\n{given['customer_number']}".strip()
            try:
                with db.transaction():
                    made = care.open_enquiry(
                        channel=Channel.WEB, kind_code=given["kind"], subject=given["subject"], body=words,
                        language=language, now=clock.now(), name=given["name"], mail=given["mail"],
                        phone=given["phone"], key=key,
                    )  # fmt: skip
            except (care.NothingWritten, care.NoKind) as refused:
                asked.add_error(None, str(refused))
            else:
                answer = redirect("contact:done")
                answer.set_signed_cookie(
                    "tomoshibi_question",
                    made.number,
                    salt=SALT,
                    max_age=600,
                    path="/contact/",
                    httponly=True,
                    samesite="Lax",
                )
                return answer
    context = {"company": company(), "form": asked}
    return render(request, "portals/contact/form.html", context, status=422 if asked.errors else 200)


def _fresh() -> str:
    return signing.Signer(salt=SALT).sign_object([uuid.uuid4().hex, clock.now().isoformat()])


def _key_of(token: str) -> str:
    """The key of a form that we gave out a little while ago; empty for anything else."""
    try:
        key, moment = signing.Signer(salt=SALT).unsign_object(token)
        age = (clock.now() - datetime.fromisoformat(moment)).total_seconds()
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(key) if FASTEST_SECONDS <= age <= LATEST_SECONDS else ""


@require_GET
@public_page(PROCEDURE)
def done(request: HttpRequest) -> HttpResponse:
    """The number, and what happens next."""
    number = request.get_signed_cookie("tomoshibi_question", default="", salt=SALT, max_age=600)
    if not number:
        return redirect("contact:form")
    return render(request, "portals/contact/done.html", {"company": company(), "number": number})
