"""How work of some length is carried out: with progress, a store, a result folder, and an end that loses nothing."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sim.console import INTERRUPTED, columns, end_with, in_colour, marks, near, print_json, print_text, remark
from sim.core.measures import Measure
from sim.experiment.conditions import Conditions
from sim.experiment.crews import Crew
from sim.experiment.execution import cores
from sim.experiment.store import Store
from sim.experiment.watching import Watching, main_measure
from sim.files.sweeps import measures_of
from sim.options import BadUsage, Count, Options
from sim.report.folder import ResultFolder, elapsed, kept_study, save_study
from sim.report.kinds import kind_named
from sim.report.progress import ProgressBar
from sim.report.tables import json_text

F = TypeVar("F")


def conduct(name: str, file: Path, options: Options) -> None:
    """Run a study of a kind other than a comparison: read, simulate, keep, show."""
    kind = kind_named(name)
    options.checked()
    asked = kept_study(file, name)
    asked = (kind.load(file_of(file)) if asked is None else asked).altered(options.replications, options.seed)
    started = time.perf_counter()

    def show(found: Any) -> None:
        if options.as_json:
            print_json(json_text(kind.document(found)))
        else:
            print_text(kind.render(found, in_colour(), columns()))
            letters = marks(options.draws)
            chart = kind.chart(found, in_colour(), columns(), letters) if letters is not None else ""
            if chart:
                print_text(f"\n{chart}")

    carry_out(
        lambda conditions: kind.execute(asked, conditions),
        keep=lambda found, folder: save_study(kind, found, asked, folder, circumstances(options, started)),
        show=show,
        place=Path("results") / asked.name,
        total=asked.cells,
        options=options,
        watching=looking_on(options, lambda: measures_of(asked.scenario), asked.confidence),
    )


def carry_out(
    work: Callable[[Conditions], F],
    *,
    keep: Callable[[F, ResultFolder], None],
    show: Callable[[F], None],
    place: Path,
    total: int,
    options: Options,
    watching: Watching | None = None,
) -> F:
    """Do work that simulates, then keep in a folder and show what it found; returns that.

    place: the folder where none is given. total: replications, by what is known beforehand. watching: what to
    show of it meanwhile.
    """
    folder = ResultFolder(options.out or place)
    count = Count(total)
    try:
        with folder, _store(options) as store:
            with ProgressBar(not options.quiet and not options.as_json, watching) as bar:
                found = work(Conditions(options.who, count.passing_on(bar.update), store, watching))
            keep(found, folder)
        show(found)
        if not options.as_json and not options.quiet:
            _remarks(count, folder.path, options)
        return found
    except KeyboardInterrupt:
        if folder.committed:
            end_with(f"interrupted; the result stands in {near(folder.path)}", INTERRUPTED)
        if options.store is None or not count.done:
            raise
        end_with(
            f"interrupted; {count} stand in {near(options.store)}: the same command goes on from there", INTERRUPTED
        )


def looking_on(
    options: Options, known: Callable[[], Sequence[Measure]], confidence: float, asked: str | None = None
) -> Watching | None:
    """Who follows the main measure, where there is a terminal to show it on; known: what can be measured."""
    if options.quiet or options.as_json or not sys.stderr.isatty():
        return None
    measure = main_measure(known(), asked)
    return None if measure is None else Watching(measure, confidence)


def circumstances(options: Options, started: float) -> dict[str, Any]:
    """What only the manifest says of how a result came about; started: by ``time.perf_counter``."""
    return {
        "command": shlex.join(["frontline", *sys.argv[1:]]),
        "workers": options.who.name if isinstance(options.who, Crew) else options.workers or cores(),
        "seconds": elapsed(started),
    }


def file_of(path: Path) -> Path:
    """A path that is no folder; raises BadUsage."""
    if path.is_dir():
        raise BadUsage(f"{path}: is a folder, but no result of Frontline that could be repeated; name a file")
    return path


def _store(options: Options) -> contextlib.AbstractContextManager[Store | None]:
    """The store of finished replications, if one is wanted; it is made where there is none."""
    return contextlib.nullcontext() if options.store is None else Store(options.store)


def _remarks(count: Count, path: Path, options: Options) -> None:
    if count.known and options.store is not None:
        remark(f"{count.known} of {count.total} replications were known already: {near(options.store)}")
    remark(f"tables, figures and manifest: {near(path)}")
