"""Bytes to and from collection agents, over the connections that were set up."""

from collections.abc import Iterator
from typing import Protocol

from django.utils.translation import gettext as _

from tomoshibi.gateways import debit_agent


class NoLink(RuntimeError):
    """No connection to the agent is set up: the file can be handed over by hand."""


class OtherFileThere(RuntimeError):
    """The agent has a file of this name with other bytes: a person must look."""


class Connections(Protocol):
    """Where connections are kept."""

    def __call__(self, *, agent: str) -> debit_agent.Connection | None: ...


def send(*, agent: str, name: str, content: bytes, connections: Connections) -> None:
    """
    Bring a file to an agent; one that lies there with the same bytes has arrived before.

    :raises NoLink: where no connection is set up
    :raises OtherFileThere: if other bytes lie there under the name
    :raises debit_agent.AgentError: if it could not be brought; try again later
    """
    try:
        _agent(agent, connections).send(name, content)
    except debit_agent.AlreadySent as before:
        if not before.same:
            raise OtherFileThere(
                _("Another file lies at the agent under the name %(name)s.") % {"name": name}
            ) from before


def fetch_new(*, agent: str, known: set[tuple[str, int]], connections: Connections) -> Iterator[debit_agent.Fetched]:
    """
    Files that lie at an agent and were not fetched before, by name.

    :param known: names and sizes of what was fetched
    :raises NoLink: where no connection is set up
    """
    there = _agent(agent, connections)
    for listed in there.list_files():
        if (listed.name, listed.size) not in known:
            yield there.fetch(listed.name)


def _agent(agent: str, connections: Connections) -> debit_agent.SftpAgent:
    connection = connections(agent=agent)
    if connection is None:
        raise NoLink(
            _("No connection to %(agent)s is set up: download the file, hand it over, and mark it as sent.")
            % {"agent": agent}
        )
    return debit_agent.SftpAgent(connection)
