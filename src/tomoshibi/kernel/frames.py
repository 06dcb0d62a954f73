"""Column frames: what bulk data looks like when it crosses a door."""

import hashlib
import json
from collections.abc import Mapping, Sequence

import polars as pl
from polars.datatypes import DataType, DataTypeClass

Schema = Mapping[str, DataType | DataTypeClass]


def require(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """
    The named columns of a frame in their order, after checking that they are there with their types.

    A mismatch is a mistake of ours, never of the input: inputs are parsed into typed columns before.
    """
    for name, dtype in schema.items():
        assert name in frame.columns, f"column {name} is missing; there are {frame.columns}"
        assert frame.schema[name] == dtype, f"column {name} is {frame.schema[name]}, not {dtype}"
    return frame[list(schema)]


def beside(left: pl.DataFrame, right: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """
    The rows of two frames that have a key in common, in the order of the left one; the key is unique in the right one.

    Where both have the same keys in the same order nothing is looked up.
    """
    if left[on].equals(right[on]):
        return left.hstack(right[[name for name in right.columns if name != on]])
    return left.join(right, on=on, how="inner", maintain_order="left")


def telling(frame: pl.DataFrame, keys: Sequence[str]) -> list[str]:
    """
    Those of some columns in which rows differ; the first column where they differ in none.

    What is looked up by all of them is found by these: a book is of one month, mostly of few areas and one voltage.
    """
    different = [name for name in keys if frame.height and not (frame[name].eq_missing(frame[name][0])).all()]
    return different or list(keys[:1])


def looked_up(frame: pl.DataFrame, found: pl.DataFrame, *, on: Sequence[str]) -> pl.DataFrame:
    """
    What was found for some columns beside the rows that have it, in their order; null where nothing was.

    :param found: one row for each value of the columns, none of them null
    """
    keys = telling(frame, on)
    alike = [name for name in on if name not in keys]
    if frame.height and alike:
        found = found.filter(pl.col(name).eq_missing(pl.lit(frame[name][0])) for name in alike)
    return frame.join(found.drop(alike), on=keys, how="left", maintain_order="left")


def sorted_by(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The rows in the order of some columns; nothing is moved where the first one alone rises from row to row."""
    return frame if rises(frame[keys[0]]) else frame.sort(*keys)


def rises(column: pl.Series) -> bool:
    """Whether each value is greater than the one before it."""
    return not column.null_count() and bool((column.slice(1) > column.head(max(len(column) - 1, 0))).all())


def all_differ(column: pl.Series) -> bool:
    """Whether no value comes twice. Numbers of rows mostly rise, which is seen at once."""
    return rises(column) or column.n_unique() == len(column)


def digest(frame: pl.DataFrame) -> bytes:
    """
    A fingerprint of a frame of whole numbers, days, truths and texts: the same rows in the same order have the same one.

    Texts are few and often repeated; each column is hashed as one block of numbers.
    """
    found = hashlib.sha256(f"{frame.height} {frame.columns}".encode())
    for column in frame.iter_columns():
        if len(column) and column.eq_missing(column[0]).all():
            # A book is of one month and of few plans: many columns say the same in every row.
            found.update(f"{column[0]!s} throughout".encode())
            continue
        whole = column
        if column.dtype == pl.String:
            texts = column.unique().sort()
            found.update(json.dumps(texts.to_list(), ensure_ascii=False).encode())
            whole = column.replace_strict(texts, pl.int_range(len(texts), eager=True), return_dtype=pl.Int64)
        whole = whole.cast(pl.Int64)
        if whole.null_count():
            found.update(whole.is_null().to_numpy().tobytes())
            whole = whole.fill_null(0)
        found.update(whole.to_numpy().data)
    return found.digest()


def empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))


def completed(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """
    The columns of a schema in their order, for input where columns may be missing.

    Texts that are missing become empty and lose white space at their ends; everything else that is missing is null.
    """
    given = frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in frame.columns
    )
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    # A column that holds nothing at all arrives without a type.
    untyped = [name for name in schema if given.schema[name] == pl.Null]
    given = given.with_columns(pl.col(name).cast(schema[name]) for name in untyped)
    return require(given.with_columns(pl.col(texts).fill_null("").str.strip_chars()), schema)
