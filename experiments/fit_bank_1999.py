"""Fit the bank's telephone centre to its log of January 1999; February is kept for the check.

    python experiments/fit_bank_1999.py DATA --out scenarios

writes the tables of ``scenarios/bank_1999.yaml`` and ``scenarios/bank_1999_february.yaml``, expected calls
(``bank_1999_rates_<month>.csv``) and agents on duty (``bank_1999_agents_<month>.csv``), and prints the numbers that
stand in those files. Of February only the volumes are taken: they are what the scenario is driven by, and its agents
follow from them by a rule fitted on January. Same data, same bytes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.calibration.bank_fit import (
    KINDS,
    counts,
    dates_of,
    expected_calls,
    fit_needs,
    handle_times,
    patience,
    queue_rule,
    share,
    wrap_up,
)
from sim.calibration.bank_log import OPENING, STREAMS, BankLog, Floats, read_bank_log, weekday_group
from sim.calibration.bank_needs import Needs, staffing_problem
from sim.calibration.bank_staffing import (
    Problem,
    Staffing,
    StaffingFit,
    agents_on_date,
    fit_staffing,
    skill_turns,
    standard_errors,
    summarise,
)
from sim.calibration.durations import agent_effect
from sim.calibration.volumes import day_factor

MONTHS = {"january": 1, "february": 2}
PS, NW, NE, IN, TT = range(5)
RESTRICTED = (NW, IN)
SOURCE = "Anonymous Bank call log 1999 (Guedj and Mandelbaum, 2000; Brown et al., 2005, JASA 100(469):36-50)"
COLUMNS = ("all_round", "no_internet", "accounts")
"""Groups of agents: for all kinds of calls; for all but internet support; for account and stock calls only."""


@dataclass(frozen=True)
class GroupFit:
    """Staffing of one weekday group: its January days, the problem and what was found."""

    days: list[int]
    problem: Problem
    fit: StaffingFit


def main() -> None:
    """Read, fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the bank's call log, CSV or gzip CSV")
    parser.add_argument("--out", type=Path, required=True, help="folder of the scenarios, for the tables")
    parser.add_argument("--replications", type=int, default=6, help="simulated repetitions of each date")
    options = parser.parse_args()
    everything = read_bank_log(options.data)
    log = everything.where(everything.offered & everything.open)
    january = log.where(log.month(1))
    tell_volumes(log)
    tell_needs(january)
    needs = fit_needs(january)
    write_rates(options.out, log, needs)
    groups = all_groups(january, needs, options.replications)
    agents = agents_by_date(log, groups)
    for month, number in MONTHS.items():
        write_agents(options.out / f"bank_1999_agents_{month}.csv", log, dates_of(log, number), groups, agents)


def tell_volumes(log: BankLog) -> None:
    """Calls by month and stream, and the factor of the day."""
    table = counts(log)
    for month, number in MONTHS.items():
        of_month = table[dates_of(log, number)].sum(axis=(0, 1))
        print(f"offered in {month}:", ", ".join(f"{n} {of_month[s]:.0f}" for s, n in enumerate(STREAMS)))
    for month, chosen in {**MONTHS, "both": None}.items():
        days = dates_of(log, chosen, "weekday")
        follows = [True] + [(log.dates[b] - log.dates[a]).days <= 3 for a, b in pairwise(days)]
        found = day_factor(table[days].sum(axis=(1, 2)), np.array(follows, dtype=np.float64))
        print(f"day factor of {month}: CV {found.cv:.3f} ({found.cv_se:.3f}), lag-1 {found.lag_1:.2f}")


def tell_needs(log: BankLog) -> None:
    """Handle times, differences between agents, patience and the rule of the queue."""
    print(f"wrap-up: {wrap_up(log)['mean_s']:.1f} s, in the handle times")
    for name, handle in handle_times(log).items():
        print(f"handle time {name}: mean {handle.mean_s:.1f} s ({handle.mean_se:.1f}), CV {handle.cv:.2f}")
    known = log.answered & (log.server > 0) & (log.stream != TT) & (log.service_s >= 10) & (log.service_s <= 3600)
    effect = agent_effect(log.service_s[known], log.stream[known], log.server[known])
    print(f"agents differ by {effect.sd:.3f} ({effect.se:.3f}) in ln handle time")
    for name, kind in KINDS.items():
        best = patience(log, kind)[0]
        values = ", ".join(
            f"{key} {value:.4g} ({error:.2g})" if (error := best.errors[key]) else f"{key} {value:.4g}"
            for key, value in best.parameters.items()
        )
        print(
            f"patience {name}, {share(log, kind):.3f} of {kind.stream}: {best.law}, mean {best.mean_s:.0f} s, {values}"
        )
    begun, rules = queue_rule(log)
    print(f"head starts from {log.dates[begun].isoformat()}")
    for name, rule in rules.items():
        print(f"{name}: {rule.seconds:.0f} s, seen in {rule.share:.2f} ({rule.share_se:.2f}) of {rule.pairs} pairs")


