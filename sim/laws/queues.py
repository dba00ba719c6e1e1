"""Cases of one queue: loss, waiting, abandonment, priority, feedback, retrial, pooling, deadline."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sim.core.units import DAY
from sim.laws.cases import Case
from sim.laws.load import Load, relaxation
from sim.laws.plans import Extra, Numbers, Plan, Reading, Run, ratio
from sim.laws.probes import Orbit, WaitsWithin
from sim.laws.settings import NotExpressedError, always_on_duty, duration, exponential, law, queue, share, unit_for

ALL = "line"


def controls(contacts: float, mean: float, unit: float) -> dict[str, Extra]:
    """Arrivals of first contacts a unit of time, and mean handle time in units: both known."""
    first = {"contacts.offered": 1.0, "contacts.repeats": -1.0}
    return {
        "rate of arrivals": Extra(ratio(first, "seconds", unit), contacts),
        "mean handle time": Extra(ratio("contacts.handle_time", "contacts.handled", 1.0 / unit), mean),
    }


def waiting(name: str, unit: float) -> dict[str, Reading]:
    """Readings of a queue that only serves or loses by patience, by their names in the file."""
    in_system = {f"{name}.queue_area": 1.0, "agents.busy": 1.0}
    return {
        "p_wait": ratio(f"{name}.queued", f"{name}.offered"),
        "p_no_wait": ratio({f"{name}.offered": 1.0, f"{name}.queued": -1.0}, f"{name}.offered"),
        "p_abandon": ratio(f"{name}.abandoned", f"{name}.offered"),
        "p_abandon_given_wait": ratio(f"{name}.abandoned", f"{name}.queued"),
        "p_block": ratio(f"{name}.blocked", f"{name}.offered"),
        "blocking": ratio(f"{name}.blocked", f"{name}.offered"),
        "p_wait_le_t": ratio(f"{name}.answered_in_target", f"{name}.answered"),
        "p_served_within_t": ratio(f"{name}.answered_in_target", f"{name}.offered"),
        "p_wait_le_t_given_served": ratio(f"{name}.answered_in_target", f"{name}.answered"),
        "mean_wait": ratio(f"{name}.wait", f"{name}.left_queue", 1.0 / unit),
        "mean_wait_of_admitted": ratio(f"{name}.wait", f"{name}.left_queue", 1.0 / unit),
        "mean_wait_given_wait": ratio(f"{name}.wait", f"{name}.queued", 1.0 / unit),
        "mean_wait_given_served": ratio(f"{name}.wait_answered", f"{name}.answered", 1.0 / unit),
        "mean_wait_given_abandon": ratio(f"{name}.wait_abandoned", f"{name}.abandoned", 1.0 / unit),
        "mean_queue": ratio(f"{name}.queue_area", "seconds"),
        "mean_in_system": ratio(in_system, "seconds"),
        "occupancy": ratio("agents.busy", "agents.duty"),
        "carried": ratio("agents.busy", "seconds"),
        "throughput": ratio(f"{name}.handled", "seconds", unit),
    }


def moments_of(mean: float, scv: float, kind: str) -> tuple[float, float, float]:
    """E[S], E[S^2], E[S^3] of a law as ``law`` builds it."""
    if kind == "LN":
        return mean, mean**2 * (1.0 + scv), mean**3 * (1.0 + scv) ** 3
    if kind == "D":
        return mean, mean**2, mean**3
    if kind == "H2":
        p = 0.5 * (1.0 + ((scv - 1.0) / (scv + 1.0)) ** 0.5)
        two, three = (math.factorial(n) * (mean / 2.0) ** n * (p ** (1 - n) + (1.0 - p) ** (1 - n)) for n in (2, 3))
        return mean, two, three
    return mean, 2.0 * mean**2, 6.0 * mean**3


def load_of(contacts: float, moments: tuple[float, float, float], agents: int, unit: float, **more: Any) -> Load:
    """The load of a queue: excess over numbers of agents around c, and work that fades as fast as queues forget."""
    mean = moments[0]
    offered = contacts * mean
    levels = sorted({agents - 1, agents, agents + round(offered**0.5)})
    forgets = relaxation(contacts, mean, agents) if offered < 0.95 * agents else 4.0 * mean
    speed = agents if agents > 1 and offered < 0.95 * agents else None
    return Load(contacts, moments, unit, levels, tuple(forgets * factor for factor in (0.25, 1.0, 4.0)), speed, **more)


def days_of_warm_up(load: Load) -> int:
    """Days in which even the slowest memory of a load is gone (exp(-12))."""
    return max(1, math.ceil(3.0 * max(load.memories) * load.unit / DAY))


def _plain(case: Case, service: str = "M", scv: float = 1.0, patience: Mapping[str, Any] | None = None) -> Plan:
    """One stream, one group, first come first served; lines, patience and target as the case's inputs say."""
    inputs = case.inputs
    mean = float(inputs.get("mean_service", 1.0 / float(inputs.get("mu", 1.0))))
    contacts = float(inputs["lambda"]) if "lambda" in inputs else float(inputs["offered_load"]) / mean
    agents = int(inputs.get("c", 1))
    unit = unit_for(contacts)
    lines = int(inputs["K"]) if "K" in inputs else agents if case.group in ("EB", "IN") else None
    sections: dict[str, Any] = (
        {"patience": {"channels": {ALL: {"patience": _in_units(patience, unit)}}}} if patience else {}
    )
    within = re.compile(r"p_wait_le_([\d.]+)_given_served")
    limits = {name: float(found[1]) for name in case.expected if (found := within.fullmatch(name))}
    readings = waiting(ALL, unit) | {
        name: ratio(f"within.{number}", f"{ALL}.answered") for number, name in enumerate(limits)
    }
    load = load_of(contacts, moments_of(mean, scv, service), agents, unit)
    known = controls(contacts, mean, unit) | (load.controls() if lines is None else {})
    run = Run(
        lambda days: queue(
            case.id, days, unit, {"call": contacts}, service={"call": law(mean, scv, unit, service)}, agents=agents,
            within=float(inputs.get("t", 1.0)), lines=lines, warm_up=days_of_warm_up(load), **sections,
        ),
        lambda: (
            *([WaitsWithin([limit * unit for limit in limits.values()])] if limits else []),
            *([load.watch()] if lines is None else []),
        ),
    )  # fmt: skip
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)


