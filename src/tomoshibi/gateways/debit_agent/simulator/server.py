"""The SFTP server around a desk: one user, one folder, key authentication only."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import asyncssh

from tomoshibi.gateways.debit_agent.simulator.desk import NEW, Desk

USER = "tomoshibi"
LOOK_SECONDS = 0.5


def make_keys(folder: Path) -> None:
    """Write ``host-ssh`` and ``client-ssh``, each ``.key`` and ``.pub``, unless they are there."""
    if (folder / "client-ssh.pub").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host-ssh", "client-ssh"):
        key = asyncssh.generate_private_key("ssh-ed25519", comment=f"tomoshibi simulator {name}")
        path = folder / f"{name}.key"
        path.touch(mode=0o600)
        key.write_private_key(str(path))
        key.write_public_key(str(folder / f"{name}.pub"))


class AgentSimulator:
    """
    A running agent.

    :param folder: the agent's folders (``to-agent``, ``taken``, ``from-agent``) and ``manners.json``
    :param keys: folder of ``make_keys``
    :param port: 0 takes any free one; see ``port``
    :param today: the day at the agent's place, asked whenever somebody looks for results; without it, results that
        wait for a day of the calendar never come

    Files are looked at whenever one is put in its place, and a file ``tick`` in the folder makes a banking day pass.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keys: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        today: Callable[[], date] | None = None,
    ) -> None:
        self.desk = Desk(folder)
        self.host = host
        self.port = port
        self._keys = keys
        self._today = today
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="debit-agent", daemon=True)
        self._started = threading.Event()
        self._failed: BaseException | None = None
        self._lock = threading.Lock()
        self._ending: asyncio.Event | None = None

    def start(self) -> "AgentSimulator":
        """
        Listen, in a thread of its own.

        :raises OSError: if the port is taken
        """
        self._thread.start()
        self._started.wait()
        if self._failed is not None:
            raise self._failed
        return self

    def stop(self) -> None:
        if self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def tick(self) -> None:
        """A banking day passes."""
        self._at_the_desk(self.desk.tick)

    def look(self) -> None:
        self._at_the_desk(self.desk.look)

    def give_out(self) -> None:
        """What is due today lies there before somebody looks."""
        if self._today is not None:
            today = self._today()
            self._at_the_desk(lambda: self.desk.look(today))

    def _at_the_desk(self, work: Callable[[], None]) -> None:
        """A control file that a person wrote wrong must not end the server."""
        with self._lock:
            try:
                work()
            except (ValueError, TypeError, OSError) as error:
                sys.stderr.write(f"the collection agent cannot work: {error}\n")

    def __enter__(self) -> "AgentSimulator":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that started us
            self._failed = error
        finally:
            self._started.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        root = self.desk.folder
        simulator = self

        class Sftp(asyncssh.SFTPServer):
            def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
                super().__init__(chan, chroot=str(root).encode())

            def rename(self, oldpath: bytes, newpath: bytes) -> None:
                super().rename(oldpath, newpath)
                if Path(newpath.decode()).parent.name == NEW:
                    simulator.look()

            async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
                # A thread of its own: the clock may be a question to somebody else.
                await asyncio.to_thread(simulator.give_out)
                async for entry in super().scandir(path):
                    yield entry

        server = await asyncssh.create_server(
            lambda: _Server(),
            self.host,
            self.port,
            server_host_keys=[str(self._keys / "host-ssh.key")],
            authorized_client_keys=str(self._keys / "client-ssh.pub"),
            sftp_factory=Sftp,
            allow_scp=False,
            agent_forwarding=False,
            process_factory=None,
        )
        self.port = server.get_port()
        self._started.set()
        async with server:
            while not self._ending.is_set():
                self._watch()
                try:
                    await asyncio.wait_for(self._ending.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue

    def _watch(self) -> None:
        bell = self.desk.folder / "tick"
        try:
            bell.unlink()  # not asked for first: somebody else may look at the same moment
        except FileNotFoundError:
            self.look()
        else:
            self.tick()


class _Server(asyncssh.SSHServer):
    """Only the agreed user may come in."""

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        del username, key
        return False
