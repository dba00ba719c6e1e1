"""Fit a scenario's inputs to the bank's telephone log of January 1999; February is kept for the check.

    python experiments/fit_bank_1999.py DATA --out DIR

writes ``bank_1999_volumes_<month>.csv`` (calls counted), ``bank_1999_rates_<month>.csv`` (expected calls,
cleaned of the half-hour's own Poisson noise), ``bank_1999_agents.csv`` (whole agents by date),
``bank_1999_agents_by_group.csv`` (real numbers by weekday group) and ``bank_1999_fit.json`` (fits, standard
errors, targets of both months). Nothing is fitted to February. Deterministic: same data and
seed, same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibration.bank_log import GROUPS, OPENING, STREAMS, BankLog, Floats, read_bank_log, weekday_group
from sim.calibration.bank_needs import Needs, staffing_problem
from sim.calibration.bank_staffing import (
    Problem,
    Staffing,
    StaffingFit,
    Waits,
    fit_staffing,
    simulate,
    standard_errors,
    summarise,
)
from sim.calibration.discipline import HeadStart, change_day, fit_head_start, pairs
from sim.calibration.durations import agent_effect, fit_lognormal, gaps_under_queue, sample_moments
from sim.calibration.patience_fit import PatienceFit, fit_patience
from sim.calibration.targets import DayResampling, Target, daily_total, wait_targets
from sim.calibration.volumes import count_table, day_factor, profile, shrunk_rates, within_day_index

MONTHS = {"january": 1, "february": 2}
PS, NW, NE, IN, TT = range(5)
RESTRICTED = (NW, NE, IN)
SHORTEST, LONGEST = 10.0, 3600.0
FEWEST_HANG_UPS = 30
SEED = 1999
THRESHOLDS = (2, 3, 4, 5, 6)


@dataclass(frozen=True)
class GroupFit:
    """Staffing of one weekday group: its January days, the problem and what was found."""

    days: list[int]
    problem: Problem
    fit: StaffingFit
    observed: Waits


def main() -> None:
    """Read, fit and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the bank's call log, CSV or gzip CSV")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables and the fit")
    parser.add_argument("--replications", type=int, default=6, help="simulated repetitions of each date")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    everything = read_bank_log(options.data)
    log = everything.where(everything.offered & everything.open)
    january = log.where(log.month(1))
    handle, patience = handle_times(january), patience_by_class(january)
    discipline, needs = queue_rule(january, handle, patience)
    groups = all_groups(january, needs, options.replications, THRESHOLDS)
    plain_groups = all_groups(january, needs, options.replications, (0,))
    rule, agents = agents_by_date(log, groups)
    write_volumes(options.out, log)
    write_agents(options.out, log, groups, agents, "agents")
    plain_rule, plain_agents = agents_by_date(log, plain_groups)
    write_agents(options.out, log, plain_groups, plain_agents, "agents_plain")
    queue = {name: small_queue(log, groups, agents, needs, n) for name, n in MONTHS.items()}
    result = {
        "source": "Anonymous Bank call log, January and February 1999 (Guedj and Mandelbaum, 2000)",
        "selection": selection(everything),
        "arrivals": arrivals(log),
        "handle_time": handle,
        "patience": patience,
        "queue_rule": discipline,
        "staffing": {name: staffing_report(log, group) for name, group in groups.items()} | {"rule": rule},
        "staffing_without_reserve": {
            name: staffing_report(log, group) for name, group in plain_groups.items()
        }
        | {"rule": plain_rule},
        "agents_seen": agents_seen(log, agents),
        "targets": {
            month: targets(log, number, agents, queue[month]["reserve_share_of_handle_time"])
            for month, number in MONTHS.items()
        },
        "small_queue": queue,
        "small_queue_without_reserve": {
            name: small_queue(log, plain_groups, plain_agents, needs, n) for name, n in MONTHS.items()
        },
    }
    (options.out / "bank_1999_fit.json").write_text(json.dumps(plain(result), indent=1) + "\n")


