"""How the demo's collection agent behaves: its calendar, which debits fail, and what goes wrong with a result."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tomoshibi.collection import operations as collection
from tomoshibi.collection import values as collection_values
from tomoshibi.gateways import debit_agent
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import portfolio, story
from tomoshibi.parties import queries as parties

MONTHS = 18
"""So many debits the agent knows in advance, from the first billed month's on."""
PAST = {"1": 14, "2": 1, "3": 2, "4": 1}
FROM_NOW_ON = {"1": 14, "2": 2, "3": 2, "4": 2, "8": 1, "9": 1, "E": 2}
"""Result code -> debits of a month that come back with it; the codes of the open month tell of everything at once."""
MISHAPS: dict[Month, dict[str, Any]] = {
    story.BILLED[1]: {"twice": True},
    story.BILLED[2]: {"missing": 1},
    story.OPEN.plus(1): {"late_days": 4},
}
"""Billed month -> what goes wrong with the result of its debit; ``missing``: so many rows."""
BAD_DATA = collection_values.ResultCode(
    agent=portfolio.AGENT,
    code="E",
    meaning=collection_values.CodeClass.HARD,
    text_ja="データ相違（口座情報を確認）",
    text_zh="数据不符（请确认账户信息）",
    text_en="data do not match the account",
    treatment=collection_values.Treatment.ASK,
)
"""A code of the agent's own, beside the standard's."""


def manners() -> debit_agent.Manners:
    """The same for every load: debits are drawn from the mandates by month and seed."""
    calendar, days = {}, {}
    for ahead in range(MONTHS):
        month = story.BILLED[0].plus(ahead)
        dates = masters.debit_schedule(agent=portfolio.AGENT, month=month.plus(1))
        debit_day = dates.debit_on.isoformat()
        calendar[debit_day] = dates.result_on.isoformat()
        days[debit_day] = _of(month, _accounts(on=min(dates.file_due_on, story.NOW.date())))
    return debit_agent.Manners(calendar=calendar, days=days)


def _of(month: Month, accounts: list[str]) -> dict[str, Any]:
    failing = PAST if month in story.BILLED else FROM_NOW_ON
    codes = [code for code, count in failing.items() for _ in range(count)]
    mishap = dict(MISHAPS.get(month, {}))
    lost = mishap.pop("missing", 0)
    rng = np.random.default_rng([story.SEED, month.number])
    drawn = rng.choice(accounts, len(codes) + lost, replace=False).tolist()
    return mishap | {"outcomes": dict(zip(drawn, codes, strict=False)), "missing": drawn[len(codes) :]}


def _accounts(*, on: date) -> list[str]:
    """Bank accounts of the payers of a day, as they stand in a bank file."""
    mandates = parties.mandates_frame(on=on)
    key = pl.concat_str("bank_code", "branch_code", "account_kind", "account_number", separator="-")
    return mandates.select(key.alias("account"))["account"].unique().sort().to_list()


def explain_own_codes() -> None:
    """What the agent's manual says about its own code."""
    collection.set_code(code=BAD_DATA, now=story.NOW, actor_id=None)
