"""Studies of any kind from Python: run one by the name of its file, look at it, take its tables as data frames."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.conditions import Conditions
from sim.experiment.crews import workers_of
from sim.experiment.pool import Progress
from sim.frames import figure_of, frame_of
from sim.report.kinds import Kind, kind_named

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure


class Studied:
    """What a study found; printed, it is what the command line prints, without charts. ``result`` holds everything."""

    def __init__(self, kind: Kind, asked: Any, result: Any) -> None:
        self._kind, self.asked, self.result = kind, asked, result

    def __str__(self) -> str:
        from sim.report.terminal import WIDTH  # noqa: PLC0415 - on demand, as everything here

        return self._kind.render(self.result, False, WIDTH)

    def __repr__(self) -> str:
        return f"<Studied {self.asked.name!r}>"

    def _repr_html_(self) -> str:
        """What is printed and the first picture, where a notebook shows the result."""
        from sim.report.html.notebook import shown_study  # noqa: PLC0415

        return shown_study(self._kind, self.asked.title, self.result)

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """A table as a data frame; None: the most telling one. docs/studies/columns.md says what its columns mean.

        Raises ValueError where there is no such table, ImportError, with what to install, where pandas is absent.
        """
        return frame_of({name: partial(iter, each) for name, each in self._kind.tables(self.result).items()}, table)

    def plot(self, figure: str | None = None) -> Figure:
        """A figure; None: the most telling one. Raises ValueError where there is none of this name."""
        return figure_of(self._kind.figures(self.result), figure)

    def to_json(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return self._kind.document(self.result)

    def save(self, folder: str | Path) -> Path:
        """Tables, figures, plan and manifest in a folder; an earlier result there is replaced whole."""
        from sim.report.folder import ResultFolder, save_study  # noqa: PLC0415

        with ResultFolder(Path(folder)) as place:
            save_study(self._kind, self.result, self.asked, place, {"command": "sim.studied.Studied.save"})
        return place.path


def study(
    kind: str,
    path: str | Path,
    replications: int | None = None,
    seed: int | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    store: str | Path | None = None,
    executor: Executor | Callable[[], Executor] | None = None,
) -> Studied:
    """Run the study of a file, or of the result folder of one, of a kind; None: as the file says.

    workers None: all processors. store: the file of finished replications. Raises FileProblem where the file is none of
    this kind.
    """
    from sim.experiment.store import Store  # noqa: PLC0415
    from sim.report.folder import kept_study  # noqa: PLC0415

    ways = kind_named(kind)
    asked = kept_study(Path(path), kind)
    asked = (ways.load(path) if asked is None else asked).altered(replications, seed)
    with contextlib.nullcontext() if store is None else Store(store) as kept:
        return Studied(ways, asked, ways.execute(asked, Conditions(workers_of(workers, executor), progress, kept)))


optimise = partial(study, "optimise")
sweep = partial(study, "sweep")
select = partial(study, "selection")
pareto = partial(study, "pareto")
factorial = partial(study, "factorial")
uncertainty = partial(study, "uncertainty")
sensitivity = partial(study, "sensitivity")
break_even = partial(study, "break_even")