def selection(log: BankLog) -> dict[str, Any]:
    """How many calls each rule of selection keeps, by month."""
    report: dict[str, Any] = {}
    for name, number in MONTHS.items():
        calls = log.where(log.month(number))
        weekday = calls.where(calls.group == 0)
        report[name] = {
            "calls_without_phantoms": len(calls.day),
            "hung_up_in_voice_response": int(np.sum(~calls.offered)),
            "offered": int(np.sum(calls.offered)),
            "offered_outside_opening_hours": int(np.sum(calls.offered & ~calls.open)),
            "weekdays": len(np.unique(weekday.day)),
            "calls_per_weekday": len(weekday.day) / len(np.unique(weekday.day)),
            "offered_per_weekday": float(np.sum(weekday.offered)) / len(np.unique(weekday.day)),
        }
    return report


def counts(log: BankLog) -> Floats:
    """Offered calls by date, half-hour and stream."""
    table = count_table(log.day, log.half_hour, log.stream, len(log.dates), len(STREAMS))
    return table.astype(np.float64)


def dates_of(log: BankLog, month: int | None, group: str | None = None) -> list[int]:
    """Indices of the dates of a month and weekday group."""
    return [
        index
        for index, day in enumerate(log.dates)
        if (month is None or day.month == month) and (group is None or weekday_group(day) == group)
    ]


def arrivals(log: BankLog) -> dict[str, Any]:
    """January's profile by group, the day factor and dispersion within the day."""
    table = counts(log)
    report: dict[str, Any] = {"profile": {}, "day_factor": {}}
    for group in GROUPS:
        first, after = OPENING[group]
        mean, error = profile(table[dates_of(log, 1, group), first:after])
        report["profile"][group] = {
            "time": [clock(index) for index in range(first, after)],
            "mean": {name: mean[:, s] for s, name in enumerate(STREAMS)},
            "se": {name: error[:, s] for s, name in enumerate(STREAMS)},
        }
    for month, number in {**MONTHS, "both": None}.items():
        days = dates_of(log, number, "weekday")
        gap = [True] + [(log.dates[b] - log.dates[a]).days <= 3 for a, b in pairwise(days)]
        total = table[days].sum(axis=(1, 2))
        report["day_factor"][month] = asdict(day_factor(total, np.array(gap, dtype=np.float64)))
    report["within_day_index_of_dispersion"] = within_day_index(
        table[dates_of(log, 1, "weekday")].sum(axis=2)
    )
    return report


def handle_times(log: BankLog) -> dict[str, Any]:
    """Lognormal of services between 10 s and 1 h by stream, all services up to 1 h, wrap-up, agent effect."""
    served = log.where(log.answered)
    usual = (served.service_s >= SHORTEST) & (served.service_s <= LONGEST)
    report: dict[str, Any] = {"streams": {}}
    for number, name in enumerate(STREAMS):
        mine = served.stream == number
        report["streams"][name] = {
            "lognormal_10s_1h": asdict(fit_lognormal(served.service_s[mine & usual])),
            "moments_10s_1h": sample_moments(served.service_s[mine & usual]),
            "moments_to_1h": sample_moments(served.service_s[mine & (served.service_s <= LONGEST)]),
            "share_below_10s": float(np.mean(served.service_s[mine] < SHORTEST)),
        }
    known = usual & (served.server > 0) & (served.stream != TT)
    effect = agent_effect(served.service_s[known], served.stream[known], served.server[known])
    gaps = gaps_under_queue(served.day, served.server, served.entered, served.queued_s, served.service_s)
    report["agent_effect"] = asdict(effect)
    report["wrap_up_s"] = sample_moments(gaps) | {"median_s": float(np.median(gaps))}
    return report


def patience_by_class(log: BankLog) -> dict[str, Any]:
    """The three laws, best first, by stream and for regular and high priority where 30 hang-ups allow."""
    report: dict[str, Any] = {}
    for number, name in enumerate(STREAMS):
        mine = (log.stream == number) & (log.waited | ~log.answered)
        report[name] = {}
        for label, ranks in (("all", (0, 1, 2)), ("regular", (0, 1)), ("high", (2,))):
            chosen = mine & np.isin(log.priority, ranks)
            ended = ~log.answered[chosen]
            if int(np.sum(ended)) >= FEWEST_HANG_UPS:
                report[name][label] = fit_patience(log.queued_s[chosen], ended)
    return report


