"""Questions before something that cannot be undone."""

import re

from django.http import HttpRequest, QueryDict

from tomoshibi.ui import confirm


def posted(session, **answers):
    request = HttpRequest()
    request.method, request.session = "POST", session
    request.POST = QueryDict(mutable=True)
    request.POST.update(answers)
    return request


def test_a_yes_counts_once_however_often_it_arrives():
    session = {}
    first, again = (posted(session, confirmed="1", once="q1") for _ in range(2))
    assert confirm.is_confirmed(first)
    assert confirm.is_confirmed(first), "the same request is asked twice by views with a form"
    assert not confirm.is_confirmed(again)
    assert confirm.is_confirmed(posted(session, confirmed="1", once="q2"))
    assert not confirm.is_confirmed(posted(session, once="q3"))


def test_answers_that_are_remembered_do_not_pile_up():
    session = {}
    for number in range(200):
        assert confirm.is_confirmed(posted(session, confirmed="1", once=f"q{number}"))
    assert sum(len(kept) for kept in session.values()) < 100
    assert not confirm.is_confirmed(posted(session, confirmed="1", once="q199"))


def test_each_question_has_a_name_of_its_own(rf, admin_user):
    def ask():
        request = rf.post("/", {"chosen": "7", "once": "an old one"})
        request.user, request.session = admin_user, {}
        page = confirm.ask(request, confirm.Question(title="Issue", what="It is issued.", do="Issue", back="/"))
        text = page.content.decode()
        assert 'name="chosen" value="7"' in text
        return re.findall(r'name="once" value="([^"]+)"', text)

    (first,), (second,) = ask(), ask()
    assert "an old one" not in {first, second}
    assert first != second
