"""
All simulators of a demo in one process: ``python -m tomoshibi.gateways.simulators --folder FOLDER``.

``FOLDER/grid``    one subfolder per area with the ZIPs of the network company
``FOLDER/agent``   the collection agent's folders
``FOLDER/mail``    mail that was sent
``FOLDER/mailbox``   mail that came in, one subfolder per mailbox
``FOLDER/switching``   the world behind the switching support system
``FOLDER/wheeling``    the desk behind the wheeling Web system
``FOLDER/spot``    days of the day-ahead market
``FOLDER/sms``     text messages as the phones show them
``FOLDER/keys``    certificates and keys for both sides (made at the first start)
``FOLDER/addresses.json``   where everything listens, for people and tests
"""

import argparse
import json
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tomoshibi.gateways import (
    certificates,
    debit_agent,
    grid_portal,
    mail,
    mailbox,
    sms,
    spot_market,
    switching,
    wheeling_web,
)
from tomoshibi.gateways.manners import Kept

GRID_PORT, AGENT_PORT, MAIL_PORT, SWITCHING_PORT, MAILBOX_PORT = 8911, 8912, 8025, 8913, 8993
WHEELING_PORT, SPOT_PORT, SMS_PORT = 8915, 8914, 8916
HOST = "127.0.0.1"
SYSTEMS = ("grid_portal", "debit_agent", "mail", "switching", "mailbox", "wheeling_web", "spot_market", "sms")


@dataclass(frozen=True)
class Places:
    """Where the simulators keep their things and where they listen; the demo configures connections from this."""

    folder: Path
    host: str = HOST
    grid_port: int = GRID_PORT
    agent_port: int = AGENT_PORT
    mail_port: int = MAIL_PORT
    switching_port: int = SWITCHING_PORT
    mailbox_port: int = MAILBOX_PORT
    wheeling_port: int = WHEELING_PORT
    spot_port: int = SPOT_PORT
    sms_port: int = SMS_PORT

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def grid_folder(self) -> Path:
        return self.folder / "grid"

    @property
    def agent_folder(self) -> Path:
        return self.folder / "agent"

    @property
    def mail_folder(self) -> Path:
        return self.folder / "mail"

    @property
    def switching_folder(self) -> Path:
        return self.folder / "switching"

    @property
    def mailbox_folder(self) -> Path:
        return self.folder / "mailbox"

    @property
    def mailbox_password(self) -> Path:
        """The file with the password of all mailboxes."""
        return self.keys / "mailbox.password"

    @property
    def wheeling_folder(self) -> Path:
        return self.folder / "wheeling"

    @property
    def spot_folder(self) -> Path:
        return self.folder / "spot"

    @property
    def sms_folder(self) -> Path:
        return self.folder / "sms"

    def prepare(self, *, now: datetime) -> "Places":
        """Make keys and folders unless they are there; connections need them before the simulators run."""
        certificates.make_certificates(self.keys, now=now)
        debit_agent.make_keys(self.keys)
        if not self.mailbox_password.exists():
            self.mailbox_password.touch(mode=0o600)
            self.mailbox_password.write_text(secrets.token_urlsafe(16), "ascii")
        folders = (
            self.grid_folder,
            self.agent_folder,
            self.mail_folder,
            self.switching_folder,
            self.mailbox_folder,
            self.wheeling_folder,
            self.spot_folder,
            self.sms_folder,
        )
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def grid_connection(self, area: str) -> grid_portal.Connection:
        """How the portal of an area is reached; files for it lie in ``grid/<area>``."""
        return grid_portal.Connection(
            prefix=f"https://{self.host}:{self.grid_port}/{area}",
            certificate=self.keys / "client.p12",
            authority=self.keys / "ca.pem",
        )

    def agent_connection(self) -> debit_agent.Connection:
        return debit_agent.Connection(
            host=self.host,
            port=self.agent_port,
            user="tomoshibi",
            key=self.keys / "client-ssh.key",
            host_key=(self.keys / "host-ssh.pub").read_text("utf-8"),
        )

    def mail_connection(self) -> mail.Connection:
        return mail.Connection(host=self.host, port=self.mail_port)

    def mailbox_connection(self, user: str) -> mailbox.Connection:
        """How a mailbox is read."""
        return mailbox.Connection(
            host=self.host,
            port=self.mailbox_port,
            user=user,
            password=self.mailbox_password.read_text("ascii"),
            authority=self.keys / "ca.pem",
        )

    def switching_connection(self) -> switching.Connection:
        """How the switching support system is reached."""
        return switching.Connection(
            address=f"https://{self.host}:{self.switching_port}/switching",
            certificate=self.keys / "client.p12",
            authority=self.keys / "ca.pem",
        )

    def wheeling_connection(self) -> wheeling_web.Connection:
        """How the grid company's Web system for works is reached."""
        return wheeling_web.Connection(
            address=f"https://{self.host}:{self.wheeling_port}/wheeling",
            certificate=self.keys / "client.p12",
            authority=self.keys / "ca.pem",
        )

    def spot_connection(self) -> spot_market.Connection:
        """How the day-ahead market is reached."""
        return spot_market.Connection(address=f"https://{self.host}:{self.spot_port}", authority=self.keys / "ca.pem")

    def sms_connection(self) -> sms.Connection:
        """How the gateway for text messages is reached."""
        return sms.Connection(
            address=f"https://{self.host}:{self.sms_port}/sms",
            token=sms.SIMULATOR_TOKEN,
            authority=self.keys / "ca.pem",
        )


