"""A price typed over a copied one: whether its source still holds is asked beside it, and shown to who publishes."""

import html
import re

import pytest

from tests.tariffs.test_editor import STEP, begin, save
from tests.tariffs.test_pages import clerk  # noqa: F401 - a fixture
from tomoshibi.identity.models import User
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import editor, kept_sources, queries

pytestmark = pytest.mark.django_db(transaction=True)
FINDING = f"{STEP}.price.source"


def test_a_price_typed_over_another_asks_whether_its_source_still_holds(clerk):  # noqa: F811
    draft_id = begin(clerk)
    assert "kurashi になっています" not in clerk.get(f"/tariffs/drafts/{draft_id}/").content.decode()
    answer = html.unescape(save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"}).content.decode())
    asked = "29.80 が 31.20 に変わりましたが、出典は kurashi のままです"
    place = editor.slug(documents.path_of(FINDING))
    told = re.search(rf'<span class="pf-error" id="{place}-e" hx-swap-oob="true">([^<]+)</span>', answer)
    assert asked in told.group(1)
    page = html.unescape(clerk.get(f"/tariffs/drafts/{draft_id}/").content.decode())
    assert page.count(asked) == 2, "beside the field, and in the list that leads there"
    assert "31.20" in page
    (finding,) = [one for one in queries.findings_of_draft(queries.draft(draft_id=draft_id)) if one.path == FINDING]
    assert (finding.blocking, "31.20" in queries.draft(draft_id=draft_id).text.splitlines()[finding.line - 1]) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    "answer",
    [
        {f"{STEP}.price.amount": "31.20", f"{STEP}.price.source": "smm3"},
        {f"{STEP}.price.amount": "31.20", f"{STEP}.price.comment": "read anew on 2027-03-01"},
        {f"{STEP}.price.amount": "29.80"},
    ],
)
def test_another_source_a_comment_or_the_former_price_answer_the_question(clerk, answer):  # noqa: F811
    draft_id = begin(clerk)
    save(clerk, draft_id, live=False, do="source")
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    assert FINDING in [one.path for one in queries.findings_of_draft(queries.draft(draft_id=draft_id))]
    save(clerk, draft_id, **{name: text.replace("smm3", "source_1") for name, text in answer.items()})
    assert FINDING not in [one.path for one in queries.findings_of_draft(queries.draft(draft_id=draft_id))]


def test_who_publishes_sees_the_prices_that_changed_under_their_former_source(clerk, client):  # noqa: F811
    draft_id = begin(clerk)
    save(clerk, draft_id, **{f"{STEP}.price.amount": "31.20"})
    answer = clerk.post(f"/tariffs/drafts/{draft_id}/propose/", {"reason": "new prices"})
    assert answer.status_code == 302, answer.content.decode()
    (proposal,) = queries.proposals()
    page = html.unescape(clerk.get(f"/tariffs/proposals/{proposal.id}/").content.decode())
    assert "電力量料金 0 – 120 kWh: 29.80 → 31.20" in page
    assert "元の版のまま" in page
    client.force_login(User.objects.get(username="yamada"))
    question = html.unescape(client.get(f"/tariffs/proposals/{proposal.id}/publish/").content.decode())
    assert "出典が元の版のままの変更" in question


def test_rows_are_held_against_the_rows_they_were():
    def price_of(amount, source="page", **more):
        return {"amount": amount, "source": source, **more}

    def plan(*steps, sources=None, **more):
        tiers = {"code": "energy", "kind": "tiers", "steps": [{"up_to_kwh": edge, "price": p} for edge, p in steps]}
        return {"sources": sources or {"page": "p. 1", "own": "ours"}, "versions": [{"components": [tiers]}]} | more

    before = plan((120, price_of(10)), (300, price_of(20)), (None, price_of(30)))
    found = kept_sources.kept(before, plan((130, price_of(11)), (300, price_of(20)), (None, price_of(30))))
    assert [(one.before, one.after) for one in found] == [("10", "11")], "an edge that moves is the same row"
    found = kept_sources.kept(
        before, plan((120, price_of(10)), (200, price_of(15)), (300, price_of(21)), (None, price_of(30)))
    )
    assert [(one.path[-3:], one.before, one.after) for one in found] == [(("steps", 2, "price"), "20", "21")]
    assert kept_sources.kept(before, plan((120, price_of(11, "own")), (300, price_of(20)), (None, price_of(30)))) == []
    other = plan((120, price_of(11)), (300, price_of(20)), (None, price_of(30)), sources={"page": "p. 2"})
    assert kept_sources.kept(before, other) == [], "the source says another page now"
    own = plan((120, price_of(10, "own")), (300, price_of(20)), (None, price_of(30)))
    again = plan((120, price_of(11, "own")), (300, price_of(20)), (None, price_of(30)))
    assert kept_sources.kept(own, again) == [], "what the company decides it decides anew"
    late = {"late_interest": {"percent": price_of(10)}}
    before_late = plan((None, price_of(10)))
    before_late["versions"][0] |= late
    found = kept_sources.kept(before_late, plan((None, price_of(10)), late_interest={"percent": price_of("14.6")}))
    assert [one.path for one in found] == [("late_interest", "percent")]
