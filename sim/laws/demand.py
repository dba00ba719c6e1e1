"""Cases of demand and of the work that it brings: time-varying arrivals, over-dispersed days, handle times."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Any

from scipy.stats import gamma

from sim.core.distributions import Lognormal
from sim.core.units import DAY
from sim.laws.cases import Case
from sim.laws.plans import Extra, Plan, Reading, Run, ratio
from sim.laws.probes import DayCounts, Presence, WorkBelow
from sim.laws.settings import calendar, exponential, queue, text

PERIODS_A_DAY = 6
INTERVALS = 240
"""Intervals of a period in which the rate is level; the error of a sine is under 3e-5 of its amplitude."""


def time_varying(case: Case) -> Plan:
    """TV: arrivals by a sine, and so many agents that nobody waits; six periods of the case make a day."""
    inputs = case.inputs
    mean_rate, swing = float(inputs["lambda_bar"]), float(inputs["beta"])
    period, stay = float(inputs["period"]), float(inputs["mean_service"])
    hour = DAY / PERIODS_A_DAY / period
    pace = 2.0 * math.pi / period
    step = period / INTERVALS
    edges = [math.cos(pace * step * number) for number in range(INTERVALS + 1)]
    row = [mean_rate * step + swing / pace * (a - b) for a, b in pairwise(edges)] * PERIODS_A_DAY
    most = (mean_rate + swing) * stay
    agents = math.ceil(most + 9.0 * math.sqrt(most) + 10.0)
    volumes = {"interval": f"{text(DAY / len(row))} s", "rows": {"every_day": row}}
    arrivals = {"streams": {"call": {"kind": "call", "channel": "line", "volumes": volumes}}}
    times = [float(name[2:-1]) for name in case.expected if name.startswith("m(")]

    run = Run(
        lambda days: queue(
            case.id, days, hour, {}, service={"call": exponential(stay, hour)}, agents=agents, arrivals=arrivals
        ),
        lambda: (Presence(times, period * hour, hour, stay * hour),),
    )
    readings = {f"m({time:g})": ratio(f"inside.{time:g}") for time in times}
    readings |= {"amplitude": ratio("amplitude"), "peak_lag_hours": ratio("response.lag")}
    share = 1.0 / (1.0 + (pace * stay) ** 2)
    controls = {
        f"expected from the arrivals at {time:g}": Extra(
            ratio(f"came.{time:g}"),
            stay * (mean_rate + swing * share * (math.sin(pace * time) - pace * stay * math.cos(pace * time))),
        )
        for time in times
    }
    extras = {
        "peak_lag_hours, by the number inside itself": Extra(ratio("lag"), math.atan(pace * stay) / pace),
        "waiting": Extra(ratio("line.queued", "line.offered"), 0.0),
    }
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=controls, extras=extras)


def over_dispersion(case: Case, at_the_door: bool) -> Plan:
    """OD: contacts a day with a gamma factor of the day; all lines are taken, since only arrivals matter."""
    mean, shape = float(case.inputs["mean"]), float(case.inputs["gamma_shape"])
    found = [int(name[1]) for one in case.expected if (name := re.fullmatch(r"p_more_than_(\d+)", one))]
    limit = found[0] if found else math.ceil(mean)
    busyness = {"cv": f"{text(100.0 / math.sqrt(shape))} %", "correlation": "0 %"}
    stream = {"kind": "call", "channel": "line", "rate": f"{text(mean)} per day"}

    def scenario(days: int) -> dict[str, Any]:
        plain = queue(case.id, days, 1.0, {}, service={"call": exponential(1.0, 1.0)}, agents=1, lines=1)
        return {
            **plain,
            "calendar": calendar(days, 0, busyness=busyness),
            "arrivals": {"streams": {"call": stream}},
        }

    readings = {
        "mean": ratio("days.contacts", "days"),
        "variance": ratio("days.variance"),
        "dispersion_index": Reading(
            lambda numbers: numbers["days.variance"], lambda numbers: numbers["days.contacts"] / numbers["days"]
        ),
        f"p_more_than_{limit}": ratio("days.over", "days"),
    }
    controls = {
        "mean busyness": Extra(ratio("days.busyness", "days"), 1.0),
        "mean square of busyness": Extra(ratio("days.squares", "days"), 1.0 + 1.0 / shape),
        "share of busy days": Extra(
            ratio("days.busy", "days"), float(gamma.sf(limit / mean, shape, scale=1.0 / shape))
        ),
    }
    run = Run(scenario, lambda: (DayCounts(mean, limit, "line", at_the_door),))
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=controls)


def handle_time(case: Case) -> Plan:
    """LN: a lognormal handle time by its mean and standard deviation; its numbers exactly, and as handled."""
    mean, sd = float(case.inputs["mean"]), float(case.inputs["sd"])
    service = {"law": "lognormal", "mean": f"{text(mean)} s", "cv": sd / mean}
    built = Lognormal.model_validate(service)
    exact = {
        "sigma": built.sigma,
        "mu": built.mu,
        "median": built.quantile(0.5),
        "scv": math.exp(built.sigma**2) - 1.0,
        "wait_factor": 0.5 * math.exp(built.sigma**2),
    }
    median = case.expected["median"]
    run = Run(
        lambda days: queue(case.id, days, 30.0, {"call": 0.5}, service={"call": service}, agents=8),
        lambda: (WorkBelow(median, math.log(median)),),
    )
    extras = {
        "mean handle time": Extra(ratio("contacts.handle_time", "contacts.handled"), mean, 0.01),
        "share of handle times below the median": Extra(ratio("work.below", "contacts.handled"), 0.5, 0.01),
        "variance of the logarithm of handle times": Extra(
            ratio("work.squares", "contacts.handled"), case.expected["sigma"] ** 2, 0.01
        ),
    }
    return Plan({"": run}, {}, {name: exact[name] for name in case.expected}, extras=extras)
