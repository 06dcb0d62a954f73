"""Bills in the customer's portal: of one invoice for many contracts, what is to be paid stands on the first page."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.billing import book
from tests.billing.test_collective import invoice_of, issued


@pytest.fixture
def home(in_transaction, now, django_user_model):
    book.masters_and_plans(now)

    def open_home(customer_id):
        user = django_user_model.objects.create_user(f"customer-{customer_id}", portal_customer_id=customer_id)
        browser = Client()
        browser.force_login(user)
        browser.cookies["django_language"] = "en"
        page = browser.get(reverse("portals:customer_home"))
        assert page.status_code == 200
        return page.content.decode()

    return open_home


def test_the_newest_bill_of_a_collective_invoice_is_the_invoice(home, now):
    run, mine, other = issued(book.people(), now)
    _row, invoice = invoice_of(run, mine[0])
    payer = home(mine[0].customer_id)
    assert f"{invoice.total_minor:,}" in payer
    assert "one invoice for 3 contracts" in payer
    assert "525" in payer, "kWh of all three"
    alone = home(other.customer_id)
    assert "12,992" in alone
    assert "one invoice" not in alone
