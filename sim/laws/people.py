"""Cases of customers and agents who come and go, and of what a customer is worth.

Where the only clock is a constant hazard that the engine sums day by day, a year of the case may be a few days of
the run: the sums at midnight are exact.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from sim.core.lifetimes import TenureCurve, TenureFactors
from sim.core.units import DAY, YEAR
from sim.laws.cases import Case
from sim.laws.plans import Extra, Plan, Reading, Run, ratio
from sim.laws.probes import Payments, SegmentsLeft, Tenures
from sim.laws.settings import never_on_duty, queue, share, text

LN2 = math.log(2.0)


def _world(case: Case, days: int, warm_up: int = 0, **sections: Any) -> dict[str, Any]:
    """A firm in which nothing happens but what the sections say: no contacts, nobody on duty."""
    service = {"call": {"law": "constant", "mean": "1 min"}}
    return {
        **queue(case.id, days, 60.0, {"call": 0.0}, service=service, agents=1, warm_up=warm_up),
        "staffing": never_on_duty(["all"]),
        **sections,
    }


def _base(segments: dict[str, int], hazard_per_day: float, renewal_days: int = 1) -> dict[str, Any]:
    """Customers of whom every day the same share leaves, whatever they live through."""
    reference = {"name": "always", "equity": 50, "base_hazard": f"{text(hazard_per_day)} per day"}
    return {
        "customers": {"segments": {name: {"count": count} for name, count in segments.items()}},
        "pricing": {
            "fee": dict.fromkeys(segments, "100 EUR per year"),
            "renewal": f"{renewal_days} days", "adaptation": "1 years",
        },
        "churn": {
            "half_life": f"{text(LN2 / hazard_per_day)} days", "equity_effect": 0, "price_loss": 0, "price_gain": 0,
            "reference": reference,
        },
    }  # fmt: skip


def _staff(count: int, hazard_per_day: float) -> dict[str, Any]:
    """Agents of whom every day the same share leaves; places are filled at once."""
    return {
        "workforce": {
            "groups": {"all": {"headcount": count, "channels": ["line"]}},
            "hiring": {
                "lead_time": "0 days", "class_length": "0 days",
                "cost": "0 EUR", "class_cost": "0 EUR", "severance": "0 EUR",
            },
            "attrition": {
                "half_life": f"{text(LN2 / hazard_per_day)} days", "strain_effect": 0, "strain_memory": "1 days",
                "reference": {"name": "always", "occupancy": "50 %", "base_hazard": f"{text(hazard_per_day)} per day"},
            },
        }
    }  # fmt: skip


def lifetimes(case: Case) -> Plan:
    """CH with a half-life alone: the hazard solved from it, and the shares left of customers or agents."""
    years = float(case.inputs["half_life_years"])
    hazard = TenureCurve.of(TenureFactors()).base_hazard(years * YEAR) * YEAR
    exact = {
        "hazard_per_year": hazard,
        "annual_share_leaving": 1.0 - math.exp(-hazard),
        "monthly_share_leaving": 1.0 - math.exp(-hazard / 12.0),
        "weekly_share_leaving": 1.0 - math.exp(-hazard / 52.0),
        "mean_years": 1.0 / hazard,
    }
    agents = "agents" in case.model
    runs, readings = {}, {}
    spans = {name: int(found[1]) for name in case.expected if (found := _SHARE_LEFT.fullmatch(name))}
    for name, span in spans.items():
        runs[str(span)] = _agents_left(case, hazard, span) if agents else _customers_left(case, hazard, span)
        who = "agents" if agents else "customers"
        readings[name] = ratio(f"{span}:{who}.kept", f"{span}:{who}.at_start")
    return Plan(runs, readings, {name: exact[name] for name in case.expected if name not in readings})


_SHARE_LEFT = re.compile(r"share_left_after_(\d+)_years?")


def _customers_left(case: Case, hazard: float, years: int) -> Run:
    return Run(lambda count: _world(case, years + 1, **_base({"all": count}, hazard)))


def _agents_left(case: Case, hazard: float, years: int) -> Run:
    """Agents who are all hired on the day before the counting begins; fewer for few years, when most of them stay."""

    def scenario(count: int) -> dict[str, Any]:
        headcount = {"to": max(count * years // 10, 1), "from": "2026-01-01"}
        hire = {"title": "hire everybody", "changes": {"workforce.groups.all.headcount": headcount}}
        return _world(case, years, warm_up=1, **_staff(0, hazard), policies={"hire": hire})

    return Run(scenario)


def pure_death(case: Case) -> Plan:
    """CH with a number of customers: how many are left after some years, which are one day of the run.

    By number of independent bases of so many customers, as segments of one firm.
    """
    inputs = case.inputs
    hazard = LN2 / float(inputs["half_life_years"]) * float(inputs["t"])

    def scenario(bases: int) -> dict[str, Any]:
        return _world(case, 2, **_base({f"base_{number}": int(inputs["N0"]) for number in range(bases)}, hazard))

    readings = {
        "mean_left": ratio("bases.left", "bases"),
        "sd_left": Reading(
            lambda numbers: math.sqrt(numbers["bases.variance"]) / unbiased(numbers["bases"]), lambda _: 1.0
        ),
    }
    return Plan({"": Run(scenario, lambda: (SegmentsLeft(),))}, {name: readings[name] for name in case.expected})


def unbiased(count: float) -> float:
    """Mean of the standard deviation of so many normal numbers, relative to the true one."""
    return math.sqrt(2.0 / (count - 1.0)) * math.exp(math.lgamma(count / 2.0) - math.lgamma((count - 1.0) / 2.0))


def tenure_and_skill(case: Case) -> Plan:
    """AG: places filled at once, tenure in the long run, and what experience makes of proficiency.

    A year is a year where proficiency is read (the engine brings it to the day's once a day) and 20 days where
    tenures are.
    """
    inputs = case.inputs
    hazard = LN2 / float(inputs["half_life_years"])
    constant = float(inputs["learning_time_constant_years"])
    learning = {
        "start": share(float(inputs["start_productivity"])), "time_constant": f"{text(365.0 * constant)} days",
        "by": "tenure", "novice_handle_time": "100 %",
    }  # fmt: skip
    service = {"call": {"law": "constant", "mean": "1 min"}}
    skilled = {"handle_time": service, "spread": 0.0, "learning": learning}
    year = 20
    runs = {
        "skill": Run(lambda n: _world(case, 183, **_staff(max(n // 20, 1), hazard / 365.0), agents=skilled)),
        "tenure": Run(
            lambda n: _world(case, year, **_staff(n, hazard / year)),
            lambda: (Tenures(year / 2 * DAY),),
        ),
    }
    readings = {
        "mean_productivity": ratio("skill:proficiency"),
        "mean_experience_of_staff_years": ratio("tenure:staff.tenure", "tenure:staff", 1.0 / (year * DAY)),
        "share_with_under_half_year": ratio("tenure:staff.young", "tenure:staff"),
    }
    return Plan(runs, {name: readings[name] for name in case.expected})


def value(case: Case, year: int) -> Plan:
    """WM: customers who join on the first day and pay a year in advance, for as long as they stay; no costs.

    year: days of the run that are a year of the case; the engine's rate of discount is that of 365 days.
    """
    inputs = case.inputs
    margin, discount, kept = float(inputs["margin"]), float(inputs["discount"]), float(inputs["retention"])
    runs = {"": Run(*_cohort(case, year, kept))}
    prefix = ""
    names = set(case.expected)
    if names & {"clv_if_retention_up_5_percent_points", "gain_from_5_points"}:
        runs = {"as is": runs[""], "up": Run(*_cohort(case, year, kept + 0.05))}
        prefix = "as is:"
    readings = {
        "clv_including_first_payment": _worth(prefix),
        "elasticity_to_retention": ratio(f"{prefix}value.by_year", f"{prefix}value"),
        "clv_if_retention_up_5_percent_points": _worth("up:"),
        "gain_from_5_points": Reading(
            lambda n: n["up:ledger.present_value"] / n["up:newcomers"]
            - n["as is:ledger.present_value"] / n["as is:newcomers"],
            lambda n: n["as is:ledger.present_value"] / n["as is:newcomers"],
        ),
    }  # fmt: skip
    by_year = ratio(f"{prefix}ledger.fees", f"{prefix}newcomers")
    extras = {"undiscounted": Extra(by_year, margin / (1.0 - kept))}
    assert discount > 0.0
    return Plan(runs, {name: readings[name] for name in case.expected}, extras=extras)


def _worth(prefix: str) -> Reading:
    return ratio(f"{prefix}ledger.present_value", f"{prefix}newcomers")


def _cohort(case: Case, year: int, kept: float) -> tuple[Any, Any]:
    """A scenario by number of newcomers, all on the first day, and its watchers."""
    margin, discount = float(case.inputs["margin"]), float(case.inputs["discount"])
    years = math.ceil(math.log(1e-6) / math.log(kept / (1.0 + discount)))
    nominal = 100.0 * float(np.expm1(math.log1p(discount) * 365.0 / year))
    stop = {"title": "no more newcomers", "changes": {
        "acquisition.advertising.newcomers": {"to": "0 per day", "from": "2026-01-02"},
    }}  # fmt: skip

    def scenario(count: int) -> dict[str, Any]:
        sections = _base({"all": 0}, -math.log(kept) / year, year)
        sections["pricing"]["fee"] = {"all": f"{text(margin / year)} EUR per day"}
        return _world(
            case, years * year,
            **sections,
            acquisition={
                "mix": {"all": "100 %"}, "joining_cost": "0 EUR",
                "advertising": {
                    "spend": "0.01 EUR per year", "reference_spend": "0.01 EUR per year", "elasticity": "100 %",
                    "newcomers": f"{count} per day",
                },
            },
            policies={"stop": stop},
            economics={
                "basis": "nominal", "discount_rate": f"{text(nominal)} % per year", "wage_inflation": "0 % per year",
                "price_inflation": "0 % per year", "overheads": {},
            },
        )  # fmt: skip

    return scenario, lambda: (Payments(year, discount),)
