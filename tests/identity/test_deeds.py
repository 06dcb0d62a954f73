"""What was done is kept in English and read in the reader's language."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import override

from tomoshibi.config import things
from tomoshibi.identity import deeds, lists, operations, queries, subjects
from tomoshibi.kernel.periods import Month

PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_every_form_is_recognized_as_itself_and_said_with_its_values(language):
    for form in deeds.FORMS:
        given = {place: f"X{n}" for n, place in enumerate(PLACE.findall(form))}
        english = form % given
        with override("en"):
            assert deeds.in_words(english) == english, "English stays as it was written"
        with override(language):
            said = deeds.in_words(english)
        assert said != english, form
        assert all(value in said for value in given.values()), (form, said)


@pytest.mark.django_db
def test_codes_amounts_and_counts_are_read_as_on_pages():
    with override("ja"):
        assert deeds.in_words("issued 1997 bills of 28114000 in all") == "請求 1,997 件・合計 28,114,000 円 を発行"
        assert deeds.in_words("approved 2 rows of levy") == "再エネ賦課金 2 行の変更を承認"
        assert deeds.in_words("changed phone, notes") == "電話番号, 備考 を変更"
        assert deeds.in_words("decided 3 failed debits: letter").startswith("振替不能 3 件の対応を決定: ")
        assert "letter" not in deeds.in_words("decided 3 failed debits: letter")
    assert all(import_string(path) for path in deeds.WORDS.values())


def test_what_nobody_foresaw_is_read_as_it_was_written():
    with override("ja"):
        assert deeds.in_words("did something of an older version") == "did something of an older version"


@pytest.mark.django_db
def test_a_deed_is_read_in_the_language_of_who_reads_it(in_transaction, now: datetime):
    operations.record_deed(procedure="RB6", what="cancelled the run: 検針値 100% 待ち", at=now, subject="billing.run:7")
    with override("ja"):
        (deed,) = queries.deeds(subject="billing.run:7")
    assert (deed.what, deed.said) == ("cancelled the run: 検針値 100% 待ち", "請求処理を取消: 検針値 100% 待ち")
    with override("zh-hans"):
        assert queries.deeds(subject="billing.run:7")[0].said.startswith("取消批次")
    with pytest.raises(deeds.NoWords, match="juggled"):
        operations.record_deed(procedure="RB6", what="juggled the run", at=now)


@pytest.mark.django_db
def test_what_it_was_done_to_is_named_and_leads_to_its_page(in_transaction, now: datetime):
    for subject in ("billing.run:7", "parties.customer:12", "of.nowhere:1", ""):
        operations.record_deed(procedure="RB6", what="rates the run anew", at=now, subject=subject)
    with override("ja"):
        rows = {row["subject"]: row["page"] for row in lists.deeds_list().rows}
    assert rows == {
        "請求処理 7": "/billing/runs/7/",
        "お客さま 12": "/parties/customers/12/",
        "of.nowhere:1": None,
        "": None,
    }
    with override("ja"):
        assert not any(re.search("[a-z]", str(word)) for word in subjects.KINDS.values())


NO_DEEDS = {
    "applications.core_day", "billing.differences", "billing.draft_look", "billing.fee", "billing.groups", "billing.print",
    "collection.allocation", "collection.deposit", "collection.stored_file", "fieldwork.label", "fieldwork.task", "groups.batch", "groups.benchmark",
    "identity.invitation", "messaging.delivery", "metering.reading_day",
}  # fmt: skip
"""Names of locks, of work and of letters: no deed is done to them."""


def test_whatever_a_deed_may_be_done_to_has_a_word():
    source = Path(deeds.__file__).resolve().parents[1]
    rooms = {path.parent.name for path in source.glob("*/__init__.py")}
    named = set()
    for file in source.rglob("*.py"):
        if "migrations" not in file.parts:
            named |= set(re.findall(r'f?"([a-z]+\.[a-z_]+):[{a-z0-9]', file.read_text("utf-8")))
    named = {name for name in named if name.split(".")[0] in rooms} - NO_DEEDS
    assert len(named) > 40
    with override("en"):
        raw = {name for name in named if subjects.words(f"{name}:1").startswith(name)}
    assert not raw, f"a word in identity.subjects for {sorted(raw)}"


def test_a_month_that_was_closed_is_a_month():
    with override("en"):
        assert subjects.words(f"ledger.month:{Month(2026, 10).number}") == "Accounting month 2026-10"
    with override("ja"):
        assert subjects.words("collection.link:agent_a") == "収納代行への接続 agent_a"


def test_every_kind_of_thing_has_a_page_that_takes_its_number():
    assert all(reverse(page, args=[1]) for page in things.PAGES.values())
