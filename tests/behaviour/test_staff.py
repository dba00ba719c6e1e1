"""Staff: shifts and shrinkage, learning and training, strain and leaving, vacancies and how they are filled."""

from __future__ import annotations

from typing import Any

import pytest

HOUR, DAY, WEEK = 3600.0, 86_400.0, 7 * 86_400.0


def test_training_takes_people_off_first_and_pays_later(bench: Any) -> None:
    """Four hours a week for every agent, missed at once; the knowledge that they build saves time and repeats later."""
    settings = {
        "calendar.warm_up": "2 weeks", "calendar.horizon": "34 weeks", "churn": None, "acquisition": None,
        "workforce.attrition": None, "workforce.groups.desk.headcount": 4, "workforce.training.gain": "1.5 %",
        "agents.training": "30 %", "agents.learning": None,
    }  # fmt: skip
    firm = bench.changed(bench.firm, settings)
    training = {"changes": {"workforce.training.hours": {"to": "4 h"}}}
    trained, base = bench.run(bench.with_policies(firm, training=training)), bench.run(firm)
    assert trained.sum("agents.training") > base.sum("agents.training") == 0
    assert bench.falls(bench.more(trained, base, "agents.duty"))
    assert bench.falls(bench.more(trained, base, "ledger.training"))
    names = ("telephone.abandoned", "telephone.offered")
    assert bench.rises(bench.more_in(slice(0, 1), trained, base, *names))
    assert bench.falls(bench.more_in(slice(-4, None), trained, base, *names))


def test_training_hours_nobody_takes_change_nothing(bench: Any) -> None:
    none, base = bench.pair({"workforce.training": None}, 1)
    assert [one.totals for one in none.observations] == [one.totals for one in base.observations]


def test_knowledge_fades(bench: Any) -> None:
    trained = {"workforce.training.hours": "3 h"}
    soon, late = (
        bench.run(bench.changed(bench.firm, trained | {"workforce.training.forgetting": time}), 1).sum("knowledge")
        for time in ("2 weeks", "200 weeks")
    )
    assert 0 < soon < 0.5 * late


def test_cutting_staff_by_a_third_makes_service_worse_and_more_agents_leave(bench: Any) -> None:
    cut, base = bench.pair({"workforce.groups.desk.headcount": 3})
    assert bench.rises(bench.more(cut, base, "telephone.abandoned", "telephone.offered"))
    assert bench.rises(bench.more(cut, base, "agents.strain", "agents.days"))
    assert bench.falls(bench.more(cut, base, "satisfaction.days", "satisfaction.customer_days"))
    gone = [one.sum("agents.left") / one.sum("agents.years") for one in (cut, base)]
    assert gone[0] > gone[1]


def test_without_a_strain_effect_the_load_does_not_matter(bench: Any) -> None:
    """The same people leave on the same days, however busy they are."""

    def leavers(settings: dict[str, Any]) -> list[tuple[str, float]]:
        found: list[tuple[str, float]] = []
        firm = bench.changed(bench.firm, {"workforce.attrition.reference.base_hazard": "4 per year"} | settings)
        bench.watch(firm, {"agent_left": lambda model, agent: found.append((agent.name, model.world.env.now))})
        return found

    calm = {"workforce.attrition.strain_effect": 0.0}
    quiet = {"needs.kinds.fault.rate": {"home": "0.2 per year", "business": "0.2 per year"}}
    assert len(leavers(calm)) > 5
    assert leavers(calm) == leavers(calm | quiet)
    assert leavers({}) != leavers(quiet)
    assert len(leavers({})) > len(leavers(quiet))


def test_without_attrition_nobody_leaves(bench: Any) -> None:
    found = bench.run(bench.changed(bench.firm, {"workforce.attrition": None}), 1)
    assert found.sum("agents.left") == found.sum("agents.hired") == 0
    assert found.sum("agents.kept") == found.sum("agents.at_start") == found.sum("headcount") == 6


