"""What is said of warm-ups, known answers, paybacks and precision is true of their numbers, whatever these are."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.experiment.execution import Arm
from sim.experiment.precision import Reached
from sim.experiment.warming import Settling, Warming
from sim.files.goals import Goal
from sim.laws.cases import Case
from sim.laws.meeting import Check
from sim.laws.verifying import Verdict, Verified
from sim.report import laws, warming
from sim.report.sentences import payback_sentence, precision_sentences
from sim.stats.intervals import Estimate
from sim.stats.payback import Payback, wilson

few = settings(max_examples=40, deadline=None)
LABELS = ("satisfaction", "customers", "wait on the telephone", "occupancy <b>")
left = st.builds(
    lambda value, half: Estimate(value, half, 3, "", 0.95),
    st.sampled_from((-5.0, 0.0, 1e-9, 5.0)),
    st.sampled_from((None, 0.0, 1.0, 9.0)),
)


@few
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 30)), st.one_of(st.none(), left)), max_size=4),
    st.integers(0, 12),
    st.sampled_from(("itself", "the same week a year later", "nothing")),
)
@example([(None, Estimate(5.0, 1.0, 3, "", 0.95))] * 2, 4, "itself")
def test_a_warm_up_is_called_too_short_only_where_that_is_told(
    bench: Any, truth: Any, rows: list[tuple[int | None, Estimate | None]], warm_up: int, compared: str
) -> None:
    found = tuple(
        Settling(Measure(label, label, "", label), (), compared, warm_up, cut, (), rest)
        for label, (cut, rest) in zip(LABELS, rows, strict=False)
    )
    text = warming.sentence(Warming(bench.firm, 1, 3, warm_up, 60, compared, found))
    truth.formed(text)
    told = {"too short": [], "does not settle": [], "cannot tell": []}  # type: dict[str, list[str]]
    for label, (cut, rest) in zip(LABELS, rows, strict=False):
        if cut is not None and cut <= warm_up:
            continue
        clear = rest is not None and truth.verdict(rest) in ("higher", "lower")
        told["cannot tell" if not clear else "does not settle" if cut is None else "too short"].append(label)
    if compared == "nothing" or not found:
        assert "does not apply" in text if compared == "nothing" else text.startswith("No measure has")
        return
    patterns = {
        "too short": r"The warm-up is too short for (.*): (\d+) weeks? would do",
        "does not settle": r"(?:^|\. )([^.]*) still moves? in the first half",
        "cannot tell": r"It cannot be told of (.*): MSER",
    }
    for verdict, pattern in patterns.items():
        said = re.search(pattern, text)
        names = [name.lower() for name in truth.listed(said[1])] if said else []
        assert names == told[verdict], text
    if told["too short"]:
        longest = max(cut or 0 for label, (cut, _) in zip(LABELS, rows, strict=False) if label in told["too short"])
        assert f": {longest} week" in text
    assert (" still moves " in text) is (len(told["does not settle"]) == 1)
    assert ("Nothing says that a warm-up of " in text) is not (told["too short"] or told["does not settle"])


def case_of(number: int) -> Case:
    return Case(f"EC{number}", "M/M/1 <x>", {}, {})


checks = st.builds(
    lambda kind, exact, off, half, allowed: Check(
        "mean_wait", kind, exact * (1 + off), None if kind == "formula" else half * exact, exact, allowed
    ),
    st.sampled_from(("answer", "formula", "input")),
    st.sampled_from((1e-6, 0.25, 7.0, 123_456.0)),
    st.sampled_from((0.0, 2e-9, 1e-5, 0.02, 3.0)),
    st.sampled_from((1e-9, 1e-4, 0.05)),
    st.sampled_from((None, 1e-3)),
)


@few
@given(st.lists(st.tuples(st.lists(checks, max_size=4), st.booleans()), max_size=4))
@example([([Check("mean_wait", "formula", 1.00000001, None, 1.0, None)], False)])
@example([([Check("mean_wait", "answer", math.nan, 1.0, 1.0, None)], False)])
@example([([Check("mean_wait", "answer", 1.0, 0.5, 1.0, 0.1)], False)] * 2)
@example([([], True)])
def test_laws_are_told_as_their_numbers_meet(truth: Any, rows: list[tuple[list[Check], bool]]) -> None:
    verdicts = tuple(
        Verdict(case_of(number), 5, () if failed else tuple(each), "it broke" if failed else None)
        for number, (each, failed) in enumerate(rows)
    )
    found = Verified(verdicts, 1, False, 0.999, 0.999)
    text = laws.sentence(found)
    truth.formed(text)
    broken = [each.case.id for each in verdicts if each.verdict == "broken"]
    if broken:
        assert text.startswith(
            f"{len(broken)} of {len(rows)} law{'s' * (len(rows) > 1)} {'is' if len(broken) == 1 else 'are'}"
        )
        assert re.findall(r"EC\d", text) == broken
        for simulated, exact in re.findall(r"is ([\d,.e-]+)(?: ± [\d,.]+)?, exact is ([\d,.e-]+)\)", text):
            assert float(simulated.replace(",", "")) != float(exact.replace(",", ""))
        return
    wide = [each.case.id for each in verdicts if each.verdict == "too wide"]
    assert re.findall(r"EC\d", text) == wide
    holding = re.match(r"(?:The law|All (\d+) laws|(\d+) of \d+ laws?) holds?\b", text)
    if not rows:
        assert text == "No law was run."
        return
    assert holding, text
    assert int(holding[1] or holding[2] or 1) == len(rows) - len(wide)
    for kind, words in (("answer", "simulated number"), ("input", "known input"), ("formula", "number")):
        count = sum(check.kind == kind for each in verdicts for check in each.checks)
        said = re.search(rf"(\d+) {words}s? (?:within|without)", text)
        assert (int(said[1]) if said else 0) == count, text


@pytest.mark.parametrize(
    ("formulas", "words"), [(1, "1 number without noise agrees"), (2, "2 numbers without noise agree")]
)
def test_a_law_without_noise_is_not_said_to_be_simulated(formulas: int, words: str) -> None:
    exact = tuple(Check(f"p_{n}", "formula", 0.5, None, 0.5, None) for n in range(formulas))
    found = Verified((Verdict(case_of(1), 1, exact),), 1, False, 0.999, 0.999)
    assert laws.sentence(found) == f"The law holds: {words} to 1e-9."


@few
@given(st.integers(1, 3000), st.floats(0, 1), st.one_of(st.none(), st.integers(1, 12)))
@example(3000, 0.9998, 3)
@example(3000, 0.0002, None)
@example(1, 1.0, 1)
def test_a_payback_is_told_with_the_share_of_replications(
    bench: Any, truth: Any, n: int, part: float, month: int
) -> None:
    count = round(part * n)
    low, high = wilson(count, n, 0.95)
    found = Payback(month, count / n, low, high, 2 if count else None, 5 if count else None, 12, n, 0.95)
    text = payback_sentence(Arm("more", "<b>More</b>", bench.firm), found)
    truth.formed(text)
    words = "has not paid back by the end" if month is None else f"has paid back in month {month} of 12"
    assert text.startswith(f"<b>More</b>: on average {'pays from the first month on' if month == 1 else words}; ")
    assert ("between month 2 and 5" in text) is (count > 0)
    share = r"((?:under |over )?)([\d.]+) %"
    shown = re.search(rf"in {share} of .* \({share} to {share}\)", text)
    assert shown
    for word, digits, value in zip(shown.groups()[::2], shown.groups()[1::2], (count / n, low, high), strict=True):
        if word:
            assert 100 * value < float(digits) if word == "under " else 100 * value > float(digits)
        else:
            truth.rounds(digits, 100 * value, 0.5)
            assert float(digits) not in (0.0, 100.0) or value in (0.0, 1.0), text


@few
@given(
    st.lists(st.one_of(st.none(), st.sampled_from((0.0, 1e-7, 0.3, 1500.0, 4e6))), min_size=1, max_size=3),
    st.sampled_from((0.004, 2000.0, 1_234_567.0)),
    st.sampled_from(("EUR", "%", "")),
)
def test_a_precision_is_told_as_it_was_reached(
    truth: Any, reached: list[float | None], asked: float, unit: str
) -> None:
    goal = Goal("profit", asked, False)
    rows = tuple(Reached(goal, f"arm_{n}", asked, half, None if half is None else 7) for n, half in enumerate(reached))
    row = SimpleNamespace(measure=Measure("profit", "profit", unit, "p"))
    plan = SimpleNamespace(precision=(goal,), replications=5)
    result: Any = SimpleNamespace(plan=plan, precision=rows, row=lambda name: row)
    (text,) = precision_sentences(result)
    truth.formed(text)
    truth.rounds(re.findall(r"at most ([\d,.]+)", text)[0], asked)
    known = [half for half in reached if half is not None]
    if len(known) < len(reached):
        assert text.endswith("; it cannot be estimated.")
        return
    truth.rounds(re.findall(r"it is ([\d,.]+)", text)[0], max(known))
    assert ("not reached" in text) is (max(known) > asked)
    assert ("arm_" in text) is (len(rows) > 1)