def _in_units(patience: Mapping[str, Any], unit: float) -> dict[str, Any]:
    return {**patience, "mean": duration(patience["mean"], unit)}


def markovian(case: Case) -> Plan:
    """EB, EC, MK: M/M/c with or without lines."""
    return _plain(case)


def erlang_a(case: Case) -> Plan:
    """EA: M/M/c+M."""
    return _plain(case, patience={"law": "exponential", "mean": 1.0 / float(case.inputs["theta"])})


def general_patience(case: Case) -> Plan:
    """EG: M/M/c+G with constant, exponential or lognormal patience."""
    words = str(case.inputs["patience"]).lower().split()
    numbers = [float(word) for word in words if re.fullmatch(r"[\d.]+", word)]
    if words[0] == "constant":
        return _plain(case, patience={"law": "constant", "mean": numbers[0]})
    if words[0] == "exponential":
        return _plain(case, patience={"law": "exponential", "mean": numbers[0]})
    if words[0] == "lognormal":
        return _plain(case, patience={"law": "lognormal", "mean": numbers[0], "cv": numbers[1] ** 0.5 / numbers[0]})
    raise NotExpressedError(f"this version has no patience of the law {words[0]!r}")


def general_service(case: Case) -> Plan:
    """MG, MD, IN: M/G/c or M/G/c/c; the law stands in the model's name, as in M/LN/1."""
    kind = case.model.split("/")[1]
    found = re.search(r"CV2 ([\d.]+)", case.model)
    scv = float(case.inputs["scv"]) if "scv" in case.inputs else float(found[1]) if found else 1.0
    return _plain(case, kind, scv)


