"""Seconds per stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """Seconds per stage, in the order they ran; and the processor's seconds of this process."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - worked
