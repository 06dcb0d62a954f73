"""What runs by itself, and when (civil hours of the company's place)."""

from collections.abc import Sequence

from tomoshibi.worker.values import Schedule

TABLE: Sequence[Schedule] = ()
