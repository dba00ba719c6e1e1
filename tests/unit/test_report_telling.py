"""Of which measures a study tells: the five outcomes, and others where there is room or nothing else to tell of."""

from __future__ import annotations

from sim.core.measures import Measure
from sim.report.telling import told_of


def told(*names: str) -> list[str]:
    measures = [Measure(name, name, "", name) for name in names]
    return [measures[place].name for place in told_of(measures)]


def test_of_a_firm_the_five_outcomes_are_told() -> None:
    five = ["profit", "customer_retention_end", "newcomers_per_year", "satisfaction", "employee_retention_end"]
    assert told("telephone.abandonment", "satisfaction", "survey_score", *five[:3], five[4], "occupancy") == five


def test_what_was_asked_for_beside_them_is_told_where_there_is_room() -> None:
    assert told("net_present_value", "profit", "occupancy") == ["profit", "occupancy"]


def test_of_what_has_no_customers_the_measures_that_were_asked_for_come_first() -> None:
    names = ["employee_retention_12m", "employee_retention_end", "telephone.abandonment", "occupancy"]
    assert told(*names) == ["telephone.abandonment", "occupancy", "employee_retention_end"]