MANNERS: Mapping[str, tuple[str, type[Kept]]] = {
    "grid_portal": ("grid", grid_portal.Behaviour),
    "debit_agent": ("agent", debit_agent.Manners),
    "mail": ("mail", mail.Temper),
    "switching": ("switching", switching.Manners),
    "mailbox": ("mailbox", mailbox.Temper),
    "wheeling_web": ("wheeling", wheeling_web.Manners),
    "spot_market": ("spot", spot_market.Behaviour),
    "sms": ("sms", sms.Unwilling),
}
"""System -> the folder of its simulator, and what can be said about how it behaves."""


class NoSuchManners(ValueError):
    """No simulator has this habit, or none that can be this way."""


def manners(places: Places, system: str, *, area: str = "") -> tuple[Path, Kept]:
    """
    Where the manners of a simulator lie, and what they are now.

    :param area: of the grid company, whose portals behave each in its own way
    :raises NoSuchManners: for an unknown system, or a grid company without its area
    """
    if system not in MANNERS:
        raise NoSuchManners(f"{system} is none of {', '.join(SYSTEMS)}")
    folder, kind = places.folder / MANNERS[system][0], MANNERS[system][1]
    if system == "grid_portal":
        if not (folder / area).is_dir() or not area:
            known = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir()))
            raise NoSuchManners(f"name one of the areas {known}")
        folder /= area
    return folder, kind.read(folder)


def steer(places: Places, system: str, given: Mapping[str, str], *, area: str = "") -> Kept:
    """
    Change how a simulator behaves while it runs; it looks before each answer.

    :param given: habit -> JSON (``true``, ``3``, ``["*.zip"]``, ``{"3000000001": "1"}``), or a plain word
    :raises NoSuchManners: naming the habit and what it can be; nothing is changed then
    """
    folder, now = manners(places, system, area=area)
    changed = replace(now, **{name: _like(now, name, text) for name, text in given.items()})  # type: ignore[type-var]
    changed.write(folder)
    return changed


