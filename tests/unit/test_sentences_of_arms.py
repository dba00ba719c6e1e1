"""Sentences of studies that set arms against each other are true of their numbers, whatever these are."""

from __future__ import annotations

import math
import re
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.experiment.best import Best, Chance
from sim.experiment.break_even import BreakEven
from sim.experiment.estimates import Change, verdict
from sim.experiment.factorial import Factorial, Term
from sim.experiment.front import Front, Placed, Sure
from sim.experiment.optimise import Checked, Optimise, Optimum, Tried, held
from sim.experiment.selection import Selected
from sim.files.break_even_study import BreakEvenStudy, Case, Varied
from sim.files.dimensions import Dimension, Level
from sim.files.factorials import FactorialStudy, subsets
from sim.files.fronts import FrontStudy
from sim.files.optimises import Constraint
from sim.files.selections import SelectionStudy
from sim.files.studies import Arm
from sim.report import best, break_even, factorial, front, optimise, selection
from sim.report.numbers import whole_percent
from sim.stats.crossing import curve
from sim.stats.intervals import Estimate
from sim.stats.search import Worth
from sim.stats.selection import screen

PROFIT = Measure("profit", "profit, nominal", "EUR", "ledger.profit", better="higher", outcome=True)
KEPT = Measure("customer_retention_end", "customers kept", "%", "kept", better="higher", outcome=True)
LIVED = Measure("satisfaction", "satisfaction lived", "points", "content", better="higher", outcome=True)
MEASURES = (PROFIT, KEPT, LIVED)
SAID = {"profit": 0, "customer retention": 1, "satisfaction": 2}
TITLES = (
    "Doing nothing",
    "<b>bold</b> & more",
    "料金を引き上げる",
    "A very long title " * 8 + "it is",
    "Fifth: 5 %",
    "Six",
)
SIZES = (0.0, 1e-9, 5e-5, 0.03, 1.0, 47.3, 1234.5, 9.87e8)
sizes = st.sampled_from(SIZES)
signed = st.builds(lambda size, sign: sign * size, sizes, st.sampled_from((1.0, -1.0)))
few = settings(max_examples=40, deadline=None)


def estimate_of(value: float, half_width: float | None) -> Estimate:
    return Estimate(value, half_width, 1 if half_width is None else 5, "", 0.95)


estimates = st.builds(estimate_of, signed, st.sampled_from((None, 0.0, *SIZES)))


def arms_of(count: int) -> tuple[Arm, ...]:
    return tuple(Arm(f"arm_{place}" if place else "baseline", TITLES[place], {}) for place in range(count))


@few
@given(
    st.lists(st.tuples(signed, st.sampled_from((None, 0.0, *SIZES))), min_size=7, max_size=7),
    st.sampled_from(("add", "multiply", "whole")),
    st.sampled_from(("", "[b]nasty[/b]")),
)
@example([(0.0, 0.0)] * 7, "add", "")
@example([(1.0, None)] * 7, "whole", "")
@example([(1.0, 2.0)] * 6 + [(-1.0, 2.0)], "add", "")
def test_a_break_even_is_told_where_both_signs_are(head: Any, truth: Any, rows: Any, kind: str, label: str) -> None:
    low, high, verb = {"add": (-3.0, 9.0, "add"), "multiply": (1.0, 1.6, "multiply"), "whole": (0.0, 12.0, "to")}[kind]

    def evaluate(values: Any) -> list[Estimate]:
        found = []
        for value in values:
            place = min(int((value - low) / (high - low) * 6), 5)
            part = (value - low) / (high - low) * 6 - place
            (left, half), (right, other) = rows[place], rows[place + 1]
            found.append(estimate_of(left + part * (right - left), half if part < 0.5 else other))
        return found

    varied = Varied("fee", ("pricing.fee",), verb, low, high, "EUR" if verb == "add" else "", kind == "whole")  # type: ignore[arg-type]
    drawn = curve(evaluate, low, high, whole=varied.whole, grid=7)
    scenario = head["scenario"]
    rest = {name: value for name, value in head.items() if name != "scenario"}
    study = BreakEvenStudy(
        **rest, cases=(Case(label, scenario),), varied=varied, policy=None, of_policy=True, measure="profit"
    )
    told = break_even.sentences(BreakEven(study, PROFIT, (drawn,)))
    assert len(told) == max(1, len(drawn.crossings))
    for text in told:
        truth.formed(text)
    if not drawn.crossings:
        verdicts = [truth.verdict(each) for _, each in drawn.points]
        assert ("is exactly zero at every value" in told[0]) is (set(verdicts) == {"the same"})
        if set(verdicts) == {"the same"}:
            return
        names = {
            "higher": "positive",
            "lower": "negative",
            "the same": "exactly zero",
            "cannot tell": "not told from zero",
        }
        counts = dict(re.findall(r"(positive|negative|exactly zero|not told from zero) at (\d+) of 7", told[0]))
        assert counts == {names[one]: str(verdicts.count(one)) for one in set(verdicts)}
        assert not {"positive", "negative"} <= set(counts)
    for text, crossing in zip(told, drawn.crossings, strict=False):
        signs = re.search(r"turns from (positive|negative).* to (positive|negative) at", text)
        assert signs, text
        assert signs.groups() == (("positive", "negative") if crossing.falling else ("negative", "positive"))
        unsure = re.search(r"cannot tell whether it is ([a-z ]+) anywhere", text)
        hidden = unsure[1].split(" or ") if unsure else []
        sides = ([each for at, each in drawn.points if at <= crossing.before],
                 [each for at, each in drawn.points if at >= crossing.after])  # fmt: skip
        for sign, side in zip(signs.groups(), sides, strict=True):
            clear = {"positive": "higher", "negative": "lower"}[sign] in map(truth.verdict, side)
            assert clear is (sign not in hidden), text
        if kind == "add":
            at = re.search(r" at ([+-]?[\d,.]+) EUR \(", text)
            assert at, text
            truth.rounds(at[1], crossing.value)


