"""Agents on duty inferred from waits alone.

The day's calls are put through ``bank_queue`` with fitted handle times and patience, and the number of agents
is moved until the simulated waits are those of the log. Unknowns: agents by half-hour (real numbers), a
factor for each date (ln, small by a ridge) and the share of agents who can take each restricted stream (with a
weak prior; skills are nested: who can take the rarest can take all).

Data: per half-hour, per date and per stream the share of offered calls that waited and the square root of the
mean wait; over all calls the shares that waited longer than ``TAIL_S``. Method: damped Gauss-Newton
(Levenberg-Marquardt) with a penalty on second differences over the day; derivatives by common random numbers,
with half-hours far enough apart moved together. The log's ``server`` column is not used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.calibration.bank_log import Floats, Ints
from sim.calibration.bank_queue import DayCalls, simulate_day


@dataclass(frozen=True)
class Staffing:
    """Agents by half-hour, ln factor by date, share able to take each stream."""

    agents: Floats
    log_factor: Floats
    able: Floats


@dataclass(frozen=True)
class Problem:
    """A group of days with drawn needs, ``calls[replication][date]``, and offsets for rounding."""

    first_half_hour: int
    half_hours: int
    streams: int
    calls: list[list[DayCalls]]
    rounding: Floats
    """Uniform by (replication, date): agents = floor(expected + uniform)."""
    skill_offset: Floats
    """Uniform by (replication, date): which agents have the skills."""
    free_skills: tuple[int, ...]
    """Streams whose share of able agents is fitted; the others keep their share."""
    able_prior: Floats
    """Shares of able agents expected before looking, with standard deviation ``ABLE_SD``."""

    @property
    def dates(self) -> int:
        """Number of dates."""
        return len(self.calls[0])


@dataclass(frozen=True)
class Waits:
    """Share that waited and mean wait by half-hour, date and stream; shares of all that waited longer."""

    half_hour: tuple[Floats, Floats]
    date: tuple[Floats, Floats]
    stream: tuple[Floats, Floats]
    tail: Floats

    def vector(self) -> Floats:
        """Shares and square roots of mean waits in one row."""
        parts = [(share, np.sqrt(wait)) for share, wait in (self.half_hour, self.date, self.stream)]
        return np.concatenate([*(value for pair in parts for value in pair), self.tail])


@dataclass(frozen=True)
class StaffingFit:
    """The staffing found, its standard errors, the simulated waits and the course of the loss."""

    staffing: Staffing
    agents_se: Floats
    able_se: Floats
    simulated: Waits
    loss: tuple[float, ...]


ABLE_SD = 0.25
BEND_SD = 1.5
"""Of second differences of agents between half-hours."""
FACTOR_SD = 0.15
"""Of ln factors of dates."""
TAIL_S = (10.0, 20.0, 40.0, 80.0, 160.0, 240.0)
"""Seconds of waiting at which the tail is compared."""
_TURN = 0.618033988749895


def summarise(date: Ints, half_hour: Ints, stream: Ints, waits: Floats, shape: tuple[int, int, int]) -> Waits:
    """Share that waited and mean wait of offered calls by date, half-hour and stream (sizes in ``shape``)."""
    waited = (waits > 0).astype(np.float64)

    def by(index: Ints, size: int) -> tuple[Floats, Floats]:
        n = np.maximum(np.bincount(index, minlength=size), 1)
        return np.bincount(index, waited, size) / n, np.bincount(index, waits, size) / n

    tail = np.array([float(np.mean(waits > limit)) for limit in TAIL_S])
    return Waits(by(half_hour, shape[1]), by(date, shape[0]), by(stream, shape[2]), tail)


def agents_on_date(expected: Floats, offset: float) -> Ints:
    """Whole agents by half-hour whose mean over uniform offsets is the expected number; at least one."""
    return np.maximum(np.floor(expected + offset), 1).astype(np.int64)


def skill_turns(size: int, offset: float) -> Floats:
    """A place in 0..1 for each agent: who is below the share of a skill has it, of any first n nearly that share."""
    return np.asarray((np.arange(size) * _TURN + offset) % 1.0, dtype=np.float64)


def skill_masks(size: int, able: Floats, offset: float) -> list[int]:
    """Bit mask of streams by agent."""
    turns = skill_turns(size, offset)
    masks = np.zeros(size, dtype=np.int64)
    for stream, share in enumerate(able):
        masks |= (turns < share).astype(np.int64) << stream
    return [int(mask) for mask in masks]


@dataclass(frozen=True)
class Outcome:
    """All simulated calls as equally long columns; ``answered`` is 1 or 0."""

    date: Ints
    half_hour: Ints
    stream: Ints
    wait_s: Floats
    answered: Floats


def simulate(problem: Problem, staffing: Staffing) -> Outcome:
    """All replications of all dates."""
    columns: list[tuple[Ints, Ints, Ints, Floats, Floats]] = []
    for replication, days in enumerate(problem.calls):
        for date, calls in enumerate(days):
            expected = staffing.agents * np.exp(staffing.log_factor[date])
            agents = agents_on_date(expected, float(problem.rounding[replication, date]))
            masks = skill_masks(int(agents.max()), staffing.able, float(problem.skill_offset[replication, date]))
            waits, answered = simulate_day(calls, agents.tolist(), problem.first_half_hour, masks)
            half_hour = (np.array(calls.entered) // 1800).astype(np.int64) - problem.first_half_hour
            stream = np.array(calls.kind, dtype=np.int64)
            which = np.full(len(waits), date, dtype=np.int64)
            columns.append((which, half_hour, stream, np.array(waits), np.array(answered, dtype=np.float64)))
    return Outcome(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def simulated_waits(problem: Problem, staffing: Staffing) -> Waits:
    """``summarise`` of a simulation."""
    found = simulate(problem, staffing)
    shape = (problem.dates, problem.half_hours, problem.streams)
    return summarise(found.date, found.half_hour, found.stream, found.wait_s, shape)


def fit_staffing(problem: Problem, observed: Waits, errors: Waits, start: Staffing, *, rounds: int = 8) -> StaffingFit:
    """Damped Gauss-Newton from ``start``.

    ``errors`` holds standard errors of the same entries as ``Waits.vector`` gives (already for square roots,
    see ``standard_errors``). Standard errors come from the inverse of the penalised information.
    """
    weight = 1 / np.concatenate([*errors.half_hour, *errors.date, *errors.stream, errors.tail])
    target = observed.vector()

    def tried(staffing: Staffing) -> tuple[Staffing, Waits, float]:
        found = simulated_waits(problem, staffing)
        return staffing, found, _loss(problem, staffing, (found.vector() - target) * weight)

    state, waits, loss = tried(start)
    losses, damping = [loss], 0.03
    information = np.eye(1)
    for _ in range(rounds):
        weighted = _slopes(problem, state, waits.vector()) * weight[:, None]
        penalty, pull = _penalties(problem, state)
        information = weighted.T @ weighted + penalty
        gradient = weighted.T @ ((target - waits.vector()) * weight) - pull
        for _ in range(4):
            damped = information + damping * np.diag(np.diag(information))
            trial = tried(_moved(problem, state, np.asarray(np.linalg.solve(damped, gradient), dtype=np.float64)))
            if trial[2] < losses[-1]:
                break
            damping *= 5
        else:
            break
        (state, waits, loss), damping = trial, damping / 3
        losses.append(loss)
        if losses[-2] - losses[-1] < 0.002 * losses[-1]:
            break
    return _fit(problem, state, waits, information, tuple(losses))


def _fit(
    problem: Problem, state: Staffing, waits: Waits, information: Floats, losses: tuple[float, ...]
) -> StaffingFit:
    error = np.sqrt(np.diag(np.linalg.inv(information)))
    able_se = np.zeros(problem.streams)
    able_se[list(problem.free_skills)] = error[problem.half_hours + problem.dates :]
    return StaffingFit(state, error[: problem.half_hours], able_se, waits, losses)


def standard_errors(date: Ints, half_hour: Ints, stream: Ints, waits: Floats, shape: tuple[int, int, int]) -> Waits:
    """Errors of the entries of ``Waits.vector``: day-to-day for half-hours and streams, assumed for dates.

    A date has no repetition; neighbouring calls share their wait, so a date counts as a tenth of its calls.
    With few dates a day-to-day error can be small by luck: none is taken smaller than that of a fifth of the
    calls.
    """
    pooled = summarise(date, half_hour, stream, waits, shape)
    waited = (waits > 0).astype(np.float64)

    def by_day(index: Ints, size: int, value: Floats, mean: Floats) -> Floats:
        cell, cells = date * size + index, shape[0] * size
        n = np.bincount(cell, minlength=cells).reshape(shape[0], size)
        residual = np.bincount(cell, value, cells).reshape(shape[0], size) - n * mean
        return np.asarray(np.sqrt(np.sum(residual**2, axis=0)) / np.maximum(n.sum(axis=0), 1))

    def both(index: Ints, size: int, mean: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        share = np.maximum(by_day(index, size, waited, mean[0]), 0.02)
        root = by_day(index, size, waits, mean[1]) / (2 * np.sqrt(np.maximum(mean[1], 1)))
        return share, np.maximum(root, 0.15)

    n = np.maximum(np.bincount(date, minlength=shape[0]) / 10, 2)
    share, wait = pooled.date
    dates = (
        np.sqrt(np.maximum(share * (1 - share), 0.05) / n),
        np.maximum(np.sqrt(wait), 1) * 0.75 / np.sqrt(n),
    )
    whole = np.zeros_like(stream)
    tail = [
        by_day(whole, 1, (waits > limit).astype(np.float64), np.array([share]))[0]
        for limit, share in zip(TAIL_S, pooled.tail, strict=True)
    ]
    streams = both(stream, shape[2], pooled.stream)
    return Waits(both(half_hour, shape[1], pooled.half_hour), dates, streams, np.maximum(tail, 0.003))


def _unknowns(problem: Problem) -> int:
    return problem.half_hours + problem.dates + len(problem.free_skills)


def _moved(problem: Problem, state: Staffing, step: Floats) -> Staffing:
    cut = problem.half_hours
    able = state.able.copy()
    free = list(problem.free_skills)
    last = cut + problem.dates + len(free)
    able[free] = np.clip(able[free] + np.clip(step[cut + problem.dates : last], -0.15, 0.15), 0.08, 1.0)
    agents = np.maximum(state.agents + np.clip(step[:cut], -1.5, 1.5), 1.0)
    factor = state.log_factor + np.clip(step[cut : cut + problem.dates], -0.15, 0.15)
    return Staffing(agents, factor, able)


def _slopes(problem: Problem, state: Staffing, base: Floats, colours: int = 6) -> Floats:
    """Derivatives of the waits; a half-hour is taken to act on itself and the next ``colours`` - 2."""
    k, d = problem.half_hours, problem.dates
    slope = np.zeros((len(base), _unknowns(problem)))
    hour_rows = np.concatenate([np.arange(k), np.arange(k)])
    for colour in range(colours):
        chosen = np.arange(colour, k, colours)
        moved = replace(state, agents=state.agents + 0.5 * np.isin(np.arange(k), chosen))
        change = (simulated_waits(problem, moved).vector() - base) / 0.5
        for half_hour in chosen:
            near = (hour_rows >= half_hour - 1) & (hour_rows < half_hour + colours - 1)
            slope[: 2 * k, half_hour][near] = change[: 2 * k][near]
        slope[2 * k :, chosen] = (change[2 * k :] / len(chosen))[:, None]
    change = (simulated_waits(problem, replace(state, log_factor=state.log_factor + 0.05)).vector() - base) / 0.05
    rows = 2 * k + np.arange(d)
    for block in (0, d):
        slope[rows + block, k + np.arange(d)] = change[rows + block]
    others = np.concatenate([np.arange(2 * k), np.arange(2 * k + 2 * d, len(base))])
    slope[others, k : k + d] = (change[others] / d)[:, None]
    for column, stream in enumerate(problem.free_skills):
        move = -0.08 if state.able[stream] > 0.5 else 0.08
        able = state.able.copy()
        able[stream] += move
        change = simulated_waits(problem, replace(state, able=able)).vector() - base
        slope[:, k + d + column] = change / move
    return slope


def _penalties(problem: Problem, state: Staffing) -> tuple[Floats, Floats]:
    """Matrix of the quadratic penalties and their gradient at ``state``."""
    k, d = problem.half_hours, problem.dates
    second = np.diff(np.eye(k), 2, axis=0) / BEND_SD
    matrix = np.zeros((_unknowns(problem),) * 2)
    matrix[:k, :k] = second.T @ second
    matrix[k : k + d, k : k + d] = np.eye(d) / FACTOR_SD**2 + np.ones((d, d)) * 400 / d
    gradient = np.zeros(len(matrix))
    gradient[:k] = matrix[:k, :k] @ state.agents
    gradient[k : k + d] = matrix[k : k + d, k : k + d] @ state.log_factor
    free = list(problem.free_skills)
    able = range(k + d, k + d + len(free))
    matrix[able, able] = 1 / ABLE_SD**2
    gradient[able] = (state.able - problem.able_prior)[free] / ABLE_SD**2
    return matrix, gradient


def _loss(problem: Problem, state: Staffing, miss: Floats) -> float:
    bends = np.diff(state.agents, 2) / BEND_SD
    factors = state.log_factor / FACTOR_SD
    mean = float(np.sum(state.log_factor)) ** 2 * 400 / problem.dates
    able = (state.able - problem.able_prior) / ABLE_SD
    return float(np.sum(miss**2) + np.sum(bends**2) + np.sum(factors**2) + np.sum(able**2) + mean)
