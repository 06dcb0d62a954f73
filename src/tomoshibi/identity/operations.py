"""Who may do what, and the record of what was done."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tomoshibi.identity import deeds, queries, sealing, values
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
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations

INVITATION_DAYS = 7
NOT_VALID = gettext_lazy("This invitation was used already, is too old, or never existed. Ask for a new one.")


class SamePerson(ValueError):
    """Money and masters need a second pair of eyes: the one who made it may not confirm it."""


class NameTaken(ValueError):
    """Somebody has that sign-in name already."""


class InvitationNotValid(ValueError):
    """The invitation does not exist, was used, or is too old."""


class NotInPortal(LookupError):
    """Nobody invited this customer to the portal."""


class PortalBlocked(ValueError):
    """The customer's way into the portal is blocked."""


class PasswordTooWeak(ValueError):
    """The password does not meet the rules; the sentences say which."""


class UnknownLanguage(ValueError):
    """The house speaks the languages of the settings only."""


class UnknownRight(ValueError):
    """A right is a procedure and one of view, do, confirm."""


class OneselfOnly(ValueError):
    """Nobody takes the last administrator's rights away, nor reviews or ends their own access."""


def require_second_person(*, first_id: int | None, second_id: int | None) -> None:
    """
    Four eyes: refuse when the person who decides is the one who proposed.

    :raises SamePerson: also when either of them is unknown
    """
    if first_id is None or second_id is None or first_id == second_id:
        raise SamePerson(_("A second person has to confirm this; the one who prepared it cannot."))


@db.transaction_required
def record_deed(
    *, procedure: str, what: str, at: datetime, subject: str = "", actor_id: int | None = None, run: str = ""
) -> None:
    """
    Record that something was done under a procedure.

    :param what: a short sentence in English, for the record; one of the forms of ``deeds``, by which readers of other
        languages see it in theirs
    :param subject: ``room.thing:id``, the thing it was done to
    :param run: ``room.run:id`` where the act was part of a run
    """
    if settings.TOMOSHIBI_DEEDS_NEED_WORDS and not deeds.is_known(what[:300]):
        raise deeds.NoWords(f"identity.deeds has no form for this deed: {what}")
    Deed.objects.create(procedure=procedure, what=what[:300], at=at, subject=subject, actor_id=actor_id, run=run)


@db.transaction_required
def save_department(*, code: str, name: str) -> None:
    Department.objects.update_or_create(code=code, defaults={"name": name})


@db.transaction_required
def save_role(*, code: str, name: str, rights: Iterable[str]) -> None:
    """
    Create a role or replace its rights.

    :param rights: like ``RB6.do``
    :raises UnknownRight: for anything else
    """
    wanted = set(rights)
    for right in wanted:
        procedure, _dot, kind = right.partition(".")
        if kind not in values.RIGHTS or not procedure:
            raise UnknownRight(_("%(right)s is not a right; rights look like RB6.do.") % {"right": right})
    role, _created = Role.objects.update_or_create(code=code, defaults={"name": name})
    known = {f"{row.procedure}.{row.right}": row for row in RoleRight.objects.filter(role=role)}
    for right in sorted(known.keys() - wanted):
        known[right].delete()
    for right in sorted(wanted - known.keys()):
        procedure, _dot, kind = right.partition(".")
        RoleRight.objects.create(role=role, procedure=procedure, right=kind)