@few
@given(st.lists(st.one_of(st.none(), estimates), min_size=12, max_size=12), st.integers(2, 3))
def test_policies_together_are_told_as_their_interval_allows(
    head: Any, truth: Any, beyond: list[Estimate | None], count: int
) -> None:
    factors = ("fee", "training", "night")[:count]
    combinations = subsets(factors)
    several = [chosen for chosen in combinations if len(chosen) > 1]
    terms = {
        (place, chosen): Term(None, None, beyond[3 * several.index(chosen) + place] if chosen in several else None)
        for place in range(3)
        for chosen in combinations
    }
    study = FactorialStudy(**head, arms=(), factors=factors, titles=factors, measures=())
    found = Factorial(study, MEASURES, None, terms)  # type: ignore[arg-type]
    told = factorial.sentences(found)
    assert len(told) == len(several)
    for text, chosen in zip(told, several, strict=True):
        truth.formed(text)
        known = {name: each for name, place in SAID.items() if (each := terms[place, chosen].beyond) is not None}
        body = text.removesuffix(".").partition(": ")[2]
        assert text.startswith(f"{' and '.join(filter(None, (', '.join(chosen[:-1]), chosen[-1])))}: ")
        seen = []
        for part in body.split("; ") if known else ():
            if found_ := re.fullmatch(r"(.*) is ([\d,.]+)(?: EUR| points)? \((.*)\) (above|below) the sum of .*", part):
                name, amount, interval, way = found_.groups()
                assert truth.verdict(known[name]) == {"above": "higher", "below": "lower"}[way]
                truth.rounds(amount, abs(known[name].value))
                truth.interval(interval, known[name])
                seen.append(name)
                continue
            kind = "the same" if part.startswith("exactly") else "cannot tell"
            names = truth.listed(part.partition(": ")[2])
            assert all(truth.verdict(known[name]) == kind for name in names), text
            seen += names
        assert sorted(seen) == sorted(known)


@few
@given(st.lists(st.tuples(st.sampled_from((0.0, 0.003, 0.049, 0.0496, 0.05, 0.5, 0.9496, 0.95, 0.997, 1.0)),
                          st.integers(0, 5)), min_size=2, max_size=6), st.integers(2, 3))  # fmt: skip
def test_every_arm_stands_once_on_or_off_the_front(head: Any, truth: Any, rows: Any, outcomes: int) -> None:
    nothing = Change(estimate_of(0.0, 0.0), "the same", None)
    arms = []
    for place, (share, rival) in enumerate(rows):
        sole = rival < len(rows) and rival != place
        beaten = tuple(1.0 - share if sole and other == rival else 0.0 for other in range(len(rows)))
        sure = Sure(share, share, share, beaten)
        name = "baseline" if place == 0 else f"arm_{place}"
        arms.append(Placed(name, TITLES[place], (nothing,) * outcomes, (None,) * outcomes, (), sure))
    study = FrontStudy(
        **head,
        arms=arms_of(len(rows)),
        outcomes=tuple(one.name for one in MEASURES[:outcomes]),
        wanted=("higher",) * outcomes,
    )
    told = front.sentences(Front(study, MEASURES[:outcomes], tuple(arms)))
    on = [text for text in told if text.startswith("On the front")]
    perhaps = [text for text in told if text.startswith("This study cannot tell")]
    off = [text for text in told if text not in on + perhaps]
    for text in told:
        truth.formed(text)
    sure_names = on[0].removesuffix(".").partition(": ")[2].split(", ") if on else []
    assert sure_names == [arm.arm for arm in arms if arm.sure and arm.sure.probability >= 0.95]
    pairs = re.findall(r"(\w+) \(([\d.]+) %\)", perhaps[0]) if perhaps else []
    assert [name for name, _ in pairs] == [arm.arm for arm in arms if arm.sure and 0.05 <= arm.sure.probability < 0.95]
    assert all(5 <= float(share) < 95 for _, share in pairs)
    below = [(arm, row) for arm, row in zip(arms, rows, strict=True) if row[0] < 0.05]
    for text, (arm, (_, rival)) in zip(off, below, strict=True):
        assert text.startswith(f"{arm.title} is beaten by ")
        assert "with a probability of 95 % or more" in text
        known = rival < len(rows) and arms[rival] is not arm
        assert (f"by {arms[rival].arm} with" in text) if known else ("cannot be told" in text)


