"""Bulk registration of customers, payers and mandates: examined as whole columns, written with COPY."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination
from tomoshibi.parties import numbering, queries, values
from tomoshibi.parties.models import BillingAccount, Customer
from tomoshibi.storage import bulk
from tomoshibi.storage.fields import length_limits

_ADDRESS: Mapping[str, Any] = {
    "postal_code": pl.String, "prefecture": pl.String, "city": pl.String, "town": pl.String, "block": pl.String,
    "building": pl.String,
}  # fmt: skip
NEW_CUSTOMERS: Schema = {
    "number": pl.String, "kind": pl.String, "name": pl.String, "kana": pl.String, **_ADDRESS,
    "phone": pl.String, "mobile": pl.String, "mail": pl.String, "notes": pl.String, "registered_on": pl.Date,
}  # fmt: skip
NEW_ACCOUNTS: Schema = {
    "number": pl.String, "customer_number": pl.String, "addressee": pl.String, **_ADDRESS, "mail": pl.String,
    "start": pl.Date, "payment_method": pl.String, "statement_channel": pl.String,
}  # fmt: skip
NEW_MANDATES: Schema = {
    "account_number_of_payer": pl.String, "agent": pl.String, "debit_key": pl.String, "bank_code": pl.String,
    "branch_code": pl.String, "account_kind": pl.String, "account_number": pl.String, "holder_kana": pl.String,
    "state": pl.String, "new_code": pl.String, "start": pl.Date,
}  # fmt: skip
MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
PHONE = r"^[0-9+][0-9\-() ]{5,19}$"
KANA = r"^[\p{Katakana}ーA-Za-zＡ-Ｚａ-ｚ0-9０-９　 ・.\-－()（）&＆]+$"


def _numbered(frame: pl.DataFrame, *, kind: int) -> pl.DataFrame:
    """Rows without a number get a fresh one."""
    fresh = numbering.take(kind, frame.filter(number="").height)
    position = (pl.col("number") == "").cum_sum().cast(pl.Int64) - 1
    if fresh.is_empty():
        return frame
    return frame.with_columns(
        number=pl.when(pl.col("number") == "").then(pl.lit(fresh).gather(position.clip(0))).otherwise(pl.col("number"))
    )


def _examine_text(examination: Examination, column: str, pattern: str, reason: str) -> None:
    examination.refuse((pl.col(column) != "") & ~pl.col(column).str.contains(pattern), column=column, reason=reason)


def _examine_numbers(examination: Examination, frame: pl.DataFrame, known: pl.Series) -> None:
    given = pl.col("number") != ""
    examination.refuse(
        given & ~pl.col("number").str.contains(r"^[0-9A-Z\-]{1,12}$"),
        column="number",
        reason=_("{value} is not a number: up to twelve digits, capital letters or hyphens"),
    )
    examination.refuse(
        given & pl.col("number").is_duplicated(), column="number", reason=_("{value} stands in more than one row")
    )
    examination.refuse(
        given & pl.col("number").is_in(known.implode()), column="number", reason=_("{value} is taken already")
    )


def _examine_address(examination: Examination) -> None:
    _examine_text(
        examination, "postal_code", r"^[0-9]{7}$", _("{value} is not a postal code of seven digits without a hyphen")
    )


def _is_none_of(column: str, enum: Any) -> pl.Expr:
    return ~pl.col(column).is_in([item.value for item in enum])


def examine_customers(rows: pl.DataFrame) -> None:
    """
    :param rows: columns of ``NEW_CUSTOMERS``
    :raises RowsRefused: naming each row that cannot be taken
    """
    examination = Examination(rows)
    _examine_numbers(examination, rows, queries.customer_ids(numbers=rows["number"])["customer_number"])
    examination.refuse(
        _is_none_of("kind", values.CustomerKind), column="kind", reason=_("{value} is neither person nor company")
    )
    examination.refuse(pl.col("name") == "", column="name", reason=_("a customer has a name"))
    examination.refuse_longer(length_limits(Customer), reason=_("longer than {limit} characters"))
    examination.refuse(
        ~pl.col("kana").str.contains(KANA), column="kana", reason=_("{value} is not katakana (full width)")
    )
    examination.refuse(pl.col("registered_on").is_null(), column="registered_on", reason=_("a date is needed"))
    for column in ("phone", "mobile"):
        _examine_text(examination, column, PHONE, _("{value} is not a telephone number"))
    _examine_text(examination, "mail", MAIL, _("{value} is not a mail address"))
    _examine_address(examination)
    examination.finish()


def customers(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write customers.

    :returns: ``customer_id``, ``number`` in the order of the frame
    """
    rows = completed(frame, NEW_CUSTOMERS)
    examine_customers(rows)
    rows = _numbered(rows, kind=numbering.CUSTOMER).with_columns(search_key=search_key_column())
    rows = rows.with_columns(bulk.allocate_ids("parties_customer", rows.height))
    bulk.copy_in("parties_customer", rows)
    return rows.select(customer_id="id", number="number")


def search_key_column() -> pl.Expr:
    """Words of a customer's row, each with a space before it: ``" 灯火太郎 太郎 トモシビタロウ タロウ 1000000017 ..."``."""
    words: list[pl.Expr] = []
    for column in ("name", "kana"):
        given = pl.col(column).str.replace_all("　", " ").str.splitn(" ", 2).struct.field("field_1")
        words += [pl.col(column), given.fill_null("")]
    words += [pl.col(column) for column in ("number", "phone", "mobile", "mail")]
    return queries.search_key_of(words)


