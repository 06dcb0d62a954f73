"""The crews' page on the phone (FW2): a shell that opens without a network, what it reads, and what it sends."""

import base64
import hashlib
import json
from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.documents import operations as documents
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as tickets
from tomoshibi.fieldwork import values
from tomoshibi.groups import queries as groups
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.portals.field.words import tickets_of, words
from tomoshibi.storage import db
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, DO, page
from tomoshibi.worker import queries as clock

FW2 = values.SITE
PHOTO_KIND = "fieldwork.photo"
_JPEG = b"\xff\xd8\xff"
MOST_PHOTOS = 6
LARGEST_PHOTO = 4 * 2**20
"""[bytes] The phone scales a photo down to some hundred kilobytes."""
ASSETS = (
    "portals/field/field.css", "portals/field/page.js", "portals/field/screens.js", "portals/field/parts.js",
    "portals/field/store.js", "portals/field/sync.js", "portals/field/entry.js", "portals/field/labels.js",
    "portals/field/devices.js", "jsqr/jsQR.js", "ui/lamp.svg",
)  # fmt: skip
"""Everything that the page needs to open without a network."""


@require_GET
@never_cache
@ensure_csrf_cookie
@page(FW2, right=DO)
def shell(request: HttpRequest) -> HttpResponse:
    """The page itself: the same for every ticket, so that a phone can keep it."""
    told = {
        "words": words(),
        "checks": list(values.CHECKS),
        "urls": {name: reverse(f"portals:field_{name}") for name in ("today", "entries", "scan", "worker")}
        | {"signIn": f"{reverse('account_login')}?{urlencode({'next': reverse('portals:field')})}"},
    }
    return render(request, "portals/field/site.html", {"told": told})


