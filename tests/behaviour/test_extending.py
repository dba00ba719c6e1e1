"""What a script adds does what it says, meets the same customers, and leaves everything else as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim import extend
from sim.balances import BalanceBroken
from sim.core.registry import ADDED
from sim.experiment.comparison import execute
from sim.experiment.execution import Arm, ReplicationFailed, simulate
from sim.experiment.plan import Plan
from sim.files import load_scenario
from sim.model import MECHANISMS, Model, check_added, measures, mechanisms
from sim.report.levers import levers_document, render_levers
from sim.report.tables import document
from sim.scenario import Scenario

HEAD = "from __future__ import annotations\nfrom typing import Any, Literal\nfrom sim import extend\n"
HEAT = """
class HeatSettings(extend.Settings):
    share: extend.Share
    slower: extend.Percent = extend.Field(ge=0, le=1)
    cost: extend.MoneyRate

HOT = extend.streams.named("hot days")

@extend.mechanism("heat", HeatSettings, after="arrivals")
class Heat(extend.Mechanism[HeatSettings]):
    def begin(self) -> None:
        self.hot = False
        self.days = self.hot_days = self.on_hot = self.on_other = 0

    def on_day_began(self, day: extend.Day) -> None:
        key = extend.streams.child(self.world.root, day.index)
        self.hot = extend.streams.uniform(key, HOT) < self.settings.share
        self.days += 1
        self.hot_days += self.hot
        if self.settings.cost:
            self.world.tell.paid(extend.Posting("cooling", -self.settings.cost * extend.DAY, "prices"))

    def on_contact_offered(self, contact: extend.Contact) -> None:
        self.on_hot += self.hot
        self.on_other += not self.hot
        if self.hot:
            contact.work *= 1.0 + self.settings.slower

    def counts(self) -> dict[str, float]:
        return {"heat.days": self.days, "heat.hot_days": self.hot_days}

    def balances(self) -> list[tuple[str, float, float]]:
        offered = sum(lane.offered for lane in self.world.lanes)
        return [("contacts offered", self.on_hot + self.on_other, offered)]

    @classmethod
    def measures(cls, scenario: Any) -> list[extend.Measure]:
        return [extend.Measure("hot_days", "hot days", "%", "heat.hot_days", "heat.days", 100.0)]
"""
IDLE = {"share": "30 %", "slower": "0 %", "cost": "0 EUR per year"}
HOT = {"share": "30 %", "slower": "60 %", "cost": "900 EUR per year"}
LEAST_BUSY = """
@extend.routing_rule("least_busy")
class LeastBusy(extend.Rule):
    def agent(self, contact, idle):
        return min(idle, key=lambda agent: agent.worked(self.world.env.now)[1])
"""
AS_BEFORE = """
@extend.routing_rule("as_before")
class AsBefore(extend.Rule):
    pass
"""
EXPONENTIAL = """
@extend.law
class Memoryless(extend.Law):
    law: Literal["memoryless"]
    mean: extend.Duration = extend.Field(gt=0)

    @property
    def mean_value(self):
        return self.mean

    def quantile(self, u):
        return -self.mean * extend.elementary.log(1.0 - u)
"""


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Loads a script of this text; all is taken back after the test."""

    def write(text: str, name: str = "own") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + text)
        extend.load(path)
        return path

    yield write
    extend.forget()


@pytest.fixture
def firm(bench: Any) -> Scenario:
    found: Scenario = bench.span("7 days", "28 days")
    return found


def having(firm: Scenario, **sections: Any) -> Scenario:
    return Scenario.from_plain(firm.plain() | sections)


def totals(scenario: Scenario, replication: int = 1) -> dict[str, float]:
    return dict(Model(scenario, 7, replication).run().totals)


def test_without_an_extension_the_mechanisms_are_those_built_in() -> None:
    assert mechanisms() is MECHANISMS
    assert ADDED.recorded() == {}


def test_a_mechanism_acts_and_is_counted_paid_and_measured(load: Any, firm: Scenario) -> None:
    load(HEAT)
    hot, idle = totals(having(firm, heat=HOT)), totals(having(firm, heat=IDLE))
    assert hot["heat.hot_days"] == idle["heat.hot_days"] > 0
    assert hot["ledger.cooling"] == pytest.approx(-900 * 28 / 365, rel=0.01)  # prices rise by 2 % a year
    assert hot["contacts.handle_time"] > idle["contacts.handle_time"]
    names = [measure.name for measure in measures(having(firm, heat=HOT))]
    assert "hot_days" in names
    assert "hot_days" not in [measure.name for measure in measures(firm)]


