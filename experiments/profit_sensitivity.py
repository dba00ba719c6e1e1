"""Which numbers of a scenario its profit hangs on most: each is moved by itself, and the runs are paired.

python experiments/profit_sensitivity.py scenarios/telecom.yaml --replications 3

A number goes to both ends of the range that its evidence gives, or up and down by a tenth where there is none (a whole
number by at least one; shares that add up to 100 % give way in proportion; rows of numbers move as one). First every
number is moved once, to the end that is farther away, in one replication of a quarter of the horizon; then those that
moved profit most go to both ends in several of the whole. Effects are differences of profit a year, replication by
replication on the same customers, with 95 % intervals. Two lists are printed: amounts and volumes that a firm reads off
its own books, and all other numbers, which say how customers, agents and contacts behave.

Not moved: what enters profit as it stands (overheads) and what only says how to count (targets, surveys, discounting),
when in a day or week something falls, dates and hours, references that describe a state, and half-lives, which say
what the hazards beside them were solved for. Hazards are not solved anew, so a number also moves the base, as it would
in the firm. What happens after the horizon does not count.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

import sim
from sim.core.units import DAY
from sim.evidence import entry_of, matches, number_at
from sim.experiment.execution import Arm, simulate
from sim.scenario import Scenario
from sim.stats.intervals import Estimate, paired_difference

BOOKS = (
    "acquisition.advertising.spend", "acquisition.advertising.newcomers", "acquisition.joining_cost", "calendar.growth",
    "calendar.holiday_weight", "customers.segments.*.count", "pricing.fee.*", "economics.contact_cost.*",
    "economics.wage_inflation", "economics.price_inflation", "fulfilment.products.*.margin",
    "fulfilment.products.*.holding", "fulfilment.products.*.rate.*", "fulfilment.products.*.stock.**",
    "needs.kinds.*.rate.*", "agents.handle_time.*.mean", "workforce.groups.*.headcount", "workforce.groups.*.wage",
    "workforce.hiring.**", "workforce.training.cost", "workforce.training.hours", "staffing.away",
)  # fmt: skip
"""Amounts, volumes and times that a firm reads off its own books."""
NOT_MOVED = (
    "calendar.start", "calendar.holidays.**", "calendar.day_of_week.*", "calendar.month.*",
    "channels.channels.*.hours.**",
    "channels.channels.*.time_of_day.*", "channels.channels.*.target.**", "channels.channels.*.priority",
    "staffing.shifts.**", "staffing.rosters.**", "economics.overheads.*", "economics.discount_rate",
    "satisfaction.survey.*", "satisfaction.at_start.*", "churn.half_life", "churn.reference.equity",
    "workforce.attrition.half_life", "workforce.attrition.reference.occupancy", "resolution.tools_reference",
    "resolution.authority_reference", "acquisition.advertising.reference_spend", "customers.segments.*.tenure.**",
)  # fmt: skip
"""What stands for itself, counts only, or names a state."""
ADD_UP = ("acquisition.mix", "channels.choice.*.*")
"""Shares that add up to 100 %."""
STEP = 0.1
LISTS = (("Amounts and volumes that a firm knows", True, 5), ("How people behave", False, 7))
"""Titles, whether of the books, and how many numbers go to the second round."""


class Move(NamedTuple):
    """A number moved: to which end, and the scenario with it there."""

    path: str
    end: str
    scenario: Scenario


def main() -> None:
    """Screen all numbers in one replication, measure those that matter in several, print two rankings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario")
    parser.add_argument("--replications", type=int, default=3)
    parser.add_argument("--years", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--only", nargs="*", default=["**"], help="patterns of the numbers to move")
    args = parser.parse_args()
    scenario = sim.load(args.scenario)
    paths = [path for path in scenario.numbers() if _named(path, args.only) and not _named(path, NOT_MOVED)]
    brief = shortened(scenario, args.years / 4)
    screened = effects(brief, [move for path in paths for move in moved(brief, args.scenario, path)[-1:]], 1, args)
    found = sum(1 for effect in screened.values() if effect.value)
    print(f"{brief.name}: {len(paths)} numbers, {len(screened)} could be moved, {found} moved profit", flush=True)
    base = shortened(scenario, args.years)
    for title, known, kept in LISTS:
        mine = [path for path, _ in screened if _named(path, BOOKS) is known]
        mine = sorted(mine, key=lambda path: -_size(screened, path))[:kept]
        moves = [move for path in mine for move in moved(base, args.scenario, path)]
        show(title, base, mine, effects(base, moves, args.replications, args))


def shortened(scenario: Scenario, years: float) -> Scenario:
    """The scenario with a warm-up of two weeks, for it starts near its steady state, and a horizon of so many years."""
    plain = scenario.plain()
    plain["calendar"] |= {"warm_up": 14 * DAY, "horizon": round(365 * years) * DAY}
    return Scenario.from_plain(plain)


def moved(base: Scenario, file: str, path: str) -> list[Move]:
    """The number at both ends, the farther one last; an end that the scenario does not allow is left out."""
    old = number_at(base.plain(), path)
    entry = entry_of(path, base.evidence)
    if entry is not None and entry.range is not None:
        ends = [number_at(sim.load(file, {path: str(text)}).plain(), path) for text in entry.range]
    else:
        ends = [_scaled(old, 1.0 - STEP), _scaled(old, 1.0 + STEP)]
    named = [(name, value) for name, value in zip(("low", "high"), ends, strict=True) if value != old]
    if not isinstance(old, list):
        named.sort(key=lambda one: abs(one[1] - old))
    made = ((name, _with(base, path, value)) for name, value in named)
    return [Move(path, name, scenario) for name, scenario in made if scenario is not None]


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [_scaled(one, factor) for one in value]
    if isinstance(value, int):
        step = max(1, round(abs(value) * STEP))
        return max(0, value + (step if factor > 1.0 else -step))
    return value * factor


def _with(base: Scenario, path: str, value: Any) -> Scenario | None:
    """The scenario with a number replaced, None if that is no scenario."""
    plain = base.plain()
    above, _, name = path.rpartition(".")
    if _named(above, ADD_UP):
        shares = number_at(plain, above)
        rest = sum(shares.values()) - shares[name]
        if not rest or value > 1.0:
            return None
        value = {one: value if one == name else share * (1.0 - value) / rest for one, share in shares.items()}
        path = above
    above, _, name = path.rpartition(".")
    place = number_at(plain, above)
    place[int(name) if isinstance(place, list) else name] = value
    try:
        scenario = Scenario.from_plain(plain)
    except ValidationError:
        return None
    return None if any(not place.startswith("evidence") for place, _, _ in scenario.problems()) else scenario


def effects(
    base: Scenario, moves: list[Move], replications: int, args: argparse.Namespace
) -> dict[tuple[str, str], Estimate]:
    """Change of the profit a year by each move, paired with the scenario as it is."""
    arms = [Arm("", "", base), *(Arm(f"{move.path} {move.end}", "", move.scenario) for move in moves)]
    seen = simulate(arms, replications, args.seed, args.workers)
    profit = {name: [one.totals["ledger.profit"] / one.totals["years"] for one in runs] for name, runs in seen.items()}
    return {(move.path, move.end): paired_difference(profit[f"{move.path} {move.end}"], profit[""]) for move in moves}


def show(title: str, base: Scenario, paths: list[str], found: dict[tuple[str, str], Estimate]) -> None:
    """A row for each number, the one with the largest effect first."""
    print(f"\n{title}, {base.currency} of profit a year\n{'':50} {'low end':>24} {'high end':>24}  moved by")
    for path in sorted(paths, key=lambda path: -_size(found, path)):
        ends = [_cell(found.get((path, end))) for end in ("low", "high")]
        entry = entry_of(path, base.evidence)
        ranged = entry is not None and entry.range is not None
        by = "its range" if ranged else f"{100 * STEP:.0f} %"
        print(f"{path:50} {ends[0]:>24} {ends[1]:>24}  {by}", flush=True)


def _cell(effect: Estimate | None) -> str:
    if effect is None:
        return "-"
    width = "" if effect.half_width is None else f" +- {effect.half_width:,.0f}"
    return f"{effect.value:+,.0f}{width}"


def _size(found: dict[tuple[str, str], Estimate], path: str) -> float:
    return max((abs(effect.value) for (name, _), effect in found.items() if name == path), default=0.0)


def _named(path: str, patterns: Sequence[str]) -> bool:
    return any(matches(pattern, path) for pattern in patterns)


if __name__ == "__main__":
    main()
