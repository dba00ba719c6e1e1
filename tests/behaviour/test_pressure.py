"""Work pressure in a firm at work: what it measures, how it acts, and that it leaves everything else alone."""

from __future__ import annotations

from typing import Any

import pytest

SHORT = {"calendar.warm_up": "3 weeks", "calendar.horizon": "8 weeks"}
PACE = {
    "speed_up": 0.6, "begins": "-80 %", "saturation": "100 %", "slow_down": 0.0, "least": "50 %", "care": 1.5,
}  # fmt: skip
WATCHED = {
    "every": "15 min", "memory": "2 h",
    "clear_within": {"telephone": "20 min", "counter": "20 min", "written": "2 days"},
}  # fmt: skip


def pressed(bench: Any, **more: Any) -> Any:
    """The firm with a desk of three, over a short time, with these parts of the section."""
    few = {"workforce.groups.desk.headcount": 3, "workforce.attrition": None}
    return bench.changed(bench.firm, SHORT | few | {"pressure": WATCHED | more})


def pace(**more: Any) -> dict[str, Any]:
    return {"pace": PACE | more}


def others(runs: Any) -> list[dict[str, float]]:
    """What was observed but for the pressure itself."""
    return [
        {name: value for name, value in seen.totals.items() if not name.startswith("pressure.")}
        for seen in runs.observations
    ]


def test_pressure_that_is_only_watched_changes_nothing(bench: Any) -> None:
    watched = pressed(bench)
    neutral = pressed(
        bench,
        **pace(speed_up=0.0, care=0.0),
        standard={"down": "8 weeks", "up": "500 weeks"},
        fatigue={"memory": "4 weeks", "begins": "20 %", "effect": 0.0},
    )
    without = bench.changed(watched, {"pressure": None})
    found = [bench.run(scenario, 1) for scenario in (watched, neutral, without)]
    assert others(found[0]) == others(found[1]) == others(found[2])
    assert found[1].sum("pressure.given") == found[1].sum("pressure.time")
    assert found[1].sum("pressure.standard") == 1.0


def test_time_looked_at_is_time_on_duty(bench: Any) -> None:
    found = bench.run(pressed(bench), 1)
    assert found.sum("pressure.time") == pytest.approx(found.sum("agents.duty"), rel=0.02)


def test_mean_pressure_is_occupancy_and_the_line_to_be_cleared_less_one(bench: Any) -> None:
    """Five agents round the clock: occupancy + mean number waiting x mean work / time to clear / agents - 1."""
    sections = dict.fromkeys(("customers", "pricing", "satisfaction", "churn", "acquisition", "needs"))
    settings: dict[str, Any] = {
        "arrivals": {"streams": {"calls": {"kind": "fault", "channel": "telephone", "rate": "100 per day"}}},
        "workforce.groups.desk.headcount": 5, "workforce.groups.shop.channels": ["counter"],
        "staffing.absence": "0 %", "staffing.away": "0 %",
        "staffing.rosters.desk": {"on_duty": {"interval": "24 h", "rows": {"every_day": [5.0]}}},
        "staffing.rosters.shop": {"on_duty": {"interval": "24 h", "rows": {"every_day": [0.0]}}},
        "pressure.every": "5 min",
    }  # fmt: skip
    found = bench.run(bench.changed(pressed(bench), sections | settings), 4)
    waiting = found.ratio("telephone.queue_area", "seconds")
    expected = found.ratio("agents.busy", "agents.duty") + waiting * 30 / 20 / 5 - 1.0
    assert waiting > 0.05
    assert found.ratio("pressure.felt", "pressure.time") == pytest.approx(expected, abs=0.01)


def test_fewer_agents_are_under_more_pressure(bench: Any) -> None:
    few = pressed(bench)
    many = bench.changed(few, {"workforce.groups.desk.headcount": 6})
    assert bench.rises(bench.more(bench.run(few), bench.run(many), "pressure.felt", "pressure.time"))


def test_nothing_to_do_is_pressure_of_minus_one(bench: Any) -> None:
    idle = {f"needs.kinds.{kind}.rate": {"home": "0 per year"} for kind in ("enquiry", "fault")}
    found = bench.run(bench.changed(pressed(bench), idle), 1)
    assert found.ratio("pressure.felt", "pressure.time") == pytest.approx(-1.0, abs=0.001)


def test_cutting_corners_saves_time_now_and_costs_resolution(bench: Any) -> None:
    cutting, calm = bench.run(pressed(bench, **pace()), 8), bench.run(pressed(bench), 8)
    assert bench.falls(bench.more(cutting, calm, "contacts.handle_time", "contacts.handled"))
    assert bench.falls(bench.more(cutting, calm, "contacts.first_resolved", "contacts.first_handled"))
    assert bench.rises(bench.more(cutting, calm, "issues.contacts", "issues.ended"))
    assert bench.falls(bench.more(cutting, calm, "pressure.given", "pressure.time"))