@db.transaction_required
def invite(
    *,
    username: str,
    name: str,
    mail: str,
    now: datetime,
    department: str = "",
    roles: Iterable[str] = (),
    language: str = "",
    actor_id: int | None = None,
    portal_customer_id: int | None = None,
    administrator: bool = False,
) -> values.Invitation:
    """
    Invite a member of staff (or, with ``portal_customer_id``, a portal user): they set their own password.

    A reaction sends the mail; its address comes from ``issue_token``.

    :raises NameTaken: if the sign-in name is in use
    """
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(_("The sign-in name %(name)s is taken.") % {"name": username})
    user = User(
        username=username,
        email=mail,
        display_name=name,
        language=language,
        is_active=False,
        is_staff=portal_customer_id is None,
        is_superuser=administrator,
        portal_customer_id=portal_customer_id,
        department=Department.objects.filter(code=department).first() if department else None,
    )
    user.set_unusable_password()
    try:
        with db.savepoint():
            user.save()
    except IntegrityError:
        raise NameTaken(_("The sign-in name %(name)s is taken.") % {"name": username}) from None
    _set_roles(user, roles)
    row = Invitation.objects.create(
        user=user, invited_by_id=actor_id, created_at=now, expires_at=now + timedelta(days=INVITATION_DAYS)
    )
    worker_operations.announce(values.InvitationCreated(invitation_id=row.id))
    return queries.to_invitation(row)


@db.transaction_required
def issue_token(*, invitation_id: int, now: datetime) -> str:
    """
    A fresh token for an open invitation; one that was issued before is void.

    Only its hash is kept, so it cannot be asked for again.

    :raises InvitationNotValid: if it was accepted already
    """
    row = Invitation.objects.select_for_update().get(id=invitation_id)
    if row.accepted_at is not None:
        raise InvitationNotValid(_("This invitation was accepted already."))
    token = secrets.token_urlsafe(32)
    row.token_sha256 = hashlib.sha256(token.encode()).hexdigest()
    row.expires_at = now + timedelta(days=INVITATION_DAYS)
    row.save()
    return token


@db.transaction_required
def accept_invitation(*, token: str, password: str, now: datetime) -> int:
    """
    Set the first password and open the account; it leaves the new person's first deed.

    :returns: the user's id
    :raises InvitationNotValid: if the token is unknown, used or too old
    :raises PasswordTooWeak: with the sentences of the rules that it breaks
    """
    hashed = hashlib.sha256(token.encode()).hexdigest()
    row = Invitation.objects.select_for_update().filter(token_sha256=hashed).first()
    if row is None or row.accepted_at is not None or row.expires_at < now or row.user.left_on is not None:
        raise InvitationNotValid(str(NOT_VALID))
    user = row.user
    try:
        password_validation.validate_password(password, user)
    except ValidationError as broken:
        raise PasswordTooWeak(" ".join(broken.messages)) from None
    user.set_password(password)
    user.is_active = True
    user.save()
    row.accepted_at = now
    row.save()
    record_deed(
        procedure="MS7" if user.is_staff else "CM5",
        what=f"accepted the invitation of {user.username}",
        at=now,
        subject=f"identity.user:{user.pk}",
        actor_id=user.pk,
    )
    return user.pk


@db.transaction_required
def add_person(
    *,
    username: str,
    name: str,
    mail: str,
    password: str,
    department: str = "",
    roles: Iterable[str] = (),
    administrator: bool = False,
    language: str = "",
) -> int:
    """Create a member of staff directly (set-up and demo); the usual way in is an invitation."""
    user = User.objects.create_user(
        username,
        mail,
        password,
        display_name=name,
        is_staff=True,
        is_superuser=administrator,
        language=language,
        department=Department.objects.filter(code=department).first() if department else None,
    )
    _set_roles(user, roles)
    return user.pk


@db.transaction_required
def change_person(*, user_id: int, department: str, roles: Iterable[str], actor_id: int) -> None:
    """
    Give somebody another department and other roles.

    :raises OneselfOnly: nobody changes their own rights
    """
    if user_id == actor_id:
        raise OneselfOnly(_("Nobody changes their own rights. Ask another administrator."))
    user = User.objects.select_for_update().get(id=user_id)
    user.department = Department.objects.filter(code=department).first() if department else None
    user.save()
    _set_roles(user, roles)


