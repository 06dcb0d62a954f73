"""
Files that a setting names, such as certificates and keys.

What lies in the data folder is kept by its place there, so that a backup that is restored into another folder finds its
own files and not those of the installation it came from.
"""

from pathlib import Path

from tomoshibi.storage import server


def kept(file: Path | str) -> str:
    """How a file's place is written down: relative to the data folder where it lies there, else as it is; "" is none."""
    if not str(file):
        return ""
    try:
        return Path(file).relative_to(server.data_folder()).as_posix()
    except ValueError:
        return str(file)


def found(text: str) -> Path:
    """Where a file is that was written down as ``kept`` says."""
    return server.data_folder() / text
