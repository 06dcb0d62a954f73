"""From columns to records: every check and every byte is a column expression, whatever the number of rows."""

import polars as pl

from tomoshibi.gateways.problems import LISTED, BrokenFile, Problem, gettext_noop, problem
from tomoshibi.gateways.zengin import characters
from tomoshibi.gateways.zengin.layouts import Field, Kind, Record
from tomoshibi.gateways.zengin.port import CustomerNumbers, Profile

NOT_DIGITS = gettext_noop("%(label)s %(found)r is not 1 to %(length)s digits")
MISSING = gettext_noop("%(label)s is missing")
NOT_POSITIVE = gettext_noop("%(label)s %(found)s is not above zero with at most %(length)s digits")
BAD_NAME = gettext_noop("%(label)s %(found)r holds %(character)r, which a bank file cannot carry")
BAD_KEY = gettext_noop("%(label)s %(found)r does not fit %(length)s characters of the counterparty's rule")
TWICE = gettext_noop("%(label)s %(found)r stands in row %(first)s already")
BAD_VALUE = gettext_noop("%(label)s is %(found)r, which is not one of %(allowed)s")

_KEY_PATTERN = {CustomerNumbers.DIGITS: "^[0-9]{1,20}$", CustomerNumbers.TEXT: "^[A-Z0-9-]{1,20}$"}


class Refused(BrokenFile):
    """Rows that cannot be written; no file comes out. Rows count from 1 in the frame that was given."""


def customer_key(number: pl.Expr, *, profile: Profile) -> pl.Expr:
    """顧客番号 as it stands in the file (without spaces behind): the key that a result is matched on."""
    return number.str.zfill(20) if profile.customer_numbers is CustomerNumbers.DIGITS else number


class Findings:
    """Problems of many rows: the first of each kind are named, all are counted."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.count = 0

    def add(self, found: Problem) -> None:
        self.count += 1
        if len(self.problems) < LISTED:
            self.problems.append(found)

    def add_rows(
        self, frame: pl.DataFrame, bad: pl.Expr, code: str, template: str, *, found: str | None = None, **values: object
    ) -> None:
        """Every row for which ``bad`` holds; ``found`` names the column whose value the sentence shows."""
        rows = frame.filter(bad)
        self.count += rows.height
        for row in rows.head(max(0, LISTED - len(self.problems))).iter_rows(named=True):
            shown = {"found": row[found]} if found else {}
            self.problems.append(problem(row["row"], code, template, **values, **shown))

    def refuse(self) -> None:
        """
        End here if anything was found.

        :raises Refused:
        """
        if self.count:
            by_row = sorted(self.problems, key=lambda one: one.row or 0)
            raise Refused(by_row, count=self.count)


def prepared(record: Record, frame: pl.DataFrame, *, profile: Profile, findings: Findings) -> pl.DataFrame:
    """
    Columns as they will stand in the file, and every reason why a row cannot.

    :param frame: one column for each field that is no filler, and ``row``, the number to name in problems
    """
    for one in record.fields:
        if one.kind is Kind.TEXT:
            frame = _with_names(one, frame, profile=profile, findings=findings)
        elif one.kind is Kind.CODE:
            frame = _with_codes(one, frame, findings=findings)
        elif one.kind is Kind.NUMBER:
            value = pl.col(one.name)
            bad = value.is_null() | (value < 0) | (value >= 10**one.length)
            findings.add_rows(frame, bad, "number", NOT_POSITIVE, found=one.name, label=one.label, length=one.length)
        elif one.kind is Kind.KEY:
            bad = ~pl.col(one.name).str.contains(_KEY_PATTERN[profile.customer_numbers]).fill_null(value=False)
            findings.add_rows(frame, bad, "key", BAD_KEY, found=one.name, label=one.label, length=one.length)
            frame = frame.with_columns(customer_key(pl.col(one.name), profile=profile))
    return frame


def _with_codes(one: Field, frame: pl.DataFrame, *, findings: Findings) -> pl.DataFrame:
    value = pl.col(one.name).fill_null("")
    if one.blank_allowed:
        value = pl.when(value.str.strip_chars() == "").then(pl.lit("0")).otherwise(value)
    good = value.str.contains(f"^[0-9]{{1,{one.length}}}$")
    findings.add_rows(frame, ~good, "digits", NOT_DIGITS, found=one.name, label=one.label, length=one.length)
    return frame.with_columns(value.str.zfill(one.length).alias(one.name))


def _with_names(one: Field, frame: pl.DataFrame, *, profile: Profile, findings: Findings) -> pl.DataFrame:
    """Normalize each distinct name once, then cut what is too long without splitting a voiced kana."""
    extra = profile.extra_name_characters
    column = frame[one.name].fill_null("").str.strip_chars()
    distinct = column.unique()
    legal = distinct.str.contains(characters.permitted(one.characters, extra=extra))
    known: dict[str, str] = {}
    bad: dict[str, str] = {}
    for text in distinct.filter(~legal).to_list():
        try:
            known[text] = characters.normalized(
                text, characters=one.characters, extra=extra, substitutions=profile.substitutions
            )
        except characters.Unmappable as error:
            bad[text] = error.character
    if bad:
        for row, text in frame.select("row", one.name).filter(pl.col(one.name).is_in(list(bad))).iter_rows():
            findings.add(problem(row, "name", BAD_NAME, label=one.label, found=text, character=bad[text]))
    if known:
        column = column.replace(known)
    frame = frame.with_columns(column.alias(one.name))
    name = pl.col(one.name)
    if not one.blank_allowed:
        findings.add_rows(frame, name == "", "missing", MISSING, label=one.label)
    # str.slice counts characters, and so does the layout.
    splits = name.str.slice(one.length, 1).is_in(["ﾞ", "ﾟ"])
    short = pl.when(splits).then(name.str.slice(0, one.length - 1)).otherwise(name.str.slice(0, one.length))
    return frame.with_columns(short.alias(one.name))


def lines(record: Record, frame: pl.DataFrame) -> pl.Series:
    """One text of the record's length for every row of prepared columns."""
    return frame.select(pl.concat_str([_bytes_of(one) for one in record.fields]).alias("line"))["line"]


def _bytes_of(one: Field) -> pl.Expr:
    if one.kind is Kind.FIXED:
        return pl.lit(one.content)
    if one.kind is Kind.FILLER:
        return pl.lit(" " * one.length)
    value = pl.col(one.name)
    if one.kind is Kind.NUMBER:
        return value.cast(pl.String).str.zfill(one.length)
    return value.str.pad_end(one.length)


def line(record: Record, **values: object) -> str:
    """One record from plain values that were checked before."""
    parts = []
    for one in record.fields:
        if one.kind is Kind.FIXED:
            parts.append(one.content)
        elif one.kind is Kind.NUMBER:
            parts.append(str(values[one.name]).zfill(one.length))
        else:
            parts.append(str(values.get(one.name, "")).ljust(one.length))
    text = "".join(parts)
    assert len(text) == record.length, f"record {record.mark} has {len(text)} bytes"
    return text
