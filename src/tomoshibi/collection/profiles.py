"""How an agent's files differ, read from its contract data."""

from dataclasses import dataclass
from enum import StrEnum

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.gateways import zengin
from tomoshibi.masters.values import DebitAgent


class CustomerNumberRule(StrEnum):
    """How a debit is numbered for the agent (顧客番号); unique per debit in either case."""

    DEBIT = "debit"
    """Our own number of the debit."""
    KEY_AND_SERIAL = "key_and_serial"
    """The key agreed with the mandate (12) and a serial number in the file (8)."""


@dataclass(frozen=True)
class AgentFile:
    profile: zengin.Profile
    rule: CustomerNumberRule

    def customer_numbers(self, rows: pl.DataFrame) -> pl.Series:
        """
        The numbers of debits as they stand in the file.

        :param rows: ``id`` of the debit, ``debit_key`` of its mandate
        """
        digits = pl.col("id").cast(pl.String).str.zfill(20)
        serial = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8)
        number = digits if self.rule is CustomerNumberRule.DEBIT else pl.col("debit_key").str.zfill(12) + serial
        return rows.select(zengin.customer_key(number, profile=self.profile).alias("customer_number"))[
            "customer_number"
        ]


class AgentNotReady(ValueError):
    """The contract data of an agent is not complete."""


def file_of(agent: DebitAgent) -> AgentFile:
    """
    :raises AgentNotReady: naming what is missing or wrong
    """
    document = dict(agent.file_profile)
    rule = document.pop("customer_number_rule", CustomerNumberRule.DEBIT.value)
    if not agent.consignor_code or not agent.bank_code or not agent.account_number:
        raise AgentNotReady(
            _("Consignor code and bank account of %(agent)s come with the contract: enter them in the masters first.")
            % {"agent": agent.name}
        )
    try:
        return AgentFile(zengin.Profile.from_document({"name": agent.code, **document}), CustomerNumberRule(rule))
    except ValueError as wrong:
        raise AgentNotReady(
            _("The file profile of %(agent)s is not usable: %(reason)s") % {"agent": agent.name, "reason": wrong}
        ) from wrong
