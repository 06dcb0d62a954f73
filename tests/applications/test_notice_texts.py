"""The texts of documents before and after a contract, as a new database has them."""

import pytest

from tests.applications import office
from tomoshibi.applications.operations import notices as operations
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values.notices import NoticeKind

pytestmark = pytest.mark.django_db


def test_a_company_that_comes_with_its_values_publishes_them_over_the_example():
    """The upgrade of an empty database brings the examples before anybody is there: they do not hold the documents."""
    assert operations.install_notice_texts(now=office.NOW) == len(NoticeKind)
    own = {"registration_number": "A0555", "power_mix": "40 %"}
    for made in (len(NoticeKind), 0):
        assert operations.install_notice_texts(now=office.NOW, own=own, counsel="弁護士") == made
    assert operations.install_notice_texts(now=office.NOW) == 0
    for kind in NoticeKind:
        published = queries.published_template(kind=kind)
        assert (published.version, published.counsel) == (2, "弁護士")
        assert {item.text for item in published.items if item.code == "registration_number"} == {"A0555"}
