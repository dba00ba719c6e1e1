"""How each case is met: its plan by group, and how many replications of which size it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.laws import demand, people, queues, sharing
from sim.laws.cases import CONFIDENCE, FILE, SEED, Case, read_cases
from sim.laws.plans import Plan, replicate
from sim.laws.settings import NotExpressedError
from sim.stats.intervals import bonferroni


@dataclass(frozen=True)
class Effort:
    """Replications of a size (days; customers or agents for people); looser: half-width over the one demanded."""

    replications: int
    size: int
    looser: float = 1.0
    at_the_door: bool = True


FULL: Mapping[str, Effort] = {
    "EB1": Effort(40, 4),
    "EB4": Effort(40, 4),
    "EC1": Effort(100, 4),
    "EC2": Effort(100, 4),
    "EC4": Effort(100, 38),
    "EC6": Effort(100, 30),
    "MK1": Effort(40, 2),
    "EA1": Effort(80, 5),
    "EA2": Effort(100, 4),
    "EA7": Effort(100, 75),
    "EA9": Effort(100, 12),
    "EG2": Effort(100, 12),
    "EG3": Effort(60, 2),
    "MG1": Effort(100, 16),
    "MG4": Effort(100, 14),
    "MD1": Effort(40, 2),
    "IN2": Effort(100, 12),
    "PR1": Effort(100, 19),
    "PR2": Effort(100, 17),
    "FB1": Effort(100, 27),
    "FB3": Effort(40, 12),
    "RT1": Effort(100, 3),
    "TV1": Effort(100, 20),
    "OD1": Effort(100, 10000),
    "SK1": Effort(100, 5),
    "EM1": Effort(100, 75),
    "CH1": Effort(40, 20000),
    "CH2": Effort(60, 20000),
    "CH3": Effort(1000, 100),
    "AG1": Effort(40, 9000),
    "WM2": Effort(40, 10000),
    "LN1": Effort(40, 10),
    "PS1": Effort(100, 40),
    "PS3": Effort(100, 7),
    "FS1": Effort(100, 5),
}
QUICK: Mapping[str, Effort] = {
    "EC1": Effort(40, 2, 3.0),
    "EC2": Effort(40, 2, 2.0),
    "EC4": Effort(40, 2, 9.0),
    "EC6": Effort(40, 2, 12.0),
    "EA1": Effort(30, 2, 4.0),
    "EA2": Effort(30, 2, 4.0),
    "EA7": Effort(40, 2, 13.0),
    "EA9": Effort(30, 2, 6.0),
    "EG2": Effort(30, 2, 7.0),
    "MG1": Effort(40, 2, 6.0),
    "MG4": Effort(40, 2, 6.0),
    "IN2": Effort(40, 2, 4.0),
    "PR1": Effort(40, 2, 5.0),
    "PR2": Effort(40, 2, 6.0),
    "FB1": Effort(40, 2, 9.0),
    "FB3": Effort(40, 2, 3.0),
    "RT1": Effort(30, 1, 5.0),
    "TV1": Effort(20, 3, 13.0),
    "OD1": Effort(40, 100, 20.0, at_the_door=False),
    "SK1": Effort(40, 1, 5.0),
    "EM1": Effort(40, 2, 17.0),
    "CH2": Effort(20, 2000, 5.0),
    "CH3": Effort(40, 20, 15.0),
    "AG1": Effort(20, 700, 8.0),
    "PS1": Effort(40, 2, 9.0),
    "PS3": Effort(40, 2, 4.0),
    "FS1": Effort(16, 1, 7.0),
}
"""Cheaper twins of the cases whose full effort takes more than some seconds."""

ANY_FULL, ANY_QUICK = Effort(100, 20), Effort(40, 2, 10.0)
"""For cases of another file."""


def plan_of(case: Case, effort: Effort) -> Plan:
    """Scenarios, probes and readings of a case.

    Raises NotExpressedError where this version has no scenario for it.
    """
    if case.group == "OD":
        return demand.over_dispersion(case, effort.at_the_door)
    if case.group == "WM":
        return people.value(case, YEAR_OF_VALUE)
    if case.group == "CH":
        return people.pure_death(case) if "N0" in case.inputs else people.lifetimes(case)
    if case.group not in GROUPS:
        raise NotExpressedError(f"no scenario is known for the group {case.group}")
    return GROUPS[case.group](case)


YEAR_OF_VALUE = 5
"""Days of the run that are a year of the case in WM: contracts renew after so many days."""

GROUPS: Mapping[str, Callable[[Case], Plan]] = {
    "EB": queues.markovian,
    "EC": queues.markovian,
    "MK": queues.markovian,
    "EA": queues.erlang_a,
    "EG": queues.general_patience,
    "MG": queues.general_service,
    "MD": queues.general_service,
    "IN": queues.general_service,
    "PR": queues.priority,
    "FB": queues.feedback,
    "RT": queues.retrial,
    "SK": queues.pooling,
    "EM": queues.deadline,
    "TV": demand.time_varying,
    "LN": demand.handle_time,
    "PS": sharing.shared,
    "FS": sharing.closed_population,
    "AG": people.tenure_and_skill,
}


def expressed(case: Case) -> bool:
    """Whether this version has a scenario for a case."""
    try:
        plan_of(case, ANY_QUICK)
    except NotExpressedError:
        return False
    return True


def effort_of(case: Case, precise: bool = False) -> Effort:
    """The effort for a case, of whatever file: as precise as the case demands, or cheaper where that takes long."""
    in_full = FULL.get(case.id, ANY_FULL)
    return in_full if precise or (case.id in FULL and case.id not in QUICK) else QUICK.get(case.id, ANY_QUICK)


@cache
def confidences(path: Path = FILE) -> tuple[float, float]:
    """Confidence of each interval, for all of a file together, and for all known inputs together (Bonferroni)."""
    plans = [plan_of(case, ANY_FULL) for case in read_cases(path) if expressed(case)]
    measures = sum(len(plan.readings) for plan in plans)
    inputs = sum(len(plan.controls) + len(plan.extras) for plan in plans)
    return bonferroni(CONFIDENCE, max(measures, 1)), bonferroni(CONFIDENCE, max(inputs, 1))


@cache
def rows_of(id_: str, effort: Effort) -> tuple[dict[str, float], ...]:
    """The numbers of all replications of a case; simulated once in a session."""
    case = next(case for case in read_cases() if case.id == id_)
    plan = plan_of(case, effort)
    return tuple(replicate(plan, SEED, number, effort.size) for number in range(1, effort.replications + 1))