def queue_rule(
    log: BankLog, handle: dict[str, Any], patience: dict[str, Any]
) -> tuple[dict[str, Any], Needs]:
    """Head starts, the day they began and the shares of high priority; and the needs drawn with them."""
    waiting = log.where(log.waited)
    known, high = (
        (waiting.stream == PS) & (waiting.priority == 1),
        (waiting.stream == PS) & (waiting.priority == 2),
    )
    unknown = (waiting.stream == NW) & (waiting.priority == 0)
    columns = (waiting.day, waiting.entered, waiting.queued_s, waiting.answered)
    lag, first, day = pairs(*columns, is_a=known, is_b=high)
    begun = change_day(lag, first, day, 90.0)
    report: dict[str, Any] = {"begun": log.dates[begun].isoformat()}
    for name, a, b in (
        ("high_over_regular", known, high),
        ("regular_over_prospect", unknown, known),
        ("high_over_prospect", unknown, high),
    ):
        lag, first, day = pairs(*columns, is_a=a, is_b=b)
        report[name] = {
            "before": asdict(fit_head_start(lag[day < begun], first[day < begun])),
            "after": asdict(fit_head_start(lag[day >= begun], first[day >= begun])),
        }
    shares = [high_share(waiting, number) for number in range(len(STREAMS))]
    report["high_priority_share_of_waited"] = dict(zip(STREAMS, shares, strict=True))
    lag, first, day = pairs(*columns, is_a=known, is_b=high)
    rule: HeadStart = fit_head_start(lag[day >= begun], first[day >= begun])
    moments = [handle["streams"][name]["moments_to_1h"] for name in STREAMS]
    needs = Needs(
        handle_mean_s=tuple(moment["mean_s"] for moment in moments),
        handle_cv=tuple(moment["cv"] for moment in moments),
        wrap_up_s=handle["wrap_up_s"]["mean_s"],
        patience=tuple(chosen_law(patience[name], "regular") for name in STREAMS),
        patience_high=tuple(chosen_law(patience[name], "high") for name in STREAMS),
        identified=tuple(number not in (NW, IN) for number in range(len(STREAMS))),
        high_share=tuple(share["value"] for share in shares),
        high_active=rule.share,
        head_start_s=rule.seconds,
        head_start_from=begun,
    )
    return report, needs


def high_share(waiting: BankLog, stream: int) -> dict[str, float]:
    """Share of high priority among those who waited (identity is missing for most who did not)."""
    high = waiting.priority[waiting.stream == stream] == 2
    share = float(np.mean(high)) if stream not in (NW, IN) else 0.0
    return {"value": share, "se": (share * (1 - share) / len(high)) ** 0.5, "n": len(high)}


def chosen_law(fits: dict[str, tuple[PatienceFit, ...]], label: str) -> PatienceFit:
    """The best law of a class, or of the whole stream where the class has too few hang-ups."""
    return fits.get(label, fits["all"])[0]


def staffing(
    log: BankLog, group: str, needs: Needs, replications: int, *, threshold: int, like: Staffing | None = None
) -> GroupFit:
    """Agents of a weekday group from January's waits.

    The shares of able agents are fitted too, and without ``like`` the reserve; with ``like`` the reserve is
    taken from there and the shares start there.
    """
    days = dates_of(log, 1, group)
    able = like.able if like else np.array([1.0, 0.6, 0.7, 0.3, 1.0])
    problem = staffing_problem(
        log,
        days,
        needs,
        replications=replications,
        seed=SEED,
        free_skills=RESTRICTED,
        able_prior=able,
        free_reserve=like is None and threshold > 0,
        threshold=max(threshold, 1),
    )
    place = np.full(len(log.dates), -1)
    place[days] = np.arange(len(days))
    mine = log.where(place[log.day] >= 0)
    columns = (place[mine.day], mine.half_hour - problem.first_half_hour, mine.stream, mine.queued_s)
    shape = (problem.dates, problem.half_hours, problem.streams)
    observed, errors = summarise(*columns, shape), standard_errors(*columns, shape)
    for error in errors.stream:
        error[TT] = np.inf
    load = np.bincount(columns[1], np.array(needs.handle_mean_s)[mine.stream] + needs.wrap_up_s, shape[1])
    agents = load / problem.dates / 1800 + 0.5
    reserve = like.reserve if like else 0.5 * (threshold > 0)
    start = Staffing(agents, np.zeros(problem.dates), able, reserve)
    fit = fit_staffing(problem, observed, errors, start, rounds=15)
    print(f"{group}, threshold {threshold}: loss {fit.loss[-1]:.1f} after {len(fit.loss) - 1} rounds")
    return GroupFit(days, problem, fit, observed)