def priority(case: Case) -> Plan:
    """PR: two classes of calls, the higher answered first."""
    inputs = case.inputs
    rates = {"high": float(inputs["lambda_high"]), "low": float(inputs["lambda_low"])}
    mean, agents = 1.0 / float(inputs["mu"]), int(inputs["c"])
    unit = unit_for(sum(rates.values()))
    load = load_of(sum(rates.values()), moments_of(mean, 1.0, "M"), agents, unit)
    run = Run(
        lambda days: queue(
            case.id, days, unit, rates, service=dict.fromkeys(rates, exponential(mean, unit)), agents=agents,
            routing={"kind": "longest_idle", "priority": {"high": 0, "low": 1}}, warm_up=days_of_warm_up(load),
        ),
        lambda: (load.watch(),),
    )  # fmt: skip
    readings = {
        f"mean_wait_{end}": ratio(f"{name}.wait", f"{name}.left_queue", 1.0 / unit)
        for end, name in (("high", "line.high"), ("low", "line.low"), ("overall", ALL))
    }
    known = controls(sum(rates.values()), mean, unit) | load.controls()
    known["rate of low arrivals"] = Extra(ratio("line.low.offered", "seconds", unit), rates["low"])
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)


def feedback(case: Case) -> Plan:
    """FB: unresolved customers come back, for ever or up to a number of attempts."""
    inputs = case.inputs
    attempts = int(inputs.get("max_attempts", 1000))
    contacts, mean = float(inputs.get("lambda_new", 3.0)), 1.0 / float(inputs.get("mu", 1.0))
    agents, delay = int(inputs.get("c", 6)), float(inputs.get("return_delay_mean", 1.0))
    fcr = float(inputs["fcr"])
    unit = unit_for(contacts)
    work = moments_of(mean / fcr, 1.0, "M")
    load = load_of(contacts, work, agents, unit, tail=40.0 * (mean + delay))
    load = replace(load, levels=())
    returns = {"share": "100 %", "delay": exponential(delay, unit), "most_contacts": attempts}
    run = Run(
        lambda days: queue(
            case.id, days, unit, {"call": contacts}, service={"call": exponential(mean, unit)}, agents=agents,
            resolution={"first_contact": {"call": share(fcr)}, "returns": returns}, warm_up=days_of_warm_up(load),
        ),
        lambda: (Orbit(min(attempts, 9)), *([] if "max_attempts" in inputs else [load.watch(by_issue=True)])),
    )  # fmt: skip
    readings = waiting(ALL, unit) | {
        "contact_rate": ratio(f"{ALL}.offered", "seconds", unit),
        "contacts_per_issue": ratio("issues.contacts", "issues.ended"),
        "offered_load": ratio(f"{ALL}.handle_time", "seconds"),
        "mean_wait_per_contact": ratio(f"{ALL}.wait", f"{ALL}.left_queue", 1.0 / unit),
        "mean_customers_waiting_to_call_back": ratio("orbit.area", "seconds"),
        "mean_time_to_resolution": ratio("resolved.time", "issues.resolved", 1.0 / unit),
        "p_resolved": ratio("issues.resolved", "issues.ended"),
        "p_unresolved": ratio("issues.given_up", "issues.ended"),
    }
    readings |= {
        f"p_resolved_at_{n}": ratio(f"resolved.at.{n}", "issues.ended") for n in range(1, min(attempts, 9) + 1)
    }
    known = controls(contacts, mean, unit) | load.controls()
    known["share resolved"] = Extra(ratio(f"{ALL}.resolved", f"{ALL}.handled"), fcr)
    if "max_attempts" in inputs:
        known = {}
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)


def retrial(case: Case) -> Plan:
    """RT: no waiting room; whoever is blocked tries again, for ever."""
    inputs = case.inputs
    contacts, mean, agents = float(inputs["lambda"]), 1.0 / float(inputs["mu"]), int(inputs.get("c", 1))
    unit = unit_for(contacts)
    load = load_of(contacts, moments_of(mean, 1.0, "M"), agents, unit, tail=300.0 * mean)
    load = replace(load, levels=())
    redial = {"share": "100 %", "persistence": "100 %", "delay": exponential(1.0 / float(inputs["retry_rate"]), unit)}
    run = Run(
        lambda days: queue(
            case.id, days, unit, {"call": contacts}, service={"call": exponential(mean, unit)}, agents=agents,
            lines=agents, patience={"channels": {ALL: {"redial": redial}}}, warm_up=days_of_warm_up(load),
        ),
        lambda: (Orbit(), load.watch(by_issue=True)),
    )  # fmt: skip
    readings = waiting(ALL, unit) | {
        "p_busy": ratio("agents.busy", "agents.duty"),
        "mean_orbit": ratio("orbit.area", "seconds"),
    }
    known = controls(contacts, mean, unit) | load.controls()
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)


