"""The agent over SFTP: our key, its pinned key, a temporary name and a rename."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncssh

from tomoshibi.gateways.debit_agent import codec
from tomoshibi.gateways.debit_agent.port import (
    AgentError,
    AlreadySent,
    Connection,
    Fetched,
    Listed,
    NoSuchFile,
    NotAdmitted,
    Sent,
    Unreachable,
)
from tomoshibi.gateways.problems import REASON, gettext_noop
from tomoshibi.storage import db

T = TypeVar("T")
_NOT_ADMITTED = (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed)
_BROKEN_LINE = (OSError, asyncssh.Error, TimeoutError)


class SftpAgent:
    """
    One collection agent (``port.Agent``). Every call opens a connection of its own and closes it.

    Nothing is tried twice here: the job that calls decides when to try again, and a second ``send`` of the same file
    ends in ``AlreadySent`` with ``same``.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @db.durable
    def send(self, name: str, content: bytes) -> Sent:
        """
        Put a file into the agent's folder: it appears there complete, once.

        :raises AlreadySent: if a file of this name lies there or was taken by the agent
        :raises Unreachable: if it is not certain that the file arrived; send it again
        :raises NotAdmitted:
        """
        if not codec.is_file_name(name):
            raise ValueError(f"{name!r} is no file name")
        return self._run(lambda sftp: self._send(sftp, name, content))

    @db.durable
    def list_files(self) -> tuple[Listed, ...]:
        """
        Results and reports that lie there for us, by name.

        :raises Unreachable:
        :raises NotAdmitted:
        """
        return self._run(self._list)

    @db.durable
    def fetch(self, name: str) -> Fetched:
        """
        One file of the list.

        :raises NoSuchFile:
        :raises Unreachable: also if it changes while it is read; try again
        :raises NotAdmitted:
        """
        if not codec.is_file_name(name):
            raise NoSuchFile(gettext_noop("%(name)r is no file name"), name=name)
        return self._run(lambda sftp: self._fetch(sftp, name))

    async def _send(self, sftp: asyncssh.SFTPClient, name: str, content: bytes) -> Sent:
        here = self._connection
        for folder in filter(None, (here.to_agent, here.taken)):
            if await sftp.exists(f"{folder}/{name}"):
                raise AlreadySent(name, same=await self._bytes(sftp, f"{folder}/{name}") == content)
        digest = hashlib.sha256(content).hexdigest()
        temporary = f"{here.to_agent}/.{name}.{digest[:12]}.part"
        async with sftp.open(temporary, "wb") as file:
            await file.write(content)
        if (await sftp.stat(temporary)).size != len(content):
            raise Unreachable(gettext_noop("%(name)s arrived incomplete"), name=name)
        try:
            # Plain rename, not posix_rename: it fails where somebody else has just put a file of this name.
            await sftp.rename(temporary, f"{here.to_agent}/{name}")
        except asyncssh.SFTPFailure as error:
            await sftp.remove(temporary)
            if await sftp.exists(f"{here.to_agent}/{name}"):
                raise AlreadySent(name, same=False) from error
            raise
        return Sent(name, len(content), digest)

    async def _list(self, sftp: asyncssh.SFTPClient) -> tuple[Listed, ...]:
        found = []
        for entry in await sftp.readdir(self._connection.from_agent):
            name = entry.filename if isinstance(entry.filename, str) else entry.filename.decode("utf-8", "replace")
            if codec.is_file_name(name) and entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR:
                found.append(Listed(name, entry.attrs.size or 0))
        return tuple(sorted(found, key=lambda one: one.name))

    async def _fetch(self, sftp: asyncssh.SFTPClient, name: str) -> Fetched:
        path = f"{self._connection.from_agent}/{name}"
        try:
            announced = (await sftp.stat(path)).size or 0
            if announced > self._connection.file_limit_bytes:
                raise AgentError(
                    gettext_noop("%(name)s is larger than %(limit)s bytes"),
                    name=name,
                    limit=self._connection.file_limit_bytes,
                )
            content = await self._bytes(sftp, path)
        except asyncssh.SFTPNoSuchFile as error:
            raise NoSuchFile(gettext_noop("the agent has no %(name)s"), name=name) from error
        if len(content) != announced:
            raise Unreachable(gettext_noop("%(name)s changed while it was read"), name=name)
        return Fetched(name, content, hashlib.sha256(content).hexdigest())

    async def _bytes(self, sftp: asyncssh.SFTPClient, path: str) -> bytes:
        async with sftp.open(path, "rb") as file:
            content = await file.read()
        assert isinstance(content, bytes), "opened for bytes"
        return content

    def _run(self, work: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        async def inside() -> T:
            async with asyncio.timeout(self._connection.timeout_seconds), self._connected() as sftp:
                return await work(sftp)

        where = f"{self._connection.host}:{self._connection.port}"
        try:
            return asyncio.run(inside())
        except AgentError:
            raise
        except _NOT_ADMITTED as error:
            raise NotAdmitted(REASON, where=where, reason=error) from error
        except _BROKEN_LINE as error:
            raise Unreachable(REASON, where=where, reason=str(error) or type(error).__name__) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncssh.SFTPClient]:
        here = self._connection
        try:
            ours = asyncssh.read_private_key(str(here.key), here.password or None)
            theirs = asyncssh.import_public_key(here.host_key)
        except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            raise NotAdmitted(
                gettext_noop("a key of the connection cannot be used: %(reason)s"), reason=error
            ) from error
        async with (
            asyncssh.connect(
                here.host,
                here.port,
                username=here.user,
                client_keys=[ours],
                known_hosts=([theirs], [], []),
                config=None,
                agent_path=None,
                preferred_auth="publickey",
            ) as line,
            line.start_sftp_client() as sftp,
        ):
            yield sftp
