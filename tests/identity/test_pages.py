"""Pages of MS7, through real views."""

from datetime import UTC, datetime, timedelta

import pytest

from tomoshibi.identity import operations, queries
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(client):
    with db.transaction():
        operations.save_role(code="clerk", name="請求担当", rights=["RB6.do"])
        user_id = operations.add_person(
            username="root", name="管理者", mail="r@example.jp", password="lamp-light-42", administrator=True
        )
    client.force_login(User.objects.get(id=user_id))
    return client


def test_an_invited_person_chooses_a_password_and_signs_in(admin, client):
    answer = admin.post(
        "/identity/people/invite/", {"username": "suzuki", "name": "鈴木", "mail": "s@example.jp", "roles": ["clerk"]}
    )
    assert answer.status_code == 302
    shown = admin.post(answer["Location"])
    path = shown.context["address"].removeprefix("http://testserver")
    client.logout()
    weak = client.post(path, {"password": "short", "again": "short"})
    assert weak.status_code == 422
    assert client.post(path, {"password": "warm-lamp-77-x", "again": "warm-lamp-77-x"}).status_code == 302
    assert client.login(username="suzuki", password="warm-lamp-77-x")
    assert User.objects.get(username="suzuki").has_perm("RB6.do")


def test_a_form_keeps_what_was_typed(admin):
    answer = admin.post("/identity/people/invite/", {"username": "X", "name": "鈴木", "mail": "not a mail"})
    assert answer.status_code == 422
    assert "鈴木" in answer.content.decode()
    assert not User.objects.filter(username="X").exists()


def test_rights_are_changed_in_the_matrix_with_a_reason(admin):
    data = {
        "code": "clerk",
        "name": "請求担当",
        "reason": "RB7 moved to the clerks",
        "rights": ["RB6.do", "RB7.confirm"],
    }
    assert admin.post("/identity/roles/clerk/", data).status_code == 302
    assert next(r for r in queries.roles() if r.code == "clerk").rights == {"RB6.do", "RB7.confirm"}
    page = admin.get("/identity/roles/")
    assert page.headers["X-Procedures"] == "MS7"
    assert "請求担当" in page.content.decode()
    trail = f"/identity/trail/identity.role/{_role_id()}/"
    form = admin.get("/identity/roles/clerk/").content.decode()
    assert trail in form
    assert 'value="RB7.confirm" aria-label="RB7.confirm" checked' in form
    assert 'value="RB7.do" aria-label="RB7.do">' in form
    with_trail = admin.get(trail).content.decode()
    assert "Nobody has changed" not in with_trail


def test_the_trail_tells_the_time_of_the_deeds_where_the_clock_is_stepped(admin):
    stepped = datetime(2031, 4, 1, 9, 30, tzinfo=UTC)
    with db.transaction():
        worker.set_clock(now=stepped)
    data = {"code": "clerk", "name": "請求担当(夜間)", "reason": "shifts", "rights": ["RB6.do"]}
    assert admin.post("/identity/roles/clerk/", data).status_code == 302
    changes = queries.trail(model="identity.role", row_id=_role_id())
    (renamed,) = (change for change in changes if change.why == "shifts" and not change.row)
    (deed,) = queries.deeds(procedure="MS7", limit=1)
    assert deed.at.date() == renamed.at.date() == stepped.date()
    assert abs(renamed.at - deed.at) < timedelta(minutes=1)


def _role_id():
    from tomoshibi.identity.models import Role

    return Role.objects.get(code="clerk").pk


def test_nobody_without_the_right_opens_these_pages(client):
    with db.transaction():
        operations.save_role(code="clerk", name="x", rights=["RB6.do"])
        operations.add_person(
            username="yamada", name="山田", mail="y@example.jp", password="lamp-light-42", roles=["clerk"]
        )
    assert client.get("/identity/people/").status_code == 302
    client.force_login(User.objects.get(username="yamada"))
    for path in ("/identity/people/", "/identity/roles/", "/identity/deeds/", "/identity/people/invite/"):
        assert client.get(path).status_code == 403


def test_lists_people_and_deeds(admin):
    with db.transaction():
        operations.add_person(
            username="sato", name="佐藤", mail="x@example.jp", password="lamp-light-42", roles=["clerk"]
        )
    user = User.objects.get(username="sato")
    assert "佐藤" in admin.get("/identity/people/").content.decode()
    admin.post("/identity/people/review/", {"ids": [user.pk]})
    admin.post(f"/identity/people/{user.pk}/", {"department": "", "roles": [], "reason": "moved"})
    admin.post(f"/identity/people/{user.pk}/leave/", {"reason": "left the company"})
    person = queries.person(user_id=user.pk)
    assert (person.active, person.roles, person.reviewed_on is not None) == (False, (), True)
    assert "sato の利用を終了" in admin.get("/identity/deeds/").content.decode()
    in_english = admin.get("/identity/deeds/", headers={"accept-language": "en"}).content.decode()
    assert "ended the access of sato" in in_english


