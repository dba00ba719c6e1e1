"""A progress bar with the time left and what is known so far, on a terminal only, for what takes over two seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from sim.experiment.watching import Standing, Watching
from sim.files.problems import printable
from sim.report.numbers import counted, with_half_width
from sim.report.terminal import change_label, label_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress, TaskID

PATIENCE_S = 2.0
EVERY_S = 1.0
"""What is known so far is looked at no more often."""
_MOST = 6


class ProgressBar:
    """``with ProgressBar(wanted) as bar: work(bar.update)``; silent where standard error is no terminal.

    watching: what is known of the main measure, to be shown below the bar.
    """

    def __init__(self, wanted: bool, watching: Watching | None = None) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._watching = watching
        self._lines: list[str] = []
        self._looked = 0.0
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._state = (0, 0)
        self._timer = threading.Timer(PATIENCE_S, self._show)
        self._timer.daemon = True

    def __enter__(self) -> ProgressBar:
        if self._wanted:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._wanted = False
            if self._bar is not None:
                self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """So many replications are done."""
        with self._lock:
            self._state = (done, total)
            if self._bar is not None and self._task is not None:
                now = time.monotonic()
                if self._watching is not None and now - self._looked >= EVERY_S:
                    self._lines, self._looked = standing_lines(self._watching), now
                self._bar.update(self._task, completed=done, total=total)

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - short commands never need it
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text  # noqa: PLC0415

        class Bar(Progress):
            def get_renderables(bar) -> Iterator[RenderableType]:  # noqa: N805
                yield from super().get_renderables()
                yield from (Text(line, no_wrap=True, overflow="ellipsis") for line in self._lines)

        columns = (TextColumn("replications"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with self._lock:
            if not self._wanted:
                return
            self._bar = Bar(
                *columns,
                TextColumn("left"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            done, total = self._state
            self._task = self._bar.add_task("replications", total=total or None, completed=done)
            self._bar.start()


def standing_lines(seen: Watching) -> list[str]:
    """What is known so far, in a few lines."""
    shown = seen.told(_MOST)
    if not shown:
        return []
    measure = seen.measure
    if seen.different == 1:
        return [f"{label_of(measure)} so far: {_told(shown[0], seen)}"]
    if seen.against:
        head = f"{change_label(measure)} so far, against doing nothing:"
    else:
        head = f"{seen.finished} of {counted(seen.different, 'point')} done; {label_of(measure)} so far, of the latest:"
    return [head, *(f"  {printable(one.title)}: {_told(one, seen)}" for one in shown)]


def _told(one: Standing, seen: Watching) -> str:
    if one.estimate is None:
        return "nothing yet"
    interval = "" if one.estimate.half_width is not None else ", no interval yet"
    return f"{with_half_width(one.estimate, sign=seen.against)}{interval} ({one.done} of {seen.replications})"
