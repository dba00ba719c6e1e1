"""The answer in three sentences is true of its numbers, whatever they are."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.experiment.comparison import Result, estimate
from sim.experiment.execution import Arm
from sim.experiment.plan import Plan
from sim.report.answer import answer
from sim.report.paper.blocks import Words
from sim.report.paper.outcomes import answer_section
from sim.report.sentences import sentences

MEASURES = (
    Measure("profit", "profit, nominal", "EUR", "ledger.profit", better="higher", outcome=True),
    Measure("customer_retention_end", "customers kept", "%", "kept", None, 100.0, "higher", outcome=True),
    Measure("newcomers_per_year", "newcomers", "customers a year", "newcomers", better="higher", outcome=True),
    Measure("satisfaction", "satisfaction lived", "points", "content", better="higher", outcome=True),
)
NAMES = {
    "profit": "profit",
    "customer retention": "customer_retention_end",
    "the number of newcomers": "newcomers_per_year",
    "satisfaction": "satisfaction",
}
TOTALS = {measure.name: (measure.numerator, measure.factor) for measure in MEASURES}
TITLES = ("Able", "Baker", "Charlie", "Delta", "Echo")
SIZES = (0.0, 1e-9, 0.0005, 0.7, 3.0, 1000.0, 2.5e6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[str, ...], dict[str, dict[str, list[float]]]]:
    """Names of measures that are reported, and a value of each for every arm and replication."""
    count, policies = draw(st.integers(1, 6)), draw(st.integers(0, 5))
    known = tuple(name for name in NAMES.values() if draw(st.booleans())) or ("profit",)
    noise = st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=count, max_size=count)
    arms: dict[str, dict[str, list[float]]] = {}
    for arm in ("baseline", *TITLES[:policies]):
        arms[arm] = {}
        for name in known:
            base = arms["baseline"].get(name) or [draw(st.sampled_from(SIZES)) + each for each in draw(noise)]
            shift = draw(st.sampled_from((0.0, *SIZES, *(-size for size in SIZES))))
            spread = draw(st.sampled_from((0.0, 0.0, 0.2, 5.0, 1e4)))
            moved = [value + shift + spread * each for value, each in zip(base, draw(noise), strict=True)]
            arms[arm][name] = base if arm == "baseline" else moved
    return known, arms


def result_of(bench: Any, known: tuple[str, ...], arms: Mapping[str, Mapping[str, list[float]]]) -> Result:
    count = len(next(iter(arms["baseline"].values())))
    plan = Plan("case", "A case", tuple(Arm(name, name, bench.firm) for name in arms), count)
    runs = {
        arm: tuple(
            Observations(place + 1, {TOTALS[name][0]: row[place] for name, row in values.items()})
            for place in range(count)
        )
        for arm, values in arms.items()
    }
    return estimate(plan, [each for each in MEASURES if each.name in known], runs)


def truth(ours: list[float], theirs: list[float], confidence: float = 0.95) -> tuple[str, float, float]:
    """What a paired t interval allows to say: up, down, same or nothing; the difference and its half-width."""
    differences = np.array(ours) - np.array(theirs)
    mean, n = float(math.fsum(differences) / len(differences)), len(differences)
    if n < 2:
        return "nothing", mean, math.inf
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1) * np.std(differences, ddof=1) / math.sqrt(n))
    if mean == 0.0 and half == 0.0:
        return "same", mean, half
    return ("up" if mean > half else "down" if mean < -half else "nothing"), mean, half


def is_close_call(ours: list[float], theirs: list[float], confidence: float = 0.95) -> bool:
    """Whether the end of the interval is zero to rounding, so that either word is right."""
    _, mean, half = truth(ours, theirs, confidence)
    size = max(map(abs, (*ours, *theirs)), default=0.0)
    return abs(abs(mean) - half) <= 1e-9 * (abs(mean) + size)


def listed(text: str) -> list[str]:
    return [part.strip(" “”") for part in re.split(r", | and | or ", text)]


def check_sentence(text: str, arms: Mapping[str, Mapping[str, list[float]]], arm: str) -> set[str]:
    """Every claim of a sentence about one policy against the numbers; the measures that it tells of."""
    told = set()
    for name, verb, number in re.findall(r"([a-z][a-z ]*?) (rises|falls) by ([\d,.]+)", text):
        measure = NAMES[name.removeprefix("also ")]
        factor = TOTALS[measure][1]
        ours, theirs = ([factor * value for value in arms[one][measure]] for one in (arm, "baseline"))
        verdict, mean, half = truth(ours, theirs)
        assert verdict == {"rises": "up", "falls": "down"}[verb] or is_close_call(ours, theirs), text
        shown = float(number.replace(",", ""))
        assert abs(shown - abs(mean)) <= max(0.51 * half, 0.00006, 6e-5 * abs(mean)), (text, mean)
        told.add(measure)
    for group, allowed in (
        (r"cannot tell whether ([^;.]*) changes", "nothing"),
        (r"exactly as before: ([^;.]*)", "same"),
    ):
        for found in re.findall(group, text):
            for name in listed(found):
                measure = NAMES[name]
                assert truth(arms[arm][measure], arms["baseline"][measure])[0] == allowed or is_close_call(
                    arms[arm][measure], arms["baseline"][measure]
                ), text
                told.add(measure)
    return told


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
@example(case=(("profit",), {"baseline": {"profit": [1.0, 2.0]}, "Able": {"profit": [1.0, 2.0]}}))
@example(
    case=(
        ("profit",),
        {"baseline": {"profit": [0.0, 0.0]}, "Able": {"profit": [0.5, 0.50002]}, "Baker": {"profit": [0.4, 0.4]}},
    )
)
def test_every_sentence_is_true_of_its_numbers(bench: Any, case: Any) -> None:
    known, arms = case
    result = result_of(bench, known, arms)
    texts = answer(result)
    assert 1 <= len(texts) <= 3
    assert all(text[0].isupper() and text.endswith(".") for text in texts)
    policies = [arm for arm in arms if arm != "baseline"]
    for arm, text in sentences(result).items():
        if len(next(iter(arms[arm].values()))) < 2:
            assert "rises" not in text and "falls" not in text
        elif "changes nothing" in text:
            assert all(arms[arm][name] == arms["baseline"][name] for name in known)
        else:
            assert check_sentence(text.partition(": ")[2], arms, arm) == set(known)
    if len(policies) < 2 or len(arms["baseline"][known[0]]) < 2:
        assert "improve" not in " ".join(texts)
        return
    check_ranking(texts, arms, known, policies)


def check_ranking(texts: tuple[str, ...], arms: Any, known: tuple[str, ...], policies: list[str]) -> None:
    main = known[0]
    verdicts = {arm: truth(arms[arm][main], arms["baseline"][main])[0] for arm in policies}
    unsure = any(is_close_call(arms[arm][main], arms["baseline"][main]) for arm in policies)
    first, rest = texts[0], " ".join(texts[1:])
    if first.startswith("None of the"):
        assert unsure or "up" not in verdicts.values()
        leaders: list[str] = []
    else:
        leaders = re.findall(r"“(\w+)”", first)
        best = leaders[0]
        check_sentence(first, arms, best)
        assert unsure or verdicts[best] == "up"
        if "only one can be told" in first:
            assert unsure or list(verdicts.values()).count("up") == 1
        behind = [arm for arm in policies if arm not in leaders]
        confidence = 1 - 0.05 / (len(policies) - 1)
        if "improves" in first:
            for arm in behind:
                ahead, *_ = truth(arms[best][main], arms[arm][main], confidence)
                assert ahead == "up" or is_close_call(arms[best][main], arms[arm][main], confidence), first
        for text in texts[1:]:
            if text.startswith(f"With “{best}”, also"):
                assert check_sentence(text.partition(": ")[2], arms, best) == set(known) - {main}
    said = {"less with": "up", "worse with": "down", "changes with": "nothing", "before with": "same"}
    told = list(leaders)
    last = next((text for text in texts[1:] if re.search(r"(less|worse|changes|before) with", text)), "")
    for part in last.removesuffix(".").split("; "):
        for words, verdict in said.items():
            if words in part:
                for arm in re.findall(r"“(\w+)”", part):
                    assert verdicts[arm] == verdict or unsure, (rest, verdicts)
                    told.append(arm)
    assert sorted(told) == sorted(policies), texts


def test_a_first_place_is_claimed_only_beyond_doubt(bench: Any) -> None:
    base = [100.0, 110.0, 90.0, 105.0]
    clear = {
        "baseline": base,
        "Able": [value + 50 for value in base],
        "Baker": [value + 10 + value / 100 for value in base],
    }
    texts = answer(result_of(bench, ("profit",), {arm: {"profit": row} for arm, row in clear.items()}))
    assert texts[0].startswith("Of the 2 policies “Able” improves profit most: profit rises by 50")
    close = {**clear, "Baker": [value + 49 + 10 * sign for value, sign in zip(base, (1, -1, 1, -1), strict=True)]}
    texts = answer(result_of(bench, ("profit",), {arm: {"profit": row} for arm, row in close.items()}))
    assert texts[0].endswith("this study cannot tell whether profit improves more with “Baker”.")


@pytest.mark.parametrize("names", [("Able",), ("Able", "Baker")])
def test_only_of_several_policies_it_is_said_when_one_is_called_first(bench: Any, names: tuple[str, ...]) -> None:
    rows = {arm: {"profit": [100.0 + place, 120.0, 90.0]} for place, arm in enumerate(("baseline", *names))}
    note = answer_section(result_of(bench, ("profit",), rows)).blocks[-1]
    assert isinstance(note, Words)
    assert "nothing is called a change" in note.text
    assert ("first place" in note.text) == (len(names) > 1)


def test_one_replication_says_nothing_about_differences(bench: Any) -> None:
    arms = {arm: {"profit": [value]} for arm, value in (("baseline", 1.0), ("Able", 9.0), ("Baker", 2.0))}
    (text,) = answer(result_of(bench, ("profit",), arms))
    assert text.startswith("One replication gives no interval")


@pytest.mark.parametrize("count", [1, 3])
def test_a_run_tells_its_levels(bench: Any, count: int) -> None:
    rows = {"profit": [1000.0, 1010.0, 990.0][:count], "satisfaction": [70.0] * count}
    texts = answer(result_of(bench, ("profit", "satisfaction"), {"baseline": rows}))
    assert texts[0].startswith("Over ")
    assert "profit is 1,000" in texts[0]
    assert ("no interval" in texts[0]) == (count == 1)
    assert texts[1] == "Beside that, satisfaction is 70 points." if count == 1 else "satisfaction is 70" in texts[1]
