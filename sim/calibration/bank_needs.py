"""Kinds of calls of the bank, and their needs drawn by key for the small queue that infers staffing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import OPENING, STREAMS, BankLog, Floats, Ints, weekday_group
from sim.calibration.bank_queue import DayCalls
from sim.calibration.bank_staffing import Problem
from sim.calibration.patience_fit import PatienceFit, draw_patience
from sim.core.streams import Keys, brood, child, named, root_key, uniforms


@dataclass(frozen=True)
class Kind:
    """A kind of call: a stream of the log, or the regular or high-priority part of one; seconds."""

    name: str
    stream: str
    share: float
    """Of the calls of its stream."""
    handle_mean_s: float
    """Talk and wrap-up."""
    handle_cv: float
    patience: PatienceFit
    head_start_s: float


@dataclass(frozen=True)
class Needs:
    """What calls bring; head starts begin on a day (index of the log's dates), before it is first come first served."""

    kinds: tuple[Kind, ...]
    head_start_from: int

    def of_stream(self, stream: str) -> tuple[Kind, ...]:
        """The kinds that a stream is made of."""
        return tuple(kind for kind in self.kinds if kind.stream == stream)


def draw_calls(needs: Needs, entered: Floats, stream: Ints, *, day: int, replication: int, seed: int) -> DayCalls:
    """Handle time, patience and head start of each call, functions of (seed, replication, day, call)."""
    keys = brood(child(root_key(seed, replication), day), 0, len(entered))
    handle, patience, start = (np.zeros(len(entered)) for _ in range(3))
    normal = _normal(keys)
    phase, unit = uniforms(keys, named("patience phase")), uniforms(keys, named("patience"))
    rank = uniforms(keys, named("priority"))
    for number, name in enumerate(STREAMS):
        below = 0.0
        for kind in needs.of_stream(name):
            mine = (stream == number) & (rank >= below) & (rank < below + kind.share)
            below += kind.share
            sd = float(np.sqrt(np.log1p(kind.handle_cv**2)))
            handle[mine] = kind.handle_mean_s * np.exp(sd * normal[mine] - sd * sd / 2)
            patience[mine] = draw_patience(kind.patience, phase[mine], unit[mine])
            if day >= needs.head_start_from:
                start[mine] = kind.head_start_s
    return DayCalls(entered.tolist(), stream.tolist(), start.tolist(), handle.tolist(), patience.tolist())


def staffing_problem(
    log: BankLog,
    days: list[int],
    needs: Needs,
    *,
    replications: int,
    seed: int = 1999,
    able_prior: Floats,
    free_skills: tuple[int, ...] = (),
) -> Problem:
    """The days of one weekday group with drawn needs; ``log`` holds offered calls in opening hours only."""
    first, after = OPENING[weekday_group(log.dates[days[0]])]
    calls: list[list[DayCalls]] = []
    for replication in range(replications):
        row = []
        for day in days:
            mine = log.day == day
            columns = log.entered[mine], log.stream[mine]
            row.append(draw_calls(needs, *columns, day=day, replication=replication, seed=seed))
        calls.append(row)
    size = replications * len(days)
    offsets = uniforms(brood(root_key(seed, 0), 0, size), named("skills")).reshape(replications, len(days))
    rounding = (np.arange(size) * 0.618033988749895 + 0.5) % 1.0
    return Problem(
        first_half_hour=first,
        half_hours=after - first,
        streams=len(STREAMS),
        calls=calls,
        rounding=rounding.reshape(replications, len(days)).astype(np.float64),
        skill_offset=offsets,
        free_skills=free_skills,
        able_prior=able_prior,
    )


def _normal(keys: Keys) -> Floats:
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import, needed by few

    return np.asarray(ndtri(uniforms(keys, named("handle time"))))
