"""Who belongs to a run: frozen when the run is made, kept per chunk as a compressed Arrow file."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.parties.values import Collective

MEMBERS: frames.Schema = {
    "contract_id": pl.Int64,
    "contract_number": pl.String,
    "customer_id": pl.Int64,
    "account_id": pl.Int64,
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "area": pl.String,
    "voltage": pl.String,
    "base_day": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "collective": pl.String,
}
STUDIED: frames.Schema = {
    name: MEMBERS[name]
    for name in (
        "contract_id", "customer_id", "account_id", "supply_point_id", "area", "voltage", "base_day", "start", "end",
    )
}  # fmt: skip
"""What a study needs of them: nobody reads their numbers there."""
CHUNK_SIZE = 50_000
"""Contracts per transaction: large enough that a commit costs nothing, small enough that a kill loses seconds."""


def pack(members: pl.DataFrame, *, schema: frames.Schema = MEMBERS) -> bytes:
    buffer = io.BytesIO()
    frames.require(members, schema).write_ipc(buffer, compression="zstd" if schema is MEMBERS else "lz4")
    return buffer.getvalue()


def unpack_studied(stored: bytes) -> pl.DataFrame:
    """:returns: columns of ``STUDIED``"""
    return frames.require(pl.read_ipc(io.BytesIO(stored)), STUDIED)


def unpack(stored: bytes) -> pl.DataFrame:
    found = pl.read_ipc(io.BytesIO(stored))
    if "collective" not in found.columns:  # a run made before collective invoices were known
        found = found.with_columns(collective=pl.lit(Collective.NO.value))
    return frames.require(found, MEMBERS)


def chunks(members: pl.DataFrame, *, size: int = CHUNK_SIZE) -> Iterator[pl.DataFrame]:
    """Parts of the members in the order of their contracts; accounts with a collective invoice stay in one part."""
    among = members["collective"] != Collective.NO.value
    if not among.any():
        yield from members.sort("contract_id").iter_slices(size)
        return
    # The unit that is not cut: an account, or a contract of its own.
    unit = pl.when(among).then(pl.col("contract_id").min().over("account_id", among)).otherwise("contract_id")
    rows = members.with_columns(_unit=unit).sort("_unit", "contract_id")
    ends = np.append((rows["_unit"] != rows["_unit"].shift(1)).fill_null(value=True).arg_true()[1:], rows.height)
    start = 0
    while start < rows.height:
        fitting = ends[(ends > start) & (ends <= start + size)]
        end = int(fitting[-1]) if fitting.size else int(ends[ends > start][0])
        yield rows.slice(start, end - start).drop("_unit")
        start = end


def selection_hash(selection: dict[str, Any]) -> str:
    """The same selection has the same hash, whatever the order it was typed in."""
    return hashlib.sha256(json.dumps(selection, sort_keys=True).encode()).hexdigest()
