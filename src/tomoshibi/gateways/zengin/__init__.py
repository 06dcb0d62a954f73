"""
Bank files in the Zengin layouts, as columns.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.problems import BrokenFile, Problem
from tomoshibi.gateways.zengin.characters import Characters, Unmappable, cut, normalized
from tomoshibi.gateways.zengin.codec import (
    decode_debits,
    decode_deposits,
    decode_transfers,
    encode_debits,
    encode_transfers,
    outcome,
    transfer_warnings,
)
from tomoshibi.gateways.zengin.dates import nearest_era_day, nearest_mmdd
from tomoshibi.gateways.zengin.port import (
    DEBIT_ROWS,
    READ_DEBIT_ROWS,
    READ_DEPOSIT_ROWS,
    READ_TRANSFER_ROWS,
    RESULT_CODES,
    TRANSFER_ROWS,
    BadProfile,
    CustomerNumbers,
    DebitFile,
    DebitHeader,
    DepositFile,
    DepositHeader,
    Outcome,
    Profile,
    ResultCode,
    Separator,
    TransferFile,
    TransferHeader,
)
from tomoshibi.gateways.zengin.writing import Refused, customer_key

__all__ = [
    "DEBIT_ROWS",
    "READ_DEBIT_ROWS",
    "READ_DEPOSIT_ROWS",
    "READ_TRANSFER_ROWS",
    "RESULT_CODES",
    "TRANSFER_ROWS",
    "BadProfile",
    "BrokenFile",
    "Characters",
    "CustomerNumbers",
    "DebitFile",
    "DebitHeader",
    "DepositFile",
    "DepositHeader",
    "Outcome",
    "Problem",
    "Profile",
    "Refused",
    "ResultCode",
    "Separator",
    "TransferFile",
    "TransferHeader",
    "Unmappable",
    "customer_key",
    "cut",
    "decode_debits",
    "decode_deposits",
    "decode_transfers",
    "encode_debits",
    "encode_transfers",
    "nearest_era_day",
    "nearest_mmdd",
    "normalized",
    "outcome",
    "transfer_warnings",
]
