"""Needs of the bank's calls, drawn by key from the fitted laws, for the small queue that infers staffing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.bank_log import OPENING, STREAMS, BankLog, Floats, Ints, weekday_group
from sim.calibration.bank_queue import DayCalls
from sim.calibration.bank_staffing import Problem
from sim.calibration.patience_fit import PatienceFit, draw_patience
from sim.core.streams import Keys, brood, child, named, root_key, uniforms


@dataclass(frozen=True)
class Needs:
    """Fitted laws by stream, in the order of ``STREAMS``; seconds."""

    handle_mean_s: tuple[float, ...]
    handle_cv: tuple[float, ...]
    wrap_up_s: float
    patience: tuple[PatienceFit, ...]
    """Of regular callers."""
    patience_high: tuple[PatienceFit, ...]
    """Of callers with high priority."""
    identified: tuple[bool, ...]
    """Streams whose callers are known to the bank and stand before those of the other streams."""
    high_share: tuple[float, ...]
    """Share of calls with high priority."""
    high_active: float
    """Share of these that get a second head start, over regular callers known to the bank."""
    head_start_s: float
    head_start_from: int
    """First day (index of the log's dates) of head starts; before it first come first served."""


def draw_calls(
    needs: Needs, entered: Floats, stream: Ints, *, day: int, replication: int, seed: int
) -> DayCalls:
    """Handle time, patience and head start of each call, functions of (seed, replication, day, call)."""
    keys = brood(child(root_key(seed, replication), day), 0, len(entered))
    handle = np.empty(len(entered))
    patience = np.empty(len(entered))
    start = np.zeros(len(entered))
    normal = _normal(keys)
    phase, unit = uniforms(keys, named("patience phase")), uniforms(keys, named("patience"))
    rank = uniforms(keys, named("priority"))
    for number in range(len(STREAMS)):
        mine = stream == number
        cv = needs.handle_cv[number]
        sd = float(np.sqrt(np.log1p(cv * cv)))
        handle[mine] = needs.handle_mean_s[number] * np.exp(sd * normal[mine] - sd * sd / 2)
        high = mine & (rank < needs.high_share[number])
        for some, law in ((mine & ~high, needs.patience), (high, needs.patience_high)):
            patience[some] = draw_patience(law[number], phase[some], unit[some])
        if needs.identified[number] and day >= needs.head_start_from:
            start[mine] = needs.head_start_s * (
                1 + (rank[mine] < needs.high_share[number] * needs.high_active)
            )
    handle += needs.wrap_up_s
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
    free_reserve: bool = False,
    threshold: int = 2,
) -> Problem:
    """The days of one weekday group with drawn needs; ``log`` holds offered calls in opening hours only."""
    first, after = OPENING[weekday_group(log.dates[days[0]])]
    calls: list[list[DayCalls]] = []
    for replication in range(replications):
        row = []
        for day in days:
            mine = log.day == day
            row.append(
                draw_calls(
                    needs, log.entered[mine], log.stream[mine], day=day, replication=replication, seed=seed
                )
            )
        calls.append(row)
    size = replications * len(days)
    keys = brood(root_key(seed, 0), 0, size * len(STREAMS))
    offsets = uniforms(keys, named("skills")).reshape(replications, len(days), len(STREAMS))
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
        free_reserve=free_reserve,
        threshold=threshold,
    )


def _normal(keys: Keys) -> Floats:
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import, needed by few

    return np.asarray(ndtri(uniforms(keys, named("handle time"))))
