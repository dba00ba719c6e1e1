"""The known answers on this machine: the command, and the same from Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.conduct import carry_out, circumstances
from sim.console import FAILED, columns, in_colour, print_json, print_text
from sim.experiment.conditions import Conditions
from sim.experiment.crews import workers_of
from sim.experiment.pool import Progress
from sim.frames import frame_of
from sim.laws.cases import FILE, SEED
from sim.laws.verifying import Verified, replications
from sim.laws.verifying import verify as verified
from sim.options import Options
from sim.report.folder import ResultFolder, save_files
from sim.report.laws import laws_document, laws_figure, laws_records, render_laws
from sim.report.tables import json_text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure


class Verification:
    """What became of the known answers; printed, it is what the command line prints. ``result`` holds everything."""

    def __init__(self, result: Verified) -> None:
        self.result = result

    def __str__(self) -> str:
        return render_laws(self.result)

    def __repr__(self) -> str:
        return f"<Verification: {len(self.result.verdicts)} laws, {len(self.result.broken)} broken>"

    def _repr_html_(self) -> str:
        """What is printed and the picture, where a notebook shows the result."""
        from sim.report.html.notebook import shown_text  # noqa: PLC0415 - on demand, as everything here

        return shown_text(str(self), self.plot())

    @property
    def holds(self) -> bool:
        """Whether no law is broken."""
        return self.result.holds

    def to_frame(self) -> pd.DataFrame:
        """A row for each number of each law: what was simulated, with its half-width, and what is exact.

        Raises ImportError, with what to install, where pandas is absent.
        """
        return frame_of({"laws": partial(laws_records, self.result)})

    def plot(self) -> Figure:
        """Every simulated number against the exact one, with its interval."""
        return laws_figure(self.result)

    def to_json(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return laws_document(self.result)


def verify(
    *only: str,
    precise: bool = False,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    answers: str | Path = FILE,
    executor: Executor | Callable[[], Executor] | None = None,
) -> Verification:
    """Simulate the laws whose answers are known exactly, all or those named, and compare.

    only: ids such as "EC2", or groups such as "EC". precise: as exactly as each law demands. answers: a file of known
    answers of one's own. Raises sim.laws.cases.LawbookProblem where a name or a file cannot be understood.
    """
    who, path = workers_of(workers, executor), Path(answers)
    return Verification(verified(only, precise=precise, seed=seed, workers=who, progress=progress, path=path))


def verify_laws(only: Sequence[str], precise: bool, answers: Path | None, options: Options) -> None:
    """``frontline verify``: exit code 1 where a law is broken."""
    options.checked()
    path = answers or FILE
    seed = SEED if options.seed is None else options.seed
    started = time.perf_counter()

    def work(conditions: Conditions) -> Verified:
        return verified(
            only, precise=precise, seed=seed, workers=conditions.workers, progress=conditions.progress, path=path
        )

    def show(found: Verified) -> None:
        if options.as_json:
            print_json(json_text(laws_document(found)))
        else:
            print_text(render_laws(found, in_colour(), columns(), in_full=bool(only)))

    broken = carry_out(
        work,
        keep=lambda found, folder: _save(found, folder, circumstances(options, started)),
        show=show,
        place=Path("results") / "verify",
        total=replications(only, precise, path),
        options=options,
    ).broken
    if broken:
        raise SystemExit(FAILED)


def _save(found: Verified, folder: ResultFolder, how: dict[str, Any]) -> None:
    texts, tables = {"result.json": json_text(laws_document(found))}, {"laws": laws_records(found)}
    save_files(folder, texts, tables, {"laws": laws_figure(found)}, ({"kind": "verify", "seed": found.seed}, how))
