"""The options that the commands share, checked, and the count of replications that they keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.core.measures import Measure
from sim.experiment.crews import Crew, Workers, dask_crew, mpi_crew
from sim.experiment.plan import Plan
from sim.experiment.pool import Progress
from sim.files.goals import NoGoal

STORE = Path("results") / "replications.sqlite"
_LARGEST_SEED = 2**63 - 1
_CREWS: list[Crew] = []
"""Who does the work of the command that runs, where it is not this machine."""


class BadUsage(Exception):  # noqa: N818  # read as a statement in messages
    """An option has a value that makes no sense."""


@dataclass(frozen=True)
class Options:
    """The options that commands share; None is what was not given, of the store that none is wanted."""

    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    changes: Sequence[str] = ()
    as_json: bool = False
    quiet: bool = False
    store: Path | None = STORE
    precision: Sequence[str] = ()
    most: int | None = None
    charts: bool = True

    @property
    def who(self) -> Workers:
        """Who does the work: a crew, or so many processes."""
        return _CREWS[-1] if _CREWS else self.workers

    @property
    def draws(self) -> bool:
        """Whether small charts are wanted."""
        return self.charts and not self.quiet

    def checked(self) -> Options:
        """These options; raises BadUsage where one makes no sense."""
        within("--replications", self.replications, 1, 1_000_000)
        within("--workers", self.workers, 1, 10_000)
        within("--most", self.most, 1, 1_000_000)
        within("--seed", self.seed, 0, _LARGEST_SEED)
        if _CREWS and self.workers is not None:
            raise BadUsage("--workers is for processes of this machine; leave it out with --executor")
        return self

    def precisely(self, plan: Plan, known: Sequence[Measure]) -> Plan:
        """The plan with the precision that is asked for, instead of its own for the same measures."""
        if not self.precision and self.most is None:
            return plan
        asked = {}
        for text in self.precision:
            name, equals, value = text.partition("=")
            if not equals:
                raise BadUsage(f"--precision {text!r}: write it like --precision profit=5%")
            asked[name.strip()] = value.strip()
        try:
            plan = plan.precisely(known, asked, self.most)
        except NoGoal as problem:
            raise BadUsage(f"--precision: {problem}") from None
        if self.most is not None and not plan.precision:
            raise BadUsage("--most is a ceiling for --precision; say what is to be how precise")
        if self.most is not None and self.most < plan.replications:
            raise BadUsage(f"--most is {self.most}, less than the {plan.replications} replications to begin with")
        return plan


def work_with(executor: str | None, address: str | None) -> Callable[[], None]:
    """Have every command work with a crew, if one is named; returns what ends that. Raises BadUsage and NoCrew."""
    if executor not in (None, "local", "dask", "mpi"):
        raise BadUsage(f"--executor is {executor!r}; known: local, dask, mpi")
    if executor == "dask" and address is None:
        raise BadUsage("--executor dask needs the scheduler: --address tls://host:8786")
    if executor != "dask" and address is not None:
        raise BadUsage("--address is that of a Dask scheduler: add --executor dask")
    if executor == "dask":
        _CREWS.append(dask_crew(str(address)))
    elif executor == "mpi":
        _CREWS.append(mpi_crew())
    return _CREWS.clear


def place_of_store(given: Path | None, unwanted: bool) -> Path | None:
    """Where finished replications are kept; None where none are."""
    if given is not None and unwanted:
        raise BadUsage("--store and --no-store: give one of them")
    return None if unwanted else given or STORE


class Count:
    """How many replications are done, and how many of these were known before anything was simulated."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.known: int | None = None

    def __str__(self) -> str:
        return f"{self.done} of {self.total} replications"

    def passing_on(self, progress: Progress) -> Progress:
        """``progress``, with the count kept."""

        def update(done: int, total: int) -> None:
            self.done, self.total = done, total
            if self.known is None:
                self.known = done
            progress(done, total)

        return update


def within(option: str, value: int | None, least: int, most: int) -> None:
    """Raises BadUsage where an option's number lies outside its bounds."""
    if value is not None and not least <= value <= most:
        raise BadUsage(f"{option} is {value}; expected a whole number from {least} to {most}")
