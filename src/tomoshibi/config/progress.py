"""Progress of jobs on the terminal."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tomoshibi.worker.operations import Progress as JobProgress


class _Bar(JobProgress):
    """A job's progress that moves a bar instead of a row."""

    def __init__(self, bars: Progress, task: TaskID) -> None:
        super().__init__(None)
        self._bars, self._task = bars, task

    def __call__(self, done: int, total: int, message: str = "") -> None:
        self._bars.update(self._task, completed=done, total=total or None)


class Bars:
    """One bar per step, gone when the step is over."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._bars.stop()

    def watch(self, name: str) -> JobProgress:
        return _Bar(self._bars, self._bars.add_task(name, total=None))

    def say(self, text: str) -> None:
        for task in self._bars.task_ids:
            self._bars.remove_task(task)
        self._bars.console.print(text, highlight=False)
