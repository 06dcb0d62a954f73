"""Who may do what; who changed what, and why."""

from datetime import timedelta

import pghistory
import pytest
from django.utils import translation

from tomoshibi.identity import operations, queries
from tomoshibi.identity.models import Role, User
from tomoshibi.worker import queries as clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(in_transaction):
    operations.save_department(code="billing", name="請求課")
    operations.save_role(code="clerk", name="Billing clerk", rights=["RB6.do", "RB7.view"])
    operations.save_role(code="lead", name="Billing lead", rights=["RB7.confirm"])
    make = lambda name, *roles, **more: operations.add_person(  # noqa: E731
        username=name, name=name.title(), mail=f"{name}@example.jp", password="lamp-light-42", roles=roles, **more
    )
    return {
        "yamada": make("yamada", "clerk", department="billing"),
        "sato": make("sato", "lead"),
        "root": make("root", administrator=True),
    }


def test_rights_come_from_roles_and_include_viewing(staff):
    user = User.objects.get(id=staff["yamada"])
    assert user.has_perm("RB6.do")
    assert user.has_perm("RB6.view")
    assert not user.has_perm("RB6.confirm")
    assert not user.has_perm("MS7.view")
    assert User.objects.get(id=staff["root"]).has_perm("MS7.confirm")


def test_a_right_is_a_procedure_and_one_of_three(staff):
    with pytest.raises(operations.UnknownRight):
        operations.save_role(code="x", name="x", rights=["RB6.everything"])


def test_the_second_person_is_another_one(staff):
    operations.require_second_person(first_id=1, second_id=2)
    for first, second in [(1, 1), (None, 1), (1, None)]:
        with pytest.raises(operations.SamePerson):
            operations.require_second_person(first_id=first, second_id=second)


def test_an_invitation_opens_an_account_once(staff, client):
    now = clock.now()
    invitation = operations.invite(
        username="suzuki", name="鈴木", mail="s@example.jp", now=now, roles=["clerk"], actor_id=staff["root"]
    )
    assert not client.login(username="suzuki", password="")
    token = operations.issue_token(invitation_id=invitation.id, now=now)
    with pytest.raises(operations.PasswordTooWeak):
        operations.accept_invitation(token=token, password="short", now=now)
    address = f"/identity/invitation/{token}/"
    assert "suzuki" in client.get(address).content.decode(), "the name to sign in with is told"
    operations.accept_invitation(token=token, password="warm-lamp-77-x", now=now)
    used = client.get(address)
    assert (used.status_code, 'type="password"' in used.content.decode()) == (410, False)
    assert client.login(username="suzuki", password="warm-lamp-77-x")
    with pytest.raises(operations.InvitationNotValid):
        operations.accept_invitation(token=token, password="warm-lamp-77-x", now=now)
    with pytest.raises(operations.NameTaken):
        operations.invite(username="SUZUKI", name="x", mail="x@example.jp", now=now)


def test_an_old_invitation_is_refused(staff, now):
    invitation = operations.invite(username="ito", name="伊藤", mail="i@example.jp", now=now)
    void = operations.issue_token(invitation_id=invitation.id, now=now)
    token = operations.issue_token(invitation_id=invitation.id, now=now)
    for tried, at in [(void, now), (token, now + timedelta(days=8)), ("made up", now)]:
        with pytest.raises(operations.InvitationNotValid):
            operations.accept_invitation(token=tried, password="warm-lamp-77-x", now=at)


def test_who_leaves_is_signed_out_at_once(staff, now, client):
    client.force_login(User.objects.get(id=staff["yamada"]))
    with pytest.raises(operations.OneselfOnly):
        operations.leave(user_id=staff["root"], on=now.date(), actor_id=staff["root"])
    operations.leave(user_id=staff["yamada"], on=now.date(), actor_id=staff["root"])
    assert client.session.get("_auth_user_id") is None
    assert queries.rights_of(user_id=staff["yamada"]) == set()
    assert "yamada" not in [p.username for p in queries.people()]


def test_the_trail_says_who_changed_what_and_why(staff):
    with pghistory.context(user=staff["root"], why="renamed after the reorganisation", url="/identity/roles/"):
        operations.save_role(code="clerk", name="Billing clerk (day)", rights=["RB1.do"])
    with translation.override("en"):
        trail = queries.trail(model="identity.role", row_id=Role.objects.get(code="clerk").pk)
    changes = [change for change in trail if change.why == "renamed after the reorganisation"]
    assert {change.who for change in changes} == {"Root"}
    (own,) = (change for change in changes if not change.row)
    assert own.fields == (("Name", "Billing clerk", "Billing clerk (day)"),)
    said = {change.label: change.row for change in changes if change.row}
    assert said.keys() == {"insert", "delete"}, "the role's page tells of its rights, too"
    assert "Procedure RB1" in said["insert"]
    assert "Procedure RB" in said["delete"]
    assert "Right do" in said["insert"]


def test_only_kept_rows_have_a_trail(staff):
    for model in ("identity.deed", "sessions.session", "no.such", "nonsense"):
        with pytest.raises(queries.NoTrail):
            queries.trail(model=model, row_id=1)


def test_a_review_is_by_somebody_else(staff, now):
    with pytest.raises(operations.OneselfOnly):
        operations.review_access(user_ids=[staff["root"]], on=now.date(), actor_id=staff["root"])
    operations.review_access(user_ids=[staff["yamada"]], on=now.date(), actor_id=staff["root"])
    assert queries.person(user_id=staff["yamada"]).reviewed_on == now.date()


def test_deeds_are_counted_under_their_procedure(staff, now):
    operations.record_deed(
        procedure="RB6", what="rates the run anew", at=now, subject="billing.run:1", actor_id=staff["yamada"]
    )
    assert queries.deeds_by_procedure(since=now) == {"RB6": 1}
    assert queries.deeds(subject="billing.run:1")[0].who == "Yamada"