def test_a_mechanism_that_does_nothing_changes_no_bit(load: Any, firm: Scenario) -> None:
    before = totals(firm)
    load(HEAT)
    with_it = totals(having(firm, heat=IDLE))
    assert {name: with_it[name] for name in before} == before


def test_slower_work_raises_handle_time_on_the_same_contacts(load: Any, firm: Scenario) -> None:
    load(HEAT)
    every_day = {"share": "100 %", "slower": "50 %", "cost": "0 EUR per year"}
    one, other = (Model(having(firm, heat=each), 7, 1).run().totals for each in (every_day, IDLE))
    means = [run["contacts.handle_time"] / run["contacts.handled"] for run in (one, other)]
    assert means[0] > 1.3 * means[1]


def test_a_policy_changes_the_settings_of_an_extension(load: Any, firm: Scenario) -> None:
    load(HEAT)
    policies = {"cool": {"title": "Cool", "changes": {"heat.slower": {"to": "0 %", "from": "2026-01-20"}}}}
    hot = having(firm, heat=HOT)
    cooled = Scenario.from_plain(hot.plain() | {"policies": policies})
    assert totals(cooled) != totals(hot)
    assert hot.with_changes([]) == hot


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("", ["staffing", "flexing", "own"]),
        (', before="needs"', ["acquisition", "own", "needs"]),
        (', after="needs"', ["needs", "own", "fulfilment"]),
        (', before="policies"', ["own", "policies", "economics"]),
    ],
)
def test_a_mechanism_stands_where_it_says(load: Any, place: str, expected: list[str]) -> None:
    load(f'@extend.mechanism("own", extend.Settings{place})\nclass Own(extend.Mechanism[extend.Settings]): pass\n')
    order = list(mechanisms())
    at = order.index(expected[0])
    assert order[at : at + 3] == expected
    assert [name for name in order if name != "own"] == list(MECHANISMS)


def test_two_mechanisms_at_one_place_stand_in_the_order_of_their_registration(load: Any) -> None:
    for name in ("one", "two"):
        load(
            f'@extend.mechanism("{name}", extend.Settings, after="needs")\n'
            f"class Own(extend.Mechanism[extend.Settings]): pass\n",
            name,
        )
    order = list(mechanisms())
    assert order[order.index("needs") + 1 :][:2] == ["one", "two"]


def test_facts_are_heard_at_the_place_of_the_mechanism(load: Any, firm: Scenario) -> None:
    for place in ("before", "after"):
        load(
            f'@extend.mechanism("{place}_care", extend.Settings, {place}="policies")\n'
            "class Own(extend.Mechanism[extend.Settings]):\n"
            "    def on_day_began(self, day):\n"
            f'        self.world.__dict__.setdefault("heard", []).append("{place}")\n',
            f"{place}_it",
        )
    model = Model(having(firm, before_care={}, after_care={}), 7, 1)
    model.run()
    assert model.world.heard[:4] == ["before", "after"] * 2


def test_books_of_an_extension_that_do_not_balance_end_the_replication(load: Any, firm: Scenario) -> None:
    load(HEAT.replace("self.on_other += not self.hot", "pass"))
    with pytest.raises(BalanceBroken, match="contacts offered: "):
        totals(having(firm, heat=HOT))


def test_what_an_extension_counts_must_not_have_the_name_of_another_count(load: Any, firm: Scenario) -> None:
    load(HEAT.replace('"heat.days"', '"contacts.offered"'))
    with pytest.raises(extend.ExtensionProblem, match=r"'heat' counts 'contacts\.offered'"):
        totals(having(firm, heat=HOT))


def test_a_law_of_an_extension_stands_wherever_a_law_may(load: Any, firm: Scenario) -> None:
    """The same law under another name gives the same bytes, for arrays and single draws."""
    plain = firm.plain()
    assert plain["patience"]["channels"]["telephone"]["patience"] is not None
    load(EXPONENTIAL)
    found = []
    for name in ("exponential", "memoryless"):
        own = json.loads(json.dumps(plain))
        own["agents"]["handle_time"] |= {kind: {"law": name, "mean": "20 min"} for kind in ("enquiry", "fault")}
        own["patience"]["channels"]["telephone"]["patience"] = {"law": name, "mean": "90 s"}
        own["resolution"]["returns"]["delay"] = {"law": name, "mean": "2 days"}
        found.append(totals(Scenario.from_plain(own)))
    assert found[0] == found[1]