@db.transaction_required
def reset_second_factor(*, user_id: int, actor_id: int | None) -> int:
    """
    Take away a person's second factor that they lost (app, keys and recovery codes), and sign them out everywhere: they
    come in with the password and set up a new one.

    :param actor_id: None for the command line
    :returns: how many proofs there were
    :raises OneselfOnly: nobody resets their own
    """
    from allauth.mfa.models import Authenticator

    if user_id == actor_id:
        raise OneselfOnly(_("Nobody resets their own second factor. Ask another administrator."))
    count, _each = Authenticator.objects.filter(user_id=user_id).delete()
    _sign_out(user_id)
    return count


@db.transaction_required
def seal_second_factors() -> int:
    """
    Seal every second factor with the secret key of today, so that earlier ones need not be kept.

    :returns: how many were sealed; those that no key opens stay as they are
    """
    from allauth.mfa.models import Authenticator

    count = 0
    for row in Authenticator.objects.select_for_update():
        try:
            row.data |= {name: sealing.seal(sealing.unseal(text)) for name, text in sealing.secrets_of(row.data)}
        except sealing.CannotUnseal:
            continue
        row.save(update_fields=["data"])
        count += any(sealing.secrets_of(row.data))
    return count


def _sign_out(user_id: int) -> None:
    for session in Session.objects.all().iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()


@db.transaction_required
def leave(*, user_id: int, on: date, actor_id: int) -> None:
    """
    End a person's access: they are signed out everywhere and cannot sign in again; their record stays.

    :raises OneselfOnly: nobody ends their own access
    """
    if user_id == actor_id:
        raise OneselfOnly(_("Nobody ends their own access. Ask another administrator."))
    User.objects.filter(id=user_id).update(is_active=False, left_on=on)
    UserRole.objects.filter(user_id=user_id).delete()
    _sign_out(user_id)


@db.transaction_required
def review_access(*, user_ids: Iterable[int], on: date, actor_id: int) -> int:
    """
    Record that these people's rights were looked at and are right.

    :raises OneselfOnly: nobody reviews themselves
    """
    wanted = set(user_ids)
    if actor_id in wanted:
        raise OneselfOnly(_("Nobody reviews their own access. Ask another administrator."))
    for user in User.objects.filter(id__in=wanted, is_staff=True).prefetch_related("roles"):
        roles = ", ".join(role.code for role in user.roles.all())
        AccessReview.objects.create(user=user, reviewed_by_id=actor_id, reviewed_on=on, roles=roles[:500])
    return len(wanted)


@db.transaction_required
def set_language(*, user_id: int, language: str) -> None:
    """
    Keep the language that somebody chose: their pages and mails are in it from now on, in whatever browser.

    :param language: a code of ``settings.LANGUAGES``; empty gives the choice back to the browser
    :raises UnknownLanguage: for any other
    """
    if language and language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(language)
    User.objects.filter(id=user_id).update(language=language)


@db.transaction_required
def keep_view(*, user_id: int, list_name: str, name: str, query: str, shared: bool, default: bool) -> int:
    """
    Keep what a list shows under a name; an own view of that name is replaced.

    :param query: of the list's address, without what pages it
    :param shared: with everybody of the user's department
    :returns: the view's id
    """
    user = User.objects.get(pk=user_id)
    row, _created = SavedView.objects.update_or_create(
        owner=user,
        list_name=list_name,
        name=name,
        defaults={"query": query, "department_id": user.department_id if shared else None},
    )
    if default:
        DefaultView.objects.update_or_create(user=user, list_name=list_name, defaults={"view": row})
    return row.pk


@db.transaction_required
def forget_view(*, user_id: int, view_id: int) -> bool:
    """Take away an own view; who opened the list with it sees everything again. False where it is nobody's or another's."""
    return bool(SavedView.objects.filter(pk=view_id, owner_id=user_id).delete()[0])


@db.transaction_required
def switch_default_view(*, user_id: int, view_id: int) -> bool | None:
    """
    Open the list with a view, or no longer, where it did.

    :returns: whether it does now; nothing where the user does not see that view
    """
    row = SavedView.objects.filter(pk=view_id).first()
    seen = row and any(view.id == view_id for view in queries.kept_views(user_id, row.list_name))
    if row is None or not seen:
        return None
    if DefaultView.objects.filter(user_id=user_id, view=row).delete()[0]:
        return False
    DefaultView.objects.update_or_create(user_id=user_id, list_name=row.list_name, defaults={"view": row})
    return True


