"""Do the known answers hold here? Every law is simulated, and each of its numbers compared with the exact one.

A number holds where the exact value lies within the interval of the simulated one; a law holds where all its numbers
do, and all inputs whose means theory knows as well. All intervals of the answers hold together with 99 %, and all of
the inputs with 99 %, so that an engine without fault is called broken once in some fifty seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.experiment.crews import Workers
from sim.experiment.execution import work_through
from sim.experiment.pool import Progress, Task
from sim.laws import meeting
from sim.laws.cases import FILE, SEED, Case, LawbookProblem, read_cases
from sim.laws.effort import Effort, confidences, effort_of, plan_of
from sim.laws.meeting import Check
from sim.laws.plans import Numbers, Plan, replicate
from sim.laws.settings import NotExpressedError


@dataclass(frozen=True)
class Verdict:
    """What became of one law; failure: what a replication died of, if one did."""

    case: Case
    replications: int
    checks: tuple[Check, ...] = ()
    failure: str | None = None

    @property
    def verdict(self) -> str:
        """The worst of its numbers: "broken", "too wide", or "holds"."""
        found = {check.verdict for check in self.checks}
        if self.failure is not None or "broken" in found:
            return "broken"
        return "too wide" if "too wide" in found else "holds"

    @property
    def answers(self) -> tuple[Check, ...]:
        """The numbers that the law is about, without its inputs."""
        return tuple(check for check in self.checks if check.kind != "input")

    @property
    def farthest(self) -> Check | None:
        """The answer whose exact value lies farthest out in its interval; of formulas alone, the first."""
        simulated = [check for check in self.answers if check.kind == "answer"] or list(self.checks[:1])
        return max(simulated, key=lambda check: check.out, default=None)


@dataclass(frozen=True)
class Verified:
    """What became of all laws that were asked for; not_run: why a case could not be, by its id."""

    verdicts: tuple[Verdict, ...]
    seed: int
    precise: bool
    confidence: float
    confidence_of_inputs: float
    not_run: Mapping[str, str] = field(default_factory=dict)

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The laws that do not hold."""
        return tuple(each for each in self.verdicts if each.verdict == "broken")

    @property
    def holds(self) -> bool:
        """Whether no law is broken."""
        return not self.broken


def verify(
    only: Sequence[str] = (),
    *,
    precise: bool = False,
    seed: int = SEED,
    workers: Workers = None,
    progress: Progress | None = None,
    path: Path = FILE,
) -> Verified:
    """Simulate the laws of a file, those named or all, and compare.

    only: ids of laws, such as EC2, or of groups, such as EC; precise: as exactly as each law demands, half an hour of
    processor time for all. Raises LawbookProblem where the file, or a name, is none that can be understood.
    """
    cases = chosen(read_cases(path), only, path)
    plans, not_run = _plans(cases, precise, path)
    efforts = {case.id: effort_of(case, precise) for case in cases}
    run = [case for case in cases if case.id in plans]
    places = [(case, number) for case in run for number in range(1, efforts[case.id].replications + 1)]
    rows: dict[str, dict[int, Numbers]] = {case.id: {} for case in run}
    failures: dict[str, str] = {}

    def accept(place: int, outcome: Any) -> None:
        case, number = places[place]
        if isinstance(outcome, str):
            failures.setdefault(case.id, outcome)
        else:
            rows[case.id][number] = outcome

    tasks: list[Task] = [(case, efforts[case.id], seed, number) for case, number in places]
    work_through(_numbers, tasks, accept, workers, progress)
    at, at_inputs = confidences(path)
    verdicts = []
    for case in run:
        effort, failure = efforts[case.id], failures.get(case.id)
        seen = [rows[case.id][number] for number in sorted(rows[case.id])]
        checks = () if failure else meeting.checks(case, plans[case.id], effort, seen, (at, at_inputs))
        verdicts.append(Verdict(case, effort.replications, checks, failure))
    return Verified(tuple(verdicts), seed, precise, at, at_inputs, not_run)


def chosen(cases: Sequence[Case], only: Sequence[str], path: Path = FILE) -> tuple[Case, ...]:
    """The cases that are named by id or group, whatever the capitals; all where none is."""
    wanted = {name.upper() for name in only}
    for name in only:
        if not any(name.upper() in (case.id.upper(), case.group.upper()) for case in cases):
            raise LawbookProblem(f"--only {name}: no law of {path.name}; its laws: {', '.join(c.id for c in cases)}")
    return tuple(case for case in cases if not wanted or wanted & {case.id.upper(), case.group.upper()})


def replications(only: Sequence[str] = (), precise: bool = False, path: Path = FILE) -> int:
    """How many replications ``verify`` simulates."""
    return sum(effort_of(case, precise).replications for case in chosen(read_cases(path), only, path))


def _plans(cases: Sequence[Case], precise: bool, path: Path) -> tuple[dict[str, Plan], dict[str, str]]:
    plans: dict[str, Plan] = {}
    not_run: dict[str, str] = {}
    for case in cases:
        try:
            plans[case.id] = plan_of(case, effort_of(case, precise))
        except NotExpressedError as reason:
            not_run[case.id] = str(reason)
        except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
            raise LawbookProblem(f"{path}: case {case.id} cannot be understood: {error!r}") from None
    return plans, not_run


def _numbers(case: Case, effort: Effort, seed: int, number: int) -> dict[str, float] | str:
    """The numbers of one replication, or what it died of."""
    try:
        return replicate(plan_of(case, effort), seed, number, effort.size)
    except Exception as error:
        return f"seed {seed}, replication {number}: {type(error).__name__}: {error}"
