"""The answer of a study as files: every customer as CSV; question, totals and customers as a workbook."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.billing import queries, studylist, studysums, values
from tomoshibi.identity import queries as people_of_house
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH, E10, plain
from tomoshibi.parties import queries as parties
from tomoshibi.ui import downloads, figures
from tomoshibi.ui.currency import current

_AT_ONCE = 60_000
_LONGEST_TITLE = 31
_NAMES, _KWH = 3, 3
"""The first columns of a customer's row are words and a count; then the energy, then amounts."""


def people(customer_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Number and name of customers."""
    frame = parties.customers_frame(customer_ids=customer_ids).select("customer_id", "number", "name")
    return {customer_id: (number, name) for customer_id, number, name in frame.iter_rows()}


def as_csv(found: values.Study) -> Iterator[str]:
    """Every customer, in UTF-8 with a mark for spreadsheets; numbers without separators."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(_customer_head())
    for number, name, *rest in _customer_rows(found):
        writer.writerow([number, downloads.harmless(name), *rest])
        if buffer.tell() > _AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def as_workbook(found: values.Study) -> bytes:
    """A sheet each for the question, the totals by plan, area, month and component, and the customers."""
    assert found.result is not None, "only studies that are done are exported"
    names = studylist.plan_names(found)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False}) as book:
        months = ", ".join(str(Month.from_number(number)) for number in found.months)
        facts = [
            (_("What is asked"), found.title),
            (_("Looked at"), studylist.selection_words(found, plans=names)),
            *studylist.in_words(found, plans=names),
            (pgettext("study", "Reading months"), months),
            *(
                (_("Not priced"), f"{sentence}: {number}")
                for sentence, number in studylist.refused(found.result, plans=names)
            ),
            (
                pgettext("study", "Asked"),
                f"{figures.moment(found.created_at)} {people_of_house.name_of(user_id=found.created_by_id)}",
            ),
            (_("Hash of all inputs"), found.input_hash),
        ]
        _sheet(book, _("Question"), [[str(label), str(text)] for label, text in facts])
        for table in studylist.tables(found.result, plans=names):
            _sheet(book, str(table["title"]), _table_rows(table))
        _sheet(book, _("By component"), _component_rows(found))
        customers = ([*row[:_NAMES], *map(float, row[_NAMES:])] for row in _customer_rows(found))
        _sheet(book, _("Customers"), [_customer_head()], customers)
    return buffer.getvalue()


def _sheet(book: Any, title: str, *parts: Any) -> None:
    sheet = book.add_worksheet(title[:_LONGEST_TITLE])
    for line, row in enumerate(row for rows in parts for row in rows):
        sheet.write_row(line, 0, row)


def _table_rows(table: Any) -> Iterator[Sequence[Any]]:
    name, bills, *amounts = studylist.table_head(table)
    yield [name, bills, *map(_in_unit, amounts)]
    for row in (*table["rows"], table["total"]):
        yield [row["name"], row["bills"], *(float(_amount(row[of])) for of in ("before", "after", "change"))]


def _component_rows(found: values.Study) -> Iterator[Sequence[Any]]:
    assert found.result is not None, "the study is done"
    yield [_("Component"), *map(_in_unit, (_("Before"), _("After"), _("Change")))]
    for name, before, after in studylist.component_sums(found.result):
        yield [name, *(float(plain(one, scale=E10)) for one in (before, after, after - before))]


def _customer_head() -> list[str]:
    head = studylist.customer_head()
    return [*head[: _KWH + 1], *map(_in_unit, head[_KWH + 1 :])]


def _customer_rows(found: values.Study) -> Iterator[list[Any]]:
    """Part by part, so that a large book is never held whole; numbers as exact texts."""
    for part in queries.study_customer_parts(study_id=found.id):
        known = people(part["customer_id"].to_list())
        for number, name, bills, energy, *amounts in studysums.customer_rows(part, known):
            yield [number, name, bills, plain(energy, scale=DWH_PER_KWH), *map(_amount, amounts)]


def _in_unit(head: str) -> str:
    return f"{head} [{current().unit}]"


def _amount(minor: int) -> str:
    """In the unit of the head, without separators: ``28114`` yen, ``281.14`` yuan."""
    return plain(minor, scale=current().scale)