def _set_roles(user: User, codes: Iterable[str]) -> None:
    wanted = set(codes)
    known = {row.role.code: row for row in UserRole.objects.filter(user=user).select_related("role")}
    for code in sorted(known.keys() - wanted):
        known[code].delete()
    for role in Role.objects.filter(code__in=wanted - known.keys()):
        UserRole.objects.create(user=user, role=role)


# The way into the portal -----------------------------------------------------------------------------------------


@db.transaction_required
def invite_again(*, customer_id: int, mail: str, now: datetime, actor_id: int | None) -> bool:
    """
    Send a customer a fresh invitation; the address that was sent before is void. Who has an account already chooses a
    new password with it and keeps the old one until then.

    :param mail: where it goes
    :returns: whether a mail goes out; one that has not left yet is not doubled
    :raises NotInPortal: without a first invitation
    :raises PortalBlocked: while they are blocked
    """
    user = _portal_user(customer_id)
    if user.left_on is not None:
        raise PortalBlocked(_("The portal is blocked for this customer; unblock it first."))
    row = Invitation.objects.select_for_update().filter(user=user, accepted_at=None).order_by("-id").first()
    if row is not None and row.token_sha256 is None and row.expires_at >= now and user.email == mail:
        return False
    if user.email != mail:
        user.email = mail
        user.save(update_fields=["email"])
    _announce_invitation(user, row, now=now, actor_id=actor_id)
    return True


@db.transaction_required
def block_portal(*, customer_id: int, on: date) -> bool:
    """
    Close the portal for a customer: signed out everywhere, invitations void; nothing of theirs is lost.

    :returns: whether it was open before
    :raises NotInPortal: if nobody invited them
    """
    user = _portal_user(customer_id)
    if user.left_on is not None:
        return False
    user.is_active, user.left_on = False, on
    user.save(update_fields=["is_active", "left_on"])
    Invitation.objects.filter(user=user, accepted_at=None).update(token_sha256=None)
    _sign_out(user.pk)
    return True


@db.transaction_required
def unblock_portal(*, customer_id: int, now: datetime, actor_id: int | None) -> bool:
    """
    Let a customer in again, with the password that they had; who never chose one is invited anew.

    :returns: whether it was blocked before
    :raises NotInPortal: if nobody invited them
    """
    user = _portal_user(customer_id)
    if user.left_on is None:
        return False
    user.left_on, user.is_active = None, user.has_usable_password()
    user.save(update_fields=["is_active", "left_on"])
    if not user.is_active:
        row = Invitation.objects.select_for_update().filter(user=user, accepted_at=None).order_by("-id").first()
        _announce_invitation(user, row, now=now, actor_id=actor_id)
    return True


@db.transaction_required
def set_portal_mail(*, customer_id: int, mail: str) -> None:
    """Announcements and invitations go to this address from now on; without a portal user nothing happens."""
    User.objects.filter(portal_customer_id=customer_id).update(email=mail)


def _portal_user(customer_id: int) -> User:
    user = User.objects.select_for_update().filter(portal_customer_id=customer_id).order_by("-id").first()
    if user is None:
        raise NotInPortal(_("This customer was not invited to the portal yet."))
    return user


def _announce_invitation(user: User, row: Invitation | None, *, now: datetime, actor_id: int | None) -> None:
    """An invitation without an address: the mail that the reaction sends brings a new one."""
    until = now + timedelta(days=INVITATION_DAYS)
    if row is None:
        row = Invitation.objects.create(user=user, invited_by_id=actor_id, created_at=now, expires_at=until)
    else:
        row.token_sha256, row.expires_at = None, until
        row.save(update_fields=["token_sha256", "expires_at"])
    worker_operations.announce(values.InvitationCreated(invitation_id=row.id))
