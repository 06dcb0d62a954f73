"""Amounts are written in the company's currency, wherever they are shown."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tomoshibi.masters import queries as masters
from tomoshibi.ui import currency


def currency_code() -> str:
    """The currency of the company's profile; yen until there is one."""
    try:
        return masters.company().currency
    except masters.MasterMissing:
        return "JPY"


def per_request(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: each request asks anew, and only if it shows an amount."""

    def handle(request: HttpRequest) -> HttpResponse:
        currency.forget()
        return get_response(request)

    return handle