def test_a_front_of_one_replication_tells_nothing(head: Any) -> None:
    arm = Placed("baseline", "Doing nothing", (), (), (), None)
    study = FrontStudy(**head, arms=arms_of(1), outcomes=(), wanted=())
    assert front.sentences(Front(study, MEASURES[:2], (arm,))) == [
        "One replication tells nothing of how sure the front is."
    ]


columns = st.lists(st.lists(st.sampled_from((0.0, 1.0, 2.0, 5.0)), min_size=9, max_size=9), min_size=2, max_size=5)


@few
@given(columns, st.sampled_from((0.01, 1.0, 50.0)), st.booleans())
@example([[1.0, 2.0] * 4 + [1.0], [2.0, 1.0] * 4 + [1.0]], 50.0, True)
@example([[1.0] * 9, [1.0] * 9], 1.0, True)
@example([[1.0, 2.0] * 4 + [1.0], [2.0, 1.0] * 4 + [1.0]], 0.0001, True)
def test_a_selection_tells_who_is_chosen_and_who_is_as_good(
    head: Any, truth: Any, rows: list[list[float]], zone: float, higher: bool
) -> None:
    first = {**head, "replications": 4}
    study = SelectionStudy(
        **first, arms=arms_of(len(rows)), measure="profit", indifference=zone, probability=0.95, most=9
    )
    screening = screen(rows, 4, zone, 0.95, higher)
    ends = {place: dropped.at for place, dropped in screening.dropped.items()}
    values = tuple(tuple(row[: ends.get(place, screening.stage)]) for place, row in enumerate(rows))
    measure = PROFIT if higher else Measure("cost", "cost", "EUR", "cost", better="lower")
    sign = 1.0 if higher else -1.0
    leader = screening.chosen
    if leader is None:
        leader = max(screening.left, key=lambda place: sign * sum(values[place]))
    told = selection.sentences(Selected(study, measure, values, screening, leader, 0))
    for text in told:
        truth.formed(text)
    assert told[0].startswith("Undecided") is (screening.chosen is None)
    rivals = [place for place in screening.left if place != leader]
    if screening.chosen is None:
        assert TITLES[leader] in told[0]
        assert f"ceiling of {screening.stage} replications" in told[0]
        assert f"{len(screening.left)} arms left" in told[0]
        assert all(study.arms[place].name in told[0] for place in rivals)
        if "leads" not in told[0]:
            assert any(sum(values[place]) == sum(values[leader]) for place in rivals)
    else:
        assert told[0].startswith(f"{TITLES[leader]} is chosen: ")
        seen = []
        for where, names in re.findall(r"Exactly as good (in every replication|on average): ([^.]*)\.", told[0]):
            for name in names.split(", "):
                place = [arm.name for arm in study.arms].index(name)
                assert math.isclose(sum(values[place]), sum(values[leader]))
                assert (values[place] == values[leader]) is (where == "in every replication")
                seen.append(place)
        assert sorted(seen) == sorted(screening.tied)
    used, arms, stage, *spared = (int(each.replace(",", "")) for each in re.findall(r"(?<!\w)[\d,]+(?!\w)", told[1]))
    assert (used, arms, stage) == (sum(map(len, values)), len(rows), screening.stage)
    assert (spared or [0]) == [arms * stage - used]


