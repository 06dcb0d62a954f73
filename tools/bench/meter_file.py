"""
Reading one large file of confirmed values: how fast, and in how much memory.

python -m tools.bench.meter_file [--megabytes 500]

Writes a file of that size (XML, half-hours of a month for each point; a ZIP of it is about a tenth) with the simulator's
writer and reads it with the codec, in a process of its own so that the peak is the reader's alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

DAYS, SLOTS, SEED = 31, 48, 20261001
READ = """
import resource, sys, time
from tomoshibi.gateways import grid_portal
kilobytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, began, points = kilobytes(), time.perf_counter(), 0
with open(sys.argv[1], "rb") as file:
    for batch in grid_portal.read_confirmed(file).batches:
        assert not batch.problems, batch.problems
        points += batch.records.height
print(points, time.perf_counter() - began, (kilobytes() - before) / 1024)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    wants = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "W51220202610120100001.zip"
        count, unpacked = _write(path, megabytes=wants.megabytes)
        done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    points, seconds, peak = (float(word) for word in done.stdout.split())
    assert points == count, "every point was read"
    megabytes = unpacked / 2**20
    print(
        f"{megabytes:,.0f} MB of XML, {count:,} points with half-hours of a month: {seconds:.0f} s, "
        f"{megabytes / seconds:.0f} MB/s, {count / seconds:,.0f} points/s; {peak:.0f} MB of memory above the start"
    )
    return 0


def _write(path: Path, *, megabytes: int) -> tuple[int, int]:
    """:returns: points, and bytes of the XML inside"""
    import zipfile

    from tomoshibi.gateways import grid_portal

    made_at = datetime(2026, 10, 12, 5, tzinfo=UTC)

    def write(count: int) -> int:
        path.unlink(missing_ok=True)
        grid_portal.write_confirmed(path, _points(count), month=202610, made_at=made_at)
        with zipfile.ZipFile(path) as archive:
            return sum(one.file_size for one in archive.infolist())

    few = 20
    count = max(few, megabytes * 2**20 * few // write(few))
    began = time.perf_counter()
    unpacked = write(count)
    print(f"  written in {time.perf_counter() - began:.0f} s", flush=True)
    return count, unpacked


def _points(count: int) -> "Iterator[object]":
    from tomoshibi.gateways import grid_portal

    rng = np.random.default_rng(SEED)
    for number in range(count):
        values = rng.integers(0, 9_000, DAYS * SLOTS, dtype=np.int32)
        yield grid_portal.PointMonth(
            f"03{number:020d}", int(values.sum(dtype=np.int64)), first_day=date(2026, 9, 2), half_hours_dwh=values
        )


if __name__ == "__main__":
    raise SystemExit(main())
