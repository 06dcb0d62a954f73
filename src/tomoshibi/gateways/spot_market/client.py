"""The market over HTTPS."""

from datetime import date
from http import HTTPStatus

import httpx

from tomoshibi.gateways.calling import Failures, HttpsLine
from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.spot_market.port import BadAnswer, Connection, Unreachable, name_of
from tomoshibi.storage import db


class HttpsMarket(HttpsLine):
    """
    The day-ahead market (``port.Market``); use as a context manager. Nothing is tried twice here: the job decides.

    :raises BadAnswer: if the authority's file cannot be used
    """

    failures = Failures(Unreachable, Unreachable, BadAnswer)

    def __init__(self, connection: Connection) -> None:
        super().__init__(self.anonymous(connection.authority), timeout=connection.timeout_seconds)
        self._connection = connection

    @db.durable
    def fetch(self, day: date) -> bytes | None:
        """
        The file of a day; nothing while it is not published.

        :raises Unreachable: if the market cannot answer now, or breaks off
        :raises BadAnswer: if it answers something else, or more than allowed
        """
        name = name_of(day)
        url = f"{self._connection.address.rstrip('/')}/{name}"
        with self.stream("GET", url) as answer:
            if answer.status_code == HTTPStatus.NOT_FOUND:
                return None
            _check(answer, name)
            return self.body(answer, limit=self._connection.file_limit_bytes)


def _check(answer: httpx.Response, name: str) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unreachable(gettext_noop("the market cannot answer now (%(status)s)"), status=status)
    raise BadAnswer(gettext_noop("the market answered %(status)s to %(name)s"), status=status, name=name)
