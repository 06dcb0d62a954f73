"""Users and their rights, the record of deeds, and the audit trail of rows."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pghistory.models
import polars as pl
from django.apps import apps
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Subquery, UniqueConstraint
from django.urls import reverse

from tomoshibi.identity import changes, sealing, subjects, values
from tomoshibi.identity import deeds as sentences
from tomoshibi.identity.columns import called
from tomoshibi.identity.models import (
    AccessReview,
    Deed,
    DefaultView,
    Department,
    Invitation,
    Role,
    RoleRight,
    SavedView,
    User,
    UserRole,
)
from tomoshibi.identity.procedures import Procedure, read_group_steps
from tomoshibi.identity.procedures import read as read_procedures
from tomoshibi.ui.lists.shelf import View


def rights_of(*, user_id: int) -> set[str]:
    """Rights as ``RB6.do``; doing and confirming include viewing."""
    rows = RoleRight.objects.filter(role__in=UserRole.objects.filter(user_id=user_id).values("role_id"))
    found = {f"{procedure}.{right}" for procedure, right in rows.values_list("procedure", "right")}
    return found | {f"{item.split('.')[0]}.view" for item in found}


def home_url(*, is_staff: bool) -> str:
    """Where somebody's day begins: staff at the day board, people from outside in their portal."""
    return reverse("console:today" if is_staff else "portals:customer_home")


def name_of(*, user_id: int | None) -> str:
    """How a person is shown; empty for the system itself."""
    if user_id is None:
        return ""
    row = User.objects.filter(id=user_id).values_list("display_name", "username").first()
    return (row[0] or row[1]) if row else f"#{user_id}"


def names_of(*, user_ids: set[int]) -> dict[int, str]:
    rows = User.objects.filter(id__in=user_ids).values_list("id", "display_name", "username")
    return {id_: name or username for id_, name, username in rows}


def user_id_of(*, username: str) -> int | None:
    return User.objects.filter(username=username, is_active=True).values_list("id", flat=True).first()


def people(*, include_left: bool = False) -> list[values.Person]:
    """Staff with what an access review needs: roles, last sign-in, second factor, last review."""
    from allauth.mfa.models import Authenticator

    last = AccessReview.objects.filter(user=OuterRef("pk")).order_by("-reviewed_on").values("reviewed_on")[:1]
    rows = User.objects.filter(is_staff=True).select_related("department").prefetch_related("roles")
    rows = rows.annotate(reviewed_on=Subquery(last), mfa=Exists(Authenticator.objects.filter(user=OuterRef("pk"))))
    if not include_left:
        rows = rows.filter(left_on__isnull=True)
    return [_person(row) for row in rows.order_by("username")]


def person(*, user_id: int) -> values.Person | None:
    return next((p for p in people(include_left=True) if p.id == user_id), None)


def portal_users_frame() -> pl.DataFrame:
    """
    People who may sign in to the customers' portal.

    :returns: columns customer_id, mail, language; one row per customer
    """
    rows = User.objects.filter(is_active=True, portal_customer_id__isnull=False, left_on__isnull=True)
    found = {row[0]: row for row in rows.order_by("-id").values_list("portal_customer_id", "email", "language")}
    schema = {"customer_id": pl.Int64, "mail": pl.String, "language": pl.String}
    return pl.DataFrame(list(found.values()), schema=schema, orient="row").sort("customer_id")


def second_factors() -> tuple[int, int]:
    """How many apps and sets of recovery codes no key of this installation opens, and how many there are."""
    from allauth.mfa.models import Authenticator

    lost = count = 0
    for data in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("data", flat=True):
        count += 1
        try:
            for _name, text in sealing.secrets_of(data):
                sealing.unseal(text)
        except sealing.CannotUnseal:
            lost += 1
    return lost, count


def to_invitation(row: Invitation) -> values.Invitation:
    return values.Invitation(
        id=row.id,
        username=row.user.username,
        name=row.user.display_name,
        mail=row.user.email,
        language=row.user.language or settings.LANGUAGE_CODE,
        expires_at=row.expires_at,
        accepted=row.accepted_at is not None,
        for_portal=not row.user.is_staff,
        blocked=row.user.left_on is not None,
    )


def invitation(*, invitation_id: int) -> values.Invitation | None:
    row = Invitation.objects.select_related("user").filter(id=invitation_id).first()
    return to_invitation(row) if row else None


def open_invitation(*, token: str, now: datetime) -> values.Invitation | None:
    """Whom an address of an invitation is for; nothing where it is unknown, used or too old."""
    hashed = hashlib.sha256(token.encode()).hexdigest()
    waiting = Invitation.objects.select_related("user").filter(accepted_at=None, expires_at__gte=now)
    row = waiting.filter(token_sha256=hashed, user__left_on=None).first()
    return to_invitation(row) if row else None


