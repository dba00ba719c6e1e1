"""Solve the base hazards of a scenario from its half-lives, and print the reference states to store in it.

    python experiments/solve_hazards.py scenarios/broadband.yaml --replications 8 --rounds 3
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import Any

from sim.calibration.hazards import observed_stays, pooled, scaled_hazard, staying
from sim.core.units import YEAR
from sim.files import load_scenario
from sim.model import Model
from sim.scenario import Scenario


def state(plain: dict[str, Any], seed: int) -> dict[str, float]:
    """Mean satisfaction by segment cannot be told from totals; mean equity, satisfaction and strain can."""
    totals = Model(Scenario.from_plain(plain), seed, 0).run().totals
    days = totals["satisfaction.customer_days"]
    return {
        "equity": totals["equity.days"] / days,
        "satisfaction": totals["satisfaction.days"] / days,
        "strain": totals["agents.strain"] / totals["agents.days"],
    }


def main() -> None:
    """Iterate: simulate, measure how many stay for the half-life, scale the hazards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--replications", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    plain = load_scenario(args.scenario).plain()
    plain["calendar"]["horizon"] = args.years * YEAR
    churn, attrition = plain["churn"], plain["workforce"]["attrition"]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for number in range(args.rounds):
            probes = pool.map(observed_stays, repeat(plain), repeat(args.seed), range(args.replications))
            for name, stays, section in zip(
                ("customers", "agents"), pooled(probes), (churn, attrition), strict=True
            ):
                share = staying(stays, section["half_life"] / YEAR)
                section["reference"]["base_hazard"] = scaled_hazard(section["reference"]["base_hazard"], share)
                print(
                    f"round {number + 1}, {name}: {100 * share:.2f} % stay for the half-life"
                    f" ({sum(stays.ended)} left); base_hazard: {section['reference']['base_hazard'] * YEAR:.5f} per year",
                    flush=True,
                )
    print(state(plain, args.seed))


if __name__ == "__main__":
    main()
