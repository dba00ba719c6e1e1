"""Handle times: moments, the differences between agents and the gap between two calls.

Form: ln S = mu_type + a_agent + sigma Z (Brown et al., 2005). Services above an hour are recording errors; those
under 10 s, mostly agents hanging up on customers, took the agent's time all the same. Times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import Floats, Ints


@dataclass(frozen=True)
class AgentEffect:
    """Between-agent standard deviation of ln service time, net of call type and of sampling noise."""

    agents: int
    sd: float
    se: float
    within_sd: float


def sample_moments(times: Floats) -> dict[str, float]:
    """Mean, its standard error and the coefficient of variation of the times themselves (no model)."""
    mean, sd = float(np.mean(times)), float(np.std(times, ddof=1))
    return {"n": len(times), "mean_s": mean, "mean_se": sd / float(np.sqrt(len(times))), "cv": sd / mean}


def agent_effect(times: Floats, kinds: Ints, agents: Ints, fewest: int = 50) -> AgentEffect:
    """Method of moments (one-way random effects, Searle) on ln S less its mean of the kind of call.

    Agents with fewer than ``fewest`` calls are left out. Two passes: the means by kind are taken again net of
    the agents' effects, as agents differ in their mix of calls. The error is that of a variance from k normal
    values.
    """
    logs = np.log(times)
    names, counts = np.unique(agents, return_counts=True)
    keep = np.isin(agents, names[counts >= fewest])
    logs, kinds, agents = logs[keep], kinds[keep], np.unique(agents[keep], return_inverse=True)[1]
    sizes = np.bincount(agents)
    effect = np.zeros(len(sizes))
    residual = logs
    for _ in range(20):
        by_kind = np.bincount(kinds, logs - effect[agents]) / np.maximum(np.bincount(kinds), 1)
        residual = logs - by_kind[kinds]
        effect = np.bincount(agents, residual) / sizes
    within = float(np.sum((residual - effect[agents]) ** 2) / (len(logs) - len(sizes)))
    between = float(np.var(effect, ddof=1)) - within * float(np.mean(1 / sizes))
    sd = float(np.sqrt(max(between, 0.0)))
    return AgentEffect(len(sizes), sd, sd / float(np.sqrt(2 * (len(sizes) - 1))), float(np.sqrt(within)))


def gaps_under_queue(
    day: Ints, server: Ints, entered: Floats, queued_s: Floats, service_s: Floats, *, longest: float = 60.0
) -> Floats:
    """Seconds from an agent's end of a service to the start of the next where that call stood in line.

    The agent had work at once, so the gap is wrap-up and connection. Gaps above ``longest`` are breaks.
    """
    start = entered + queued_s
    order = np.lexsort((start, server, day))
    day, server, start, end = day[order], server[order], start[order], (start + service_s)[order]
    entered, waited = entered[order], queued_s[order] > 0
    same = (day[1:] == day[:-1]) & (server[1:] == server[:-1]) & (server[1:] > 0)
    gap = start[1:] - end[:-1]
    chosen = same & waited[1:] & (entered[1:] < end[:-1]) & (gap >= 0) & (gap < longest)
    return np.asarray(gap[chosen])
