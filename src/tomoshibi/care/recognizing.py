"""Which customer writes: by the address that they write from, or by the number that they name."""

import re

from tomoshibi.care.values import Recognized
from tomoshibi.parties import queries as parties

_NUMBER = re.compile(r"(?<![0-9])[0-9]{8,12}(?![0-9])")
MOST_NUMBERS = 10


def customer_of(*, mail: str, text: str) -> tuple[int | None, Recognized]:
    """The one customer who fits; two are none, because guessing would show the matters of somebody else."""
    same = [found for found in parties.search(mail, limit=5) if mail] if "@" in mail else []
    exact = {
        found.customer_id
        for found in same
        if (customer := parties.customer(customer_id=found.customer_id)) and customer.mail.lower() == mail.lower()
    }
    if len(exact) == 1:
        return exact.pop(), Recognized.MAIL
    named = set()
    for number in list(dict.fromkeys(_NUMBER.findall(text)))[:MOST_NUMBERS]:
        customer = parties.customer_by_number(number=number)
        if customer is not None:
            named.add(customer.id)
    if len(named) == 1:
        return named.pop(), Recognized.NUMBER
    return None, Recognized.NOT