def staffing(log: BankLog, group: str, needs: Needs, replications: int, able: Floats) -> GroupFit:
    """Agents of a weekday group, and the shares of them who can take NW and IN, from the waits of the month."""
    days = dates_of(log, 1, group)
    problem = staffing_problem(log, days, needs, replications=replications, able_prior=able, free_skills=RESTRICTED)
    place = np.full(len(log.dates), -1)
    place[days] = np.arange(len(days))
    mine = log.where(place[log.day] >= 0)
    columns = (place[mine.day], mine.half_hour - problem.first_half_hour, mine.stream, mine.queued_s)
    shape = (problem.dates, problem.half_hours, problem.streams)
    errors = standard_errors(*columns, shape)
    for error in errors.stream:
        error[TT] = np.inf
    handle = np.array([needs.of_stream(name)[0].handle_mean_s for name in STREAMS])
    load = np.bincount(columns[1], handle[mine.stream], shape[1]) / problem.dates / 1800
    start = Staffing(load + 0.5, np.zeros(problem.dates), able)
    fit = fit_staffing(problem, summarise(*columns, shape), errors, start, rounds=15)
    print(f"staffing of {group}: NW {fit.staffing.able[NW]:.2f} ({fit.able_se[NW]:.2f}),", end=" ")
    print(f"IN {fit.staffing.able[IN]:.2f} ({fit.able_se[IN]:.2f}) of the agents; loss {fit.loss[-1]:.0f}")
    return GroupFit(days, problem, fit)


def all_groups(log: BankLog, needs: Needs, replications: int) -> dict[str, GroupFit]:
    """Weekdays first; the short days, with fewer calls, start from what weekdays say of skills."""
    weekday = staffing(log, "weekday", needs, replications, np.array([1.0, 0.7, 1.0, 0.3, 1.0]))
    able = weekday.fit.staffing.able
    return {"weekday": weekday} | {
        group: staffing(log, group, needs, 3 * replications, able) for group in ("friday", "saturday")
    }


def agents_by_date(log: BankLog, groups: dict[str, GroupFit]) -> dict[int, Floats]:
    """Expected agents of every date: January as fitted; February by its volume on weekdays, else as usual.

    The rule, fitted on January's weekdays: agents = usual x (volume of the date / usual volume) ^ elasticity.
    """
    volume = counts(log).sum(axis=(1, 2))
    agents: dict[int, Floats] = {}
    for name, group in groups.items():
        found = group.fit.staffing
        usual = float(np.mean(volume[group.days]))
        x = np.log(volume[group.days] / usual)
        x = x - np.mean(x)
        elasticity = float(np.sum(x * found.log_factor) / np.sum(x * x)) if name == "weekday" else 0.0
        if elasticity:
            rest = found.log_factor - np.mean(found.log_factor) - elasticity * x
            error = float(np.sqrt(np.sum(rest**2) / (len(x) - 2) / np.sum(x * x)))
            print(f"agents on a {name} follow its volume with elasticity {elasticity:.2f} ({error:.2f})")
        for index, day in enumerate(group.days):
            agents[day] = found.agents * np.exp(found.log_factor[index])
        for day in dates_of(log, 2, name):
            agents[day] = found.agents * (volume[day] / usual) ** elasticity
    return agents


def write_rates(folder: Path, log: BankLog, needs: Needs) -> None:
    """Expected calls by date, half-hour and kind, one file a month."""
    rates = expected_calls(log)
    columns = [(STREAMS.index(kind.stream), kind.share) for kind in needs.kinds]
    for month, number in MONTHS.items():
        rows = (
            [
                log.dates[day].isoformat(),
                clock(half_hour),
                *(f"{rates[day, half_hour, stream] * part:.3f}" for stream, part in columns),
            ]
            for day in dates_of(log, number)
            for half_hour in range(*OPENING[weekday_group(log.dates[day])])
        )
        head = ["date", "time", *(kind.name for kind in needs.kinds)]
        write(folder / f"bank_1999_rates_{month}.csv", "expected calls by half-hour", head, rows)


def write_agents(
    path: Path, log: BankLog, days: list[int], groups: dict[str, GroupFit], agents: dict[int, Floats]
) -> None:
    """Whole agents on duty by date, half-hour and group.

    Whole numbers have the expected number as their mean over dates (offsets by the golden ratio); agents are dealt
    to groups by the shares of the able, those who stay longest first.
    """
    rows: list[list[object]] = []
    for day in days:
        group = groups[weekday_group(log.dates[day])]
        able = group.fit.staffing.able
        on_duty = agents_on_date(agents[day], (day * 0.618033988749895 + 0.5) % 1.0)
        turns = skill_turns(int(on_duty.max()), (day * 2**0.5) % 1.0)
        internet, prospects = turns < min(able[IN], able[NW]), turns < able[NW]
        for index, number in enumerate(on_duty.tolist()):
            both, one = int(np.sum(internet[:number])), int(np.sum(prospects[:number]))
            time = clock(group.problem.first_half_hour + index)
            rows.append([log.dates[day].isoformat(), time, both, one - both, number - one])
    write(path, "agents on duty inferred from the waits", ["date", "time", *COLUMNS], rows)


def write(path: Path, what: str, head: list[str], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file that says what it is."""
    with path.open("w", newline="") as stream:
        stream.write(f"# {what}; written by experiments/fit_bank_1999.py from the\n# {SOURCE}\n")
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)


def clock(half_hour: int) -> str:
    """Start of a half-hour as HH:MM."""
    return f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"


if __name__ == "__main__":
    main()
