"""Sentences of studies that move settings are true of their numbers, whatever these are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.experiment.estimates import verdict
from sim.experiment.measured import Measured
from sim.experiment.sensitivity import RANKED, Hangs, Sensed, Sensitivity
from sim.experiment.sweep import Effect, Sweep, Swept
from sim.experiment.uncertainty import Answer, Uncertainty, UnderUncertainty
from sim.files.dimensions import Dimension, Level
from sim.files.uncertainty import Uncertain
from sim.mechanisms.interventions import PolicySettings
from sim.report import sensitivity, sweep, uncertainty
from sim.stats.indices import Indices
from sim.stats.intervals import Estimate
from sim.stats.random_effects import Bounded, components, share_above
from sim.stats.ranks import Hanging, hanging

PROFIT = Measure("profit", "profit, nominal", "EUR", "ledger.profit", better="higher", outcome=True)
KEPT = Measure("customer_retention_end", "customers kept", "%", "kept", better="higher", outcome=True)
LIVED = Measure("satisfaction", "satisfaction lived", "points", "content", better="higher", outcome=True)
SAID = {"profit": PROFIT, "customer retention": KEPT, "satisfaction": LIVED}
MEASURES = tuple(SAID.values())
NAMES = ("fee", "[b]wait[/b]", "待ち時間", "training.hours", "night", "sixth")
SIZES = (0.0, 1e-9, 5e-5, 0.03, 1.0, 47.3, 1234.5, 9.87e8)
signed = st.builds(lambda size, sign: sign * size, st.sampled_from(SIZES), st.sampled_from((1.0, -1.0)))
few = settings(max_examples=40, deadline=None)


def estimate_of(value: float, half_width: float | None) -> Estimate:
    return Estimate(value, half_width, 1 if half_width is None else 5, "", 0.95)


estimates = st.builds(estimate_of, signed, st.sampled_from((None, 0.0, *SIZES)))


@pytest.fixture(scope="session")
def dimensions(bench: Any) -> Callable[[int, int], tuple[Dimension, ...]]:
    def made(count: int, values: int = 2) -> tuple[Dimension, ...]:
        levels = tuple(Level(value, float(value), {}) for value in range(1, values + 1))
        return tuple(
            Dimension(name, (name,), False, "to", "", levels, (levels[0], levels[-1]), bench.firm, True)
            for name in NAMES[:count]
        )

    return made


bounded = st.builds(
    lambda value, below, above: Bounded(value, value - below, value + above),
    signed,
    st.sampled_from(SIZES),
    st.sampled_from(SIZES),
)
positive = st.builds(
    lambda value, below, above: Bounded(value, value * below, value * above),
    st.sampled_from((0.0, 1e-9, 0.0004, 0.02, 0.5, 1.0, 3e6)),
    st.sampled_from((0.0, 0.5, 1.0)),
    st.sampled_from((1.0, 1.5)),
)
unknown = st.just(Bounded(None, None, None))
NOTHING = Bounded(0.0, 0.0, 0.0)


@few
@given(
    st.tuples(
        st.sampled_from(("tornado", "morris", "sobol")),
        st.integers(1, 6),
        st.lists(st.one_of(bounded, bounded, unknown), min_size=12, max_size=12),
        st.lists(st.one_of(positive, positive, unknown), min_size=6, max_size=6),
        st.sampled_from((1, 5)),
    )
)
@example(("sobol", 3, [], [Bounded(0.9, 0.8, 1.0), Bounded(1e-6, 1e-7, 1e-5), NOTHING], 5))
@example(
    ("tornado", 2, [Bounded(99.0, -1.0, 199.0), Bounded(50.0, 40.0, 60.0), Bounded(1.0, 0.9, 1.1), NOTHING], [], 5)
)
@example(("morris", 2, [], [NOTHING] * 2, 5))
def test_each_setting_matters_as_its_index_tells(head: Any, truth: Any, dimensions: Any, case: Any) -> None:
    method, count, both, single, runs = case
    names = RANKED[method]
    rows = [tuple(both[2 * place : 2 * place + 2] if method == "tornado" else single[place : place + 1])
            for place in range(count)]  # fmt: skip
    by_name = {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}
    study = Sensitivity(
        **{**head, "replications": runs}, method=method, dimensions=dimensions(count), policy=None, size=4, measures=()
    )
    measured = Measured((PROFIT,), np.zeros((1, 1, 1)), np.ones((1, 1, 1)), 0.95)
    found = Sensed(study, measured, (Hangs(0, Bounded(1.0, 1.0, 1.0), Indices(by_name)),) * 2)
    (text,) = sensitivity.sentences(found)
    truth.formed(text)
    flat = dict(zip(NAMES, rows, strict=False))
    if text.endswith("is the same at every point."):
        assert all(each.value in (None, 0.0) for row in rows for each in row)
        return
    if text.startswith("One replication"):
        assert (method, runs) == ("tornado", 1)
        return
    clear = check_sensitivity(truth, text, method, flat)
    assert {name for place, name in enumerate(flat) if sensitivity.matters(found, found.answers[0], place)} == clear


def check_sensitivity(truth: Any, text: str, method: str, rows: dict[str, tuple[Bounded, ...]]) -> set[str]:
    """Every claim against the indices; the settings that can be told to matter."""
    clear = {name for name, row in rows.items() if any(each.excludes_zero for each in row)}
    zero = {name for name, row in rows.items() if all(each.value == each.low == each.high == 0.0 for each in row)}
    most = 1.0 if method == "sobol" else max(row[0].value or 0.0 for row in rows.values())
    least = 0.0 if method == "tornado" else 0.01 * most
    little = {name for name, row in rows.items() if least and row[0].high is not None and row[0].high < least} - zero
    clear -= little
    groups: dict[str, set[str]] = {}
    for kind, pattern in (
        ("little", r"hardly anything comes of (.*?) \("),
        ("unclear", r"this study cannot tell whether (.*?) matters"),
        ("zero", r"exactly nothing comes of (.*?)(?:;|\.$)"),
    ):
        said = re.search(pattern, text)
        groups[kind] = set(truth.listed(said[1])) if said else set()
    assert groups["little"] == little, text
    assert groups["zero"] == zero, text
    assert groups["unclear"] == (set(rows) - clear - little - zero if clear else set()), text
    if not clear:
        assert "no setting can be told to matter" in text
        return clear
    body = text.partition(" hangs most on ")[2]
    told = [name for name in rows if re.search(rf"(?:^|; ){re.escape(name)}, ", body)]
    more = re.search(r"; less on (\d+) others?", text)
    assert set(told) <= clear
    assert len(told) + (int(more[1]) if more else 0) == len(clear), text
    sizes = {name: max(abs(each.value or 0.0) for each in rows[name] if each.excludes_zero) for name in clear}
    assert min(sizes[name] for name in told) >= max((sizes[name] for name in clear - set(told)), default=0.0)
    for name in told:
        part = re.search(rf"(?:^|; ){re.escape(name)}, ([^;]*)", body)
        assert part
        numbers = re.findall(r"([+-]?[\d,.]+) \((-?[\d,.]+) to (-?[\d,.]+)\)", part[1])
        sure = [each for each in rows[name] if each.excludes_zero]
        for shown, each in zip(numbers, sure, strict=True):
            for digits, value in zip(shown, (each.value, each.low, each.high), strict=True):
                half = ((each.high or 0.0) - (each.low or 0.0)) / 2
                truth.rounds(digits, value, 0.05 * half)
                assert digits.strip("+-0.,") or value == 0.0, text
        assert part[1].count("exactly nothing") == sum(
            each.value == each.low == each.high == 0.0 for each in rows[name]
        )
        assert part[1].count("no difference told") == len(rows[name]) - len(sure) - part[1].count("exactly nothing")
    return clear


ROWS = st.lists(st.sampled_from((-3.0, 0.0, 1e-7, 1.0, 1.1, 500.0)), min_size=4, max_size=4)


@few
@given(
    st.tuples(
        st.lists(ROWS, min_size=2, max_size=9),
        st.lists(estimates, min_size=24, max_size=24),
        st.sampled_from(("grid", "list", "sobol")),
        st.sampled_from(("higher", "lower", "neither")),
        st.sampled_from((1, 5)),
    )
)
@example(([[1.0] * 4, [1.0] * 4], [estimate_of(0.0, 0.0)] * 24, "grid", "higher", 5))
def test_a_sweep_tells_each_value_and_what_is_as_good_as_the_best(
    head: Any, truth: Any, dimensions: Any, case: Any
) -> None:
    rows, drawn, design, better, runs = case
    (one,) = dimensions(1, len(rows))
    measures = (Measure("profit", "profit", "EUR", "p", better=better, outcome=True), KEPT, LIVED)
    above = np.repeat(np.array(rows)[:, :, None], 3, axis=2)
    points = tuple((level,) for level in one.levels)
    study = Sweep(**{**head, "replications": runs}, design=design, dimensions=(one,), points=points, measures=())
    pairs = [(level, place) for level in one.levels[1:] for place in range(3)] if design != "list" else []
    effects = tuple(
        Effect(one, level, one.levels[0], place, None, change, verdict(change))
        for (level, place), change in zip(pairs, drawn, strict=False)
    )
    found = Swept(study, Measured(measures, above, np.ones_like(above), 0.95), 0, effects, (None,) * 3)
    told = sweep.sentences(found)
    for text in told:
        truth.formed(text)
    if runs < 2:
        assert told == ["One replication gives no interval, so no difference can be told from chance."]
        return
    best = [text for text in told if text.startswith("The ")]
    spoken = list(dict.fromkeys(effect.level.label for effect in effects))
    spoken = spoken if len(spoken) <= 4 else [spoken[0], spoken[-1]]
    assert len(told) - len(best) == len(spoken)
    for text, label in zip(told, spoken, strict=False):
        mine = {name: effect.change for effect in effects if effect.level.label == label
                for name, measure in SAID.items() if measure.name == measures[effect.measure].name}  # fmt: skip
        assert label in text.partition(": ")[0]
        truth.changes(text.removesuffix(".").partition(": ")[2], mine)
    assert len(best) == (better != "neither")
    if best:
        check_best(truth, best[0], rows, better)


def check_best(truth: Any, text: str, rows: list[list[float]], better: str) -> None:
    means = [sum(row) / len(row) for row in rows]
    said = re.fullmatch(r"The (highest|lowest) mean of profit, (-?[\d,.]+) ± [\d,.]+ EUR, is at fee (\d); (.*)\.", text)
    assert said, text
    assert said[1] == ("highest" if better == "higher" else "lowest")
    first = int(said[3]) - 1
    assert means[first] == pytest.approx(max(means) if better == "higher" else min(means))
    alike = [int(place) - 1 for place in re.findall(r"fee (\d)", said[4])]
    more = re.search(r"and (\d) more", said[4])
    others = [place for place in range(len(rows)) if place != first]
    differences = {place: {a - b for a, b in zip(rows[place], rows[first], strict=True)} for place in others}
    apart = [place for place, found in differences.items() if len(found) == 1 and found != {0.0}]
    same = [place for place in others if rows[place] == rows[first]]
    assert not set(apart) & set(alike)
    assert set(same) <= set(alike) or more
    assert ("this one cannot" in said[4]) is (len(alike) == 1 and not more)
    assert ("every other point is told" in said[4]) is (not alike)


DRAWS = st.lists(st.sampled_from((-30.0, 0.0, 1e-7, 1.0, 1.5, 900.0)), min_size=2, max_size=2)
COEFFICIENTS = st.tuples(st.sampled_from((-1.0, -0.5, 0.0, 0.3)), st.sampled_from((0.0, 0.1, 0.4)))


@few
@given(
    st.tuples(
        st.lists(DRAWS, min_size=3, max_size=6),
        st.sampled_from((1, 2)),
        st.integers(1, 6),
        st.one_of(st.none(), st.lists(COEFFICIENTS, min_size=6, max_size=6)),
        st.sampled_from((0.0, 0.4, 0.9991, 1.0)),
        st.booleans(),
    )
)
@example(([[1.0, 1.0]] * 3, 2, 2, [(-1.0, 0.0), (0.0, 0.0)] * 3, 1.0, True))
@example(([[0.0, 0.0]] * 3, 1, 1, None, 0.0, True))
def test_what_is_uncertain_is_told_as_far_as_it_is_known(head: Any, truth: Any, dimensions: Any, case: Any) -> None:
    rows, runs, count, coefficients, explained, known = case
    values = np.array(rows)[:, :runs]
    policy = PolicySettings.model_validate({"title": "Raise <it> by 6 %"}, context={"currency": "EUR"})
    study = Uncertainty(
        **{**head, "replications": runs}, uncertain=tuple(Uncertain(one, None) for one in dimensions(count)),
        policies={"more": policy}, draws=len(rows), measures=(),
    )  # fmt: skip
    parts = components(values)
    hangs = coefficients and Hanging(tuple(estimate_of(*each) for each in coefficients[:count]), explained)
    chance = share_above(values, len(rows), 0.95)
    answers = (Answer("more", 0 if known else 4, parts, chance, chance, hangs),)
    others = tuple(Measure(f"m{place}", f"m{place}", "", "m") for place in range(4))
    measured = Measured((PROFIT, *others, KEPT), np.zeros((1, 1, 6)), np.ones((1, 1, 6)), 0.95)
    told = uncertainty.sentences(UnderUncertainty(study, measured, answers))
    for text in told:
        truth.formed(text)
    first = told[0].removeprefix("Raise <it> by 6 %, over all that is uncertain: ").removesuffix(".")
    if known:
        truth.changes(first, {"profit": parts.mean})
    else:
        assert (first, len(told)) == ("nothing was measured that could be compared", 1)
        return
    check_chance(truth, told[1], chance)
    last = next((text for text in told if "hangs" in text), "")
    if hangs:
        check_hanging(truth, last, dict(zip(NAMES, hangs.coefficients, strict=False)), explained)
    assert any("does not tell inputs from chance" in text for text in told) is (runs == 1)


def check_chance(truth: Any, text: str, chance: Bounded) -> None:
    said = re.search(r"probability of (?:(\w+) )?([\d.]+) % \((?:(\w+) )?([\d.]+) % to (?:(\w+) )?([\d.]+) %\)", text)
    assert said, text
    values = (chance.value, chance.low, chance.high)
    for word, shown, value in zip(said.groups()[::2], said.groups()[1::2], values, strict=True):
        assert value is not None
        if word is None:
            truth.rounds(shown, 100 * value, 0.5)
            assert float(shown) not in (0.0, 100.0) or value in (0.0, 1.0), text
        else:
            assert 100 * value < float(shown) if word == "under" else 100 * value > float(shown)


def check_hanging(truth: Any, text: str, rows: dict[str, Estimate], explained: float) -> None:
    clear = {name for name, each in rows.items() if truth.verdict(each) in ("higher", "lower")}
    numbers = dict(re.findall(r"(?:on |, )([^ ,]+) \(([+-][\d.]+) ±", text))
    assert set(numbers) <= clear
    for name, shown in numbers.items():
        truth.rounds(shown, rows[name].value, 0.05)
    assert ("cannot tell" in text) is any(truth.verdict(each) == "cannot tell" for each in rows.values()) or not clear
    if not clear:
        assert ("hangs on fee" in text) is (len(rows) == 1)
        return
    more = re.search(r"less on (\d|one) more", text)
    assert len(numbers) + (int(more[1].replace("one", "1")) if more else 0) == len(clear)
    nothing = re.search(r"exactly nothing comes of ([^;]*)", text)
    assert set(truth.listed(nothing[1]) if nothing else ()) == {
        name for name, each in rows.items() if truth.verdict(each) == "the same"
    }
    shown = re.search(r"explain (.*?) of the differences", text)
    assert shown
    assert (shown[1] == "100 %") is (explained == 1.0)
    assert (shown[1] == "0 %") is (explained == 0.0)


@pytest.mark.parametrize("noise", [0.0, 1e-13, 1e-3])
def test_a_number_that_explains_everything_leaves_exactly_nothing_to_the_others(noise: float) -> None:
    generator = np.random.default_rng(4)
    inputs = generator.random((40, 3))
    outcome = -7e5 * inputs[:, 0] + noise * inputs[:, 1]
    found = hanging(inputs, outcome)
    assert found is not None
    assert [(each.value, each.half_width) for each in found.coefficients] == [(-1.0, 0.0), (0.0, 0.0), (0.0, 0.0)]
    assert found.explained == 1.0


def test_probabilities_stay_in_order_and_are_never_rounded_to_certainty() -> None:
    told = uncertainty._between
    assert told(Bounded(0.006, 0.0051, 0.008)) == "0.6 % (0.5 % to 0.8 %)"
    assert told(Bounded(0.9997, 0.9991, 0.99995)) == "over 99.9 % (99.9 % to over 99.9 %)"
    assert told(Bounded(1.0, 0.68, 1.0)) == "100 % (68 % to 100 %)"
    assert told(Bounded(0.0, 0.0, 0.32)) == "0 % (0 % to 32 %)"
    assert told(Bounded(0.4, 0.31, 0.52)) == "40 % (31 % to 52 %)"
