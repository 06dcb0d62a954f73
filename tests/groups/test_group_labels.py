"""Labels of a group's points, as a clerk prints them (GR5)."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests import company
from tests.groups import book
from tests.groups.test_pages import clerk, group  # noqa: F401 - fixtures
from tomoshibi.documents import queries as documents
from tomoshibi.fieldwork import queries as labels
from tomoshibi.fieldwork import signing
from tomoshibi.fieldwork.keys import private_key
from tomoshibi.groups import queries
from tomoshibi.storage import db


@pytest.fixture(autouse=True)
def _printing(clerk, settings, tmp_path):  # noqa: F811
    settings.DATA = tmp_path
    with db.transaction():
        company.enter(name="灯湖供电公司")


def rows(group):  # noqa: F811
    return queries.labels_of_group(group_id=group.id, on=book.TODAY)


def do(client, name, group, **data):  # noqa: F811
    return client.post(reverse(f"groups:{name}", args=[group.id]), data)


@pytest.mark.requirement("G-045")
def test_one_action_prints_a_label_for_every_point_of_the_group(clerk, group):  # noqa: F811
    assert all(row.label is None for row in rows(group))
    assert do(clerk, "print_labels", group, template="a4-21").status_code == 302
    made = labels.prints_of_subjects(subjects=[rows(group)[0].label.subject])[0]
    assert made.count == len(rows(group)) == 18
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(documents.content(file_id=made.file_id))).pages)
    assert all(row.label.number in text and row.point.account_number in text for row in rows(group))
    pdf = clerk.get(reverse("groups:label_sheet", args=[made.id]))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.requirement("G-049")
def test_some_are_printed_again_with_a_reason_or_replaced(clerk, group):  # noqa: F811
    do(clerk, "print_labels", group, template="a4-21")
    first, second, *_others = rows(group)
    again = do(clerk, "print_labels", group, template="roll-50", points=[first.point.id])
    assert again.status_code == 422
    assert "say why" in again.content.decode()
    do(clerk, "print_labels", group, template="roll-50", points=[first.point.id], reason="washed out")
    shown = clerk.get(reverse("groups:labels", args=[group.id])).content.decode()
    assert "washed out" in shown
    assert "王敏" in shown
    assert (
        do(clerk, "replace_labels", group, template="a4-21", points=[second.point.id], reason="copied").status_code
        == 302
    )
    after = rows(group)
    assert (after[0].label.serial, after[0].label.print_count) == (first.label.serial, 2)
    assert after[1].label.serial != second.label.serial
    assert labels.label(serial=second.label.serial).void_reason == "copied"


@pytest.mark.requirement("G-049")
def test_replacing_nothing_is_refused(clerk, group):  # noqa: F811
    answer = do(clerk, "replace_labels", group, template="a4-21", reason="x")
    assert answer.status_code == 422
    assert "Choose points" in answer.content.decode()


@pytest.mark.requirement("G-048")
def test_staff_who_scan_see_account_access_point_district_group_and_state(clerk, group):  # noqa: F811
    do(clerk, "print_labels", group, template="a4-21")
    row = rows(group)[1]
    token = signing.token(row.label.serial, key_no=1, key=private_key())
    shown = clerk.get(f"/L/{token}").content.decode()
    facts = (
        row.point.account_number,
        row.point.access_point_number,
        row.point.district_number,
        group.number,
        row.point.address,
    )
    assert all(fact in shown for fact in facts if fact)
    clerk.logout()
    public = clerk.get(f"/L/{token}").content.decode()
    assert not any(fact in public for fact in facts if fact)