def _examine_account_texts(examination: Examination) -> None:
    _examine_text(examination, "mail", MAIL, _("{value} is not a mail address"))
    _examine_address(examination)


def examine_account_texts(rows: pl.DataFrame) -> None:
    """
    :param rows: columns of an account that people may change
    :raises RowsRefused: naming each column that cannot be taken
    """
    examination = Examination(rows)
    examination.refuse_longer(length_limits(BillingAccount), reason=_("longer than {limit} characters"))
    _examine_account_texts(examination)
    examination.finish()


def accounts(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write billing accounts with their first terms; their numbers enter the register.

    :returns: ``account_id``, ``number`` in the order of the frame
    """
    rows = completed(frame, NEW_ACCOUNTS)
    rows = rows.join(
        queries.customer_ids(numbers=rows["customer_number"]), on="customer_number", how="left", maintain_order="left"
    )
    examination = Examination(rows)
    _examine_numbers(examination, rows, queries.account_ids(numbers=rows["number"])["account_number"])
    examination.refuse(
        pl.col("customer_id").is_null(), column="customer_number", reason=_("there is no customer {value}")
    )
    examination.refuse(pl.col("start").is_null(), column="start", reason=_("a date is needed"))
    examination.refuse(
        _is_none_of("payment_method", values.PaymentMethod),
        column="payment_method",
        reason=_("{value} is not a way of paying"),
    )
    examination.refuse(
        _is_none_of("statement_channel", values.StatementChannel),
        column="statement_channel",
        reason=_("{value} is neither portal nor paper"),
    )
    examination.refuse_longer(length_limits(BillingAccount), reason=_("longer than {limit} characters"))
    _examine_account_texts(examination)
    examination.finish()
    rows = _numbered(rows, kind=numbering.ACCOUNT)
    rows = rows.with_columns(bulk.allocate_ids("parties_billingaccount", rows.height))
    bulk.copy_in("parties_billingaccount", rows.select("id", "number", "customer_id", "addressee", *_ADDRESS, "mail"))
    bulk.copy_in("parties_accountterms", rows.select("start", "payment_method", "statement_channel", account_id="id"))
    bulk.copy_in(
        "parties_registerednumber",
        rows.select("number", kind=pl.lit(values.NumberKind.NORMAL.value), offer_instead=pl.lit("")),
    )
    return rows.select(account_id="id", number="number")


def mandates(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Examine and write mandates as they stand (data migration, demo); people draft them one at a time.

    :returns: ``mandate_id``, ``account_id`` in the order of the frame
    """
    rows = completed(frame, NEW_MANDATES).rename({"account_number": "bank_account", "account_number_of_payer": "payer"})
    payers = queries.account_ids(numbers=rows["payer"]).rename({"account_number": "payer"})
    rows = rows.join(payers, on="payer", how="left", maintain_order="left")
    live = [state.value for state in values.LIVE_MANDATES]
    taken = queries.mandates_frame(on=date.max, account_ids=rows["account_id"].drop_nulls())["account_id"]
    examination = Examination(rows)
    examination.refuse(pl.col("account_id").is_null(), column="payer", reason=_("there is no account {value}"))
    examination.refuse(_is_none_of("state", values.MandateState), column="state", reason=_("{value} is not a state"))
    is_live = pl.col("state").is_in(live)
    examination.refuse(
        is_live & (pl.col("account_id").is_in(taken.implode()) | pl.col("payer").is_duplicated()),
        column="payer",
        reason=_("account {value} has more than one mandate in force"),
    )
    examination.refuse(is_live & pl.col("start").is_null(), column="start", reason=_("a date is needed"))
    for column, length in (("bank_code", 4), ("branch_code", 3), ("bank_account", 7)):
        examination.refuse(
            ~pl.col(column).str.contains(f"^[0-9]{{{length}}}$"),
            column=column,
            reason=_("{value} does not have %(length)s digits") % {"length": length},
        )
    examination.refuse(
        ~pl.col("holder_kana").str.contains(r"^[ｱ-ﾝﾞﾟA-Z0-9 ().\-]{1,48}$"),
        column="holder_kana",
        reason=_("{value} has characters that banks do not accept in a name"),
    )
    examination.finish()
    rows = rows.with_columns(
        bulk.allocate_ids("parties_mandate", rows.height),
        debit_key=pl.when(pl.col("debit_key") == "").then(pl.col("payer")).otherwise("debit_key"),
        new_code=pl.when(pl.col("new_code") == "").then(pl.lit(values.NewCode.FIRST.value)).otherwise("new_code"),
        account_kind=pl.when(pl.col("account_kind") == "").then(pl.lit("1")).otherwise("account_kind"),
        reason=pl.lit(""),
    )
    bulk.copy_in(
        "parties_mandate",
        rows.rename({"bank_account": "account_number"}).select(
            "id", "account_id", "state", "agent", "debit_key", "bank_code", "branch_code", "account_kind",
            "account_number", "holder_kana", "new_code", "start", "reason",
        ),
    )  # fmt: skip
    return rows.select("account_id", mandate_id="id")
