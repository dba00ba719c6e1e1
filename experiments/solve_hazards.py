"""Solve the base hazards of a scenario from its half-lives, and print the reference states to store in it.

python experiments/solve_hazards.py scenarios/broadband.yaml --replications 8 --rounds 3
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from sim.calibration.hazards import attrition_base_hazard, observed_stays, pooled, scaled_hazard, staying
from sim.core.units import YEAR
from sim.files import load_scenario
from sim.scenario import Scenario

STATE = (
    ("satisfaction", "satisfaction.days", "satisfaction.customer_days"),
    ("equity", "equity.days", "satisfaction.customer_days"),
    ("strain", "agents.strain", "agents.days"),
)


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
            probes = list(pool.map(observed_stays, repeat(plain), repeat(args.seed), range(args.replications)))
            customers, agents = pooled(probes)
            share = staying(customers, churn["half_life"] / YEAR)
            churn["reference"]["base_hazard"] = scaled_hazard(churn["reference"]["base_hazard"], share)
            settings = Scenario.from_plain(plain).workforce.attrition
            days, hazards = (sum(getattr(one, name) for one in probes) for name in ("agent_days", "hazards"))
            solved = attrition_base_hazard(settings, days, hazards)
            base = attrition["reference"]["base_hazard"]
            attrition["reference"]["base_hazard"] = solved
            print(
                f"round {number + 1}: {100 * share:.2f} % of customers stay for the half-life "
                f"({len(customers.exit)} stays);"
            )
            share = 0.5 ** (base / solved)
            print(f"  {100 * share:.2f} % of agents would stay for theirs ({sum(agents.ended)} left);")
            print(f"  churn base_hazard {churn['reference']['base_hazard'] * YEAR:.5f} per year,", end=" ")
            print(f"attrition base_hazard {attrition['reference']['base_hazard'] * YEAR:.5f} per year", flush=True)
    totals = [one.totals for one in probes]
    for name, numerator, denominator in STATE:
        print(f"{name}: {sum(t[numerator] for t in totals) / sum(t[denominator] for t in totals):.4g}")


if __name__ == "__main__":
    main()