def test_the_invitation_is_mailed(admin, client):
    from django.core import mail

    from tomoshibi.messaging import operations as messaging
    from tomoshibi.worker import queue

    with db.transaction():
        messaging.load_shipped_texts()
    admin.post("/identity/people/invite/", {"username": "suzuki", "name": "鈴木", "mail": "s@example.jp"})
    queue.run_waiting()
    sent = mail.outbox[0]
    assert sent.to == ["s@example.jp"]
    path = next(line for line in sent.body.splitlines() if line.startswith("http")).split("8000", 1)[1]
    client.logout()
    assert client.post(path, {"password": "warm-lamp-77-x", "again": "warm-lamp-77-x"}).status_code == 302


def _language_of(client, **headers):
    return client.get("/identity/people/", headers=headers).headers["Content-Language"]


def test_the_own_language_wins_then_the_browsers_then_japanese(admin):
    assert _language_of(admin) == "ja"
    assert _language_of(admin, accept_language="fr, en;q=0.5") == "en"
    answer = admin.post("/language/", {"language": "zh-hans", "next": "/identity/people/"})
    assert answer["Location"] == "/identity/people/"
    assert User.objects.get(username="root").language == "zh-hans"
    assert _language_of(admin, accept_language="en") == "zh-hans"
    admin.cookies.pop("django_language")
    assert _language_of(admin, accept_language="en") == "zh-hans", "another browser: it is the person's, not a cookie's"


def test_an_unknown_language_changes_nothing(admin):
    admin.post("/language/", {"language": "tlh"})
    assert User.objects.get(username="root").language == ""
    assert admin.get("/language/").status_code == 405


def test_who_is_not_signed_in_switches_for_this_browser(client):
    before = client.get("/accounts/login/", headers={"accept-language": "en"})
    assert before.headers["Content-Language"] == "en"
    client.post("/language/", {"language": "ja", "next": "/accounts/login/"})
    assert client.get("/accounts/login/", headers={"accept-language": "en"}).headers["Content-Language"] == "ja"


def test_an_invitation_is_in_the_language_of_the_house_unless_told(admin):
    admin.post("/identity/people/invite/", {"username": "suzuki", "name": "鈴木", "mail": "s@example.jp"})
    from tomoshibi.identity.models import Invitation

    row = Invitation.objects.get()
    assert queries.invitation(invitation_id=row.id).language == "ja"
    User.objects.filter(username="suzuki").update(language="en")
    assert queries.invitation(invitation_id=row.id).language == "en"


def _with_second_factor(user_id):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user_id=user_id, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user_id=user_id, type=Authenticator.Type.RECOVERY_CODES, data={})


def test_a_lost_second_factor_is_reset_by_another_administrator_with_a_reason(admin, client):
    with db.transaction():
        user_id = operations.add_person(
            username="sato", name="佐藤", mail="x@example.jp", password="lamp-light-42", roles=["clerk"]
        )
    _with_second_factor(user_id)
    window = type(client)()
    window.force_login(User.objects.get(pk=user_id))
    path = f"/identity/people/{user_id}/second-factor/"
    assert "factor_reason" in admin.get(f"/identity/people/{user_id}/").content.decode()
    admin.post(path, {"reason": ""})
    assert queries.person(user_id=user_id).has_mfa, "without a reason nothing happens"
    assert window.post(path, {"reason": "mine"}).status_code == 403
    admin.post(path, {"reason": "phone lost, seen in person"})
    assert not queries.person(user_id=user_id).has_mfa
    assert window.session.get("_auth_user_id") is None, "signed out everywhere"
    assert queries.deeds(procedure="MS7")[0].what == "reset the second factor of sato: phone lost, seen in person"
    own = User.objects.get(username="root").pk
    _with_second_factor(own)
    admin.post(f"/identity/people/{own}/second-factor/", {"reason": "mine"})
    assert queries.person(user_id=own).has_mfa


def test_accepting_an_invitation_leaves_a_deed(admin, now):
    with db.transaction():
        for name, more in (("suzuki", {}), ("C-0001", {"portal_customer_id": 1})):
            made = operations.invite(username=name, name="鈴木", mail="s@example.jp", now=now, **more)
            token = operations.issue_token(invitation_id=made.id, now=now)
            operations.accept_invitation(token=token, password="warm-lamp-77-x", now=now)
    (staff,) = queries.deeds(procedure="MS7")
    assert (staff.what, staff.who) == ("accepted the invitation of suzuki", "鈴木")
    assert queries.deeds(procedure="CM5")[0].what == "accepted the invitation of C-0001"


def test_the_first_administrator_comes_from_the_command_line(client, db):
    from typer.testing import CliRunner

    from tomoshibi.identity.commands import app

    run = CliRunner().invoke(app, ["invite-administrator", "kondo", "--name", "近藤", "--mail", "k@example.jp"])
    assert run.exit_code == 0, run.output
    path = run.output.split()[0].split("8000", 1)[1]
    assert client.post(path, {"password": "warm-lamp-77-x", "again": "warm-lamp-77-x"}).status_code == 302
    assert client.login(username="kondo", password="warm-lamp-77-x")
    assert client.get("/identity/people/").status_code == 200
    again = CliRunner().invoke(app, ["invite-administrator", "kondo", "--name", "x", "--mail", "k@example.jp"])
    assert again.exit_code == 1
    _with_second_factor(User.objects.get(username="kondo").pk)
    reset = CliRunner().invoke(app, ["reset-second-factor", "kondo"])
    assert "2 taken away" in reset.output
    assert CliRunner().invoke(app, ["reset-second-factor", "nobody"]).exit_code == 1