def test_speed_without_loss_of_care_shortens_contacts_and_resolves_as_many(bench: Any) -> None:
    """At the first contact; what follows depends on when it comes, and not on how it is served."""
    cutting, calm = bench.run(pressed(bench, **pace(care=0.0))), bench.run(pressed(bench))
    assert bench.falls(bench.more(cutting, calm, "contacts.handle_time", "contacts.handled"))
    change = bench.more(cutting, calm, "contacts.first_resolved", "contacts.first_handled")
    assert not bench.falls(change) and not bench.rises(change)


def test_where_pressure_slows_people_down_contacts_last_longer_and_are_resolved_no_better(bench: Any) -> None:
    slower, calm = bench.run(pressed(bench, **pace(speed_up=-0.4))), bench.run(pressed(bench))
    assert bench.rises(bench.more(slower, calm, "contacts.handle_time", "contacts.handled"))
    assert not bench.rises(bench.more(slower, calm, "contacts.first_resolved", "contacts.first_handled"))


def test_beyond_saturation_work_slows_down(bench: Any) -> None:
    early = pace(speed_up=0.0, begins="-80 %", saturation="-70 %", slow_down=0.4)
    slower, calm = bench.run(pressed(bench, **early)), bench.run(pressed(bench))
    assert bench.rises(bench.more(slower, calm, "contacts.handle_time", "contacts.handled"))


def test_who_may_not_cut_corners_is_as_fast_and_as_good_as_who_is_not_pressed(bench: Any) -> None:
    ruled = bench.run(pressed(bench, **pace(may_cut_corners=False)), 1)
    assert others(ruled) == others(bench.run(pressed(bench), 1))


def test_the_rule_can_be_set_by_a_policy_and_ends_what_it_forbids(bench: Any) -> None:
    firm = pressed(bench, **pace(), standard={"down": "2 weeks", "up": "500 weeks"})
    rule = {"changes": {"pressure.pace.may_cut_corners": {"to": False}}}
    ruled, cutting = bench.run(bench.with_policies(firm, rule=rule), 1), bench.run(firm, 1)
    assert ruled.ratio("pressure.tempo", "pressure.time") == pytest.approx(1.0)
    assert ruled.ratio("pressure.given", "pressure.time") == pytest.approx(1.0)
    assert 0.5 <= cutting.sum("pressure.standard") < ruled.sum("pressure.standard") < 1.0


def test_a_standard_falls_faster_with_a_shorter_time_constant(bench: Any) -> None:
    ends = [
        bench.run(pressed(bench, **pace(), standard={"down": down, "up": "500 weeks"}), 1).sum("pressure.standard")
        for down in ("2 weeks", "10 weeks", "1000 weeks")
    ]
    assert 0.5 <= ends[0] < ends[1] < ends[2] < 1.0


def test_fatigue_lengthens_contacts_and_leaves_care_alone(bench: Any) -> None:
    tired = {"fatigue": {"memory": "1 weeks", "begins": "10 %", "effect": 1.0}}
    found, calm = bench.run(pressed(bench, **tired)), bench.run(pressed(bench))
    assert bench.rises(bench.more(found, calm, "contacts.handle_time", "contacts.handled"))
    assert found.ratio("pressure.given", "pressure.time") == pytest.approx(1.0)


def test_cutting_corners_draws_nothing_anew(bench: Any) -> None:
    """First contacts of issues ask for the same work and the same ability, whoever is pressed."""

    def brought(firm: Any) -> dict[int, tuple[float, float]]:
        found: dict[int, tuple[float, float]] = {}

        def note(_: Any, contact: Any) -> None:
            if contact.earlier == 0:
                found[contact.issue.key] = contact.work, contact.threshold

        bench.watch(firm, {"contact_offered": note})
        return found

    cutting, calm = brought(pressed(bench, **pace())), brought(pressed(bench))
    both = cutting.keys() & calm.keys()
    assert len(both) > 0.95 * len(calm)
    assert all(cutting[key] == calm[key] for key in both)


def test_a_channel_without_a_time_to_clear_it_is_an_error(bench: Any) -> None:
    firm = bench.changed(pressed(bench), {"pressure.clear_within": {"telephone": "20 min", "letters": "2 days"}})
    paths = [path for path, _, _ in firm.problems()]
    assert "pressure.clear_within.letters" in paths
    assert paths.count("pressure.clear_within") == 2
