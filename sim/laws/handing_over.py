"""Laws of what an agent cannot end alone: transfers, other departments, and chats that customers leave.

Agents without end in front take no time away from anybody, so what they hand on stays a Poisson process (the output of
M/G/infinity; Mirasol 1963, Operations Research 11(2)): the queue behind a transfer is M/M/c, and so is a department.
A chat agent whose customers leave for want of replies is Palm's queue with impatience, M/M/1+M: with n chats that share
one pace each customer waits for 1 - 1/n of the time, so that n of them leave at n - 1 times the rate of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sim.calibration.erlang import abandonment, erlang_c, mean_wait
from sim.core import streams
from sim.core.entities import Issue
from sim.core.observations import Observations
from sim.core.world import World
from sim.laws.cases import CONFIDENCE, Case
from sim.laws.effort import Effort
from sim.laws.load import Load, Recorder
from sim.laws.plans import Extra, Plan, Run, ratio
from sim.laws.queues import days_of_warm_up, load_of, moments_of
from sim.laws.settings import always_on_duty, channel, duration, exponential, law, queue, unit_for
from sim.model import Model
from sim.stats.intervals import bonferroni

SEED = 19_090_620
"""Fixed before the first run."""

_CASE, _TIME = streams.named("case of a department"), streams.named("time of a case")
_PROMISED = {"M": 2.0, "D": 1.5}
_FOUND_OUT = 0.5


def cases() -> tuple[Case, ...]:
    """All laws, with what is known of each."""
    return (
        *(_transfer(f"TR{number}", *which) for number, which in enumerate([(0.5, 1), (1.6, 2)], start=1)),
        *(_department(f"DP{number}", *which) for number, which in enumerate([(0.5, 1), (0.8, 1), (1.6, 2)], start=1)),
        _department_of_equals("DP4", 0.5),
        *(_replies(f"RL{number}", *which) for number, which in enumerate([(0.9, 2.0), (1.5, 1.0)], start=1)),
    )


FULL: Mapping[str, Effort] = {
    "TR1": Effort(100, 8),
    "TR2": Effort(60, 5),
    "DP1": Effort(60, 5),
    "DP2": Effort(100, 38),
    "DP3": Effort(60, 7),
    "DP4": Effort(40, 4),
    "RL1": Effort(60, 6),
    "RL2": Effort(60, 6),
}
QUICK: Mapping[str, Effort] = {
    "TR1": Effort(20, 2, 5.0),
    "TR2": Effort(20, 2, 3.0),
    "DP1": Effort(20, 2, 3.0),
    "DP2": Effort(20, 2, 10.0),
    "DP3": Effort(20, 2, 4.0),
    "DP4": Effort(20, 2, 1.5),
    "RL1": Effort(20, 2, 3.0),
    "RL2": Effort(20, 2, 3.0),
}
"""The same at less effort, for every day."""


def plan_of(case: Case) -> Plan:
    """Scenario, probes and readings of a law."""
    return _PLANS[case.group](case)


@cache
def confidences() -> tuple[float, float]:
    """Confidence of each interval, for all of these laws together, and for all known inputs together (Bonferroni)."""
    plans = [plan_of(case) for case in cases()]
    measures, inputs = (
        sum(map(len, each)) for each in zip(*((one.readings, one.controls) for one in plans), strict=True)
    )
    return bonferroni(CONFIDENCE, measures), bonferroni(CONFIDENCE, inputs)


def _known(id_: str, model: str, inputs: Mapping[str, Any], expected: Mapping[str, float]) -> Case:
    return Case(id_, model, {"mu": 1.0, **inputs}, expected, "closed form")


def _transfer(id_: str, rate: float, agents: int) -> Case:
    inputs, known = {"lambda": rate, "c": agents}, {"mean_wait": mean_wait(rate, 1.0, agents)}
    return _known(id_, f"M/G/infinity, then M/M/{agents}, lambda {rate:g}", inputs, known)


def _department(id_: str, rate: float, workers: int) -> Case:
    """Time in M/M/c, its mean number, and the share of cases done within the promise."""
    time, promised = mean_wait(rate, 1.0, workers) + 1.0, _PROMISED["M"]
    waits, spare = erlang_c(rate, workers), workers - rate
    late = math.exp(-promised)
    both = (spare * late - math.exp(-spare * promised)) / (spare - 1.0)  # wait and work of those who wait
    known = {
        "mean_in_department": time,
        "mean_cases": rate * time,
        "p_kept": 1.0 - (1.0 - waits) * late - waits * both,
    }
    return _known(id_, f"department M/M/{workers}, lambda {rate:g}", {"lambda": rate, "c": workers}, known)


def _department_of_equals(id_: str, rate: float) -> Case:
    """M/D/1: load / 2 / (1 - load) in line (Pollaczek and Khinchine), waits below 1 by Erlang's formula."""
    time = rate / 2.0 / (1.0 - rate) + 1.0
    kept = (1.0 - rate) * math.exp(rate * (_PROMISED["D"] - 1.0))
    known = {"mean_in_department": time, "mean_cases": rate * time, "p_kept": kept}
    return _known(id_, f"department M/D/1, lambda {rate:g}", {"lambda": rate, "c": 1}, known)