@require_GET
@page(ANY_STAFF)
def manifest(_request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the page on its home screen."""
    home = reverse("portals:field")
    return JsonResponse(
        {
            "name": _("Work on site") + " · 灯火",
            "short_name": _("Work on site"),
            "id": home,
            "start_url": home,
            "scope": home,
            "display": "standalone",
            "background_color": "#F7F8FA",
            "theme_color": "#1F2933",
            "icons": [{"src": static("ui/lamp.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


@require_GET
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """Keeps the shell and its assets on the phone; a new version of any of them is a new version of it."""
    assets = [static(name) for name in ASSETS]
    context = {
        "told": json.dumps({"version": _version(), "home": reverse("portals:field"), "assets": assets}),
    }
    return render(request, "portals/field/worker.js", context, content_type="text/javascript; charset=utf-8")


def _version() -> str:
    hashed = hashlib.sha256()
    for name in ASSETS:
        found = finders.find(name)
        assert isinstance(found, str), name
        with open(found, "rb") as file:  # noqa: PTH123 - the finder gives a text
            hashed.update(file.read())
    return hashed.hexdigest()[:16]


@require_GET
@never_cache
@page(FW2, right=DO)
def today(request: HttpRequest) -> JsonResponse:
    """What the crew of who is signed in has to do until today, and the keys to tell our labels without a network."""
    person_id = actor(request)
    found = tickets.tickets_of_crew(person_id=person_id, until=clock.today())
    return JsonResponse(
        {
            "person": {"id": person_id, "name": people.name_of(user_id=person_id)},
            "today": clock.today().isoformat(),
            "keys": {str(no): base64.b64encode(key).decode() for no, key in tickets.public_keys().items()},
            "tickets": tickets_of(found),
        }
    )


@require_POST
@never_cache
@page(FW2, right=DO)
def entries(request: HttpRequest) -> JsonResponse:
    """One entry with its photos; the same key again gets the same answer."""
    try:
        key = UUID(request.POST["key"])
        ticket_id = int(request.POST["ticket_id"])
        payload = json.loads(request.POST["payload"])
        photos = [_photo(file) for file in request.FILES.getlist("photos")]
        if not isinstance(payload, dict) or len(photos) > MOST_PHOTOS:
            raise _NotAnEntry
    except (KeyError, ValueError) as problem:
        return JsonResponse({"state": "lost", "sentence": str(problem)}, status=400)
    person_id, now = actor(request), clock.now()
    try:
        with db.transaction():
            stored = [
                documents.store(name=f"{key}-{n}.jpg", content=photo, kind=PHOTO_KIND, now=now, actor_id=person_id).id
                for n, photo in enumerate(photos, start=1)
            ]
            made = fieldwork.apply_entry(
                entry_key=key, ticket_id=ticket_id, payload={**payload, "photos": stored}, received_at=now,
                actor_id=person_id,
            )  # fmt: skip
            identity.record_deed(
                procedure=FW2, what=f"entry {key}: {made.state}", at=now, subject=f"fieldwork.ticket:{ticket_id}",
                actor_id=person_id,
            )  # fmt: skip
    except tickets.NoSuchTicket:
        return JsonResponse({"state": "lost", "sentence": _("There is no such ticket.")}, status=404)
    return JsonResponse({"state": made.state, "sentence": made.sentence, "task_id": made.task_id})


class _NotAnEntry(ValueError):
    """Not what the page sends."""


def _photo(file: UploadedFile) -> bytes:
    """
    :raises _NotAnEntry: for anything but a JPEG of a phone
    """
    if (file.size or 0) > LARGEST_PHOTO:
        raise _NotAnEntry
    content = file.read()
    if not content.startswith(_JPEG):
        raise _NotAnEntry
    return content


@require_POST
@never_cache
@page(FW2, right=DO)
def scan(request: HttpRequest) -> JsonResponse:
    """What hangs behind a label that staff scanned or typed: the facts that crews compare (G-048)."""
    try:
        given = json.loads(request.body)
        position = _position(given.get("position"))
        token, serial = given.get("token"), given.get("serial")
        typed = not token and isinstance(serial, int)
        label = tickets.label(serial=serial) if typed else tickets.label_by_token(token=str(token))
    except tickets.NoSuchLabel:
        verdict = values.Verdict.UNLISTED if typed else values.Verdict.FORGED
        return JsonResponse({"verdict": verdict.value}, status=404)
    except (ValueError, TypeError, AttributeError):
        return JsonResponse({"verdict": values.Verdict.FORGED.value}, status=404)
    with db.transaction():
        found = fieldwork.scan_label(
            label=label, now=clock.now(), procedure=FW2, actor_id=request.user.pk, position=position,
            seal_number=str(given.get("seal", ""))[:30], typed=typed,
        )  # fmt: skip
    return JsonResponse(_facts(found))


def _facts(found: values.Scan) -> dict[str, Any]:
    assert found.label is not None, "a label that was given out"
    point = groups.point_behind(subject=found.label.subject, on=clock.today())
    facts: dict[str, Any] = {
        "verdict": found.verdict.value,
        "serial": found.label.serial,
        "number": found.label.number,
        "spare": found.label.subject.startswith(f"{values.SPARE}:"),
        "caption": list(found.label.caption),
        "seal": found.seal.number if found.seal else "",
        "suspicions": list(found.suspicions),
    }
    if point is not None:
        facts["point"] = {
            "account": point.account_number,
            "address": point.address,
            "place": f"{point.access_point_number} {point.access_point_name}".strip(),
            "district": f"{point.district_number} {point.district_name}".strip(),
            "group": point.group_number,
            "active": point.is_active,
        }
    return facts


def _position(given: Any) -> values.Position | None:
    if not given:
        return None
    position = values.Position(
        int(given["latitude_e6"]), int(given["longitude_e6"]), min(int(given.get("accuracy_m", 0)), 10_000_000)
    )
    if abs(position.latitude_e6) > 90_000_000 or abs(position.longitude_e6) > 180_000_000:  # noqa: PLR2004 - degrees
        raise ValueError(given)
    return position
