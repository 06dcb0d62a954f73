"""What people read of a master: codes, yes and no, and the notes of what ships stand in their language, files do not."""

import csv
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation

from tomoshibi.masters import listing, notewords, operations, queries, shipped
from tomoshibi.masters.postingwords import POSTINGS
from tomoshibi.masters.register import MASTERS

DATA = Path(shipped.__file__).parent / "data"
pytestmark = pytest.mark.django_db
NAMES_OF_PAPERS = re.compile(r"http|expydoc|kepco|kyuden|tepco|ameblo|123deta|GitHub|GB/T")
ENGLISH = re.compile(r"^[\x00-\x7f]+$")


def cells(column: str) -> set[str]:
    """What stands in a column of any sheet that ships, where it is English."""
    found = set()
    for path in DATA.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as sheet:
            found |= {row.get(column) or "" for row in csv.DictReader(sheet)}
    return {text for text in found if ENGLISH.match(text)}


def test_every_note_that_ships_has_its_words_and_no_words_stay_for_what_is_gone():
    assert cells("note") == set(notewords.NOTES)
    sources = {text for text in cells("source") if not NAMES_OF_PAPERS.match(text)}
    assert sources <= set(notewords.SOURCES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from the bill of August 2012", "2012年8月分の請求から"),
        (
            "https://www.example.jp/ (weights); https://b.example.jp/x; fits four published months",
            "https://www.example.jp/ (換算係数); https://b.example.jp/x; 公表された4か月分と一致",
        ),
        ("https://www.example.jp/ (2026-04); from the office", "https://www.example.jp/ (2026-04); from the office"),
        ("", ""),
    ],
)
def test_what_ships_is_translated_and_what_people_wrote_stays(text, said):
    with translation.override("ja"):
        assert notewords.in_words(text) == said


@pytest.mark.parametrize(
    ("master", "column", "cell", "said"),
    [
        ("fuel_units", "includes_island", "yes", "はい"),
        ("debit_cycles", "is_default", "no", "いいえ"),
        ("fuel_units", "product", "regulated_lv", "規制料金（低圧）"),
        ("fuel_units", "product", "our_own", "our_own"),
        ("fuel_units", "area", "03", "03 東京"),
        ("debit_cycles", "roll", "next", "翌営業日"),
        ("company", "country", "JP", "日本"),
        ("company", "language", "zh-hans", "简体中文"),
        ("company", "phone", "", ""),
        ("posting_accounts", "key", "unapplied", "仮受金"),
        ("posting_accounts", "key", "our_own", "our_own"),
        ("charge_kinds", "posting_key", "late_interest", "延滞利息収入"),
    ],
)
def test_cells_are_said_in_words(master, column, cell, said):
    with translation.override("ja"):
        assert listing.in_words(MASTERS[master].column(column), cell) == said


def test_every_posting_key_that_ships_has_its_words():
    with (DATA / "posting_accounts.csv").open(encoding="utf-8-sig", newline="") as sheet:
        assert {row["key"] for row in csv.DictReader(sheet)} == set(POSTINGS)


@pytest.mark.usefixtures("shipped")
def test_posting_keys_are_read_and_chosen_in_words(client, anna):
    client.force_login(anna)
    page = client.get(reverse("masters:posting_accounts_list")).content.decode()
    assert "収入：電力量料金" in page
    assert "revenue_energy" not in page
    offered = dict(client.get(reverse("masters:charge_kinds_propose")).context["form"].fields["posting_key"].choices)
    assert str(offered["works_contribution"]) == "工事費負担金"
    assert "revenue_energy,4120" in queries.export_csv(master="posting_accounts"), "a file keeps the key"


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna", is_staff=True, is_superuser=True, language="ja")


def proposed(client, cells, master):
    response = client.post(reverse(f"masters:{master}_propose"), cells, follow=True)
    return response.redirect_chain[0][0], response.content.decode()


CYCLE = {
    "action": "set", "agent": "agent_a", "cycle_day": "15", "is_default": "no", "roll": "previous",
    "file_days_before": "7", "result_days_after": "4", "valid_from": "2027-01-01", "confidence": "high",
    "reason": "a third day",
}  # fmt: skip


@pytest.mark.usefixtures("shipped")
def test_who_decides_reads_words_before_and_after(client, anna, django_user_model):
    client.force_login(anna)
    url, page = proposed(client, CYCLE, "debit_cycles")
    for said in ("いいえ", "前営業日"):
        assert said in page
    assert ">no<" not in page
    client.force_login(django_user_model.objects.create_user("ben", is_staff=True, is_superuser=True, language="ja"))
    assert client.post(url, {"decision": "approve"}).status_code == 302
    after = client.get(url).content.decode()
    for said in ("いいえ", "前営業日", "振替日"):
        assert said in after
    assert "is_default" not in after


@pytest.mark.usefixtures("shipped")
def test_codes_of_other_tables_are_chosen_not_typed(client, anna):
    operations.put_rows(
        master="fuel_parameters",
        rows=[
            {"area": "03", "product": "our_own", "base_price_yen": "50000", "first_valid_month": "2026-04"},
        ],
    )
    client.force_login(anna)
    form = client.get(reverse("masters:fuel_units_propose")).context["form"]
    offered = dict(form.fields["product"].choices)
    assert str(offered["hv"]) == "高圧"
    assert offered["our_own"] == "our_own"
    refused = client.post(reverse("masters:debit_cycles_propose"), {**CYCLE, "agent": "agent_z"})
    assert refused.status_code == 422
    assert "agent" in refused.context["form"].errors
    # What a new product of one's own begins with is typed; the codes that there are stand beside it.
    parameters = client.get(reverse("masters:fuel_parameters_propose")).content.decode()
    assert "regulated_lv (規制料金（低圧）)" in parameters


@pytest.mark.usefixtures("shipped")
def test_a_row_keeps_a_code_that_nobody_knows_any_more(client, anna):
    operations.put_rows(
        master="charge_kinds",
        rows=[
            {
                "code": "old", "name_ja": "古", "name_en": "old", "name_zh": "旧", "posting_key": "gone_key",
                "tax": "included", "amount_by": "entered", "valid_from": "2026-04-01",
            },
        ],
    )  # fmt: skip
    row = MASTERS["charge_kinds"]
    number = next(n for n, one in queries.numbered_records(master=row.code) if one["code"] == "old")
    client.force_login(anna)
    form = client.get(reverse("masters:charge_kinds_propose"), {"row": number}).context["form"]
    assert "gone_key" in dict(form.fields["posting_key"].choices)