def test_a_rule_that_changes_nothing_is_longest_idle_to_the_bit(load: Any, bench: Any, firm: Scenario) -> None:
    """With a shared queue, priorities, written work, agents kept free and a queue that overflows."""
    routing = {
        "kind": "longest_idle",
        "priority": {"complaint": 1},
        "reserve": {"desk": 1},
        "overflow": [{"channel": "telephone", "groups": ["back"], "after": "20 s"}],
    }
    plain = bench.changed(firm, {"workforce.groups.desk.headcount": 3, "channels.channels.written.priority": 0}).plain()
    groups = plain["workforce"]["groups"]
    groups["back"] = groups["desk"] | {"headcount": 2}
    groups["third"] = groups["desk"] | {"headcount": 2}
    base = Scenario.from_plain(plain | {"routing": plain["routing"] | routing})
    before = totals(base)
    assert before["contacts.queued"] > 100
    load(AS_BEFORE)
    after = Scenario.from_plain(base.plain() | {"routing": base.plain()["routing"] | {"kind": "as_before"}})
    assert totals(base) == before
    assert totals(after) == before


def spread(scenario: Scenario) -> float:
    """How unevenly the agents of the desk share the work."""
    model = Model(scenario, 7, 1)
    model.run()
    busy = [agent.busy for agent in model.world.agents.values() if agent.group.name == "desk" and agent.duty > 0]
    return max(busy) - min(busy)


def test_a_rule_chooses_the_agent_and_a_policy_may_bring_it_into_force(load: Any, bench: Any, firm: Scenario) -> None:
    load(LEAST_BUSY)
    fair = bench.changed(firm, {"routing.kind": "least_busy"})
    assert spread(fair) < spread(firm)
    policies = {"fair": {"title": "Fair", "changes": {"routing.kind": {"to": "least_busy"}}}}
    changed = Scenario.from_plain(firm.plain() | {"policies": policies})
    assert totals(changed)["contacts.offered"] > 0
    assert totals(changed) != totals(firm)


def test_a_rule_ranks_those_who_wait(load: Any, bench: Any, firm: Scenario) -> None:
    """The last first: of those who waited on a channel, nobody who came later waits when one is answered."""
    load(
        '@extend.routing_rule("last")\nclass Last(extend.Rule):\n'
        "    def rank(self, contact): return -contact.offered_at\n"
    )
    scarce = bench.changed(firm, {"workforce.groups.desk.headcount": 2, "patience": {"channels": {}}})
    overtaken = {"longest_idle": 0, "last": 0}
    for kind in overtaken:

        def answered(_: Model, contact: Any, kind: str = kind) -> None:
            waiting = [entry[2] for entry in contact.lane.queue.entries if entry[2].waiting]
            overtaken[kind] += contact.waited > 0 and any(one.offered_at > contact.offered_at for one in waiting)

        bench.watch(bench.changed(scarce, {"routing.kind": kind}), {"contact_answered": answered})
    assert overtaken["last"] == 0
    assert overtaken["longest_idle"] > 50


def test_a_rule_that_answers_with_somebody_else_is_refused(load: Any, bench: Any, firm: Scenario) -> None:
    load('@extend.routing_rule("odd")\nclass Odd(extend.Rule):\n    def agent(self, contact, idle): return None')
    with pytest.raises(ValueError, match="none of the idle agents"):
        totals(bench.changed(firm, {"routing.kind": "odd"}))


def test_the_books_balance_with_every_mechanism_in_force_and_extensions_beside_them(load: Any, root: Path) -> None:
    load(HEAT + LEAST_BUSY + AS_BEFORE + EXPONENTIAL)
    span = {"calendar.warm_up": "7 days", "calendar.horizon": "21 days"}
    plain = load_scenario(root / "scenarios" / "broadband_in_full.yaml", span).plain()
    before = totals(Scenario.from_plain(plain))
    plain["routing"]["kind"] = "as_before"
    assert totals(Scenario.from_plain(plain)) == before
    plain["routing"]["kind"] = "least_busy"
    plain["agents"]["handle_time"]["fault"] = {"law": "memoryless", "mean": 900.0}
    assert totals(Scenario.from_plain(plain | {"heat": HOT}))["heat.hot_days"] > 0


def test_a_measure_is_made_of_what_is_counted_already(load: Any, firm: Scenario) -> None:
    load('extend.measure(extend.Measure("lost", "lost", "%", "contacts.abandoned", "contacts.offered", 100.0))')
    result = execute(Plan("own", "Own", (Arm("baseline", "", firm),), replications=2), workers=1)
    row = result.row("lost")
    runs = result.runs["baseline"]
    assert row is not None
    assert row.baseline is not None
    sums = [sum(run.totals[name] for run in runs) for name in ("contacts.abandoned", "contacts.offered")]
    assert row.baseline.value == pytest.approx(100 * sums[0] / sums[1], rel=0.01)  # less its bias
    assert "lost" in [one["name"] for one in document(result)["measures"]]


