"""Avoidance: customers whom a channel disappointed take their next issues elsewhere, for a while."""

from __future__ import annotations

from typing import Any

import pytest

from sim.mechanisms.avoidance import Avoidance

BUSY = {"workforce.groups.desk.headcount": 3}


def avoidance(**more: Any) -> dict[str, Any]:
    plain = {"not_reached": "80 %", "waited": "40 %", "over": {"telephone": "2 min"}, "lasts": "100 days"}
    return {"avoidance": {**plain, **more}}


def busy(bench: Any) -> Any:
    return bench.changed(bench.firm, BUSY)


def own(totals: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in totals.items() if not name.startswith("avoidance.")}


@pytest.mark.parametrize(
    "idle", [{"not_reached": "0 %", "waited": "0 %"}, {"not_reached": "0 %", "over": {}}, {"lasts": "1 s", "over": {}}]
)
def test_who_avoids_nothing_or_forgets_at_once_chooses_as_before(bench: Any, idle: dict[str, Any]) -> None:
    """The plan of needs is made day by day then, which changes nothing either."""
    firm = bench.changed(bench.firm, {"patience.channels": {}}) if "lasts" in idle else busy(bench)
    with_it, without = bench.pair(avoidance(**idle), 1, firm=firm)
    assert own(with_it.observations[0].totals) == without.observations[0].totals


def test_a_channel_that_disappoints_loses_issues_to_the_others(bench: Any) -> None:
    with_it, without = bench.pair(avoidance(), 3, firm=busy(bench))
    first = {"telephone.offered": 1, "telephone.repeats": -1}
    calls = [sum(one.sum(name) * sign for name, sign in first.items()) for one in (with_it, without)]
    assert calls[0] < 0.95 * calls[1]
    assert bench.rises(bench.more(with_it, without, "written.offered"))
    assert 0 < with_it.sum("avoidance.avoiding") < with_it.sum("avoidance.chosen")


def test_the_stronger_and_the_longer_the_more_issues_move(bench: Any) -> None:
    weak, strong = (bench.run(bench.changed(busy(bench), avoidance(not_reached=one)), 3) for one in ("20 %", "100 %"))
    short, long = (bench.run(bench.changed(busy(bench), avoidance(lasts=one)), 3) for one in ("3 days", "200 days"))
    assert bench.falls(bench.more(strong, weak, "telephone.offered", "contacts.offered"))
    assert bench.rises(bench.more(long, short, "avoidance.avoiding", "avoidance.chosen"))


def test_where_everything_is_avoided_nobody_who_was_let_down_chooses_that_channel_next(bench: Any) -> None:
    let_down: dict[int, str] = {}
    wrong: list[int] = []

    def down(_: Any, contact: Any) -> None:
        let_down[contact.issue.customer] = contact.lane.channel.name

    def raised(model: Any, issue: Any) -> None:
        # who was let down since the midnight at which the channel was chosen may still come by it
        if let_down.get(issue.customer) == issue.lane.channel.name and issue.customer not in today:
            wrong.append(issue.key)

    today: set[int] = set()

    def note(model: Any, contact: Any) -> None:
        down(model, contact)
        today.add(contact.issue.customer)

    bench.watch(
        bench.changed(
            busy(bench), avoidance(not_reached="100 %", lasts="5 years", over={}) | {"channels.switch_on_repeat": "0 %"}
        ),
        {
            "contact_abandoned": note, "contact_balked": note, "contact_blocked": note, "issue_raised": raised,
            "day_began": lambda *_: today.clear(),
            "contact_handled": lambda _, contact: let_down.pop(contact.issue.customer, None),
        },
    )  # fmt: skip
    assert let_down
    assert wrong == []


def test_a_long_wait_counts_for_itself_and_a_quick_answer_makes_it_good(bench: Any) -> None:
    seen: list[tuple[float, float]] = []
    over, all_of_them = 120.0, {"not_reached": "0 %", "waited": "100 %", "lasts": "5 years"}

    def handled(model: Any, contact: Any) -> None:
        mechanism, issue = next(one for one in model.mechanisms if isinstance(one, Avoidance)), contact.issue
        if contact.lane.channel.name == "telephone" and model.world.base.has(issue.slot, issue.customer):
            channel, share = mechanism.avoided_one(issue.slot)
            seen.append((contact.waited, share if channel == contact.lane.channel.index else 0.0))

    bench.watch(bench.changed(busy(bench), avoidance(**all_of_them)), {"contact_handled": handled})
    assert sum(waited > over for waited, _ in seen) > 50
    assert all(share == (waited > over) for waited, share in seen)


def test_a_customer_is_remembered_in_three_bytes(bench: Any) -> None:
    sizes: list[int] = []

    def began(model: Any, _: Any) -> None:
        mechanism = next(one for one in model.mechanisms if isinstance(one, Avoidance))
        sizes.append(mechanism.channel.array.itemsize + mechanism.since.array.itemsize)

    bench.watch(bench.changed(bench.firm, avoidance()), {"counting_began": began})
    assert sizes == [3]


def test_an_unknown_channel_is_refused(bench: Any) -> None:
    odd = bench.changed(bench.firm, avoidance(over={"telefone": "1 min"}))
    assert [path for path, _, _ in odd.problems()] == ["avoidance.over.telefone"]
