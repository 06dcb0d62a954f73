"""Numbers that customers hold in their hands: a leading digit for the kind, a running number, a check digit."""

import numpy as np
import polars as pl
from django.db import connection

from tomoshibi.kernel import checkdigits

CUSTOMER, ACCOUNT = 1, 2
_WIDTH = 10**8
_SEQUENCES = {CUSTOMER: "parties_customer_number", ACCOUNT: "parties_account_number"}


def take(kind: int, count: int) -> pl.Series:
    """Fresh numbers, ten digits each. Numbers of a transaction that is undone are not used again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [_SEQUENCES[kind], count])
        running = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    assert bool((running < _WIDTH).all()), "a hundred million numbers are used up"
    return pl.Series("number", checkdigits.append(kind * _WIDTH + running)).cast(pl.String)
