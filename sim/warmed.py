"""Whether a warm-up is long enough: the command, and the same from Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.conduct import carry_out, circumstances
from sim.console import columns, in_colour, print_json, print_text
from sim.door import load
from sim.experiment.conditions import Conditions
from sim.experiment.crews import workers_of
from sim.experiment.plan import REPLICATIONS, SEED
from sim.experiment.pool import Progress
from sim.experiment.warming import Warming, watch_warm_up
from sim.frames import frame_of
from sim.options import Options
from sim.report.folder import ResultFolder, save_files
from sim.report.tables import json_text
from sim.report.warming import render_warming, warming_document, warming_figure, warming_records, weeks_records
from sim.scenario import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure


class Warmed:
    """How long a scenario takes to settle; printed, it is what the command prints. ``result`` holds everything."""

    def __init__(self, result: Warming) -> None:
        self.result = result

    def __str__(self) -> str:
        return render_warming(self.result)

    def __repr__(self) -> str:
        return f"<Warmed {self.result.scenario.name!r}: {self.result.replications} replications>"

    def _repr_html_(self) -> str:
        """What is printed and the picture, where a notebook shows the result."""
        from sim.report.html.notebook import shown_text  # noqa: PLC0415 - on demand, as everything here

        return shown_text(str(self), self.plot())

    def to_frame(self, table: str = "measures") -> pd.DataFrame:
        """A row for each "measures", or for each measure and week: "weeks".

        Raises ImportError, with what to install, where pandas is absent.
        """
        makers = {"measures": warming_records, "weeks": weeks_records}
        return frame_of({name: partial(make, self.result) for name, make in makers.items()}, table)

    def plot(self) -> Figure:
        """The measures week by week, the warm-up, and what MSER would cut."""
        return warming_figure(self.result)

    def to_json(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return warming_document(self.result)


def warm_up(
    scenario: Scenario | str | Path,
    *measures: str,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    executor: Executor | Callable[[], Executor] | None = None,
) -> Warmed:
    """Follow measures from the first day, and find where each settles; none named: a few that tell most.

    Raises sim.experiment.warming.NoWarmUp where a measure is unknown or the run is too short.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load(scenario)
    conditions = Conditions(workers_of(workers, executor), progress)
    return Warmed(watch_warm_up(chosen, measures, replications, seed, conditions))


def warm_up_scenario(file: Path, names: Sequence[str], overrides: dict[str, str], options: Options) -> None:
    """``frontline warmup``."""
    options.checked()
    scenario = load(file, overrides)
    replications = REPLICATIONS if options.replications is None else options.replications
    seed = SEED if options.seed is None else options.seed
    started = time.perf_counter()

    def show(found: Warming) -> None:
        if options.as_json:
            print_json(json_text(warming_document(found)))
        else:
            print_text(render_warming(found, in_colour(), columns()))

    carry_out(
        lambda conditions: watch_warm_up(scenario, names, replications, seed, conditions),
        keep=lambda found, folder: _save(found, folder, circumstances(options, started)),
        show=show,
        place=Path("results") / f"{scenario.name}-warmup",
        total=replications,
        options=options,
    )


def _save(found: Warming, folder: ResultFolder, how: dict[str, Any]) -> None:
    texts = {"result.json": json_text(warming_document(found))}
    tables = {"measures": warming_records(found), "weeks": weeks_records(found)}
    what = {"kind": "warmup", "seed": found.seed, "replications": found.replications}
    what |= {"scenario_digest": found.scenario.digest()}
    save_files(folder, texts, tables, {"warmup": warming_figure(found)}, (what, how))
