"""Draws belong to what they are drawn for: policies, probes and measures leave all others as they were."""

from __future__ import annotations

from typing import Any

import pytest

from sim.core import streams
from sim.stats.intervals import common_random_numbers_gain

Needs = dict[tuple[int, int, str], tuple[Any, ...]]


def needs_of(bench: Any, scenario: Any, **more: Any) -> Needs:
    """What every contact of a run was born with: by issue, ordinal and channel its needs."""
    found: Needs = {}

    def offered(_: Any, contact: Any) -> None:
        issue = contact.issue
        place = issue.key, issue.contacts, contact.lane.channel.name
        assert place not in found
        found[place] = (
            contact.key,
            contact.patience,
            contact.work,
            contact.threshold,
            contact.returns_in,
            issue.difficulty,
            issue.kind,
        )

    bench.watch(scenario, {"contact_offered": offered}, **more)
    return found


def first_times(bench: Any, scenario: Any) -> dict[int, tuple[str, float]]:
    """When every issue of those who were customers at the beginning arose, and of what kind, by its key."""
    found: dict[int, tuple[str, float]] = {}

    def raised(model: Any, issue: Any) -> None:
        if model.world.base.joined.view[issue.slot] <= 0.0:
            found[issue.key] = issue.kind, issue.raised_at

    bench.watch(scenario, {"issue_raised": raised})
    return found


@pytest.fixture(scope="module")
def short(bench: Any) -> Any:
    return bench.span("2 weeks", "10 weeks")


