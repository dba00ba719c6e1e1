"""Where the processor time of a replication goes, by file of the package.

python experiments/profile_mechanisms.py scenarios/broadband.yaml

The profiler costs each call about as much as a short method does, so shares are those of the profiled run: files with
many short methods are overstated. Time within NumPy and the standard library counts to the file that called it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections import defaultdict
from pathlib import Path

from sim.files import load_scenario
from sim.model import Model

PACKAGE = Path(__file__).parents[1] / "sim"


def main() -> None:
    """Profile one replication and print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    scenario = load_scenario(args.scenario)
    began = time.process_time()
    observed = Model(scenario, args.seed, 0).run()
    spent = time.process_time() - began
    calendar = scenario.calendar
    days = calendar.warm_up_days + calendar.horizon_days
    contacts = observed.totals["contacts.offered"] * days / calendar.horizon_days
    print(f"{spent:.2f} s of processor time, {contacts:,.0f} contacts: {spent / contacts * 1e6:.1f} us a contact,")
    print(f"{spent / days * 1e6:,.0f} us a day")
    for share, calls, name in _by_file(scenario, args.seed):
        print(f"{100 * share:5.1f} %  {calls / contacts:6.2f} calls a contact  {name}")


def _by_file(scenario: object, seed: int) -> list[tuple[float, float, str]]:
    profiler = cProfile.Profile()
    model = Model(scenario, seed, 0)  # type: ignore[arg-type]  # a Scenario
    profiler.runcall(model.run)
    times: dict[str, float] = defaultdict(float)
    calls: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
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
