"""Titles of slides are true of their numbers, whatever these are."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.core.measures import Measure
from sim.evidence import KINDS, by_kind
from sim.experiment.accounting import Accounting, Line
from sim.experiment.comparison import Row
from sim.experiment.estimates import Change, verdict
from sim.experiment.execution import Arm
from sim.report import headlines, kind_pages
from sim.stats.intervals import Estimate
from sim.stats.payback import Payback

PROFIT = Measure("profit", "profit, nominal", "EUR", "ledger.profit", better="higher", outcome=True)
KEPT = Measure("customer_retention_end", "customers kept", "%", "kept", better="higher", outcome=True)
LIVED = Measure("satisfaction", "satisfaction lived", "points", "content", better="higher", outcome=True)
SAID = {"profit": PROFIT, "customer retention": KEPT, "satisfaction": LIVED}
TITLES = ("=1+1", "<b>bold</b> & more", "料金を引き上げる", "A very long title " * 8 + "it is")
SIZES = (0.0, 1e-9, 5e-5, 0.03, 1.0, 47.3, 1234.5, 9.87e8)
few = settings(max_examples=40, deadline=None)


def estimate_of(sign: float, size: float, half_width: float | None) -> Estimate:
    return Estimate(sign * size, half_width, 1 if half_width is None else 5, "", 0.95)


estimates = st.builds(
    estimate_of, st.sampled_from((1.0, -1.0)), st.sampled_from(SIZES), st.sampled_from((None, 0.0, *SIZES))
)
changes = st.builds(lambda estimate: Change(estimate, verdict(estimate), None), estimates)
LEVEL = Estimate(1.0, 0.5, 5, "", 0.95)


def result_of(bench: Any, table: list[list[Change | None]], runs: int = 5) -> Any:
    """As much of a result as titles look at: a row of changes for each measure, a policy for each column."""
    arms = [Arm(f"p{place}", TITLES[place], bench.firm) for place in range(len(table[0]))]
    rows = tuple(
        Row(measure, LEVEL, {arm.name: change for arm, change in zip(arms, changes, strict=True)})
        for measure, changes in zip(SAID.values(), table, strict=True)
    )
    base = Arm("baseline", "Doing nothing", bench.firm)
    return SimpleNamespace(
        policies=arms,
        rows=rows,
        table=rows,
        row=lambda name: next((row for row in rows if row.measure.name == name), None),
        plan=SimpleNamespace(replications=runs, baseline=base),
        paybacks={},
        accountings={},
    )


def tables(count: int) -> st.SearchStrategy[list[list[Change | None]]]:
    row = st.lists(st.one_of(st.none(), changes), min_size=count, max_size=count)
    return st.lists(row, min_size=3, max_size=3)


@few
@given(st.integers(1, 4).flatmap(tables))
def test_a_title_says_of_each_policy_what_its_intervals_allow(bench: Any, truth: Any, table: Any) -> None:
    result = result_of(bench, table)
    for place, arm in enumerate(result.policies):
        title = headlines.finding(result, arm)
        truth.formed(f"{title}.")
        known = {name: row[place].estimate for name, row in zip(SAID, table, strict=True) if row[place] is not None}
        body = title.removeprefix(headlines.named(arm.title)).removeprefix(": ")
        check_finding(truth, body, known)
    for name, changes_ in zip(SAID, table, strict=True):
        row = result.row(SAID[name].name)
        title = headlines.standing(row, len(changes_))
        truth.formed(f"{title}.")
        verdicts = [truth.verdict(each.estimate) for each in changes_ if each is not None]
        counts = [int(each) for each in re.findall(r"(?:policies|policy|,) (\d+)", title)]
        assert sum(counts) == (len(changes_) if verdicts else 0), title
        for kind, words in (("higher", "raise"), ("lower", "lower"), ("cannot tell", "cannot be told")):
            said = re.search(rf"(\d+) {words}", title)
            assert (int(said[1]) if said else 0) == verdicts.count(kind)
    truth.formed(f"{headlines.changes_told(result.rows)}.")
    truth.formed(f"{headlines.answer(result)}.")


def check_finding(truth: Any, body: str, known: dict[str, Estimate]) -> None:
    if not known:
        assert body == "nothing was measured that could be compared"
        return
    if body == " changes nothing":
        assert {truth.verdict(each) for each in known.values()} == {"the same"}
        return
    first, *others = body.split("; ")
    name = next(iter(known))
    kind = truth.verdict(known[name])
    said = re.fullmatch(r"(.*) (rises|falls) by ([\d,.]+) (?:EUR|points)", first)
    assert (said is not None) is (kind in ("higher", "lower"))
    if said:
        assert (said[1], said[2]) == (name, "rises" if kind == "higher" else "falls")
        truth.rounds(said[3], abs(known[name].value))
        assert said[3].strip("0.,")
    moved = {}
    for part in others:
        names, _, way = part.rpartition(" ")
        moved |= dict.fromkeys(truth.listed(names), way)
    wanted = {other: truth.verdict(each) for other, each in known.items() if other != name}
    assert {name: "higher" if way.startswith("rise") else "lower" for name, way in moved.items()} == {
        other: kind for other, kind in wanted.items() if kind in ("higher", "lower")
    }


@few
@given(changes, st.one_of(st.none(), st.integers(1, 12)))
@example(Change(Estimate(5.0, 9.0, 5, "", 0.95), "cannot tell", None), 3)
def test_nothing_is_said_to_pay_back_whose_profit_cannot_be_told(
    bench: Any, truth: Any, change: Change, month: int | None
) -> None:
    result = result_of(bench, [[change], [change], [change]])
    result.paybacks["p0"] = Payback(month, 0.5, 0.2, 0.8, month, month, 12, 5, 0.95)
    title = headlines.paid_back(result)
    truth.formed(f"{title}.")
    kind = truth.verdict(change.estimate)
    assert ("cannot tell whether it pays back" in title) is (kind == "cannot tell")
    assert ("Month by month" in title) is (kind == "the same")
    if kind in ("higher", "lower"):
        words = (
            "not paid back by the end"
            if month is None
            else "from the first month on"
            if month == 1
            else f"month {month}"
        )
        assert title == f"=1+1: on average {title.partition('average ')[2]}"
        assert title.endswith(words)


@few
@given(changes, st.lists(estimates, max_size=5))
def test_parts_of_profit_are_told_as_their_intervals_allow(
    bench: Any, truth: Any, whole: Change, parts: list[Estimate]
) -> None:
    result = result_of(bench, [[whole], [whole], [whole]])
    lines = tuple(
        Line("accounts", f"part {place}", each, verdict(each), (each.value, each.value, each.value))
        for place, each in enumerate(parts)
    )
    profit = Line("accounts", "profit", whole.estimate, verdict(whole.estimate), (whole.estimate.value,) * 3)
    result.accountings["p0"] = Accounting(profit, lines)
    title = headlines.bridge(result, result.policies[0])
    truth.formed(f"{title}.")
    for place, amount in re.findall(r"part (\d) \(([+-][\d,.]+) EUR\)", title):
        each = parts[int(place)]
        assert truth.verdict(each) == ("higher" if amount.startswith("+") else "lower")
        truth.rounds(amount, each.value)
    if "profit changes through" in title:
        assert truth.verdict(whole.estimate) in ("higher", "lower")


def test_the_title_of_the_assumptions_counts_every_number(bench: Any, truth: Any) -> None:
    kinds = by_kind(bench.firm.numbers(), bench.firm.evidence)
    title = headlines.assumed(bench.firm)
    truth.formed(f"{title}.")
    counts = [int(each) for each in re.findall(r"\d+", title)]
    assert sum(counts) == sum(len(kinds[kind]) for kind in (*KINDS, "unmarked"))


@few
@given(st.lists(st.tuples(st.sampled_from(("1", "2 %", "<i>")), estimates), max_size=3))
def test_a_title_of_a_setting_names_a_change_that_is_told_or_none(truth: Any, told: list[tuple[str, Estimate]]) -> None:
    title = kind_pages.title_of_setting(PROFIT, "fee", told, "0 EUR")
    truth.formed(f"{title}.")
    verdicts = [truth.verdict(each) for _, each in told]
    clear = [(label, each) for label, each in told if truth.verdict(each) in ("higher", "lower")]
    said = re.fullmatch(r"fee (.*), against 0 EUR: (profit [^;]*)(?:; (\d) of (\d) others can be told from it)?", title)
    assert (said is not None) is bool(clear)
    if said:
        largest = max(clear, key=lambda pair: abs(pair[1].value))[1]
        truth.changes(said[2], {"profit": largest})
        assert said[1] in [label for label, each in clear if abs(each.value) == abs(largest.value)]
        assert (said[3], said[4]) == ((str(len(clear)), str(len(told))) if len(told) > 1 else (None, None))
    assert ("exactly the same" in title) is (bool(told) and set(verdicts) == {"the same"})
    assert ("nothing was measured" in title) is (not told)


@few
@given(st.lists(estimates, max_size=3))
def test_a_title_over_uncertain_inputs_counts_what_is_told(truth: Any, means: list[Estimate]) -> None:
    answers = [SimpleNamespace(arm="more", measure=0, parts=SimpleNamespace(mean=mean)) for mean in means]
    study = SimpleNamespace(title="Does it pay?", title_of=lambda arm: TITLES[1])
    found: Any = SimpleNamespace(study=study, measures=(PROFIT,))
    title = kind_pages._over_inputs(found, answers)  # type: ignore[arg-type]
    truth.formed(f"{title}.")
    clear = sum(truth.verdict(mean) in ("higher", "lower") for mean in means)
    if not means:
        assert title == "Nothing was measured that could be compared"
    elif len(means) > 1:
        assert title == f"{clear} of {len(means)} policies can be told to change profit, over all that is uncertain"
    elif clear:
        truth.changes(title.rpartition(": ")[2], {"profit": means[0]})
    else:
        assert ("cannot tell" in title) is (truth.verdict(means[0]) == "cannot tell")
        assert ("exactly the same" in title) is (truth.verdict(means[0]) == "the same")
