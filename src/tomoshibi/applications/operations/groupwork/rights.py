"""Roles of the group business: shipped rights taken over, and the rights of one role changed step by step."""

from django.utils.translation import gettext as _

from tomoshibi.applications import grouproles
from tomoshibi.applications.values import groupwork as values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.storage import db

LEVELS = ("", "view", "do")


class NotARole(ValueError):
    """The role is none of the eleven, or has no sign-in of its own."""


@db.transaction_required
def take_shipped_rights() -> int:
    """
    The eleven roles with the rights they are shipped with; rights that a company gave them are replaced.

    :returns: how many roles
    """
    for role in grouproles.shipped():
        identity.save_role(code=role.code, name=role.zh, rights=role.rights)
    return len(grouproles.shipped())


@db.transaction_required
def set_right(*, code: str, step: str, level: str) -> None:
    """
    Give one of the eleven roles a right at a step, or take it away; what it may do elsewhere stays.

    :param level: empty, ``view`` or ``do``
    :raises NotARole: for another role, or for people of the customer
    """
    assert level in LEVELS, "the form offers only these"
    assert step in {*values.STEPS, values.ROLES, values.NEIGHBOURS}, "and only steps of this business"
    role = next((one for one in grouproles.shipped() if one.code == code), None)
    if role is None or not role.is_inside:
        raise NotARole(_("People of the customer have no sign-in here, and so no rights."))
    known = {one.code: one for one in identity_queries.roles()}.get(code)
    held = known.rights if known else frozenset(role.rights)
    kept = {right for right in held if not right.startswith(f"{step}.")}
    identity.save_role(
        code=code, name=known.name if known else role.zh, rights=kept | ({f"{step}.{level}"} if level else set())
    )
