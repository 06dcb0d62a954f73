"""Adding up a study: per part of the book, and the parts together. Exact integers; nothing but sums is kept per bill."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import E10
from tomoshibi.rating.program import Program
from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs.values import PricedFrame

CUSTOMERS: frames.Schema = {
    "customer_id": pl.Int64,
    "bills": pl.Int64,
    "energy_dwh": pl.Int64,
    "before_minor": pl.Int64,
    "after_minor": pl.Int64,
}
"""What a study keeps of every customer."""
_CELL = ["month", "area", "plan_before", "plan_after"]
AFTER, _BETWEEN = "after:", "|"
_SUMS = ["energy_dwh", "before_minor", "after_minor", "before_tax_minor", "after_tax_minor"]
ROUNDING = "rounding"
BINS = 21
MOVERS = 25
_NICE = (1, 2, 5)
_BEYOND = 200
"""One customer in so many may lie beyond the last bar on either side."""


def customers_of(bills: pl.DataFrame) -> pl.DataFrame:
    """Bills of some months as one row per customer."""
    return (
        bills.group_by("customer_id", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("bills"),
            pl.col("energy_dwh").sum(),
            pl.col("before_minor").sum(),
            pl.col("after_minor").sum(),
        )
        .select(list(CUSTOMERS))
    )


def cells_of(bills: pl.DataFrame) -> list[dict[str, Any]]:
    """Totals per month, area, plan before and plan after."""
    cell = frames.telling(bills, _CELL)
    summed = bills.group_by(cell).agg(
        pl.len().alias("bills"),
        *(pl.col(name).first() for name in _CELL if name not in cell),
        *(pl.col(name).sum() for name in _SUMS),
    )
    return summed.select(*_CELL, "bills", *_SUMS).sort(_CELL).to_dicts()


def compared(
    before: PricedFrame,
    after: PricedFrame,
    *,
    facts: pl.DataFrame,
    plans: tuple[pl.DataFrame, pl.DataFrame],
    month: Month,
) -> pl.DataFrame:
    """
    Bills that could be priced in both worlds, side by side.

    :param facts: ``row_id, customer_id, contract_id, area, period_start`` of the bills
    :param plans: ``row_id`` with ``plan_before``, and with ``plan_after``
    :returns: the facts, ``month`` and what ``customers_of`` and ``cells_of`` add up
    """
    priced = ["row_id", "total_minor", "tax_minor"]
    old = before.totals[[*priced, "energy_dwh"]].rename(
        {"total_minor": "before_minor", "tax_minor": "before_tax_minor"}
    )
    new = after.totals[priced].rename({"total_minor": "after_minor", "tax_minor": "after_tax_minor"})
    found = frames.beside(old, new, on="row_id")
    for other in (facts, *plans):
        found = frames.beside(found, other, on="row_id")
    return found.with_columns(month=pl.lit(month.number, dtype=pl.Int64))


def components_of(priced: PricedFrame, *, bills: pl.DataFrame, programs: Mapping[int, Program]) -> list[dict[str, Any]]:
    """
    What the lines of some bills come to per group; whole units and the rest apart, because the sum over a book does not
    fit 64 bits.

    :param bills: ``compared``
    """
    mine = priced if bills.height == priced.totals.height else priced.only(bills["row_id"])
    groups = pl.DataFrame(
        [
            (version, number, slot.group.value)
            for version, program in programs.items()
            for number, slot in enumerate(program.slots, start=1)
        ],
        schema={"plan_version": pl.Int64, "component_no": pl.Int16, "group": pl.String},
        orient="row",
    )
    summed = mine.component_sums().join(groups, on=["plan_version", "component_no"], how="left")
    return summed.group_by("group").agg(pl.col("whole", "rest").sum()).sort("group").to_dicts()


def reason(code: str, detail: str, area: str | None, plan: str | None, *, after: bool) -> str:
    """
    Under which name bills that could not be priced are counted: the code, and for a missing value which, where and of
    which plan: ``after:value_missing|fuel|05|hokuriku-b``.

    :param after: whether they could be priced before the change
    """
    told = [code, detail, area or "", plan or ""] if code == Refusal.VALUE_MISSING.code else [code]
    return f"{AFTER if after else ''}{_BETWEEN.join(told)}"


def reason_of(name: str) -> tuple[str, str, str, str, bool]:
    """
    What ``reason`` was made of: code, detail, area, plan, after. Answers of earlier versions name the code alone.
    """
    told = name.removeprefix(AFTER).split(_BETWEEN)
    code, detail, area, plan = [*told, "", "", ""][:4]
    return code, detail, area, plan, name.startswith(AFTER)


def packed(customers: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frames.require(customers, CUSTOMERS).write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def unpacked(stored: bytes) -> pl.DataFrame:
    return frames.require(pl.read_ipc(io.BytesIO(stored)), CUSTOMERS)


def merged(parts: Iterable[Mapping[str, Any]], *, customers: pl.DataFrame) -> dict[str, Any]:
    """
    The result of a study.

    :param parts: what ``studying`` kept of every part: ``cells``, ``before``, ``after``, counts
    :param customers: ``CUSTOMERS`` of the whole book
    """
    cells: list[dict[str, Any]] = []
    groups: dict[str, dict[str, int]] = {"before": {}, "after": {}}
    refused: dict[str, int] = {}
    counts = dict.fromkeys(("without_value", "issued_bills", "issued_minor", "issued_as_now", "extras_minor"), 0)
    for part in parts:
        cells += part["cells"]
        for side, sums in groups.items():
            for row in part[side]:
                sums[row["group"]] = sums.get(row["group"], 0) + row["whole"] * E10 + row["rest"]
        for code, number in part["refused"].items():
            refused[code] = refused.get(code, 0) + number
        for name in counts:
            counts[name] += part[name]
    frame = pl.DataFrame(cells, infer_schema_length=None) if cells else None
    totals = {name: sum(cell[name] for cell in cells) for name in ("bills", *_SUMS)}
    return {
        "totals": totals,
        "customers": customers.height,
        "by_plan": _by(frame, ["plan_before", "plan_after"]),
        "by_area": _by(frame, ["area"]),
        "by_month": _by(frame, ["month"]),
        "by_component": _components(groups, totals),
        "histogram": histogram(customers["after_minor"] - customers["before_minor"]),
        "winners": _movers(customers, descending=False),
        "losers": _movers(customers, descending=True),
        "refused": refused,
        **counts,
    }


def _by(frame: pl.DataFrame | None, keys: list[str]) -> list[dict[str, Any]]:
    if frame is None:
        return []
    return frame.group_by(keys).agg(pl.col("bills", *_SUMS).sum()).sort(keys).to_dicts()


def _components(groups: Mapping[str, Mapping[str, int]], totals: Mapping[str, int]) -> list[dict[str, Any]]:
    """Exact sums per group [1e-10 currency as text, for JSON], and what rounding the totals added."""
    rows = [
        {"group": group, "before_e10": str(groups["before"].get(group, 0)), "after_e10": str(groups["after"].get(group, 0))}
        for group in dict.fromkeys([*groups["before"], *groups["after"]])
    ]  # fmt: skip
    lost = {side: totals[f"{side}_minor"] * E10 - sum(sums.values()) for side, sums in groups.items()}
    return [*rows, {"group": ROUNDING, "before_e10": str(lost["before"]), "after_e10": str(lost["after"])}]


def _movers(customers: pl.DataFrame, *, descending: bool) -> list[dict[str, int]]:
    change = customers.with_columns(change_minor=pl.col("after_minor") - pl.col("before_minor"))
    moved = change.filter(pl.col("change_minor") > 0 if descending else pl.col("change_minor") < 0)
    # The last of them by change alone: only who changes as much has to be put in order.
    last = moved["change_minor"].top_k(MOVERS) if descending else moved["change_minor"].bottom_k(MOVERS)
    far = moved.filter(pl.col("change_minor").is_between(last.min(), last.max()))
    return far.sort(["change_minor", "customer_id"], descending=[descending, False]).head(MOVERS).to_dicts()


def histogram(changes: pl.Series) -> list[dict[str, int | None]]:
    """
    How many customers change by how much: bars of one nice width around zero, the outermost ones open.

    :param changes: change per customer [smallest unit]
    :returns: ``start`` (None: open), ``end`` (None: open), ``customers``; a change of exactly zero has its own bar
    """
    if changes.is_empty():
        return []
    zero = int((changes == 0).sum())
    moved = changes.filter(changes != 0)
    if moved.is_empty():
        return [{"start": 0, "end": 0, "customers": zero}]
    far = moved.abs().sort(descending=True)[min(len(moved) - 1, len(moved) // _BEYOND)]
    width = _nice(far, BINS // 2)
    edge = width * (BINS // 2)
    bars: list[dict[str, int | None]] = []
    # Falls: ... (-2w, -w], (-w, 0); rises: (0, w), [w, 2w) ...; what lies beyond is in the outermost bar.
    number = pl.when(pl.col("c") > 0).then(pl.col("c") // width).otherwise(-((-pl.col("c")) // width) - 1)
    last = BINS // 2 - 1
    counted = dict(
        pl.DataFrame({"c": moved}).select(number.clip(-last - 1, last).alias("n")).group_by("n").len().iter_rows()
    )
    for n in range(-last - 1, last + 1):
        start, end = n * width, (n + 1) * width
        bars.append(
            {"start": None if start == -edge else start, "end": None if end == edge else end, "customers": counted.get(n, 0)}
        )  # fmt: skip
        if n == -1:
            bars.append({"start": 0, "end": 0, "customers": zero})
    while len(bars) > 1 and bars[0]["customers"] == 0 and bars[0]["end"] != 0:
        bars.pop(0)
    while len(bars) > 1 and bars[-1]["customers"] == 0 and bars[-1]["start"] != 0:
        bars.pop()
    return bars


def _nice(span: int, bars: int) -> int:
    """The smallest width of 1, 2 or 5 times a power of ten with which so many bars cover a span."""
    scale = 1
    while True:
        for step in _NICE:
            if step * scale * bars >= span:
                return step * scale
        scale *= 10


def customer_rows(frame: pl.DataFrame, names: Mapping[int, tuple[str, str]]) -> Sequence[Sequence[Any]]:
    """Customers of a study as rows of a sheet: number, name, bills, kWh, before, after, change."""
    return [
        (*names.get(row["customer_id"], ("", "")), row["bills"], row["energy_dwh"], row["before_minor"],
         row["after_minor"], row["after_minor"] - row["before_minor"])
        for row in frame.iter_rows(named=True)
    ]  # fmt: skip
