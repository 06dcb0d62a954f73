"""What a file is by its first bytes, whatever its name says."""

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""A packed file, as xlsx is one (ZIP, also an empty one), and the older container of xls."""


def is_workbook(content: bytes) -> bool:
    """
    Whether a spreadsheet program wrote the file as a workbook; another packed file looks the same.

    :param content: of the file; its first eight bytes are enough
    """
    return content.startswith(_WORKBOOKS)
