"""Erlang formulas: what a single, stationary queue of identical agents does, and how many agents it takes.

The known answers against which the simulator is checked, and a first guess for a schedule. Arrivals are
Poisson, handle times and patience exponential, the longest waiting is answered first. Any one unit of time
throughout: `arrival_rate` is contacts per unit; `handle_time` and `patience` (their means), `target_wait` and
waits are in units; `offered_load` = arrival_rate x handle_time, in erlang. `patience=None`: nobody abandons.

Erlang B and C: Erlang (1917). Erlang A (M/M/c+M): Palm (1957); Garnett, Mandelbaum and Reiman (2002). States
are added one at a time, as shares of those so far: neither thousands of agents nor an overload overflows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_NEGLIGIBLE = 1e-17


@dataclass(frozen=True)
class _Impatient:
    """Steady state of Erlang A, as an arriving contact finds it (Poisson arrivals: Wolff, 1982)."""

    all_busy: float
    queue: float
    answered_wait: float  # wait x answered, averaged over all offered
    log_just_busy: float  # log of P(all agents busy, nobody queued)


def erlang_b(offered_load: float, lines: int) -> float:
    """Share of contacts blocked by `lines` without a waiting room, M/M/c/c (recursion: Jagerman, 1974)."""
    return finite_queue_blocking(offered_load, lines, places=lines)


def finite_queue_blocking(offered_load: float, agents: int, places: int) -> float:
    """Share of contacts blocked when `places` hold those in service and those waiting, M/M/c/K.

    b(k) = P(k present | at most k) = r b(k-1) / (1 + r b(k-1)), where r = offered_load / min(k, agents).
    """
    _check(offered_load=offered_load)
    _check_agents(agents)
    if places < agents:
        raise ValueError(f"places is {places}; expected at least one for each of the {agents} agents")
    if agents == 0:
        return 1.0
    blocked = 1.0
    for number in range(1, places + 1):
        inflow = offered_load / min(number, agents) * blocked
        blocked = inflow / (1.0 + inflow)
    return blocked


def erlang_c(offered_load: float, agents: int) -> float:
    """Share of contacts that wait when nobody abandons, M/M/c: c B / (c - a (1 - B)); 1 if overloaded."""
    blocked = erlang_b(offered_load, agents)
    if offered_load >= agents:
        return 1.0
    return agents * blocked / (agents - offered_load * (1.0 - blocked))


def waiting_probability(arrival_rate: float, handle_time: float, agents: int, patience: float | None = None) -> float:
    """Share of offered contacts that find all agents busy; Erlang C, or A if patience is limited."""
    if patience is None:
        _check(arrival_rate=arrival_rate, handle_time=handle_time)
        return erlang_c(arrival_rate * handle_time, agents)
    return _impatient(arrival_rate, handle_time, agents, patience).all_busy


def mean_wait(arrival_rate: float, handle_time: float, agents: int, patience: float | None = None) -> float:
    """Mean wait of all offered contacts, until answered or abandoned; infinite if overloaded without limit.

    Erlang C: P(wait) / (c / handle_time - arrival_rate). Erlang A: queue / arrival_rate (Little, 1961).
    """
    if patience is None:
        _check(arrival_rate=arrival_rate, handle_time=handle_time)
        spare = agents / handle_time - arrival_rate
        return erlang_c(arrival_rate * handle_time, agents) / spare if spare > 0.0 else math.inf
    return _impatient(arrival_rate, handle_time, agents, patience).queue / arrival_rate


def speed_of_answer(arrival_rate: float, handle_time: float, agents: int, patience: float | None = None) -> float:
    """Mean wait of the answered (ASA); infinite if no agents, or if nobody abandons an overload."""
    if patience is None:
        return mean_wait(arrival_rate, handle_time, agents)
    if agents == 0:
        return math.inf
    state = _impatient(arrival_rate, handle_time, agents, patience)
    return state.answered_wait / (1.0 - state.queue / (arrival_rate * patience))


def abandonment(arrival_rate: float, handle_time: float, agents: int, patience: float) -> float:
    """Share of offered contacts that abandon, Erlang A: queue / (patience x arrival_rate)."""
    return mean_wait(arrival_rate, handle_time, agents, patience) / patience


def occupancy(arrival_rate: float, handle_time: float, agents: int, patience: float | None = None) -> float:
    """Share of the agents' time spent handling contacts; 1 if overloaded without limit to patience."""
    _check(arrival_rate=arrival_rate, handle_time=handle_time)
    _check_agents(agents)
    if agents == 0:
        raise ValueError("agents is 0; expected at least one, as nobody has no occupancy")
    lost = 0.0 if patience is None else abandonment(arrival_rate, handle_time, agents, patience)
    return min(1.0, arrival_rate * handle_time * (1.0 - lost) / agents)


