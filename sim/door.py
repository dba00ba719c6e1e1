"""The same as the commands, from Python: load, run, compare, a data frame, a figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.observations import Observations
from sim.experiment.comparison import Result
from sim.experiment.crews import Workers, workers_of
from sim.experiment.plan import BASELINE, REPLICATIONS, SEED, Plan, plan_of_scenario, plan_of_study
from sim.experiment.pool import Progress
from sim.files import Study, load_scenario
from sim.files import load_study as read_study
from sim.frames import figure_of, frame_of
from sim.report.folder import kept_plan
from sim.scenario import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure

    from sim.studied import Studied

Source = Scenario | str | Path
Precision = Mapping[str, str | float]
_STUDY = re.compile(r"^[\"']?study[\"']?\s*:", re.MULTILINE)


class Findings:
    """What a run or a comparison found; printed, it is what the command line prints, without charts.

    ``result`` holds everything: estimates by measure, paired changes by arm, bad days, observations.
    """

    def __init__(self, result: Result) -> None:
        self.result = result

    def __str__(self) -> str:
        from sim.report.terminal import render  # noqa: PLC0415 - on demand, as everything here

        return render(self.result)

    def __repr__(self) -> str:
        plan = self.result.plan
        return f"<Findings {plan.name!r}: {len(plan.arms)} arm(s), {plan.replications} replications>"

    def _repr_html_(self) -> str:
        """Table, sentences and picture, where a notebook shows the result."""
        from sim.report.html.notebook import shown  # noqa: PLC0415

        return shown(self.result)

    def sentences(self) -> dict[str, str]:
        """One plain sentence per policy."""
        from sim.report.sentences import sentences  # noqa: PLC0415

        return sentences(self.result)

    def to_frame(self, table: str = "outcomes") -> pd.DataFrame:
        """A table as a data frame: "outcomes", "replications", "months", "bad_days", "profit", "links" or "best".

        Raises ImportError, with what to install, where pandas is absent.
        """
        from sim.report.tables import TABLES  # noqa: PLC0415

        return frame_of({name: partial(make, self.result) for name, make in TABLES.items()}, table)

    def plot(self, figure: str | None = None) -> Figure:
        """A figure: "outcomes" (what each policy changes), "course" (month by month), "survivors", "service",
        "profit" (where its change comes from) or "links" (what passes through which).

        Without a name the first there is. Save it with ``savefig``. Raises ValueError where there is nothing to draw.
        """
        from sim.report.figures import figures  # noqa: PLC0415

        return figure_of(figures(self.result), figure)

    def to_json(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        from sim.report.tables import document  # noqa: PLC0415

        return document(self.result)

    def save(self, folder: str | Path) -> Path:
        """Tables, figures, plan and manifest in a folder; an earlier result there is replaced whole."""
        from sim.report.figures import pictures  # noqa: PLC0415
        from sim.report.folder import ResultFolder, save  # noqa: PLC0415

        with ResultFolder(Path(folder)) as place:
            save(self.result, place, pictures(self.result), {"command": "sim.door.Findings.save"})
        return place.path


def load(path: str | Path, overrides: Mapping[str, str] | None = None) -> Scenario:
    """The scenario of a file; overrides: dotted path -> value as it would stand in the file."""
    return load_scenario(Path(path), dict(overrides or {}))


def load_study(path: str | Path) -> Study:
    """The study of a file."""
    return read_study(Path(path))


def run(
    scenario: Source,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    store: str | Path | None = None,
    precision: Precision | None = None,
    most: int | None = None,
    executor: Executor | Callable[[], Executor] | None = None,
) -> Findings:
    """Run a scenario with the policies that stand in it; workers None: all processors.

    store: the file of finished replications: what it holds is not run again, what is run is kept in it at once.
    precision: measure -> half-width, "5 %" of the value or a number in its unit; replications are added until all are
    reached or there are ``most`` (1000). Raises ValueError where it cannot be asked for.
    executor: of ``concurrent.futures``, or a function that makes one, to work instead of processes of this machine.
    """
    plan = _precise(plan_of_scenario(_scenario(scenario)).altered(replications, seed), precision, most)
    return _found(plan, workers_of(workers, executor), progress, store)


def compare(
    study: Study | str | Path,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    store: str | Path | None = None,
    precision: Precision | None = None,
    most: int | None = None,
    explain: bool = False,
    executor: Executor | Callable[[], Executor] | None = None,
) -> Findings:
    """Compare the arms of a study with its baseline; None: as the study says. The rest is as for ``run``.

    explain: cut causal links too, to find out what passes through each. Raises UnknownLink where there is none.
    """
    plan = _precise(_plan(study).altered(replications, seed), precision, most)
    return _found(plan.explained() if explain else plan, workers_of(workers, executor), progress, store)


def replicate(source: Study | Source, replication: int, seed: int | None = None, arm: str = BASELINE) -> Observations:
    """One replication alone, here and now, such as one that failed in a study."""
    from sim.model import Model  # noqa: PLC0415 - SimPy is not needed to read a file

    study = isinstance(source, Study) or (not isinstance(source, Scenario) and is_study(Path(source)))
    plan = _plan(source) if study else plan_of_scenario(_scenario(source))  # type: ignore[arg-type]  # just told
    known = plan if not arm.partition(" without ")[1] or plan.links else plan.explained()
    chosen = next((each for each in known.every_arm if each.name == arm), None)
    if chosen is None:
        raise ValueError(f"arm is {arm!r}; known arms: {', '.join(each.name for each in plan.arms)}")
    number = plan.seed if seed is None else seed
    return Model(chosen.scenario, number, replication, cut=chosen.cut).run()


def load_result(folder: str | Path, *, store: str | Path | None = None) -> Findings | Studied:
    """What a finished study found, from its result folder and the store, without simulating anything.

    store: the file of finished replications; None: the one beside the folder, else ``results/replications.sqlite``.
    Raises FolderRefused where the folder is no result, Unfilled, with the command that helps, where a replication is
    lacking.
    """
    from sim.report.reopened import reopened  # noqa: PLC0415 - on demand, as everything here
    from sim.studied import Studied  # noqa: PLC0415

    study = reopened(Path(folder), None if store is None else Path(store))
    return Findings(study.found) if study.kind is None else Studied(study.kind, study.asked, study.found)


def is_study(path: Path) -> bool:
    """Whether a file calls itself a study: a line that begins with the key ``study``."""
    try:
        return _STUDY.search(path.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return False


def _precise(plan: Plan, precision: Precision | None, most: int | None) -> Plan:
    if precision is None and most is None:
        return plan
    from sim.experiment.comparison import reported  # noqa: PLC0415
    from sim.files.goals import NoGoal  # noqa: PLC0415

    try:
        return plan.precisely(reported(plan), precision or {}, most)
    except NoGoal as problem:
        raise ValueError(f"precision: {problem}") from None


def _found(plan: Plan, workers: Workers, progress: Progress | None, store: str | Path | None) -> Findings:
    from sim.experiment.precision import execute_precisely  # noqa: PLC0415 - on demand, as everything here

    if store is None:
        return Findings(execute_precisely(plan, workers, progress))
    from sim.experiment.store import Store  # noqa: PLC0415

    with Store(store) as kept:
        return Findings(execute_precisely(plan, workers, progress, kept))


def _scenario(source: Source) -> Scenario:
    return source if isinstance(source, Scenario) else load(source)


def _plan(source: Study | str | Path) -> Plan:
    if isinstance(source, Study):
        return plan_of_study(source)
    return kept_plan(Path(source)) or plan_of_study(load_study(source))
