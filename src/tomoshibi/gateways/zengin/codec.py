"""
Files of 口座振替 (91), 総合振込 (21) and 振込入金通知 (01) as columns; pure: bytes and frames in, frames and bytes out.

A file is written completely or not at all, and read completely or not at all. Dates in these files have no year: the
caller says which day the file is processed ``near``.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from tomoshibi.gateways.problems import BrokenFile, Problem, broken, gettext_noop, problem
from tomoshibi.gateways.zengin import layouts, reading, writing
from tomoshibi.gateways.zengin.dates import nearest_era_day
from tomoshibi.gateways.zengin.layouts import Layout
from tomoshibi.gateways.zengin.port import (
    DEBIT_ROWS,
    READ_DEBIT_ROWS,
    READ_DEPOSIT_ROWS,
    READ_TRANSFER_ROWS,
    RESULT_CODES,
    TRANSFER_ROWS,
    DebitFile,
    DebitHeader,
    DepositFile,
    DepositHeader,
    Outcome,
    Profile,
    TransferFile,
    TransferHeader,
)
from tomoshibi.gateways.zengin.writing import Findings, Refused
from tomoshibi.kernel import frames
from tomoshibi.kernel.frames import Schema

STANDARD = Profile()
ROWS_AT_A_TIME = 200_000
NO_ROWS = gettext_noop("there is nothing to write")
EBCDIC_WANTED = gettext_noop("the profile %(profile)s asks for EBCDIC (コード区分 1), which is not written")
TOO_MUCH = gettext_noop("the total %(total)s has more than twelve digits")
NO_BRANCH = gettext_noop("支店番号 is missing; only %(banks)s may come without one")
SAME_ACCOUNT = gettext_noop("the same account and amount as in row %(first)s")
NO_RESULT = gettext_noop("the row carries no result")
UNKNOWN_RESULT = gettext_noop("result code %(found)r is not agreed with the counterparty")
UNKNOWN_CANCEL = gettext_noop("取消区分 is %(found)r")
DEBIT_KINDS, TRANSFER_KINDS = ("1", "2", "3", "9"), ("1", "2", "4", "9")


# Writing


def encode_debits(header: DebitHeader, rows: pl.DataFrame, *, profile: Profile = STANDARD) -> bytes:
    """
    A request file of direct debits (預金口座振替, 91).

    :param rows: columns of ``port.DEBIT_ROWS``; ``customer_number`` is unique in the file
    :returns: the file; more rows than one header can count open further headers of the same content
    :raises Refused: naming rows (from 1) and reasons; nothing is written then
    """
    findings = Findings()
    frame = _numbered(rows, DEBIT_ROWS)
    _check_accounts(frame, DEBIT_KINDS, profile=profile, findings=findings)
    _check_unique(frame, profile=profile, findings=findings)
    frame = frame.with_columns(pl.lit(profile.unset_result).alias("result_code"))
    unused = {"paid_count": 0, "paid_minor": 0, "unpaid_count": 0, "unpaid_minor": 0}
    return _encode(layouts.DEBIT, asdict(header), header.debit_on, frame, unused, profile=profile, findings=findings)


def encode_transfers(header: TransferHeader, rows: pl.DataFrame, *, profile: Profile = STANDARD) -> bytes:
    """
    A credit-transfer file (総合振込, 21).

    :param rows: columns of ``port.TRANSFER_ROWS``; see ``transfer_warnings`` for payments that look doubled
    :raises Refused: naming rows (from 1) and reasons; nothing is written then
    """
    findings = Findings()
    frame = _numbered(rows, TRANSFER_ROWS)
    _check_accounts(frame, TRANSFER_KINDS, profile=profile, findings=findings)
    for name in ("customer_code_1", "customer_code_2"):
        bad = ~pl.col(name).fill_null("0").str.contains("^[0-9]{1,10}$")
        findings.add_rows(frame, bad, "key", writing.BAD_KEY, found=name, label="顧客コード", length=10)
    bad = ~pl.col("transfer_kind").fill_null("").is_in(["", " ", "7", "8"])
    findings.add_rows(
        frame, bad, "kind", writing.BAD_VALUE, found="transfer_kind", label="振込指定区分", allowed="7, 8"
    )
    codes = [pl.col(name).fill_null("0").str.zfill(10) for name in ("customer_code_1", "customer_code_2")]
    frame = frame.with_columns(
        reference=pl.coalesce(pl.col("edi"), pl.concat_str(codes)),
        reference_kind=pl.when(pl.col("edi").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit(" ")),
        transfer_kind=pl.col("transfer_kind").fill_null(" "),
    )
    return _encode(layouts.TRANSFER, asdict(header), header.transfer_on, frame, {}, profile=profile, findings=findings)


def transfer_warnings(rows: pl.DataFrame) -> tuple[Problem, ...]:
    """Payments of the same amount to the same account within one file: legal, and worth a look."""
    names = ["bank_code", "branch_code", "account_kind", "account_number", "amount_minor"]
    frame = _numbered(rows, TRANSFER_ROWS).with_columns(pl.col("row").min().over(names).alias("first"))
    doubled = frame.filter(pl.col("row") != pl.col("first")).select("row", "first")
    return tuple(problem(row, "same_account", SAME_ACCOUNT, first=first) for row, first in doubled.iter_rows())


def _numbered(rows: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    return frames.require(rows, schema).with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("row"))


def _check_accounts(frame: pl.DataFrame, kinds: tuple[str, ...], *, profile: Profile, findings: Findings) -> None:
    bad = ~pl.col("account_kind").fill_null("").is_in(kinds)
    findings.add_rows(
        frame, bad, "kind", writing.BAD_VALUE, found="account_kind", label="預金種目", allowed=", ".join(kinds)
    )
    branchless = pl.col("branch_code").fill_null("").str.strip_chars() == ""
    bad = branchless & ~pl.col("bank_code").fill_null("").is_in(profile.branchless_banks)
    findings.add_rows(frame, bad, "branch", NO_BRANCH, banks=", ".join(profile.branchless_banks) or "-")
    bad = ~pl.col("new_code").fill_null("0").is_in(["0", "1", "2"])
    findings.add_rows(frame, bad, "kind", writing.BAD_VALUE, found="new_code", label="新規コード", allowed="0, 1, 2")
    findings.add_rows(
        frame,
        pl.col("amount_minor") == 0,
        "number",
        writing.NOT_POSITIVE,
        found="amount_minor",
        label="金額",
        length=10,
    )


def _check_unique(frame: pl.DataFrame, *, profile: Profile, findings: Findings) -> None:
    keys = frame.select("row", writing.customer_key(pl.col("customer_number"), profile=profile)).drop_nulls()
    if keys["customer_number"].n_unique() == keys.height:
        return
    doubled = keys.with_columns(pl.col("row").min().over("customer_number").alias("first"))
    for row, found, first in doubled.filter(pl.col("row") != pl.col("first")).iter_rows():
        findings.add(problem(row, "twice", writing.TWICE, label="顧客番号", found=found, first=first))


def _encode(
    layout: Layout,
    header: dict[str, Any],
    day: date,
    frame: pl.DataFrame,
    unused_totals: dict[str, int],
    *,
    profile: Profile,
    findings: Findings,
) -> bytes:
    if profile.code_division == "1":
        raise Refused([problem(None, "ebcdic", EBCDIC_WANTED, profile=profile.name)])
    if frame.is_empty():
        raise Refused([problem(None, "empty", NO_ROWS)])
    if not profile.uses_new_code:
        frame = frame.with_columns(pl.lit("0").alias("new_code"))
    if not profile.writes_bank_names:
        frame = frame.with_columns(pl.lit("").alias("bank_name"), pl.lit("").alias("branch_name"))
    frame = writing.prepared(layout.data, frame, profile=profile, findings=findings)
    first = _header_line(layout, header, day, profile=profile, findings=findings)
    findings.refuse()

    mark = profile.separator.text
    parts = []
    for group in frame.iter_slices(profile.records_per_header):
        total = int(group["amount_minor"].sum())
        if total >= 10**12:
            raise Refused([problem(None, "total", TOO_MUCH, total=total)])
        parts.append(first)
        parts.extend(writing.lines(layout.data, part).str.join(mark)[0] for part in group.iter_slices(ROWS_AT_A_TIME))
        parts.append(writing.line(layout.trailer, count=group.height, total_minor=total, **unused_totals))
    parts.append(writing.line(layout.end))
    content = mark.join(parts) + (mark if profile.separator_after_last else "")
    return content.encode("cp932") + (b"\x1a" if profile.end_of_file_mark else b"")


def _header_line(layout: Layout, header: dict[str, Any], day: date, *, profile: Profile, findings: Findings) -> str:
    """The header goes through the same checks as a row; its problems name no row."""
    values = {**header, "day": f"{day:%m%d}", "code_division": profile.code_division}
    names = [one.name for one in layout.header.fields if one.name in values]
    frame = pl.DataFrame({name: [values[name]] for name in names}).with_columns(pl.lit(None, pl.Int64).alias("row"))
    frame = writing.prepared(layout.header, frame, profile=profile, findings=findings)
    return str(writing.lines(layout.header, frame)[0])


# Reading


def decode_debits(content: bytes, *, near: date, profile: Profile = STANDARD, results: bool = True) -> DebitFile:
    """
    A direct-debit file, as sent or as it came back.

    :param near: the day of processing; days without a year are read nearest to it
    :param results: the rows should carry results: where one is missing or not agreed, a notice says so
    :raises BrokenFile: naming records (from 1) and reasons; nothing of the file may be used then
    """
    frame = reading.records(content, layout=layouts.DEBIT, profile=profile)
    headers = _request_headers(frame, layouts.DEBIT, DebitHeader, "debit_on", near=near, profile=profile)
    rows = frames.require(reading.columns(frame, layouts.DEBIT.data), READ_DEBIT_ROWS)
    _check_debit_totals(frame, rows, results=results)
    return DebitFile(headers, rows, _result_notices(rows, profile) if results else ())


def decode_transfers(content: bytes, *, near: date, profile: Profile = STANDARD) -> TransferFile:
    """
    A credit-transfer file.

    :raises BrokenFile: naming records (from 1) and reasons; nothing of the file may be used then
    """
    frame = reading.records(content, layout=layouts.TRANSFER, profile=profile)
    headers = _request_headers(frame, layouts.TRANSFER, TransferHeader, "transfer_on", near=near, profile=profile)
    rows = reading.columns(frame, layouts.TRANSFER.data)
    has_edi = pl.col("reference_kind") == "Y"
    padded = pl.col("reference").str.pad_end(20)
    rows = rows.with_columns(
        edi=pl.when(has_edi).then(pl.col("reference")),
        customer_code_1=pl.when(has_edi.not_().fill_null(value=True)).then(padded.str.slice(0, 10).str.strip_chars()),
        customer_code_2=pl.when(has_edi.not_().fill_null(value=True)).then(padded.str.slice(10, 10).str.strip_chars()),
    )
    computed = rows.group_by("header").agg(count=pl.len(), total_minor=pl.col("amount_minor").sum())
    _compare(frame, computed, layouts.TRANSFER)
    return TransferFile(headers, frames.require(rows, READ_TRANSFER_ROWS), ())


def decode_deposits(content: bytes, *, near: date, profile: Profile = STANDARD) -> DepositFile:
    """
    A notice of incoming transfers (振込入金通知, 01), formats A and B.

    Rows with ``canceled`` reverse an earlier one of the same inquiry number. The same file may be fetched twice: the
    caller removes doubles by account, day, inquiry number, amount and ``canceled``.

    :raises BrokenFile: naming records (from 1) and reasons; nothing of the file may be used then
    """
    layout = layouts.DEPOSIT
    frame = reading.records(content, layout=layout, profile=profile)
    reading.check_types(frame, layout)
    found = reading.columns(frame, layout.header)
    reading.check_divisions(found, profile)
    headers = tuple(_deposit_header(row, near=near) for row in found.iter_rows(named=True))
    rows = _deposit_rows(reading.columns(frame, layout.data))
    rows = rows.with_columns(_era_days(rows, name, near=near) for name in ("booked_on", "value_on"))
    canceled = pl.col("canceled")
    computed = rows.group_by("header").agg(
        count=(~canceled).sum(),
        total_minor=pl.col("amount_minor").filter(~canceled).sum(),
        canceled_count=canceled.sum(),
        canceled_minor=pl.col("amount_minor").filter(canceled).sum(),
    )
    _compare(frame, computed, layout)
    return DepositFile(headers, frames.require(rows, READ_DEPOSIT_ROWS), ())


def _request_headers(
    frame: pl.DataFrame, layout: Layout, kind: Any, day_name: str, *, near: date, profile: Profile
) -> tuple[Any, ...]:
    reading.check_types(frame, layout)
    found = reading.columns(frame, layout.header)
    reading.check_divisions(found, profile)
    label = layout.header["day"].label
    headers = []
    for row in found.iter_rows(named=True):
        day = reading.day_of(row["record"], row["day"], label, near=near)
        values = {name: value for name, value in row.items() if name in kind.__dataclass_fields__}
        headers.append(kind(**values, **{day_name: day}))
    return tuple(headers)


def _check_debit_totals(frame: pl.DataFrame, rows: pl.DataFrame, *, results: bool) -> None:
    amount, paid = pl.col("amount_minor"), (pl.col("result_code") == "0").fill_null(value=False)
    has_results = paid if results else pl.lit(value=False)
    unpaid = ~has_results if results else pl.lit(value=False)
    computed = rows.group_by("header").agg(
        count=pl.len(),
        total_minor=amount.sum(),
        paid_count=paid.sum() if results else pl.lit(0),
        paid_minor=amount.filter(has_results).sum(),
        unpaid_count=unpaid.sum() if results else pl.lit(0),
        unpaid_minor=amount.filter(unpaid).sum(),
    )
    _compare(frame, computed, layouts.DEBIT, optional=("paid_count", "paid_minor", "unpaid_count", "unpaid_minor"))


def _compare(frame: pl.DataFrame, computed: pl.DataFrame, layout: Layout, *, optional: tuple[str, ...] = ()) -> None:
    trailers = reading.columns(frame, layout.trailer)
    reading.compare_totals(trailers, computed, layout, optional=optional)


def _result_notices(rows: pl.DataFrame, profile: Profile) -> tuple[Problem, ...]:
    odd = rows.filter(~pl.col("result_code").is_in(profile.result_codes).fill_null(value=False))
    return tuple(
        problem(row, "no_result", NO_RESULT) if found is None else problem(row, "result", UNKNOWN_RESULT, found=found)
        for row, found in odd.select("record", "result_code").iter_rows()
    )


def _deposit_header(row: dict[str, Any], *, near: date) -> DepositHeader:
    values: dict[str, Any] = {name: row[name] for name in DepositHeader.__dataclass_fields__}
    for name in ("made_on", "first_day", "last_day"):
        day = nearest_era_day(row[name], near=near)
        if day is None:
            label = layouts.DEPOSIT.header[name].label
            raise broken(row["record"], "day", reading.BAD_DAY, label=label, found=row[name])
        values[name] = day
    return DepositHeader(**values)


def _deposit_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Format B keeps a 12-digit amount where format A has EDI情報: its bytes 149 to 172 are not blank."""
    rest = pl.col("rest").str.pad_end(72)
    is_b = rest.str.slice(20, 24).str.strip_chars() != ""
    rows = rows.with_columns(is_b=is_b, wide=rest.str.slice(0, 12), wide_checks=rest.str.slice(12, 12))
    broken_b = rows.filter(pl.col("is_b") & ~pl.concat_str("wide", "wide_checks").str.contains("^[0-9]{24}$"))
    if broken_b.height:
        raise BrokenFile(
            problem(row, "digits", reading.NOT_DIGITS, label="金額(12桁)", found=found, length=12)
            for row, found in broken_b.select("record", "wide").iter_rows()
        )
    bad_cancel = rows.filter(pl.col("canceled").is_not_null() & ~pl.col("canceled").is_in(["0", "1"]))
    if bad_cancel.height:
        raise BrokenFile(
            problem(row, "canceled", UNKNOWN_CANCEL, found=found)
            for row, found in bad_cancel.select("record", "canceled").iter_rows()
        )
    wide = [pl.col(name).cast(pl.Int64, strict=False).fill_null(0) for name in ("wide", "wide_checks")]
    return rows.with_columns(
        amount_minor=pl.when("is_b").then(pl.max_horizontal(wide[0], "amount_10")).otherwise("amount_10"),
        of_which_checks_minor=pl.when("is_b").then(pl.max_horizontal(wide[1], "checks_10")).otherwise("checks_10"),
        canceled=(pl.col("canceled") == "1").fill_null(value=False),
        edi=pl.when("is_b").then(rest.str.slice(24, 20)).otherwise(rest.str.slice(0, 20)).str.strip_chars(),
    )


def _era_days(rows: pl.DataFrame, name: str, *, near: date) -> pl.Series:
    known = {text: nearest_era_day(text, near=near) for text in rows[name].unique().to_list()}
    bad = rows.filter(pl.col(name).is_in([text for text, day in known.items() if day is None]))
    if bad.height:
        label = layouts.DEPOSIT.data[name].label
        raise BrokenFile(
            (
                problem(row, "day", reading.BAD_DAY, label=label, found=found)
                for row, found in bad.select("record", name).iter_rows()
            ),
            count=bad.height,
        )
    return pl.Series(name, [known[text] for text in rows[name].to_list()], dtype=pl.Date)


def outcome(result_code: str | None) -> Outcome:
    """What a result means for dunning; a code that nobody agreed on is for a person."""
    known = RESULT_CODES.get(result_code or "")
    return known.outcome if known else Outcome.MANUAL