def is_portal_person(*, user_id: int) -> bool:
    """Whether somebody signs in to a portal only: their account is the business of the customer's page."""
    return User.objects.filter(id=user_id, is_staff=False, portal_customer_id__isnull=False).exists()


def portal_access(*, customer_id: int, now: datetime) -> values.PortalAccess | None:
    """How a customer stands to the portal; nothing where nobody invited them."""
    user = User.objects.filter(portal_customer_id=customer_id).order_by("-id").first()
    if user is None:
        return None
    rows = list(Invitation.objects.filter(user=user).order_by("-id"))
    waiting = next((row for row in rows if row.accepted_at is None), None)
    accepted = [row.accepted_at for row in rows if row.accepted_at is not None]
    if user.left_on is not None:
        state = values.PortalState.BLOCKED
    elif user.is_active:
        state = values.PortalState.OPEN
    elif waiting is not None and waiting.expires_at >= now:
        state = values.PortalState.INVITED
    else:
        state = values.PortalState.EXPIRED
    return values.PortalAccess(
        user_id=user.pk,
        username=user.username,
        mail=user.email,
        state=state,
        invitation_id=waiting.id if waiting else None,
        expires_at=waiting.expires_at if waiting else None,
        opened_at=min(accepted, default=None),
        signed_in_at=user.last_login,
        blocked_on=user.left_on,
    )


def department(*, code: str) -> tuple[int, str] | None:
    """Number and name of a department."""
    return Department.objects.filter(code=code).values_list("id", "name").first()


def departments() -> list[tuple[str, str]]:
    return list(Department.objects.values_list("code", "name"))


def roles() -> list[values.Role]:
    rights: dict[int, set[str]] = {}
    for role_id, procedure, right in RoleRight.objects.values_list("role_id", "procedure", "right"):
        rights.setdefault(role_id, set()).add(f"{procedure}.{right}")
    count = dict(UserRole.objects.values_list("role_id").annotate(n=Count("id")))
    return [
        values.Role(r.id, code=r.code, name=r.name, rights=frozenset(rights.get(r.id, ())), people=count.get(r.id, 0))
        for r in Role.objects.all()
    ]


def deeds_by_procedure(*, since: datetime) -> dict[str, int]:
    rows = Deed.objects.filter(at__gte=since).values("procedure").annotate(n=Count("id"))
    return {row["procedure"]: row["n"] for row in rows}


def deeds(*, subject: str = "", procedure: str = "", limit: int = 200) -> list[values.Deed]:
    """Newest first, of a subject or a procedure."""
    rows = Deed.objects.select_related("actor").order_by("-at", "-id")
    if subject:
        rows = rows.filter(subject=subject)
    if procedure:
        rows = rows.filter(procedure=procedure)
    return [
        values.Deed(
            at=row.at,
            procedure=row.procedure,
            what=row.what,
            said=sentences.in_words(row.what),
            subject=row.subject,
            who=(row.actor.display_name or row.actor.username) if row.actor else "",
        )
        for row in rows[:limit]
    ]


class NoTrail(LookupError):
    """The kind of row is not one whose changes are kept."""


def trail(*, model: str, row_id: int) -> list[values.Change]:
    """
    The audit trail of one row and of the rows that hang on it (the terms of a contract, the meters of a point), newest
    first; columns and values in the reader's words, personal values named, not shown.

    :param model: ``room.model``, for example ``contracts.contract``
    :raises NoTrail: if that kind of row has no trail
    """
    return _changes(_kept_model(model), [row_id])


def row_ids(*, model: str, key: Mapping[str, str]) -> list[int]:
    """
    The rows of a kind that a natural key names: what a page knows that shows a rule by its code, not by its row.

    :param key: columns of one unique constraint of that kind of row
    :raises NoTrail: if that kind of row has no trail, or the columns are not its key
    """
    found = _kept_model(model)
    if not key or not any(key.keys() <= columns for columns in _keys(found)):
        raise NoTrail(f"{model!r} is not found by {sorted(key)}")
    return list(found._default_manager.filter(**key).order_by("pk").values_list("pk", flat=True)[:50])


def kind_of_row(*, model: str) -> str:
    """The word for a kind of row whose changes are kept."""
    return changes.kind_of_row(_kept_model(model)._meta.label)


def trail_of_rows(*, model: str, row_ids: Sequence[int]) -> list[values.Change]:
    """The trail of some rows of one kind as one, newest first (see :func:`trail`)."""
    return _changes(_kept_model(model), row_ids) if row_ids else []


def _kept_model(model: str) -> Any:
    try:
        found = apps.get_model(model)
    except (LookupError, ValueError):
        raise NoTrail(f"no changes are kept of {model!r}") from None
    if not found.__module__.startswith("tomoshibi.") or not hasattr(found, "pgh_event_models"):
        raise NoTrail(f"no changes are kept of {model!r}")
    return found