def _like(now: Kept, name: str, text: str) -> Any:
    """What was said, if it is of the kind that the habit is now."""
    if name not in {one.name for one in fields(now)}:  # type: ignore[arg-type]
        raise NoSuchManners(f"{name} is none of {', '.join(one.name for one in fields(now))}")  # type: ignore[arg-type]
    wanted: Any = getattr(type(now)(), name)
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(wanted, tuple):
        value = tuple(value) if isinstance(value, list) else (value,)
    if isinstance(wanted, str):
        value = text
    if isinstance(wanted, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(wanted):
        raise NoSuchManners(f"{name} is written like {json.dumps(wanted)}, not {text}")
    return value


class PortTaken(OSError):
    """Something else listens where a simulator should."""


Today = Callable[[], date]
Stock = Callable[[str], None]
Known = switching.Known
Publish = Callable[[Path, date], Path]


def is_free(port: int, *, host: str = HOST) -> bool:
    """Whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def start(
    places: Places,
    stack: ExitStack,
    *,
    only: tuple[str, ...] = (),
    apart_from: str = "",
    today: Today | None = None,
    stock: Stock | None = None,
    known: Known | None = None,
    publish: Publish = spot_market.write_day,
) -> dict[str, str]:
    """
    Start the simulators; ``stack`` ends them.

    :param only: some of ``SYSTEMS``, or all
    :param apart_from: one of ``SYSTEMS`` that somebody else runs
    :param today: the day out there (the demo's own, for example), for what is given out on a day
    :param stock: called with an area before its grid company lists what it has
    :param known: what the switching support system is told of a point that it does not know
    :param publish: writes the spot prices of a day into the market's folder
    :returns: addresses by system
    :raises PortTaken: naming the port
    """
    addresses = {}
    starters: dict[str, Callable[[], str]] = {
        "grid_portal": lambda: _start_grid(places, stack, stock),
        "debit_agent": lambda: _start_agent(places, stack, today),
        "mail": lambda: _start_mail(places, stack),
        "switching": lambda: _start_switching(places, stack, today, known),
        "mailbox": lambda: _start_mailbox(places, stack),
        "wheeling_web": lambda: _start_wheeling(places, stack, today),
        "spot_market": lambda: _start_market(places, stack, today, publish),
        "sms": lambda: _start_sms(places, stack, today),
    }
    ports = {
        "grid_portal": places.grid_port,
        "debit_agent": places.agent_port,
        "mail": places.mail_port,
        "switching": places.switching_port,
        "mailbox": places.mailbox_port,
        "wheeling_web": places.wheeling_port,
        "spot_market": places.spot_port,
        "sms": places.sms_port,
    }
    for system in SYSTEMS:
        if (only and system not in only) or system == apart_from:
            continue
        try:
            addresses[system] = starters[system]()
        except OSError as error:
            raise PortTaken(f"the simulator of {system} cannot listen on port {ports[system]}: {error}") from error
    return addresses


def _start_grid(places: Places, stack: ExitStack, stock: Stock | None) -> str:
    keys = places.keys
    simulator = grid_portal.PortalSimulator(
        places.grid_folder,
        certificate=keys / "server.pem",
        key=keys / "server.key",
        authority=keys / "ca.pem",
        host=places.host,
        port=places.grid_port,
        stock=stock,
    )
    return stack.enter_context(simulator).address


def _start_agent(places: Places, stack: ExitStack, today: Today | None) -> str:
    simulator = debit_agent.AgentSimulator(
        places.agent_folder, keys=places.keys, host=places.host, port=places.agent_port, today=today
    )
    return f"sftp://{places.host}:{stack.enter_context(simulator).port}"


def _start_mail(places: Places, stack: ExitStack) -> str:
    simulator = mail.MailSimulator(places.mail_folder, host=places.host, port=places.mail_port)
    return f"smtp://{places.host}:{stack.enter_context(simulator).port}"


def _start_switching(places: Places, stack: ExitStack, today: Today | None, known: Known | None) -> str:
    keys = places.keys
    simulator = switching.SwitchingSimulator(
        places.switching_folder,
        certificate=keys / "server.pem",
        key=keys / "server.key",
        authority=keys / "ca.pem",
        today=today or (lambda: datetime.now(UTC).date()),
        host=places.host,
        port=places.switching_port,
        known=known,
    )
    return stack.enter_context(simulator).address


def _start_wheeling(places: Places, stack: ExitStack, today: Today | None) -> str:
    keys = places.keys
    simulator = wheeling_web.WheelingWebSimulator(
        places.wheeling_folder,
        certificate=keys / "server.pem",
        key=keys / "server.key",
        authority=keys / "ca.pem",
        today=today or (lambda: datetime.now(UTC).date()),
        host=places.host,
        port=places.wheeling_port,
    )
    return stack.enter_context(simulator).address


def _start_mailbox(places: Places, stack: ExitStack) -> str:
    simulator = mailbox.MailboxSimulator(
        places.mailbox_folder,
        certificate=places.keys / "server.pem",
        key=places.keys / "server.key",
        password=places.mailbox_password.read_text("ascii"),
        host=places.host,
        port=places.mailbox_port,
    )
    return f"imaps://{places.host}:{stack.enter_context(simulator).port}"


def _start_market(places: Places, stack: ExitStack, today: Today | None, publish: Publish) -> str:
    simulator = spot_market.MarketSimulator(
        places.spot_folder,
        certificate=places.keys / "server.pem",
        key=places.keys / "server.key",
        host=places.host,
        port=places.spot_port,
        today=today or (lambda: datetime.now(UTC).date()),
        publish=publish,
    )
    return stack.enter_context(simulator).address


def _start_sms(places: Places, stack: ExitStack, today: Today | None) -> str:
    def now() -> datetime:
        moment = datetime.now(UTC)
        return datetime.combine(today(), moment.timetz()) if today else moment

    simulator = sms.SmsSimulator(
        places.sms_folder,
        certificate=places.keys / "server.pem",
        key=places.keys / "server.key",
        host=places.host,
        port=places.sms_port,
        now=now,
    )
    return stack.enter_context(simulator).address


def main(*, only: str = "") -> None:
    """The command: run until told to end."""
    parser = argparse.ArgumentParser(description="Simulators of the outside world, for demos and tests.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=HOST)
    if only:
        parser.add_argument("--port", type=int)
    else:
        parser.add_argument("--grid-port", type=int, default=GRID_PORT)
        parser.add_argument("--agent-port", type=int, default=AGENT_PORT)
        parser.add_argument("--mail-port", type=int, default=MAIL_PORT)
        parser.add_argument("--switching-port", type=int, default=SWITCHING_PORT)
        parser.add_argument("--mailbox-port", type=int, default=MAILBOX_PORT)
        parser.add_argument("--wheeling-port", type=int, default=WHEELING_PORT)
        parser.add_argument("--spot-port", type=int, default=SPOT_PORT)
        parser.add_argument("--sms-port", type=int, default=SMS_PORT)
    places = _places(parser.parse_args(), only)
    # This process is an edge of its own, and TLS asks for the real day.
    places.prepare(now=datetime.now(UTC))
    run(places, only=(only,) if only else (), today=lambda: datetime.now(UTC).date())


def run(
    places: Places,
    *,
    only: tuple[str, ...] = (),
    apart_from: str = "",
    today: Today,
    stock: Stock | None = None,
    known: Known | None = None,
    publish: Publish = spot_market.write_day,
    told: Callable[[dict[str, str]], None] = lambda _addresses: None,
) -> None:
    """
    Run until told to end; ends with a sentence and 1 where a port is taken.

    :param told: is given the addresses once everything listens
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        try:
            addresses = start(
                places,
                stack,
                only=only,
                apart_from=apart_from,
                today=today,
                stock=stock,
                known=known,
                publish=publish,
            )
        except PortTaken as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(1)
        (places.folder / "addresses.json").write_text(json.dumps(addresses, indent=1), "utf-8")
        for system, address in addresses.items():
            sys.stdout.write(f"{system}: {address}\n")
        sys.stdout.flush()
        told(addresses)
        ended.wait()


def _places(given: argparse.Namespace, only: str) -> Places:
    if not only:
        return Places(
            given.folder,
            given.host,
            given.grid_port,
            given.agent_port,
            given.mail_port,
            given.switching_port,
            given.mailbox_port,
            given.wheeling_port,
            given.spot_port,
            given.sms_port,
        )
    usual = Places(given.folder, given.host)
    name = {
        "grid_portal": "grid_port",
        "debit_agent": "agent_port",
        "mail": "mail_port",
        "switching": "switching_port",
        "mailbox": "mailbox_port",
        "wheeling_web": "wheeling_port",
        "spot_market": "spot_port",
        "sms": "sms_port",
    }[only]
    port = getattr(usual, name) if given.port is None else given.port
    return Places(**{**usual.__dict__, name: port})


if __name__ == "__main__":
    main()
