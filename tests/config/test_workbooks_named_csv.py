"""A workbook whose name says .csv is told for what it is; where workbooks are read, it is read."""

import zipfile

import pytest
from django.utils import translation

from tests.config.test_damaged_files import workbook
from tomoshibi.groups import layouts
from tomoshibi.kernel.filekinds import is_workbook
from tomoshibi.masters import register, sheets, spot
from tomoshibi.metering import demand_csv

BOOK = workbook([["start", "kwh"], ["2026-09-01T00:00", 1]])


def test_a_workbook_is_one_by_its_first_bytes():
    assert is_workbook(BOOK)
    assert is_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert not is_workbook(b"PK,kwh\n1,2\n")
    assert not is_workbook(b"")


@pytest.mark.parametrize(
    "read",
    [
        lambda content: sheets.read_csv(register.MASTERS["tax_rates"], content),
        spot.read,
        demand_csv.read,
    ],
    ids=["masters", "spot prices", "demands"],
)
def test_a_list_in_a_workbook_is_asked_for_as_csv(read):
    with translation.override("en"), pytest.raises(ValueError, match="save the sheet as CSV"):
        read(BOOK)


def test_a_point_list_is_read_whatever_its_name_says(tmp_path):
    layout = next(iter(layouts.LAYOUTS.values()))
    path = tmp_path / "list.csv"
    path.write_bytes(workbook([layout.headings(), ["1"] * len(layout.columns)]))
    assert zipfile.is_zipfile(path)
    assert layouts.read(path, name="list.csv").rows.height == 1