def service_level(
    arrival_rate: float,
    handle_time: float,
    agents: int,
    target_wait: float,
    patience: float | None = None,
) -> float:
    """Share of offered contacts answered within `target_wait`; those who abandon count as not answered.

    Erlang C: 1 - P(wait) exp(-(agents / handle_time - arrival_rate) target_wait), 0 if overloaded. Erlang A:
    1 less the abandoned, less those answered late (offered wait: Baccelli and Hebuterne, 1981; Zeltyn and
    Mandelbaum, 2005). Divide by 1 - `abandonment` for the share of the answered.
    """
    _check(arrival_rate=arrival_rate, handle_time=handle_time)
    if not 0.0 <= target_wait < math.inf:
        raise ValueError(f"target_wait is {target_wait}; expected a time of at least 0")
    if patience is not None:
        return _service_level_impatient(arrival_rate, handle_time, agents, target_wait, patience)
    spare = agents / handle_time - arrival_rate
    late = math.exp(-max(0.0, spare) * target_wait) * erlang_c(arrival_rate * handle_time, agents)
    return 1.0 - late if spare > 0.0 else 0.0


def agents_needed(
    arrival_rate: float,
    handle_time: float,
    target_share: float,
    target_wait: float,
    patience: float | None = None,
) -> int:
    """Smallest number of agents that answers at least `target_share` of the offered within `target_wait`.

    0 without arrivals. The search starts from the load that must be carried in any case, offered_load x
    target_share, or from the first stable number where nobody abandons.
    """
    if not 0.0 < target_share < 1.0:
        raise ValueError(f"target_share is {target_share}; expected a share strictly between 0 and 1")
    if arrival_rate == 0.0:
        return 0
    _check(arrival_rate=arrival_rate, handle_time=handle_time)
    offered_load = arrival_rate * handle_time
    agents = math.floor(offered_load if patience is None else offered_load * target_share)
    while service_level(arrival_rate, handle_time, agents, target_wait, patience) < target_share:
        agents += 1
    return agents


def _impatient(arrival_rate: float, handle_time: float, agents: int, patience: float) -> _Impatient:
    """Add one queue length j at a time: inflow from j - 1 at arrival_rate, outflow s + j / patience.

    s = agents / handle_time. `newest` is the share of the longest queue so far, as in the recursion of Erlang
    B; every average moves towards its value at the new length by that share. Whoever finds j queued is
    answered with probability s / (s + (j + 1) / patience), on average after the sum of 1 / (s + i / patience)
    over i = 1 .. j + 1.
    """
    _check(arrival_rate=arrival_rate, handle_time=handle_time, patience=patience)
    serving, leaving = agents / handle_time, 1.0 / patience
    newest = all_busy = erlang_b(arrival_rate * handle_time, agents)
    log_just_busy = math.log(newest) if newest > 0.0 else -math.inf
    wait = 1.0 / (serving + leaving)
    answered_wait = newest * serving * wait * wait
    queue, queued, ratio = 0.0, 0, math.inf
    while ratio >= 1.0 or newest * (queued + 1.0 / (1.0 - ratio)) > _NEGLIGIBLE * (1.0 - ratio) * queue:
        queued += 1
        ratio = arrival_rate / (serving + queued * leaving)
        inflow = ratio * newest
        newest = inflow / (1.0 + inflow)
        log_just_busy -= math.log1p(inflow)
        move = 1.0 / (serving + (queued + 1) * leaving)
        wait += move
        all_busy += newest * (1.0 - all_busy)
        queue += newest * (queued - queue)
        answered_wait += newest * (serving * move * wait - answered_wait)
    return _Impatient(all_busy, queue, answered_wait, log_just_busy)


def _service_level_impatient(
    arrival_rate: float, handle_time: float, agents: int, target_wait: float, patience: float
) -> float:
    """Share answered less the share answered late, s P(just busy) exp(rate h - (s + 1 / patience) t) I.

    t is the target wait, s = agents / handle_time, h = patience (1 - exp(-t / patience)). I is the integral
    of the offered wait with only those arrivals that are patient enough to wait t.
    """
    state = _impatient(arrival_rate, handle_time, agents, patience)
    serving = agents / handle_time
    if serving == 0.0:
        return 0.0
    lasting = -math.expm1(-target_wait / patience)
    log_late = math.log(serving) + state.log_just_busy
    log_late += arrival_rate * patience * lasting - (serving + 1.0 / patience) * target_wait
    log_late += _log_offered_wait(arrival_rate * (1.0 - lasting), serving, patience)
    return max(0.0, 1.0 - state.queue / (arrival_rate * patience) - math.exp(log_late))


def _log_offered_wait(arrival_rate: float, serving: float, patience: float) -> float:
    """Log of sum over k of arrival_rate ** k / product of (serving + i / patience), i = 1 .. k + 1."""
    leaving = 1.0 / patience
    log_sum, newest, number, ratio = -math.log(serving + leaving), 1.0, 1, math.inf
    while ratio >= 1.0 or newest > _NEGLIGIBLE * (1.0 - ratio):
        number += 1
        ratio = arrival_rate / (serving + number * leaving)
        inflow = ratio * newest
        newest = inflow / (1.0 + inflow)
        log_sum += math.log1p(inflow)
    return log_sum


def _check(**positive: float) -> None:
    for name, number in positive.items():
        if not 0.0 < number < math.inf:
            raise ValueError(f"{name} is {number}; expected a finite number above 0")


def _check_agents(agents: int) -> None:
    if agents < 0:
        raise ValueError(f"agents is {agents}; expected at least 0")