def test_half_the_agents_leave_in_a_half_life(bench: Any) -> None:
    """In the reference state and with hazards that do not depend on tenure; counted over many agents."""
    many = {
        "workforce.groups.desk.headcount": 400,
        "workforce.attrition.half_life": "24 weeks",
        "workforce.attrition.reference.base_hazard": f"{0.6931471805599453 / 24} per week",
        "workforce.attrition.tenure": {"steps": [], "after": 1.0},
        "workforce.attrition.strain_effect": 0.0,
        "needs.kinds.fault.rate": {"home": "0.1 per year"},
        "needs.kinds.enquiry.rate": {"home": "0.1 per year"},
    }
    found = bench.run(bench.changed(bench.firm, many), 1)
    kept = found.ratio("agents.kept", "agents.at_start")
    assert abs(kept - 0.5) < 4 * 0.5 / 401**0.5


def test_a_vacancy_is_filled_after_the_lead_time_and_the_class(bench: Any) -> None:
    left: list[tuple[Any, float]] = []
    hired: list[tuple[Any, float]] = []
    deployed: list[tuple[Any, float]] = []

    def note(where: list[tuple[Any, float]]) -> Any:
        return lambda model, agent: where.append(((agent.group.name, agent.seat), model.world.env.now))

    firm = bench.changed(
        bench.firm, {"workforce.attrition.reference.base_hazard": "3 per year", "calendar.time_zone": "UTC"}
    )
    seen = bench.watch(firm, {"agent_left": note(left), "agent_hired": note(hired), "agent_deployed": note(deployed)})
    assert len(left) > 5
    end = 32 * WEEK
    for seat, at in left:
        if at + 3 * WEEK < end:
            assert (seat, at + 3 * WEEK) in hired
    later = [(seat, at) for seat, at in hired if at > 0]
    gone = {(seat, at) for seat, at in left}
    for seat, at in later:
        left_the_class = any(who == seat and at < when < at + 2 * WEEK for who, when in gone)
        if at + 2 * WEEK < end and not left_the_class:
            assert (seat, at + 2 * WEEK) in deployed
    hired_while_counting = sum(at > 8 * WEEK for _, at in later)
    assert seen.totals["agents.hired"] == pytest.approx(hired_while_counting, abs=1)
    assert seen.totals["ledger.hiring"] < 0


def test_recruits_are_slower_and_resolve_less_than_those_who_have_been_there(bench: Any) -> None:
    new: list[tuple[float, bool]] = []
    old: list[tuple[float, bool]] = []

    def handled(model: Any, contact: Any) -> None:
        tenure = model.world.env.now - contact.agent.deployed_at
        (new if tenure < 4 * WEEK else old).append((contact.agent.pace / contact.agent.effect, contact.resolved))

    firm = bench.changed(bench.firm, {"workforce.attrition.reference.base_hazard": "3 per year"})
    bench.watch(firm, {"contact_handled": handled})

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    assert mean([pace for pace, _ in new]) > 1.2 > mean([pace for pace, _ in old])
    assert mean([done for _, done in new]) < mean([done for _, done in old])


def test_a_higher_headcount_is_hired_and_a_lower_one_paid_off(bench: Any) -> None:
    up = {"changes": {"workforce.groups.desk.headcount": {"to": 8, "from": "2026-04-06"}}}
    down = {"changes": {"workforce.groups.desk.headcount": {"add": -2, "from": "2026-04-06"}}}
    firm = bench.changed(bench.firm, {"workforce.attrition": None})
    more, fewer = bench.run(bench.with_policies(firm, up=up), 1), bench.run(bench.with_policies(firm, down=down), 1)
    assert more.sum("agents.hired") == 3
    assert more.observations[0].months["headcount"][-1] == 9
    assert more.observations[0].months["headcount"][0] == 6
    assert fewer.sum("agents.dismissed") == 2
    years = (bench.firm.calendar.start.replace(month=4, day=6) - bench.firm.calendar.start).days / 365 - 8 * 7 / 365
    assert fewer.sum("ledger.severance") == pytest.approx(-2 * 9000 * 1.03**years)
    assert fewer.observations[0].months["headcount"][-1] == 4
    assert bench.falls(bench.more(fewer, bench.run(firm, 1), "ledger.severance")) or fewer.sum("ledger.severance") < 0