def _keys(model: Any) -> list[set[str]]:
    alone = [{field.name} for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    return alone + [set(one.fields) for one in model._meta.constraints if isinstance(one, UniqueConstraint)]


def _changes(model: Any, row_ids: Sequence[int]) -> list[values.Change]:
    rows = [model(pk=row_id) for row_id in row_ids]
    events = pghistory.models.Events.objects.references(*rows).order_by("-pgh_created_at", "-pgh_id")
    # The "from" half of a change (storage.audit) only lets the "to" half say what changed.
    found = [event for event in events[:500] if event.pgh_label != "from"]
    who = names_of(user_ids={int(e.pgh_context["user"]) for e in found if e.pgh_context and e.pgh_context.get("user")})
    names = changes.names_of(_pointed_at(found))
    return [_change(event, who, names, of=model._meta.label) for event in found]


def _pointed_at(events: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Every row that the shown values point at, so that their names are asked for once."""
    for event in events:
        model = apps.get_model(event.pgh_obj_model)
        pairs = (event.pgh_diff or {}).items() or [(name, (one,)) for name, one in event.pgh_data.items()]
        for column, given in pairs:
            target = changes.pointed_at(model, column)
            if target is not None:
                yield from ((target, one) for one in given)


def _change(event: Any, who: dict[int, str], names: Any, *, of: str) -> values.Change:
    context = event.pgh_context or {}
    user = context.get("user")
    model = apps.get_model(event.pgh_obj_model)
    fields = tuple(
        (called(name), changes.shown(model, name, before, names), changes.shown(model, name, after, names))
        for name, (before, after) in sorted((event.pgh_diff or {}).items())
    )
    return values.Change(
        # Where the clock is stepped, deeds and days are its own; the trail says the same time as they do.
        at=datetime.fromisoformat(context["at"]) if context.get("at") else event.pgh_created_at,
        label=event.pgh_label,
        who=who.get(int(user), "") if user else "",
        why=context.get("why", ""),
        url=context.get("url", ""),
        fields=fields,
        row="" if event.pgh_obj_model == of and fields else _named(event, model, names, whole=not fields),
    )


def _named(event: Any, model: Any, names: Any, *, whole: bool) -> str:
    """Which row it is; what it says where it came or went as a whole."""
    kind = changes.kind_of_row(event.pgh_obj_model)
    if not whole:
        return f"{kind} {event.pgh_data.get(changes.called_by(model) or '') or event.pgh_obj_id}"
    said = {name: changes.shown(model, name, value, names) for name, value in event.pgh_data.items() if name != "id"}
    return f"{kind}: " + ", ".join(f"{called(name)} {value}" for name, value in said.items() if value)


def _person(row: Any) -> values.Person:
    return values.Person(
        id=row.pk,
        username=row.username,
        name=row.display_name,
        mail=row.email,
        department=row.department.name if row.department else "",
        roles=tuple(role.name for role in row.roles.all()),
        active=row.is_active,
        last_login=row.last_login,
        has_mfa=row.mfa,
        reviewed_on=row.reviewed_on,
        left_on=row.left_on,
    )


def procedures() -> tuple[Procedure, ...]:
    """All business procedures in the order of the business."""
    return read_procedures()


def group_steps() -> tuple[Procedure, ...]:
    """The steps of the group business, in its order."""
    return read_group_steps()


def steps() -> tuple[Procedure, ...]:
    """Everything that a right can be held for: the procedures, then the steps of the group business."""
    return (*read_procedures(), *read_group_steps())


def procedure(*, procedure_id: str) -> Procedure | None:
    return next((p for p in steps() if p.id == procedure_id), None)


def kept_views(user_id: int, list_name: str) -> list[View]:
    """A user's views of a list and those that others share with the user's department; own ones first, by name."""
    department = User.objects.filter(pk=user_id, department__isnull=False).values("department")
    rows = SavedView.objects.filter(Q(owner_id=user_id) | Q(department__in=department), list_name=list_name)
    rows = rows.select_related("owner").annotate(
        opens=Exists(DefaultView.objects.filter(view=OuterRef("pk"), user_id=user_id))
    )
    found = [
        View(
            id=row.pk,
            name=row.name,
            query=row.query,
            mine=row.owner_id == user_id,
            shared=row.department_id is not None,
            is_default=row.opens,
            by="" if row.owner_id == user_id else row.owner.display_name or row.owner.username,
        )
        for row in rows
    ]
    return sorted(found, key=lambda view: (not view.mine, view.name))


def in_words(*, subject: str) -> str:
    """What a deed or a ledger entry names, such as ``bill:123``, as people read it; itself where nobody has a word for it."""
    return subjects.words(subject)