def test_a_headline_outcome_of_an_extension_stands_after_the_others(load: Any, firm: Scenario) -> None:
    load('extend.measure(extend.Measure("lost", "lost", "", "contacts.abandoned", outcome=True))')
    names = [measure.name for measure in measures(firm) if measure.outcome]
    assert names[-1] == "lost"
    assert "profit" in names


def test_a_measure_of_a_name_that_there_is_is_refused(load: Any, firm: Scenario) -> None:
    load('extend.measure(extend.Measure("profit", "profit", "", "contacts.abandoned"))')
    with pytest.raises(extend.ExtensionProblem, match="'profit', which there is already"):
        measures(firm)


def test_a_port_is_answered_once(load: Any, firm: Scenario) -> None:
    load(
        '@extend.mechanism("own", extend.Settings)\nclass Own(extend.Mechanism[extend.Settings]):\n'
        '    answers = ("cause_of_loss", )\n'
    )
    with pytest.raises(extend.ExtensionProblem, match="'own' and 'churn' both answer 'cause_of_loss'"):
        check_added(having(firm, own={}))


def test_a_lever_of_an_extension_is_listed_in_its_group(load: Any) -> None:
    load(
        'extend.lever(extend.Lever("own", "Do it", "reward", (extend.Move("workforce.groups.*.wage", multiply=1.1),), '
        '"profit", "lower", "wages", "wages", "none", extend.Evidence("convention", "assumed")))'
    )
    text = render_levers()
    assert text.count("\nReward\n") == 1
    assert "  own: Do it" in text
    assert [one["name"] for one in levers_document()["levers"]].count("own") == 1


def test_workers_have_the_extension_and_give_the_same_bytes(load: Any, firm: Scenario) -> None:
    load(HEAT + LEAST_BUSY + EXPONENTIAL)
    plain = having(firm, heat=HOT).plain()
    plain["routing"]["kind"] = "least_busy"
    plain["agents"]["handle_time"] |= {"fault": {"law": "memoryless", "mean": 1800.0}}
    arms = [Arm("baseline", "", Scenario.from_plain(plain)), Arm("other", "", having(firm, heat=IDLE))]
    found = [simulate(arms, 2, seed=3, workers=workers) for workers in (1, 2)]
    assert found[0] == found[1]
    assert found[0]["baseline"][0].totals["heat.hot_days"] > 0


def test_editing_the_script_meanwhile_changes_nothing(load: Any, firm: Scenario) -> None:
    path = load(HEAT)
    arms = [Arm("baseline", "", having(firm, heat=HOT))]
    alone = simulate(arms, 2, seed=3, workers=1)
    path.write_text("raise ValueError('edited')\n")
    assert simulate(arms, 2, seed=3, workers=2) == alone


def test_what_fails_in_a_replication_names_the_line_of_the_script(load: Any, firm: Scenario) -> None:
    path = load(HEAT.replace("self.days += 1", "self.dayz += 1"))
    line = 1 + path.read_text().splitlines().index("        self.dayz += 1")
    for workers in (1, 2):
        with pytest.raises(ReplicationFailed, match=f"has no attribute 'dayz'.*own.py:{line}"):
            simulate([Arm("baseline", "", having(firm, heat=HOT))], 2, seed=3, workers=workers)


def test_a_result_says_with_which_text_it_was_made(load: Any, firm: Scenario) -> None:
    path = load(HEAT)
    plan = Plan("own", "Own", (Arm("baseline", "", having(firm, heat=HOT)),), replications=1)
    plain = plan.to_plain()
    assert plain["extensions"] == [{"name": "own", "digest": hashlib.sha256(path.read_bytes()).hexdigest()}]
    assert Plan.from_plain(plain) == plan
    extend.forget()
    with pytest.raises(extend.ExtensionProblem, match="made with the extension 'own', which is missing"):
        Plan.from_plain(plain)
    load(HEAT + "\n# edited\n")
    with pytest.raises(extend.ExtensionProblem, match="another text of the extension 'own'"):
        Plan.from_plain(plain)


def test_a_result_without_an_extension_is_not_repeated_with_one(load: Any, firm: Scenario) -> None:
    plain = Plan("own", "Own", (Arm("baseline", "", firm),)).to_plain()
    assert "extensions" not in plain
    load(LEAST_BUSY)
    with pytest.raises(extend.ExtensionProblem, match="made without the extension 'own'"):
        Plan.from_plain(plain)