def _replies(id_: str, rate: float, patience: float) -> Case:
    leave = abandonment(rate, 1.0, 1, patience)
    busy = rate * (1.0 - leave)
    known = {
        "p_leave": leave,
        "occupancy": busy,
        "mean_chats_open": busy + rate * mean_wait(rate, 1.0, 1, patience),
    }
    inputs = {"lambda": rate, "c": 1, "patience": patience}
    return _known(id_, f"chats M/M/1-PS that customers leave, lambda {rate:g}, patience {patience:g}", inputs, known)


class Brought(Recorder):
    """Records arrivals and work as they are offered to those behind; ``load.came``, ``load.work``: within the run."""

    def numbers(self, model: Model, observed: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        start = model.world.calendar.counted_from
        counted = [work for came, work in zip(self.came, self.work, strict=True) if came >= start]
        return super().numbers(model, observed) | {
            "load.came": float(len(counted)),
            "load.work": sum(counted) / self.load.unit,
        }


class HandedOn(Brought):
    """The same of contacts that are all handed on when their first agent has found out what they are about."""

    def numbers(self, model: Model, observed: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        both = zip(self.came, self.work, strict=True)
        handed_on = sorted((came + _FOUND_OUT * work, work) for came, work in both)
        self.came, self.work = [came for came, _ in handed_on], [work for _, work in handed_on]
        return super().numbers(model, observed)


class Referred(Brought):
    """The same of cases of the department ``workshop``."""

    def attach(self, world: World) -> None:
        """Know the world that is watched."""
        self.world = world
        self.issues_of_now: list[tuple[float, int]] = []
        self.on_contact_offered = lambda _: None

    def on_issue_referred(self, issue: Issue) -> None:
        """Note the case that it becomes."""
        key = streams.child(streams.child(issue.key, _CASE), issue.handled)
        self.issues_of_now.append((self.world.env.now, key ^ streams.named("workshop")))

    def numbers(self, model: Model, observed: Observations) -> dict[str, float]:
        """What was seen since the counting began."""
        settings = model.scenario.departments
        assert settings is not None
        time = settings.departments["workshop"].time
        self.came = [came for came, _ in self.issues_of_now]
        self.work = [time.quantile(streams.uniform(key, _TIME)) for _, key in self.issues_of_now]
        return super().numbers(model, observed)


def _plan(case: Case, load: Load, probe: Callable[[], Brought], run: Callable[[int], dict[str, Any]]) -> Plan:
    unit = load.unit
    readings = {
        "mean_wait": ratio("transfers.waited", "transfers.left_queue", 1.0 / unit),
        "mean_in_department": ratio("departments.workshop.time", "departments.workshop.left", 1.0 / unit),
        "mean_cases": ratio("departments.workshop.area", "seconds"),
        "p_kept": ratio("departments.workshop.kept", "departments.workshop.promises"),
        "p_leave": ratio("chats.left", "chats.begun"),
        "occupancy": ratio("agents.busy", "agents.duty"),
        "mean_chats_open": ratio("chats.open", "seconds"),
    }
    known = {
        "rate of arrivals": Extra(ratio("load.came", "seconds", unit), load.contacts),
        "mean work": Extra(ratio("load.work", "load.came"), load.moments[0]),
        **load.controls(),
    }
    if load.moments[1] == load.moments[0] ** 2:
        del known["mean work"]  # always the same
    return Plan({"": Run(run, lambda: (probe(),))}, {name: readings[name] for name in case.expected}, controls=known)


def _load(case: Case, kind: str = "M") -> Load:
    rate = float(case.inputs["lambda"])
    return load_of(rate, moments_of(1.0, 1.0, kind), int(case.inputs["c"]), unit_for(rate))


def transfers(case: Case) -> Plan:
    """TR: half of the work, then the other half and the first again, so that each agent has an exponential time."""
    load = _load(case)
    work, rate, agents = exponential(1.0, load.unit), float(case.inputs["lambda"]), int(case.inputs["c"])
    again = {"again": "100 %", "felt": 0.0}
    rules = {"on": {"by": ["all"], "to": ["experts"], "share": "100 %"}}

    def scenario(days: int) -> dict[str, Any]:
        plain = queue(
            case.id, days, load.unit, {"call": rate}, service={"call": work}, agents=40, warm_up=days_of_warm_up(load),
            transfers={
                "rules": rules, "ability": 0.0, "found_out": f"{100.0 * _FOUND_OUT:g} %", "cold": again, "warm": "0 %",
                "warmly": {"again": "0 %", "felt": 0.0}, "briefing": "0 s", "stays": "0 s", "head_start": "0 s",
            },
            staffing=always_on_duty(["all", "experts"]),
        )  # fmt: skip
        plain["workforce"]["groups"]["experts"] = {"headcount": agents, "channels": ["line"], "kinds": []}
        return plain

    return _plan(case, load, lambda: HandedOn(load, False), scenario)


def departments(case: Case) -> Plan:
    """DP: calls that take no time to speak of and are never resolved, each of which becomes a case."""
    kind = "D" if "M/D/1" in case.model else "M"
    load = _load(case, kind)
    rate, unit = float(case.inputs["lambda"]), load.unit
    workshop: dict[str, Any] = {
        "takes": {"call": "100 %"}, "workers": int(case.inputs["c"]), "time": law(1.0, 0.0, unit, kind),
        "promised": duration(_PROMISED[kind], unit), "solved": "100 %", "told": "100 %", "chases": "0 %",
        "chase_after": exponential(1.0, unit), "wage": "0 EUR per year", "cost": "0 EUR",
    }  # fmt: skip
    sections: dict[str, Any] = {
        "resolution": {
            "first_contact": {"call": "0 %"},
            "returns": {"share": "0 %", "delay": exponential(1.0, unit), "most_contacts": 9},
        },
        "departments": {
            "authority": 0.0, "authority_reference": "100 %", "chasing_work": "50 %",
            "departments": {"workshop": workshop},
        },
    }  # fmt: skip
    run = lambda days: queue(  # noqa: E731
        case.id, days, unit, {"call": rate}, service={"call": {"law": "constant", "mean": "1 s"}}, agents=20,
        warm_up=days_of_warm_up(load), **sections,
    )  # fmt: skip
    return _plan(case, load, lambda: Referred(load, False), run)


def replies(case: Case) -> Plan:
    """RL: one chat agent with all the chats there are, and customers who wait only so long for replies."""
    load = _load(case)
    rate, unit = float(case.inputs["lambda"]), load.unit
    load = replace(load, speed=None)
    chat = {
        "most": 1000, "slowdown": 1.0, "assignment": "fewest_open",
        "replies": exponential(float(case.inputs["patience"]), unit),
    }  # fmt: skip
    run = lambda days: queue(  # noqa: E731
        case.id, days, unit, {"chat": rate}, service={"chat": exponential(1.0, unit)}, agents=1, kind="chat",
        channels={"channels": {"line": channel("chat")}}, chat=chat, warm_up=days_of_warm_up(load),
    )  # fmt: skip
    return _plan(case, load, lambda: Brought(load, False), run)


_PLANS: Mapping[str, Callable[[Case], Plan]] = {"TR": transfers, "DP": departments, "RL": replies}
