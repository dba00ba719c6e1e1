"""Where the processor time of a replication goes, by file of the package, or by mechanism.

python experiments/profile_mechanisms.py scenarios/broadband.yaml
python experiments/profile_mechanisms.py scenarios/broadband_in_full.yaml --by-mechanism

The profiler costs each call about as much as a short method does, so shares are those of the profiled run: what
has many short methods is overstated. Time within NumPy, the standard library and compiled functions counts to the file
that called it; by mechanism that of the core does too, but for the clock and the telling of facts. Microseconds are
shares of the time of a run without the profiler.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections import defaultdict
from pathlib import Path

from sim import compiling
from sim.files import load_scenario
from sim.model import Model

PACKAGE = Path(__file__).parents[1] / "sim"
Function = tuple[str, int, str]
Profile = dict[Function, tuple[int, int, float, float, dict[Function, tuple[int, int, float, float]]]]
_OWN_ACCOUNT = ("core/kernel.py", "core/facts.py")
_ROUNDS = 20
"""Calls within each other through which time is passed on to who called first."""


def main() -> None:
    """Profile one replication and print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by-mechanism", action="store_true")
    args = parser.parse_args()
    scenario = load_scenario(args.scenario)
    print(f"arithmetic is {'' if compiling.ready() else 'not '}compiled")
    began = time.process_time()
    observed = Model(scenario, args.seed, 0).run()
    spent = time.process_time() - began
    calendar = scenario.calendar
    days = calendar.warm_up_days + calendar.horizon_days
    contacts = observed.totals["contacts.offered"] * days / calendar.horizon_days
    print(f"{spent:.2f} s of processor time, {contacts:,.0f} contacts: {spent / contacts * 1e6:.1f} us a contact,")
    print(f"{spent / days * 1e6:,.0f} us a day")
    found = _profiled(scenario, args.seed)
    if args.by_mechanism:
        for share, name in _by_mechanism(found):
            a_day, a_contact = share * spent / days * 1e6, share * spent / contacts * 1e6
            print(f"{a_day:7.0f} us a day  {a_contact:6.2f} us a contact  {name}")
        return
    for share, calls, name in _by_file(found):
        print(f"{100 * share:5.1f} %  {calls / contacts:6.2f} calls a contact  {name}")


def _profiled(scenario: object, seed: int) -> Profile:
    profiler = cProfile.Profile()
    model = Model(scenario, seed, 0)  # type: ignore[arg-type]  # a Scenario
    profiler.runcall(model.run)
    found: Profile = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    return found


def _by_mechanism(profile: Profile) -> list[tuple[float, str]]:
    """Shares of the time by mechanism: what helpers took goes to their callers, in proportion, as often as it takes."""
    waiting = {function: row[2] for function, row in profile.items()}
    times: dict[str, float] = defaultdict(float)
    for _ in range(_ROUNDS):
        passed_on: dict[Function, float] = defaultdict(float)
        for function, time_spent in waiting.items():
            owner, callers = _owner(function), profile[function][4]
            total = sum(own for _, _, own, _ in callers.values())
            if owner or not total:
                times[owner or "libraries"] += time_spent
                continue
            for caller, (_, _, own, _) in callers.items():
                passed_on[caller] += time_spent * own / total
        waiting = passed_on
    times["libraries"] += sum(waiting.values())
    total = sum(times.values())
    return sorted(((spent / total, name) for name, spent in times.items()), reverse=True)


def _owner(function: Function) -> str:
    """The file to which the time of a function counts; empty where it counts to its callers."""
    name = _name(function[0])
    return "" if name.startswith("core/") and name not in _OWN_ACCOUNT else name


def _by_file(profile: Profile) -> list[tuple[float, float, str]]:
    times: dict[str, float] = defaultdict(float)
    calls: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in profile.items():
        if _name(file):
            times[_name(file)] += own
            calls[_name(file)] += sum(caller[1] for caller in callers.values())
            continue
        for (caller, _, _), (_, count, own_here, _) in callers.items():
            times[_name(caller) or "libraries calling each other"] += own_here
            calls[_name(caller) or "libraries calling each other"] += count
    total = sum(times.values())
    return sorted(((spent / total, calls[name], name) for name, spent in times.items()), reverse=True)


def _name(file: str) -> str:
    path = Path(file)
    return path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else ""


if __name__ == "__main__":
    main()