POLICIES: dict[str, dict[str, Any]] = {
    "fee": {"pricing.fee.home": {"multiply": 1.1}, "pricing.fee.business": {"multiply": 1.1}},
    "staff": {"workforce.groups.desk.headcount": {"add": 2}},
    "training": {"workforce.training.hours": {"to": "2 h"}},
    "tools": {"workforce.groups.desk.tools": {"to": "90 %"}},
    "advertising": {"acquisition.advertising.spend": {"multiply": 4.0}},
    "redial": {"patience.channels.telephone.redial.share": {"to": "90 %"}},
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_leaves_the_needs_of_all_contacts_as_they_were(bench: Any, short: Any, name: str) -> None:
    base = needs_of(bench, short)
    treated = needs_of(bench, bench.with_policies(short, policy={"changes": POLICIES[name]}))
    both = base.keys() & treated.keys()
    assert len(both) > 0.8 * len(base) > 1000
    assert all(base[place] == treated[place] for place in both)
    assert base.keys() != treated.keys()


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_leaves_the_moments_at_which_issues_arise_as_they_were(bench: Any, short: Any, name: str) -> None:
    """Needs arise by each customer's own clock; only who is still, or newly, a customer makes a difference."""
    base = first_times(bench, short)
    treated = first_times(bench, bench.with_policies(short, policy={"changes": POLICIES[name]}))
    both = base.keys() & treated.keys()
    assert len(both) > 0.9 * len(base) > 900
    assert all(base[key] == treated[key] for key in both)


def test_a_fee_rise_adds_issues_of_its_own_kind_and_moves_no_others(bench: Any, short: Any) -> None:
    still = bench.changed(short, {"churn": None, "acquisition": None})
    base = first_times(bench, still)
    treated = first_times(bench, bench.with_policies(still, policy={"changes": POLICIES["fee"]}))
    added = {key: issue for key, issue in treated.items() if key not in base}
    assert {kind for kind, _ in added.values()} == {"price_enquiry"}
    assert len(added) > 100
    assert {key: issue for key, issue in treated.items() if key not in added} == base


def test_a_month_that_a_policy_does_not_reach_has_a_difference_of_exactly_zero(bench: Any, short: Any) -> None:
    late = {name: change | {"from": "2026-03-16"} for name, change in POLICIES["fee"].items()}
    base = bench.run(short, 2)
    treated = bench.run(bench.with_policies(short, policy={"changes": late}), 2)
    for one, other in zip(treated.observations, base.observations, strict=True):
        before = one.month_names.index("2026-03")
        assert before > 0
        for name, row in one.months.items():
            if name in other.months:
                assert row[:before] == other.months[name][:before], name
        assert one.totals != other.totals


def test_looking_on_changes_nothing(bench: Any, short: Any) -> None:
    """Probes on every fact, which draw numbers of streams of their own."""
    drawn: list[float] = []

    def draw(_: Any, entity: Any) -> None:
        drawn.append(streams.uniform(getattr(entity, "key", 1), streams.named("a new stream")))

    facts = (
        "contact_offered",
        "contact_handled",
        "contact_abandoned",
        "issue_raised",
        "agent_hired",
        "day_began",
        "paid",
    )
    watched = bench.watch(short, dict.fromkeys(facts, draw))
    assert len(drawn) > 1000
    assert watched.to_plain() == bench.run(short, 1).observations[0].to_plain()


def test_replications_are_the_same_alone_and_after_others(bench: Any, short: Any) -> None:
    from sim.model import Model

    alone = [Model(short, 5, number).run().to_plain() for number in (3, 1, 2)]
    again = [Model(short, 5, number).run().to_plain() for number in (1, 2, 3)]
    assert alone == [again[2], again[0], again[1]]


NOTHING: dict[str, dict[str, Any]] = {
    "no change": {},
    "the same fee": {"pricing.fee.home": {"to": "30 EUR per month"}},
    "times one": {"pricing.fee.home": {"multiply": 1.0}, "pricing.fee.business": {"multiply": 1.0, "ramp": "4 weeks"}},
    "plus nothing": {"workforce.groups.desk.headcount": {"add": 0}, "pricing.fee.home": {"add": "0 EUR per month"}},
    "the same hours": {"workforce.training.hours": {"to": "0 min", "from": "2026-02-02", "until": "2026-03-02"}},
    "the same skills": {"workforce.groups.desk.channels": {"to": ["telephone", "written"]}},
    "the same law": {"patience.channels.telephone.patience": {"to": {"law": "exponential", "mean": "5 min"}}},
    "the same text": {"routing.kind": {"to": "longest_idle"}},
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_policy_that_changes_nothing_gives_exactly_the_same(bench: Any, short: Any, name: str) -> None:
    same = bench.run(bench.with_policies(short, nothing={"changes": NOTHING[name]}), 1).observations[0]
    base = bench.run(short, 1).observations[0]
    assert same.totals == base.totals
    assert same.months == base.months
    assert same.days == base.days


def test_a_setting_that_does_not_matter_changes_nothing_though_settings_are_put_in_force_anew(
    bench: Any, short: Any
) -> None:
    """The priority that a kind has anyhow, said: settings differ, routing sorts its queues anew, no number moves."""
    policy = {"changes": {"routing.priority": {"to": {"fault": 0}, "from": "2026-02-18"}}}
    same, base = bench.run(bench.with_policies(short, said=policy), 1), bench.run(short, 1)
    assert same.observations[0].to_plain() == base.observations[0].to_plain()


def test_a_new_section_leaves_the_draws_of_the_others_as_they_were(bench: Any, short: Any) -> None:
    """A stream of arrivals beside the base, or another kind of need: what was there meets the same needs."""
    base = needs_of(bench, short)
    outside = {"streams": {"walk_ins": {"kind": "enquiry", "channel": "counter", "rate": "3 per day"}}}
    letters = {"home": "0.3 per year", "business": "0 per year"}
    added = {
        "arrivals": {"arrivals": outside},
        "kind": {
            "needs.kinds.moving": {"rate": letters},
            "agents.handle_time.moving": {"law": "constant", "mean": "5 min"},
            "resolution.first_contact.moving": "90 %",
        },
    }
    for settings in added.values():
        more = needs_of(bench, bench.changed(short, settings))
        both = base.keys() & more.keys()
        assert len(both) > 0.75 * len(base)
        assert len(more.keys() - base.keys()) > 20
        assert all(base[place] == more[place] for place in both)


@pytest.fixture(scope="module")
def gains(bench: Any) -> dict[str, float]:
    """How many times as many replications independent seeds would need for the profit of each policy."""
    firm = bench.span("2 weeks", "10 weeks")
    replications = 10
    base = bench.run(firm, replications).total("ledger.profit")
    found = {}
    for name in ("fee", "staff", "training"):
        treated = bench.run(bench.with_policies(firm, policy={"changes": POLICIES[name]}), replications)
        gain = common_random_numbers_gain(treated.total("ledger.profit"), base)
        assert gain is not None
        found[name] = gain
    return found


def test_common_random_numbers_pay(gains: dict[str, float]) -> None:
    for name, gain in gains.items():
        print(f"variance of the paired difference of profit, {name}: 1/{gain:.1f} of that of independent seeds")
    assert gains["fee"] > 1
    assert gains["staff"] > 1
    assert gains["training"] > 0.5
