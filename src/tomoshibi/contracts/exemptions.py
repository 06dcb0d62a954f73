"""Levy exemption (賦課金の減免): which certificate holds for which contract on a day, as a column of a usage frame."""

import polars as pl

from tomoshibi.kernel.frames import Schema

EXEMPTIONS: Schema = {"contract_id": pl.Int64, "start": pl.Date, "end": pl.Date, "percent": pl.Int64}
COLUMN = "levy_exemption_percent"


def joined(frame: pl.DataFrame, exemptions: pl.DataFrame) -> pl.DataFrame:
    """
    Add ``levy_exemption_percent``: of the certificate that holds on the first day of each row's period; null without one.

    :param frame: ``contract_id``, ``period_start``
    :param exemptions: ``EXEMPTIONS``; no two of a contract hold on one day
    """
    if exemptions.is_empty():
        return frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(COLUMN))
    placed = frame.with_row_index("_row")
    held = (
        placed.select("_row", "contract_id", "period_start")
        .join(exemptions, on="contract_id", how="inner")
        .filter((pl.col("start") <= pl.col("period_start")) & (pl.col("period_start") < pl.col("end")))
        .select("_row", pl.col("percent").alias(COLUMN))
    )
    return placed.join(held, on="_row", how="left", maintain_order="left").drop("_row")