def all_groups(
    log: BankLog, needs: Needs, replications: int, thresholds: tuple[int, ...]
) -> dict[str, GroupFit]:
    """The three groups; weekdays choose the threshold (0: no reserve), the short days follow."""
    tried = {t: staffing(log, "weekday", needs, replications, threshold=t) for t in thresholds}
    best = min(tried, key=lambda t: tried[t].fit.loss[-1])
    like = tried[best].fit.staffing
    short = {
        g: staffing(log, g, needs, 3 * replications, threshold=best, like=like)
        for g in ("friday", "saturday")
    }
    return {"weekday": tried[best], **short}


def staffing_report(log: BankLog, group: GroupFit) -> dict[str, Any]:
    """What was found and how the small queue compares with the log, half-hour by half-hour."""
    fit, first = group.fit, group.problem.first_half_hour
    return {
        "time": [clock(first + index) for index in range(group.problem.half_hours)],
        "agents": fit.staffing.agents,
        "agents_se": fit.agents_se,
        "threshold": group.problem.threshold,
        "reserve": fit.staffing.reserve,
        "reserve_se": fit.reserve_se,
        "able": {name: fit.staffing.able[s] for s, name in enumerate(STREAMS)},
        "able_se": {name: fit.able_se[s] for s, name in enumerate(STREAMS)},
        "date_factor": {
            log.dates[day].isoformat(): float(np.exp(fit.staffing.log_factor[index]))
            for index, day in enumerate(group.days)
        },
        "loss": fit.loss,
        "waits_observed": asdict(group.observed),
        "waits_simulated": asdict(fit.simulated),
    }


def agents_by_date(log: BankLog, groups: dict[str, GroupFit]) -> tuple[dict[str, Any], dict[int, Floats]]:
    """Expected agents of every date: January as fitted, February x (volume / January's mean) ^ b."""
    volume = counts(log).sum(axis=(1, 2))
    report: dict[str, Any] = {}
    agents: dict[int, Floats] = {}
    for name, group in groups.items():
        staffing_ = group.fit.staffing
        usual = float(np.mean(volume[group.days]))
        x = np.log(volume[group.days] / usual)
        x = x - np.mean(x)
        slope = float(np.sum(x * staffing_.log_factor) / np.sum(x * x))
        rest = staffing_.log_factor - np.mean(staffing_.log_factor) - slope * x
        error = float(np.sqrt(np.sum(rest**2) / (len(x) - 2) / np.sum(x * x)))
        report[name] = {
            "elasticity": slope,
            "se": error,
            "mean_volume": usual,
            "rest_sd": float(np.std(rest, ddof=2)),
        }
        used = slope if name == "weekday" else 0.0
        for index, day in enumerate(group.days):
            agents[day] = staffing_.agents * np.exp(staffing_.log_factor[index])
        for day in dates_of(log, 2, name):
            agents[day] = staffing_.agents * (volume[day] / usual) ** used
    report["note"] = (
        "February: agents of the group x (volume of the date / January's mean) ^ elasticity of weekdays"
    )
    return report, agents


def whole_agents(expected: Floats, day: int, shift: float) -> list[int]:
    """Whole numbers on a date whose mean over dates is the expected number (golden-ratio rounding)."""
    return [int(number) for number in np.floor(expected + (day * 0.618033988749895 + shift) % 1.0)]


