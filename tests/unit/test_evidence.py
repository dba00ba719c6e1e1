"""Evidence: which numbers it names, how they are counted, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sim.check import check
from sim.evidence import EvidenceSettings, by_kind, entry_of, matches, numbers
from sim.report.checks import check_document, render_check
from sim.scenario import Scenario


@pytest.mark.parametrize(
    ("pattern", "path", "named"),
    [
        ("churn.price_loss", "churn.price_loss", True),
        ("churn.price_loss", "churn.price_gain", False),
        ("needs.kinds.*.rate.*", "needs.kinds.fault.rate.home", True),
        ("needs.kinds.*.rate.*", "needs.kinds.fault.rate", False),
        ("needs.*", "needs.kinds.fault", False),
        ("needs.**", "needs.kinds.fault.rate.home", True),
        ("needs.**", "needs", False),
        ("**", "needs.kinds.fault.rate.home", True),
    ],
)  # fmt: skip
def test_a_star_stands_for_one_part_and_two_for_all_that_follow(pattern: str, path: str, named: bool) -> None:
    assert matches(pattern, path) is named


def test_numbers_are_the_leaves_that_are_numbers_and_a_row_is_one() -> None:
    plain = {
        "frontline": 1, "name": "x", "a": {"b": 1.5, "c": True, "d": None, "e": [1, 2, 3]},
        "calendar": {"warm_up": 3.0, "horizon": 2.0, "growth": 0.1}, "f": [{"g": 2}, {"g": "text"}],
        "policies": {"p": 1},
    }  # fmt: skip
    assert list(numbers(plain)) == ["a.b", "a.e", "calendar.growth", "f.0.g"]


def said(kind: Any, *settings: str, **more: Any) -> EvidenceSettings:
    return EvidenceSettings(settings=settings, kind=kind, source="a book", **more)


def test_the_last_entry_that_names_a_number_holds() -> None:
    evidence = (said("assumed", "a.**"), said("sourced", "a.b"))
    assert by_kind(["a.b", "a.c", "d"], evidence) == {
        "sourced": ["a.b"], "derived": [], "assumed": ["a.c"], "unmarked": ["d"],
    }  # fmt: skip
    assert entry_of("d", evidence) is None


def with_evidence(bench: Any, *entries: dict[str, Any]) -> Scenario:
    plain = bench.firm.plain()
    return Scenario.from_plain(
        plain | {"evidence": [{"kind": "assumed", "source": "judgement"} | one for one in entries]}
    )


def test_a_scenario_is_the_same_with_and_without_evidence(bench: Any) -> None:
    marked = with_evidence(bench, {"settings": ["churn.**"]})
    assert marked.digest() == bench.firm.digest()
    assert marked.problems() == bench.firm.problems() == []


@pytest.mark.parametrize(
    ("entry", "place", "message"),
    [
        ({"settings": ["churn.price_los"]}, "settings.0", "names 'churn.price_los', which is no number of the file"),
        ({"settings": ["churn.price_loss"], "range": [5, 6]}, "range", "does not hold the value of churn.price_loss"),
        ({"settings": ["pricing.renewal"], "range": ["1 EUR", "2 EUR"]}, "range", "is not written like"),
    ],
)  # fmt: skip
def test_evidence_for_nothing_is_refused(bench: Any, entry: dict[str, Any], place: str, message: str) -> None:
    problems = with_evidence(bench, entry).problems()
    assert [path for path, _, _ in problems] == [f"evidence.0.{place}"]
    assert problems[0][1].startswith(message)


def test_a_range_is_written_like_its_number_and_names_a_single_one(bench: Any) -> None:
    assert with_evidence(bench, {"settings": ["pricing.renewal"], "range": ["1 week", "9 weeks"]}).problems() == []
    with pytest.raises(ValueError, match="has a range, so it names single numbers"):
        said("assumed", "churn.*", range=(1, 2))


@pytest.mark.parametrize(("ends", "message"), [([1.0, 2.0], None), ([2, 3], "does not hold"), (["x", "y"], "is not")])
def test_a_number_in_a_list_may_have_a_range(bench: Any, ends: list[Any], message: str | None) -> None:
    problems = with_evidence(bench, {"settings": ["churn.tenure.steps.0.factor"], "range": ends}).problems()
    assert [text.split(" the value")[0].split(" written")[0] for _, text, _ in problems] == (
        [message] if message else []
    )


def test_check_counts_what_is_sourced_derived_and_assumed(bench: Any) -> None:
    marked = with_evidence(bench, {"settings": ["churn.**"]}, {"settings": ["churn.price_loss"], "kind": "sourced"})
    document = check_document(check(marked))
    assert document["numbers"]["sourced"] == 1
    assert document["numbers"]["assumed"] > 3
    assert document["numbers"]["unmarked"] == len(document["unmarked"]) > 100
    assert "churn.price_loss" not in document["unmarked"]
    text = render_check(check(marked))
    assert f"{sum(document['numbers'].values())} numbers: 1 sourced, 0 derived" in " ".join(text.split())
