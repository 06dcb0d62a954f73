"""Pages of the masters: each opens, a change goes through two people, a file is refused with its reasons."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tomoshibi.identity import queries as identity_queries
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries
from tomoshibi.masters.register import MASTERS

pytestmark = [pytest.mark.usefixtures("shipped"), pytest.mark.django_db]


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna", is_staff=True, is_superuser=True)


@pytest.fixture
def ben(db):
    return get_user_model().objects.create_user("ben", is_staff=True, is_superuser=True)


PAGES = [
    ("overview", []), ("proposals", []), ("levy", []), ("fuel", []), ("calendar", []), ("holidays", []),
    ("debits_agent_a", []), ("debits_agent_b", []), ("debits_agent_secondary", []), ("banks", []),
    ("renew_banks", []),
]  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
@pytest.mark.parametrize(("name", "arguments"), PAGES, ids=lambda value: str(value))
def test_every_page_opens_in_the_language_of_who_reads(client, anna, name, arguments, language):
    client.force_login(anna)
    client.cookies["django_language"] = language
    page = client.get(reverse(f"masters:{name}", args=arguments))
    assert page.status_code == 200
    text = page.content.decode()
    assert f'<html lang="{language}"' in text
    assert {"ja": "すべてのマスタ", "zh-hans": "全部主数据", "en": "All masters"}[language] in text


@pytest.mark.parametrize("master", MASTERS.values(), ids=lambda master: master.code)
def test_every_master_has_its_pages(client, anna, master):
    client.force_login(anna)
    for name in ("list", "propose", "import", "export"):
        response = client.get(reverse(f"masters:{master.code}_{name}"))
        assert response.status_code == 200, name
        assert set(response.headers["X-Procedures"].split()) == set(master.procedures)
    found = queries.numbered_records(master=master.code)
    if found:
        row_url = reverse(f"masters:{master.code}_row", args=[found[0][0]])
        assert client.get(row_url).status_code == 200
        again = client.get(reverse(f"masters:{master.code}_propose"), {"row": found[0][0]})
        assert again.status_code == 200
    assert client.get(reverse(f"masters:{master.code}_row", args=[10**9])).status_code == 404


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"area": "03", "month": "2026-02"}, "(43,900 - 86,100) x 0.183"),
        ({"area": "06", "month": "2026-02"}, "not certain"),
        ({"area": "03", "month": "2022-10"}, "5.13"),
        ({"area": "99", "month": "nonsense", "product": "none"}, "2026"),
        ({"area": "09", "month": "2026-03"}, "island"),
        ({"area": "03", "month": "2031-01"}, "customs prices"),
    ],
)
def test_the_fuel_page_shows_how_a_unit_came_about(client, anna, query, says):
    client.force_login(anna)
    client.cookies["django_language"] = "en"
    response = client.get(reverse("masters:fuel"), query)
    assert response.status_code == 200
    assert says.lower() in response.content.decode().lower()


def test_a_change_goes_through_two_people(client, anna, ben):
    cells = {
        "action": "set", "fiscal_year": "2027", "price_yen_per_kwh": "4.30", "first_valid_month": "2027-05",
        "last_valid_month": "2028-04", "source": "notice", "confidence": "high", "reason": "notice of March",
    }  # fmt: skip
    client.force_login(anna)
    response = client.post(reverse("masters:levy_propose"), cells, follow=True)
    url = response.redirect_chain[0][0]
    assert "4.3" in response.content.decode()
    assert client.post(url, {"decision": "approve"}).status_code == 422
    client.force_login(ben)
    assert client.post(url, {"decision": "reject", "note": ""}).status_code == 422
    assert client.post(url, {"decision": "approve", "note": "seen"}).status_code == 302
    assert queries.RateBook().levy_for_month(month=Month(2027, 5)).price_micro_per_kwh == 4_300_000
    assert client.post(url, {"decision": "approve"}).status_code == 422
    deeds = [deed.what for deed in identity_queries.deeds(subject=f"masters.proposal:{url.split('/')[-2]}", limit=5)]
    assert deeds == ["approved 1 rows of levy", "proposed 1 rows of levy"]
    assert "seen" in client.get(url).content.decode()


def test_the_author_takes_a_proposal_back(client, anna):
    client.force_login(anna)
    cells = {"action": "remove", "key": "rounding", "valid_from": "2027-01-01", "reason": "not used"}
    response = client.post(reverse("masters:posting_accounts_propose"), cells, follow=True)
    url = response.redirect_chain[0][0]
    assert client.post(url, {"decision": "withdraw"}).status_code == 302
    assert queries.posting_accounts(on=date(2030, 1, 1))["rounding"]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"fiscal_year": "x"}, "fiscal_year"),
        ({"price_yen_per_kwh": ""}, "price_yen_per_kwh"),
        ({"first_valid_month": "2027-5"}, "first_valid_month"),
        ({"last_valid_month": "2026-01"}, "__all__"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(client, anna, cells, field):
    good = {
        "action": "set", "fiscal_year": "2027", "price_yen_per_kwh": "4.30", "first_valid_month": "2027-05",
        "last_valid_month": "2028-04", "reason": "notice",
    }  # fmt: skip
    client.force_login(anna)
    response = client.post(reverse("masters:levy_propose"), {**good, **cells})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert 'value="4.30"' in response.content.decode() or "price_yen_per_kwh" in cells
    assert queries.waiting_count() == 0


def test_a_file_is_refused_with_line_and_reason(client, anna):
    client.force_login(anna)
    client.cookies["django_language"] = "en"
    content = b"day,scope,name\r\n2027-08-16,04,OBON\r\n2027-08-99,04,OBON\r\n"
    data = {"reason": "area days", "file": SimpleUploadedFile("days.csv", content)}
    response = client.post(reverse("masters:holidays_import"), data)
    assert response.status_code == 422
    assert [(one.line, one.column) for one in response.context["refused"]] == [(3, "day")]
    assert queries.waiting_count() == 0


def test_a_file_becomes_a_proposal(client, anna, ben):
    client.force_login(anna)
    content = b"day,scope,name\r\n2027-08-16,04,OBON\r\n"
    data = {"reason": "area days", "file": SimpleUploadedFile("days.csv", content)}
    url = client.post(reverse("masters:holidays_import"), data).headers["Location"]
    client.force_login(ben)
    client.post(url, {"decision": "approve"})
    assert [one.name for one in queries.holidays(year=2027, scope="04")] == ["盆休み", "OBON"]


def test_an_exported_file_is_taken_again(client, anna):
    client.force_login(anna)
    exported = client.get(reverse("masters:tax_rates_export")).content
    data = {"reason": "again", "file": SimpleUploadedFile("tax.csv", exported)}
    assert client.post(reverse("masters:tax_rates_import"), data).status_code == 302


def test_a_year_without_reading_days_is_approximated_on_request(client, anna):
    client.force_login(anna)
    address = reverse("masters:calendar")
    assert b"year-table" not in client.get(address, {"area": "03", "year": "2030"}).content
    assert client.post(reverse("masters:generate"), {"area": "03", "year": "2030"}).status_code == 302
    assert b"year-table" in client.get(address, {"area": "03", "year": "2030"}).content


@pytest.mark.parametrize("query", [{"year": "99999"}, {"year": "abc"}, {"year": "²"}, {"area": "xx"}, {"year": "0001"}])
@pytest.mark.parametrize("name", ["calendar", "holidays", "debits_agent_a"])
def test_addresses_typed_by_hand_do_no_harm(client, anna, name, query):
    client.force_login(anna)
    assert client.get(reverse(f"masters:{name}"), query).status_code == 200


def test_who_holds_no_right_sees_nothing(client, db):
    client.force_login(get_user_model().objects.create_user("carl", is_staff=True))
    for name in ("levy", "fuel", "levy_list", "levy_propose", "banks"):
        assert client.get(reverse(f"masters:{name}")).status_code == 403
    assert client.get(reverse("masters:overview")).status_code == 200
