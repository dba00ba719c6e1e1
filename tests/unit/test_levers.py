"""The library of levers: every lever is whole, its settings exist, and what is covered is said exactly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.levers import LEVERS, Lever, Move, lever
from sim.levers.coverage import CLAIMS, MISSING, PRACTICES, bearing_on, serving
from sim.levers.lever import matching
from sim.mechanisms.economics import ACCOUNTS
from sim.report.levers import levers_page
from sim.scenario import _NOT_FOR_POLICIES, Scenario, _setting

ROOT = Path(__file__).parents[2]
PLAIN = {
    "channels": {
        "channels": {"phone": {"kind": "telephone"}, "desk": {"kind": "counter"}, "post": {"kind": "written"}},
        "choice": {"any": {"any": {"phone": 0.6, "desk": 0.4}}},
    },
    "workforce": {
        "groups": {"a": {"channels": ["phone"], "headcount": 3}, "b": {"channels": ["phone", "desk", "post"]}}
    },
    "pricing": None,
}


OPENED = (
    "care", "commission", "departments", "feedback", "fulfilment", "orders", "outbound", "points", "sales", "spend",
    "win_back",
)  # fmt: skip
"""Accounts that the ledger opens where a mechanism is in force."""


def made(*moves: Move) -> Lever:
    return Lever("x", "X", "g", moves, "churn", "lower", "", "", "", LEVERS[0].evidence)


def names() -> list[str]:
    return [one.name for one in LEVERS]


def test_names_are_unique_and_find_their_lever() -> None:
    assert len(set(names())) == len(LEVERS)
    assert lever("fee").group == "price and money"
    with pytest.raises(KeyError):
        lever("no_such_lever")


@pytest.mark.parametrize("one", LEVERS, ids=names())
def test_every_setting_of_a_lever_exists_and_may_be_changed(one: Lever) -> None:
    for path in one.paths:
        _setting(path.replace("overflow.*", "overflow.0").replace("*", "any"))  # raises where there is none
        assert not any(f"{path}.".startswith(f"{fixed}.") for fixed in _NOT_FOR_POLICIES)
        assert path.partition(".")[0] in Scenario.model_fields


@pytest.mark.parametrize("one", LEVERS, ids=names())
def test_every_lever_says_what_it_costs_how_soon_it_acts_and_how_that_is_known(one: Lever) -> None:
    assert all((one.title, one.cost, one.lag, one.evidence.source))
    assert one.account in (*ACCOUNTS, *OPENED, "")
    assert (one.running > 0) == ("cost of the policy" in one.cost)
    for move in one.moves:
        ways = (move.to, move.names_of, move.add, move.multiply, move.closes, move.shift)
        assert sum(way is not None for way in ways) == 1, move.path


def test_practices_and_claims_that_a_lever_names_exist() -> None:
    assert [one.number for one in PRACTICES] == list(range(1, 41))
    assert list(CLAIMS) == [f"C{number}" for number in range(1, 23)]
    assert {number for one in LEVERS for number in one.practices} <= {one.number for one in PRACTICES}
    assert {claim for one in LEVERS for claim in one.claims} <= set(CLAIMS)


def test_what_has_no_lever_yet_is_listed_with_what_is_missing_and_nothing_else_is() -> None:
    practices = {one.number for one in PRACTICES if not one.context and not serving(one.number)}
    claims = {claim for claim in CLAIMS if not bearing_on(claim)}
    assert set(MISSING) == practices | claims
    assert all(MISSING.values())


def test_the_page_of_the_docs_agrees_with_the_library() -> None:
    page = (ROOT / "docs" / "levers.md").read_text(encoding="utf-8")
    assert page == levers_page(), "frontline levers --markdown > docs/levers.md"


def test_the_command_lists_every_lever_also_as_json() -> None:
    told = CliRunner().invoke(app, ["levers"])
    assert told.exit_code == 0
    assert all(f"  {name}: " in told.stdout for name in names())
    document = json.loads(CliRunner().invoke(app, ["levers", "--json"]).stdout)
    assert (document["format"], document["kind"]) == (1, "levers")
    assert [one["name"] for one in document["levers"]] == names()
    assert len(document["practices"]) == 40


def test_a_star_stands_for_every_name_and_an_absent_section_for_none() -> None:
    assert [path for path, _ in matching(PLAIN, "workforce.groups.*.channels")] == [
        "workforce.groups.a.channels",
        "workforce.groups.b.channels",
    ]
    assert [path for path, _ in matching(PLAIN, "workforce.groups.*.headcount")] == ["workforce.groups.a.headcount"]
    assert list(matching(PLAIN, "pricing.fee.*")) == []


def test_a_lever_becomes_changes_of_a_policy_where_something_would_change() -> None:
    found = made(Move("workforce.groups.*.channels", names_of="channels.channels")).policy(PLAIN, "EUR")
    assert found["changes"] == {"workforce.groups.a.channels": {"to": ["phone", "desk", "post"]}}
    assert made(Move("pricing.fee.*", multiply=1.1)).policy(PLAIN, "EUR")["changes"] == {}


def test_a_lever_can_make_a_setting_that_the_section_could_have_and_does_not() -> None:
    plain = {**PLAIN, "flexing": {"overtime": None}, "routing": {"reserve": {}}}
    longer = made(Move("flexing.overtime", to={"most": "3 h", "pay": "30 ¤ per hour"}))
    assert longer.policy(plain, "USD")["changes"] == {
        "flexing.overtime": {"to": {"most": "3 h", "pay": "30 USD per hour"}}
    }
    assert longer.policy({**plain, "flexing": None}, "USD")["changes"] == {}
    assert made(Move("flexing.overtime", multiply=2.0)).policy(plain, "USD")["changes"] == {}
    reserve = made(Move("routing.reserve", to=1, each_of="workforce.groups")).policy(plain, "USD")
    assert reserve["changes"] == {"routing.reserve": {"to": {"a": 1, "b": 1}}}


def test_a_gap_that_closes_leaves_a_share_a_share() -> None:
    plain = {"resolution": {"first_contact": {"a": 0.6, "b": 1.0}}}
    found = made(Move("resolution.first_contact.*", closes=0.25)).policy(plain, "EUR")["changes"]
    assert found == {"resolution.first_contact.a": {"to": "70 %"}, "resolution.first_contact.b": {"to": "100 %"}}


def test_entries_of_a_list_are_numbered() -> None:
    plain = {"routing": {"overflow": [{"after": 60.0}, {"after": 90.0}]}}
    found = made(Move("routing.overflow.*.after", multiply=0.5)).policy(plain, "EUR")["changes"]
    assert list(found) == ["routing.overflow.0.after", "routing.overflow.1.after"]


def test_shares_that_shift_between_channels_still_add_up_to_all() -> None:
    found = made(Move("channels.choice.*.*", shift=("telephone", "written", 0.5))).policy(PLAIN, "EUR")
    assert found["changes"] == {"channels.choice.any.any": {"to": {"phone": "30 %", "desk": "40 %", "post": "30 %"}}}
    unmoved = made(Move("channels.choice.*.*", shift=("written", "telephone", 0.5))).policy(PLAIN, "EUR")
    assert unmoved["changes"] == {}