def pooling(case: Case) -> Plan:
    """SK: two groups with a stream of their own each, against one group for both."""
    inputs = case.inputs
    each, mean = float(inputs["lambda_each"]), 1.0 / float(inputs["mu"])
    agents = case.agents
    unit = unit_for(2.0 * each)
    rates, service = {"one": each, "two": each}, dict.fromkeys(("one", "two"), exponential(mean, unit))
    own: dict[str, Any] = {
        "workforce": {"groups": {k: {"headcount": agents, "channels": ["line"], "kinds": [k]} for k in rates}},
        "staffing": always_on_duty(list(rates)),
    }
    moments = moments_of(mean, 1.0, "M")
    loads = {k: load_of(each, moments, agents, unit, kind=k, name=k) for k in rates}
    both = load_of(2.0 * each, moments, 2 * agents, unit)
    warm_up = days_of_warm_up(loads["one"])
    runs = {
        "separate": Run(
            lambda days: queue(case.id, days, unit, rates, service=service, agents=agents, warm_up=warm_up, **own),
            lambda: tuple(load.watch() for load in loads.values()),
        ),
        "pooled": Run(
            lambda days: queue(case.id, days, unit, rates, service=service, agents=2 * agents, warm_up=warm_up),
            lambda: (both.watch(),),
        ),
    }
    wait = {name: _mean(f"{name}:{ALL}.wait", f"{name}:{ALL}.left_queue") for name in runs}
    readings = {
        f"mean_wait_{name}": ratio(f"{name}:{ALL}.wait", f"{name}:{ALL}.left_queue", 1.0 / unit) for name in runs
    }
    readings["ratio"] = Reading(wait["separate"], wait["pooled"])
    work = ratio("pooled:contacts.handle_time", "pooled:contacts.handled", 1.0 / unit)
    known = {
        "rate of arrivals": Extra(ratio("pooled:contacts.offered", "pooled:seconds", unit), 2.0 * each),
        "mean handle time": Extra(work, mean),
    } | both.controls("pooled:")
    for one, two in zip(*(load.controls("separate:").items() for load in loads.values()), strict=True):
        known[f"{one[0]}, {two[0]}"] = Extra(_half_of_both(one[1], two[1]), one[1].known)
    return Plan(runs, {name: readings[name] for name in case.expected}, controls=known)


def _mean(above: str, below: str) -> Callable[[Numbers], float]:
    return lambda numbers: numbers[above] / numbers[below]


def _half_of_both(one: Extra, two: Extra) -> Reading:
    return Reading(lambda numbers: 0.5 * (one.reading.above(numbers) + two.reading.above(numbers)), one.reading.below)


def deadline(case: Case) -> Plan:
    """EM: letters in the order in which they came, each with a reply target."""
    inputs = case.inputs
    contacts, mean, agents = float(inputs["lambda"]), 1.0 / float(inputs["mu"]), int(inputs["c"])
    unit = unit_for(contacts)
    load = load_of(contacts, moments_of(mean, 1.0, "M"), agents, unit, powers=(2, 3))
    run = Run(
        lambda days: queue(
            case.id, days, unit, {"letter": contacts}, service={"letter": exponential(mean, unit)}, agents=agents,
            kind="written", within=float(inputs["deadline"]), warm_up=days_of_warm_up(load),
        ),
        lambda: (load.watch(),),
    )  # fmt: skip
    readings = waiting(ALL, unit) | {
        "p_sojourn_gt_t": ratio({f"{ALL}.handled": 1.0, f"{ALL}.answered_in_target": -1.0}, f"{ALL}.handled"),
        "mean_sojourn": ratio({f"{ALL}.wait": 1.0, f"{ALL}.handle_time": 1.0}, f"{ALL}.handled", 1.0 / unit),
    }
    known = controls(contacts, mean, unit) | load.controls()
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)