def agents_seen(log: BankLog, agents: dict[int, Floats]) -> dict[str, Any]:
    """Distinct agents who began a service in a half-hour (from ``server``) beside those inferred."""
    start = log.entered + log.queued_s
    named = log.where(log.answered & (log.server > 0) & (start < 86400))
    half_hour = ((named.entered + named.queued_s) // 1800).astype(np.int64)
    cells = np.unique(np.stack([named.day, half_hour, named.server]), axis=1)
    seen = np.zeros((len(log.dates), 48))
    np.add.at(seen, (cells[0], cells[1]), 1.0)
    report: dict[str, Any] = {}
    for month, number in MONTHS.items():
        for group in GROUPS:
            first, after = OPENING[group]
            days = dates_of(log, number, group)
            inferred = np.stack([agents[day] for day in days])
            mine = seen[days, first:after]
            report[f"{month} {group}"] = {
                "time": [clock(index) for index in range(first, after)],
                "seen": mine.mean(axis=0),
                "inferred": inferred.mean(axis=0),
                "seen_hours_per_day": float(mine.sum() / len(days) / 2),
                "inferred_hours_per_day": float(inferred.sum() / len(days) / 2),
                "correlation_by_half_hour": correlation(mine.mean(axis=0), inferred.mean(axis=0)),
                "correlation_by_date": correlation(mine.sum(axis=1), inferred.sum(axis=1)),
            }
    report["seen_by_date"] = {log.dates[day].isoformat(): seen[day].sum() / 2 for day in sorted(agents)}
    return report


def correlation(x: Floats, y: Floats) -> float | None:
    """Correlation, or None where one of the two does not vary."""
    if min(float(np.std(x)), float(np.std(y))) < 1e-9:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def targets(log: BankLog, month: int, agents: dict[int, Floats], by_reserve: float) -> dict[str, Any]:
    """What the scenario is compared with: waits, abandonment by stream, occupancy; day-bootstrap errors."""
    days = len(log.dates)
    group = np.full(days, -1)
    for number, name in enumerate(GROUPS):
        group[dates_of(log, month, name)] = number
    resampling = DayResampling.of(group, seed=SEED)
    weekday = DayResampling.of(np.where(group == 0, 0, -1), seed=SEED)
    mine = log.where(log.month(month))
    report: dict[str, Any] = {"all": wait_targets(resampling, mine.day, mine.queued_s, mine.answered, days)}
    some = mine.where(mine.group == 0)
    report["weekday"] = wait_targets(weekday, some.day, some.queued_s, some.answered, days)
    for number, name in enumerate(STREAMS):
        some = mine.where(mine.stream == number)
        report[name] = wait_targets(resampling, some.day, some.queued_s, some.answered, days)
    report["occupancy"] = occupancy(mine, resampling, agents, by_reserve)
    return report


def occupancy(
    log: BankLog, resampling: DayResampling, agents: dict[int, Floats], by_reserve: float
) -> dict[str, Target]:
    """Busy seconds over staffed seconds, staffed by the inferred agents or by those seen in ``server``.

    The inferred agents are those on duty plus the reserve while it handles calls: the share ``by_reserve``.
    """
    days = len(log.dates)
    wrap_up = float(np.mean(gaps_under_queue(log.day, log.server, log.entered, log.queued_s, log.service_s)))
    talk = daily_total(log.day, np.minimum(log.service_s, LONGEST), days)
    handled = talk + wrap_up * daily_total(log.day, log.answered, days)
    month = {log.dates[day].month for day in log.day.tolist()}
    on_duty = [1800.0 * float(np.sum(agents[d])) * (log.dates[d].month in month) for d in range(days)]
    inferred: Floats = np.array(on_duty, dtype=np.float64) + by_reserve * handled
    named = log.where(log.answered & (log.server > 0))
    half_hour = ((named.entered + named.queued_s) // 1800).astype(np.int64)
    cells = np.unique(np.stack([named.day, half_hour, named.server]), axis=1)
    seen: Floats = 1800.0 * np.bincount(cells[0], minlength=days).astype(np.float64)
    return {
        "talk_of_inferred": resampling.ratio(talk, inferred),
        "handle_of_inferred": resampling.ratio(handled, inferred),
        "talk_of_seen": resampling.ratio(talk, seen),
        "handle_of_seen": resampling.ratio(handled, seen),
    }


def small_queue(
    log: BankLog, groups: dict[str, GroupFit], agents: dict[int, Floats], needs: Needs, month: int
) -> dict[str, Any]:
    """The small queue with the agents as written (other draws than in the fit), beside the targets."""
    columns = []
    handled, staffed = 0.0, 0.0
    for name, group in groups.items():
        days = dates_of(log, month, name)
        problem = staffing_problem(
            log,
            days,
            needs,
            replications=10,
            seed=SEED + 1,
            able_prior=group.fit.staffing.able,
            threshold=group.problem.threshold,
        )
        state = group.fit.staffing
        factor = np.array([np.log(np.mean(agents[day]) / np.mean(state.agents)) for day in days])
        found = simulate(problem, replace(state, log_factor=factor))
        columns.append((found.stream, found.wait_s, found.answered, found.by_reserve * found.handle_s))
        handled += float(np.sum(found.answered * found.handle_s)) / 10
        staffed += 1800 * float(sum(np.sum(agents[day]) for day in days))
    stream, waits, answered, help_s = (np.concatenate(column) for column in zip(*columns, strict=True))
    helped = float(np.sum(help_s)) / 10
    report: dict[str, Any] = {
        "reserve_share_of_handle_time": helped / handled,
        "occupancy": handled / (staffed + helped),
    }
    for label, chosen in [("all", stream >= 0)] + [(n, stream == s) for s, n in enumerate(STREAMS)]:
        wait, served = waits[chosen], answered[chosen] > 0
        stood = wait > 0
        report[label] = {
            "waited_of_offered": float(np.mean(stood)),
            "abandoned_of_offered": float(np.mean(~served)),
            "abandoned_of_waited": float(np.sum(~served) / np.sum(stood)),
            "mean_wait_of_offered_s": float(np.mean(wait)),
            "mean_wait_of_waited_s": float(np.mean(wait[stood])),
            "answered_in_20_s_of_offered": float(np.mean(served & (wait <= 20))),
            "answered_in_60_s_of_offered": float(np.mean(served & (wait <= 60))),
            "answered_in_120_s_of_offered": float(np.mean(served & (wait <= 120))),
            "wait_quantiles_of_waited_s": np.quantile(wait[stood], [0.1, 0.25, 0.5, 0.75, 0.9, 0.95]),
        }
    return report


def write_volumes(folder: Path, log: BankLog) -> None:
    """Calls counted and expected rates by date, half-hour and stream, one file a month."""
    table = counts(log)
    index = within_day_index(table[dates_of(log, 1, "weekday")].sum(axis=2))
    rates = np.zeros_like(table)
    for number in MONTHS.values():
        for group in GROUPS:
            days = dates_of(log, number, group)
            rates[days] = shrunk_rates(table[days], index)
    for month, number in MONTHS.items():
        for name, values, form in (("volumes", table, "{:.0f}"), ("rates", rates, "{:.3f}")):
            rows = (
                [
                    log.dates[day].isoformat(),
                    clock(half_hour),
                    *(form.format(v) for v in values[day, half_hour]),
                ]
                for day in dates_of(log, number)
                for half_hour in range(*OPENING[weekday_group(log.dates[day])])
            )
            write(folder / f"bank_1999_{name}_{month}.csv", ["date", "time", *STREAMS], rows)


def write_agents(
    folder: Path, log: BankLog, groups: dict[str, GroupFit], agents: dict[int, Floats], name: str
) -> None:
    """Whole agents and reserve by date, and the real numbers by weekday group."""
    rows: list[list[object]] = []
    for day in sorted(agents):
        group = groups[weekday_group(log.dates[day])]
        on_duty = whole_agents(np.maximum(agents[day], 1.0), day, 0.5)
        reserve = whole_agents(group.fit.staffing.reserve * agents[day], day, 0.0)
        for index, pair in enumerate(zip(on_duty, reserve, strict=True)):
            rows.append([log.dates[day].isoformat(), clock(group.problem.first_half_hour + index), *pair])
    write(folder / f"bank_1999_{name}.csv", ["date", "time", "agents", "reserve"], rows)
    by_group: list[list[object]] = []
    for label, group in groups.items():
        state = group.fit.staffing
        for index, (value, error) in enumerate(zip(state.agents, group.fit.agents_se, strict=True)):
            time = clock(group.problem.first_half_hour + index)
            by_group.append([label, time, f"{value:.2f}", f"{error:.2f}", f"{state.reserve * value:.2f}"])
    head = ["weekday_group", "time", "agents", "agents_se", "reserve"]
    write(folder / f"bank_1999_{name}_by_group.csv", head, by_group)


def write(path: Path, head: list[str], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file with a head."""
    with path.open("w", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)


def clock(half_hour: int) -> str:
    """Start of a half-hour as HH:MM."""
    return f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"


def plain(value: Any) -> Any:
    """Numbers rounded to six digits, arrays and dataclasses as lists and dictionaries, for JSON."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (Target, PatienceFit, HeadStart)):
        return plain(asdict(value))
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.6g}") if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


if __name__ == "__main__":
    main()
