"""What people entrust to the house is kept: upgrades, backups, restores, starts and stops, as the commands do them."""

import json
import random
import signal
import socket
import time
import urllib.request
from contextlib import ExitStack, suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from tests.config.conftest import Installation
from tomoshibi.gateways import simulators

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("keeping")]
IN_SECONDS = 180
"""A start that did not come up by then hangs. That it neither migrates nor loads again is seen by what it says and keeps."""

_KEEP_AN_ANSWER = """
import polars
from tomoshibi.storage import bulk, db, kept
with db.transaction(), kept.answers():
    bulk.read_frame("SELECT count(*) FROM metering_reading", {"n": polars.Int64})
"""
_COUNT_ANSWERS = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM storage_kept")
    print(cursor.fetchone()[0])
"""


@pytest.fixture(scope="module")
def older(installation) -> dict:
    """What an earlier version left in the database."""
    return json.loads(
        installation.python(
            "import json; from tests.config import older\n"
            "filled = older.build()\n"
            "print(json.dumps({'filled': filled, 'contents': older.contents()}, default=str))"
        )
    )


@pytest.fixture(scope="module")
def upgraded(installation, older):
    code, said = installation.run("upgrade")
    assert code == 0, said
    assert "bringing the database up to date" in said
    return installation


def test_an_upgrade_keeps_every_row(upgraded, older):
    assert len(older["filled"]) >= 30, "too few tables of the older version took a row to prove anything"
    now = json.loads(
        upgraded.python("import json; from tests.config import older; print(json.dumps(older.contents(), default=str))")
    )
    for table in older["filled"]:
        assert now[table], f"{table} is empty"
        for before in older["contents"][table]:
            shared = before.keys() & now[table][0].keys()
            kept = [{name: row[name] for name in shared} for row in now[table]]
            assert {name: before[name] for name in shared} in kept, f"{table}: {before} is gone"


def test_a_second_upgrade_has_nothing_to_do_but_for_texts_that_are_not_there_yet(upgraded):
    code = "applications.works_reminder"
    upgraded.python(f"from tomoshibi.messaging.models import Template; Template.objects.filter(code='{code}').delete()")
    assert upgraded.run("upgrade") == (0, "")
    count = f"from tomoshibi.messaging.models import Template; print(Template.objects.filter(code='{code}').count())"
    assert int(upgraded.python(count)) >= 1


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    """Where the outside world of both installations listens: every simulator at a port of its own."""
    names = [field.name for field in fields(simulators.Places) if field.name.endswith("_port")]
    return dict(zip(names, _free_ports(len(names)), strict=True))


@pytest.fixture(scope="module")
def archive(upgraded, ports, tmp_path_factory) -> Path:
    """A backup of the upgraded installation, with a stored file."""
    file = upgraded.data / "files" / "bills" / "2026-10.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes("検針票".encode() * 1000)
    outside = simulators.Places(upgraded.data / "outside", **ports).prepare(now=datetime.now(tz=UTC))
    upgraded.python(
        "from tests.config import outside\n"
        f"outside.set_up({str(outside.folder)!r}, {ports!r})\n"
        "outside.give_everybody_a_second_factor()\n"
    )
    upgraded.python(_KEEP_AN_ANSWER)
    target = tmp_path_factory.mktemp("backups") / "today.tar"
    code, said = upgraded.run("backup", target)
    assert code == 0, said
    outside.folder.rename(upgraded.data / "gone")  # who looks for certificates here after a restore finds nothing
    return target


@pytest.fixture(scope="module")
def restored(archive, tmp_path_factory) -> Installation:
    """The same in another data folder, on an embedded server."""
    there = Installation(data=tmp_path_factory.mktemp("restored"))
    code, said = there.run("restore", archive)
    assert code == 0, said
    assert "all equal" in said
    return there


def test_a_restore_elsewhere_holds_the_same(upgraded, restored):
    print_all = "import json; from tests.config import older; print(json.dumps(older.contents(), default=str))"
    assert json.loads(restored.python(print_all)) == json.loads(upgraded.python(print_all))
    assert (restored.data / "files" / "bills" / "2026-10.pdf").read_bytes() == "検針票".encode() * 1000


def test_a_restored_installation_begins_without_kept_answers_and_watches_its_tables(upgraded, restored):
    assert (int(upgraded.python(_COUNT_ANSWERS)), int(restored.python(_COUNT_ANSWERS))) == (1, 0)
    restored.python(_KEEP_AN_ANSWER)
    assert int(restored.python(_COUNT_ANSWERS)) == 1


def test_the_doctor_finds_a_restored_installation_well_once_it_has_its_keys(restored, ports):
    """Certificates lie in the new folder; what another secret key sealed is named before somebody cannot sign in."""
    here = Installation(data=restored.data, more={"TOMOSHIBI_SMTP_PORT": str(ports["mail_port"])})
    with ExitStack() as stack:
        simulators.start(simulators.Places(restored.data / "outside", **ports), stack)
        code, said = here.run("doctor")
        assert code == 1
        (sealed,) = _bad(said)
        assert "sealed with a secret key that is not here" in sealed
        here.more["TOMOSHIBI_OLD_SECRET_KEYS"] = "only for tests"  # the key of the installation that was saved
        code, said = here.run("people", "seal-second-factors")
        assert code == 0, said
        del here.more["TOMOSHIBI_OLD_SECRET_KEYS"]
        _code, said = here.run("doctor")
        assert _bad(said) == []
        assert said.count("answers") == 3, said


def _bad(said):
    """
    What a doctor finds wrong, but for the mail that waits (nobody started a worker here) and for books whose rows were
    put there one by one and add up to nothing.
    """
    found = [line for line in said.splitlines() if line.startswith("bad")]
    return [line for line in found if "no worker is at work" not in line and not line.startswith("bad books")]


def test_a_restore_never_overwrites(restored, archive):
    code, said = restored.run("restore", archive)
    assert code == 1
    assert "not empty" in said


def test_a_backup_never_replaces_another(upgraded, archive):
    before = archive.read_bytes()
    code, said = upgraded.run("backup", archive)
    assert code == 1
    assert "is there already" in said
    assert archive.read_bytes() == before


def test_a_damaged_backup_is_refused(archive, tmp_path):
    broken = tmp_path / "broken.tar"
    content = bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 0xFF
    broken.write_bytes(content)
    there = Installation(data=tmp_path / "there")
    there.data.mkdir()
    code, said = there.run("restore", broken)
    assert code == 1
    assert "damaged" in said or "not a backup" in said or "differ" in said
    assert "Traceback" not in said


def test_ctrl_c_stops_everything_and_a_second_start_keeps_the_data(restored):
    first = _up(restored)
    assert _healthy(first.port, within=IN_SECONDS)
    family = _family(first.process, restored)
    assert {"worker", "granian", "postgres"} <= {_kind(one) for one in family}
    _ctrl_c(first, family)

    second = _up(restored)
    assert _healthy(second.port, within=IN_SECONDS)
    taken_code, taken = restored.run("up", "--port", second.port)
    assert taken_code == 1
    assert f"port {second.port} on 127.0.0.1 is taken" in taken
    assert f"PORT={second.port + 1}" in taken
    said = _ctrl_c(second, _family(second.process, restored))
    assert "bringing the database up to date" not in said
    rows = restored.python("from tomoshibi.identity.models import User; print(User.objects.count())")
    assert int(rows) >= 1


class _Up:
    def __init__(self, process, port):
        self.process, self.port = process, port


def _free_ports(count: int) -> list[int]:
    """Different ones, below those that a machine gives out by itself: nobody is given one before we listen there."""
    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < count:
            probe, port = stack.enter_context(socket.socket()), random.randrange(20_000, 32_768)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
    return found


def _up(there: Installation) -> _Up:
    (port,) = _free_ports(1)
    return _Up(there.start("up", "--port", port), port)


def _healthy(port: int, *, within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return json.load(answer)["healthy"]
        except OSError:
            time.sleep(0.2)
    return False


def _family(process, there: Installation) -> list[psutil.Process]:
    """Every process of a running installation: children and theirs, and the database server."""
    note = there.data / "postgres" / "postmaster.pid"
    server = psutil.Process(int(note.read_text().splitlines()[0]))
    top = psutil.Process(process.pid)
    return [top, *top.children(recursive=True), server, *server.children(recursive=True)]


def _kind(process: psutil.Process) -> str:
    try:
        words = " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # the database has some that are there for a moment only
        return "gone"
    return next((kind for kind in ("granian", "postgres", "worker") if kind in words), words)


def _ctrl_c(up: _Up, family: list[psutil.Process]) -> str:
    """What the terminal does, and that nothing is left."""
    up.process.send_signal(signal.SIGINT)
    said, _nothing = up.process.communicate(timeout=60)
    assert up.process.returncode == 0, said
    _gone, left = psutil.wait_procs(family, timeout=20)
    assert {_kind(one) for one in left} <= {"gone"}, left
    return said


def test_a_database_of_a_newer_version_is_left_alone(upgraded, archive, tmp_path):
    """Last in this file: it leaves a mark in the database."""
    upgraded.query("INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '9001_of_tomorrow', now())")
    for command in (["up", "--port", "0"], ["worker"]):
        code, said = upgraded.run(*command)
        assert code == 1, (command, said)
        assert "the database is of a newer version" in said
        assert "billing 9001_of_tomorrow" in said
        assert "Traceback" not in said
    code, said = upgraded.run("doctor")
    assert code == 1
    assert "start the newer version" in said
    assert upgraded.run("backup", tmp_path / "newer.tar")[0] == 0
    there = Installation(data=tmp_path / "there")
    there.data.mkdir()
    code, said = there.run("restore", tmp_path / "newer.tar")
    assert code == 1
    assert "newer than this" in said
