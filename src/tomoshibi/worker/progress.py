"""Progress of a running job, visible to others while the job's own transactions are still open."""

import time
from typing import Any

import psycopg
from django.db import connection

_EVERY_SECONDS = 0.25


class Progress:
    """Tells how far a job is. Writing goes over a connection of its own, at most four times a second."""

    def __init__(self, job_id: int | None = None) -> None:
        self.job_id = job_id
        self._written_at = 0.0
        self._own: psycopg.Connection[Any] | None = None

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """
        :param done: how many of
        :param total: how many there are (0 when unknown)
        """
        if self.job_id is None:
            return
        moment = time.monotonic()
        if moment - self._written_at < _EVERY_SECONDS and done < total:
            return
        self._written_at = moment
        if self._own is None:
            self._own = psycopg.connect(
                **connection.get_connection_params() | {"autocommit": True, "cursor_factory": None}
            )
        self._own.execute(
            "UPDATE worker_job SET done_count = %s, total_count = %s, message = %s WHERE id = %s",
            [done, total, message[:500], self.job_id],
        )

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None