def test_shrinkage_takes_its_share_of_the_time_on_duty(bench: Any) -> None:
    idle = {"needs.kinds.fault.rate": {"home": "0 per year"}, "needs.kinds.enquiry.rate": {"home": "0 per year"}}
    firm = bench.changed(
        bench.firm, idle | {"workforce.attrition": None, "staffing.absence": 0.0, "staffing.away": 0.0}
    )
    full = bench.run(firm, 1).sum("agents.duty")
    assert full == pytest.approx(24 * 5 * (5 * 7.5 + 8) * HOUR)  # five at the desk with a break, one in the shop
    away = bench.run(bench.changed(firm, {"staffing.away": "20 %"}), 1).sum("agents.duty")
    assert away == pytest.approx(0.8 * full)
    absent = bench.run(bench.changed(firm, {"staffing.absence": "10 %"}), 1)
    shifts = 24 * 5 * 6
    assert abs(absent.sum("agents.duty") / full - 0.9) < 4 * (0.09 / shifts) ** 0.5
    assert absent.sum("agents.absent") == pytest.approx(full - absent.sum("agents.duty"))


def test_no_shift_is_worked_on_holidays_that_have_none(bench: Any) -> None:
    days: set[str] = set()

    def note(model: Any, contact: Any) -> None:
        days.add(str(model.world.calendar.date(model.world.calendar.index_at(model.world.env.now))))

    holiday = "2026-04-06"
    bench.watch(bench.changed(bench.firm, {"calendar.holidays": [holiday]}), {"contact_answered": note})
    assert "2026-04-07" in days
    assert holiday not in days


def test_agents_differ_and_the_difference_stays_with_the_person(bench: Any) -> None:
    paces: dict[str, set[float]] = {}

    def handled(_: Any, contact: Any) -> None:
        paces.setdefault(contact.agent.name, set()).add(contact.agent.effect)

    bench.watch(bench.firm, {"contact_handled": handled})
    assert all(len(values) == 1 for values in paces.values())
    assert len({value for values in paces.values() for value in values}) == len(paces)
    paces.clear()
    bench.watch(bench.changed(bench.firm, {"agents.spread": 0.0}), {"contact_handled": handled})
    assert {value for values in paces.values() for value in values} == {1.0}


@pytest.mark.parametrize(
    ("off", "neutral"),
    [
        ({"agents.learning": None}, {"agents.learning.start": "100 %"}),
        ({"patience.channels.telephone.redial": None}, {"patience.channels.telephone.redial.share": "0 %"}),
        ({"patience.channels.counter.balking": None}, {"patience.channels.counter.balking.stays": "100 %"}),
        ({"acquisition.referral": None}, {"acquisition.referral.rate": "0 per year"}),
        ({"pricing.reactions": {}}, {"pricing.reactions.price_enquiry.share_per_10_percent": "0 %"}),
        ({"agents.spread": 0.0}, {"agents.spread": 1e-300}),
    ],
    ids=["learning", "redial", "balking", "referral", "reactions", "spread"],
)
def test_a_mechanism_switched_off_is_the_same_as_one_without_effect(bench: Any, off: Any, neutral: Any) -> None:
    rise = {"changes": {"pricing.fee.home": {"multiply": 1.1}}}
    short = {"calendar.horizon": "8 weeks"}
    one, other = (
        bench.run(bench.with_policies(bench.changed(bench.firm, settings | short), fee_up=rise), 1)
        for settings in (off, neutral)
    )
    assert one.observations[0].to_plain() == other.observations[0].to_plain()


def test_who_works_past_midnight_does_not_leave_in_between(bench: Any) -> None:
    """A seat that is always on duty comes once, and its hours are those of the clock, days of 23 and 25 hours too."""
    came: list[float] = []
    settings = {
        "calendar.warm_up": "0 days", "calendar.horizon": "45 weeks", "workforce.attrition": None,
        "workforce.groups.desk.headcount": 1, "staffing.absence": "0 %", "staffing.away": "0 %",
        "staffing.rosters.desk": {"on_duty": {"interval": "1 h", "rows": {"every_day": [1.0] * 24}}},
    }  # fmt: skip
    firm = bench.changed(bench.firm, settings)

    def note(model: Any, agent: Any) -> None:
        if agent.group.name == "desk":
            came.append(agent.on_since)

    def look(model: Any, _: Any) -> None:
        for agent in model.world.agents.values():
            note(model, agent)

    bench.watch(firm, {"day_began": look})
    assert len(came) == 45 * 7
    assert set(came) == {0.0}
