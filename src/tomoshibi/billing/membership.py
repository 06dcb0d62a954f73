"""Who belongs to a run: frozen when the run is made, kept per chunk as a compressed Arrow file."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from tomoshibi.kernel import frames

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
}
CHUNK_SIZE = 50_000
"""Contracts per transaction: large enough that a commit costs nothing, small enough that a kill loses seconds."""


def pack(members: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frames.require(members, MEMBERS).write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpack(stored: bytes) -> pl.DataFrame:
    return frames.require(pl.read_ipc(io.BytesIO(stored)), MEMBERS)


def chunks(members: pl.DataFrame, *, size: int = CHUNK_SIZE) -> Iterator[pl.DataFrame]:
    """Parts of the members in the order of their contracts."""
    return members.sort("contract_id").iter_slices(size)


def selection_hash(selection: dict[str, Any]) -> str:
    """The same selection has the same hash, whatever the order it was typed in."""
    return hashlib.sha256(json.dumps(selection, sort_keys=True).encode()).hexdigest()
