"""Column frames: what bulk data looks like when it crosses a door."""

from collections.abc import Mapping

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
    The rows of two frames that have a key in common, in the order of the left one; the key is unique in both.

    Where both have the same keys in the same order nothing is looked up.
    """
    if left[on].equals(right[on]):
        return left.hstack(right[[name for name in right.columns if name != on]])
    return left.join(right, on=on, how="inner", maintain_order="left")


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