@few
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=6))
@example([5_000, 5_000])
@example([9_950, 50])
@example([1, 9_999])
def test_the_best_is_as_probable_as_is_told(bench: Any, truth: Any, weights: list[int]) -> None:
    shares = [weight / (sum(weights) or 1) for weight in weights]
    plan = type("Plan", (), {"arms": arms_of(len(weights))})
    result = type("Result", (), {"plan": plan})
    chances = tuple(
        Chance(arm.name, share, share, share, share, share, share)
        for arm, share in zip(arms_of(len(weights)), shares, strict=True)
    )
    text = best.best_sentence(result, Best(PROFIT, chances, 5, 0.95))  # type: ignore[arg-type]
    truth.formed(text)
    top = max(shares)
    named = [place for place in range(len(shares)) if f"{TITLES[place]} ({whole_percent(shares[place])})" in text]
    first = [place for place, share in enumerate(shares) if share == top]
    assert set(first[:1] if top >= 0.995 else first) <= set(named)
    assert ("most probably" in text) is (top < 0.995 and len(first) == 1)
    if top < 0.995:
        assert named == [place for place, share in enumerate(shares) if share == top or share >= 0.05]
    assert ("(100 %)" in text) is (top == 1.0)
    assert "(0 %)" not in text or 0.0 in shares


levels = [Level(value, float(value), {}) for value in (1, 2, 3)]


optima = st.tuples(
    st.integers(1, 3),
    st.one_of(st.none(), st.integers(0, 2)),
    st.one_of(st.none(), estimates),
    st.lists(
        st.tuples(st.one_of(st.none(), estimates), st.booleans(), st.sampled_from((None, 0.0, 80.0, 1234567.0))),
        max_size=2,
    ),
    st.booleans(),
    st.sampled_from((1, 4)),
)


@few
@given(optima)
@example((1, None, None, [], True, 1))
@example((1, 0, estimate_of(-5.0, 1.0), [(None, True, 80.0)], True, 4))
def test_an_optimum_is_told_as_it_was_confirmed(head: Any, truth: Any, case: Any) -> None:
    count, at, moved, checks, highest, runs = case
    fee = Dimension("fee.[x]", ("fee",), False, "to", "", tuple(levels), None, head["scenario"], True)
    constraints = tuple(Constraint("customer_retention_end", least, bound) for _, least, bound in checks)
    plan = Optimise(**{**head, "replications": runs}, dimensions=(fee,), measure="profit", highest=highest,
                    constraints=constraints, evaluations=5, confirm=5)  # fmt: skip
    tried = tuple(Tried((levels[place],), (1.0, 1.0), Worth(0.0, 0.0)) for place in range(count))
    chosen = None if at is None else min(at, count - 1)
    checked = tuple(Checked(one, each, held(one, each)) for one, (each, _, _) in zip(constraints, checks, strict=True))
    change = None if moved is None else Change(moved, verdict(moved), None)
    found = Optimum(plan, (PROFIT, KEPT), tried, chosen, Worth(0.0, 1.0), change=change, checked=checked)
    told = optimise.sentences(found)
    for text in told:
        truth.formed(text)
    assert told[0].startswith(f"Of {count} point{'s' * (count > 1)} tried, ")
    if chosen is None:
        assert len(told) == 1
        assert told[0].endswith("nothing was confirmed.")
        return
    assert told[0].endswith(f"is fee.[x] {chosen + 1}.")
    said = re.search(r"is (higher|lower) than as it is by ([\d,.]+) EUR \((.*?)\), on fresh", told[1])
    allowed = "none" if moved is None else truth.verdict(moved)
    assert (said[1] if said else None) == (allowed if allowed in ("higher", "lower") else None)
    if said and moved is not None:
        truth.rounds(said[2], abs(moved.value))
        truth.interval(said[3], moved)
        assert ("a constraint is broken" in told[1]) is ((said[1] == "higher") is not highest)
    assert ("exactly that" in told[1]) is (allowed == "the same")
    for text, (each, least, bound) in zip(told[2:], checks, strict=True):
        check_constraint(truth, text, each, least, bound)


def check_constraint(truth: Any, text: str, each: Estimate | None, least: bool, bound: float | None) -> None:
    if bound is not None:
        truth.rounds(re.findall(r" at (?:least|most) ([\d,.]+) %", text)[0], bound)
    if each is None:
        assert text.endswith("may hold or not there, as it cannot be estimated.")
        return
    limit = bound or 0.0
    low, high = (
        (None, None) if each.half_width is None else (each.value - each.half_width, each.value + each.half_width)
    )
    if ": holds there" in text:
        assert (low is not None and low >= limit) if least else (high is not None and high <= limit)
    elif ": does not hold" in text:
        assert (high is not None and high < limit) if least else (low is not None and low > limit)
    else:
        assert "may hold or not" in text
        assert low is None or high is None or low <= limit <= high
    shown = re.search(r" is ([+-]?[\d,.]+)(?: ± ([\d,.]+))?(?: %| points)\.$", text)
    assert shown, text
    truth.rounds(shown[1], each.value, 0.05 * (each.half_width or 0.0))
    assert (shown[2] is None) is (each.half_width is None)
