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
    return frame.select(list(schema))


def empty(schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(schema))
