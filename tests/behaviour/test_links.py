"""Links that can be cut: nothing gets through a cut link, the rest stays, and what passes through adds up."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.comparison import Result, execute
from sim.experiment.execution import Arm
from sim.experiment.explanation import Explanation
from sim.experiment.plan import Plan, UnknownLink
from sim.experiment.store import Store
from sim.files import load_scenario
from sim.links import LINKS, links_of, replaced, without
from sim.model import MECHANISMS, Model

SEED = 20260105
ROOT = Path(__file__).parents[2]
DEARER = {"changes": {f"pricing.fee.{segment}": {"multiply": 1.1} for segment in ("home", "business")}}
WORSE = {"changes": {"workforce.groups.desk.headcount": {"add": -2}, "workforce.groups.desk.tools": {"to": "10 %"}}}
CALM = {"churn.price_loss": 0.0, "churn.price_gain": 0.0}


def plan_of(bench: Any, firm: Any, policy: dict[str, Any], replications: int = 2) -> Plan:
    treated = bench.with_policies(firm, policy=policy)
    arms = (Arm("baseline", "Doing nothing", firm), Arm("policy", "A policy", treated))
    return Plan("links", "Links", arms, replications, SEED)


def explained(result: Result, measure: str) -> Explanation:
    return next(each for each in result.explanations["policy"] if each.measure.name == measure)


def short(bench: Any, **settings: Any) -> Any:
    return bench.changed(bench.span("2 weeks", "12 weeks"), settings)


def cut_pair(bench: Any, firm: Any, policy: dict[str, Any], *names: str) -> tuple[Any, Any]:
    treated = bench.with_policies(firm, policy=policy)
    return tuple(Model(one, SEED, 1, cut=names).run().totals for one in (treated, firm))


def test_every_link_carries_something_where_everything_is_in_force_and_no_two_replace_the_same_mechanism() -> None:
    full = load_scenario(ROOT / "scenarios" / "broadband_in_full.yaml")
    assert links_of(full) == tuple(LINKS)
    fields = [section for link in LINKS.values() for section in link.instead]
    assert len(set(fields)) == len(fields)
    for section, kind in replaced(tuple(LINKS)).items():
        assert issubclass(kind, MECHANISMS[section])


def test_a_cut_changes_its_own_settings_and_nothing_else(bench: Any) -> None:
    full = load_scenario(ROOT / "scenarios" / "broadband_in_full.yaml")
    for name, link in LINKS.items():
        before, after = full.plain(), without(full, [name]).plain()
        sections = {path.partition(".")[0] for path in link.settings}
        assert {section for section in before if before[section] != after[section]} == sections
    assert without(bench.firm, ["quitting_ties", "load_work"]) is bench.firm


def test_what_does_not_bite_in_the_baseline_leaves_it_as_it_is_to_the_last_bit(bench: Any) -> None:
    firm = short(bench)
    cut = Model(firm, SEED, 1, cut=("price_leaving", "price_contacts")).run()
    assert cut.totals == bench.run(firm, 1).observations[0].totals


def test_through_a_cut_price_nobody_leaves_and_nobody_calls(bench: Any) -> None:
    firm = short(bench)
    dearer, base = cut_pair(bench, firm, DEARER, "price_leaving")
    assert dearer["losses.price"] == 0
    assert dearer["issues.raised"] > base["issues.raised"]
    silent, base = cut_pair(bench, firm, DEARER, "price_leaving", "price_contacts")
    for name in ("issues.raised", "customers.left", "contacts.offered"):
        assert silent[name] == base[name]


def test_a_cut_holds_against_a_policy_that_changes_the_same_setting(bench: Any) -> None:
    louder = {"changes": DEARER["changes"] | {"pricing.reactions.price_enquiry.share_per_10_percent": {"to": "90 %"}}}
    firm = short(bench, **CALM)
    loud, base = cut_pair(bench, firm, louder, "price_contacts")
    assert loud["issues.raised"] == base["issues.raised"]
    firm = short(bench, **{"pricing.reactions.price_enquiry.share_per_10_percent": 0.0})
    changed = ["pricing.reactions.price_enquiry.share_per_10_percent"]
    assert "price_contacts" not in links_of(firm)
    assert "price_contacts" in links_of(firm, changed)


def test_through_cut_experience_nobody_leaves_who_would_not_and_nobody_speaks_otherwise(bench: Any) -> None:
    worse, base = cut_pair(bench, short(bench), WORSE, "experience_leaving", "experience_referral")
    for name in ("customers.left", "newcomers.referral", "customers"):
        assert worse[name] == base[name]
    assert base["newcomers.referral"] > 0
    assert worse["satisfaction.days"] < base["satisfaction.days"]


def test_through_a_cut_wait_and_cut_resolution_experience_is_what_it_is(bench: Any) -> None:
    firm = short(bench)
    names = ("waiting_experience", "resolution_experience")
    worse, base = cut_pair(bench, firm, WORSE, *names)
    assert worse["experience.score"] / worse["experience.contacts"] == pytest.approx(
        base["experience.score"] / base["experience.contacts"], abs=1e-9
    )


def test_through_a_cut_load_the_same_agents_quit(bench: Any) -> None:
    firm = short(bench, **{"workforce.attrition.reference.base_hazard": "3 per year"})
    crowd = {"changes": {"needs.kinds.fault.rate.home": {"multiply": 2.0}}}
    uncut = cut_pair(bench, firm, crowd)
    assert uncut[0]["agents.left"] != uncut[1]["agents.left"]
    busier, base = cut_pair(bench, firm, crowd, "load_quitting")
    assert busier["agents.left"] == base["agents.left"] > 0


def test_a_dearer_fee_at_which_nobody_minds_the_price_passes_nothing_through_it(bench: Any) -> None:
    """Cut or not: the link carries exactly nothing to any outcome, and all of the effect passes elsewhere."""
    plan = plan_of(bench, short(bench, **CALM), DEARER)
    assert "price_leaving" not in links_of(plan.baseline.scenario)
    forced = Plan(**{**plan.__dict__, "links": ("price_leaving", "price_contacts")})
    result = execute(forced, workers=1)
    assert result.explanations["policy"]
    for each in result.explanations["policy"]:
        assert each.links["price_leaving"].verdict == "the same"
        assert each.links["price_leaving"].nothing
    assert explained(result, "profit").effect.estimate.value > 0


def test_the_parts_add_up_to_the_effect_on_every_outcome(bench: Any) -> None:
    plan = plan_of(bench, short(bench), WORSE).explained(("experience_leaving", "waiting_experience", "issues_again"))
    result = execute(plan, workers=1)
    assert len(result.explanations["policy"]) == 5
    for each in result.explanations["policy"]:
        parts = [*each.links.values(), each.none, each.together]
        whole = each.effect.estimate.value
        assert math.fsum(part.estimate.value for part in parts) == pytest.approx(whole, rel=1e-9, abs=1e-7)
        row = result.row(each.measure.name)
        assert row is not None
        change = row.changes["policy"]
        assert change is not None
        assert whole == pytest.approx(change.estimate.value, rel=1e-9, abs=1e-9)
        assert each.effect.verdict == change.verdict


def test_what_passes_through_price_is_what_the_hazards_say(bench: Any) -> None:
    """Constant hazards h and h e^(0.1 k) over H: kept less by e^(-h H e^(0.1 k)) - e^(-h H), and all of it by price."""
    hazard, loss, weeks = 0.8, 4.0, 26
    settings = {
        "calendar.warm_up": "2 weeks", "calendar.horizon": f"{weeks} weeks", "acquisition": None,
        "pricing.reactions": {},
        "pricing.adaptation": "5000 years", "churn.tenure": {}, "churn.equity_effect": 0.0, "churn.price_loss": loss,
        "churn.reference.base_hazard": f"{hazard} per year", "customers.segments.home.count": 6000,
        "needs.kinds.enquiry.rate": {"home": "0.1 per year"}, "needs.kinds.fault.rate": {"home": "0.1 per year"},
    }  # fmt: skip
    plan = plan_of(bench, bench.changed(bench.firm, settings), DEARER, 4).explained()
    found = explained(execute(plan, workers=1), "customer_retention_end")
    time = weeks * 7 / 365
    expected = 100 * (math.exp(-hazard * time * math.exp(0.1 * loss)) - math.exp(-hazard * time))
    through = found.links["price_leaving"]
    assert through.told
    # Four replications of 7,500 customers at the start; a share of a half has a standard error of at most 0.3 points.
    assert through.estimate.value == pytest.approx(expected, abs=3 * 0.3 * math.sqrt(2))
    assert through.estimate.value == pytest.approx(found.effect.estimate.value)
    assert found.none.nothing
    assert found.together.nothing


def test_links_are_refused_in_words(bench: Any) -> None:
    plan = plan_of(bench, bench.firm, DEARER)
    with pytest.raises(UnknownLink, match="did you mean price_leaving"):
        plan.explained(("price_leavin",))
    with pytest.raises(UnknownLink, match="nothing passes through it here"):
        plan.explained(("quitting_ties",))
    bare = bench.changed(
        bench.firm,
        dict.fromkeys(("customers", "pricing", "satisfaction", "churn", "acquisition", "needs", "economics"))
        | {"arrivals": {"streams": {"calls": {"kind": "fault", "channel": "telephone", "rate": "40 per day"}}}}
        | {"workforce.attrition": None, "agents.learning": None, "resolution": None},
    )
    with pytest.raises(UnknownLink, match="no link"):
        plan_of(bench, bare, {"changes": {"workforce.groups.desk.headcount": {"add": 1}}}).explained()


def test_arms_with_links_cut_are_stored_and_repeated_like_the_others(bench: Any, tmp_path: Path) -> None:
    plan = plan_of(bench, short(bench), DEARER).explained(("price_leaving", "price_contacts"))
    ran: list[tuple[int, int]] = []
    with Store(tmp_path / "store.sqlite") as store:
        first = execute(plan, workers=1, store=store)
        again = execute(Plan.from_plain(plan.to_plain()), 2, lambda *done: ran.append(done), store)
    assert len(first.runs) == 8
    assert ran[0] == (16, 16)
    assert again.explanations == first.explanations
    assert execute(plan, workers=2).runs == first.runs


def test_the_page_lists_every_link_in_its_order() -> None:
    page = (ROOT / "docs" / "explaining.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and "`: " in line]
    assert [row.split("`")[1] for row in rows] == list(LINKS)
    assert all(LINKS[row.split("`")[1]].what in row for row in rows)
