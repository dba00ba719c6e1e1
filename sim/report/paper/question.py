"""What was asked: the operation, the policies and what they change, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sim.core.units import WEEK, YEAR
from sim.experiment.comparison import Result
from sim.experiment.execution import Arm
from sim.mechanisms.interventions import Change, PolicySettings
from sim.report.numbers import counted, duration, number, span
from sim.report.paper.blocks import Block, Section, Table, Words


def question_section(result: Result) -> Section:
    """What was asked."""
    plan = result.plan
    scenario = plan.baseline.scenario
    calendar = scenario.calendar
    begin = calendar.start + dt.timedelta(days=calendar.warm_up_days)
    end = begin + dt.timedelta(days=calendar.horizon_days - 1)
    period = f"{span(calendar.horizon_days)}, from {begin.isoformat()} to {end.isoformat()}"
    warm_up = f"after a warm-up of {span(calendar.warm_up_days)} that is not counted" if calendar.warm_up_days else ""
    how = counted(plan.replications, "replication")
    blocks: list[Block] = [
        Words(f"{plan.title}", "lead"),
        Words(
            f"The operation is “{scenario.title or scenario.name}”, simulated contact by contact over {period}"
            f"{' ' if warm_up else ''}{warm_up}. "
            + (
                f"{len(result.policies)} polic{'y is' if len(result.policies) == 1 else 'ies are'} compared with "
                f"“{plan.baseline.title}” in {how} each: every policy meets the same customers with the same "
                "needs on the "
                "same days."
                if result.policies
                else f"It was run as it is, in {how}."
            )
        ),
    ]
    rows = [line for arm in plan.arms for line in _of_arm(arm, _own(result, arm))]
    if rows:
        blocks.append(Table(["Policy", "Changes", "When", "Cost"], rows, left=4))
    return Section("question", "What was asked", blocks)


def _own(result: Result, arm: Arm) -> dict[str, PolicySettings]:
    """The policies of an arm that the baseline does not have; all of them for the baseline."""
    base = result.plan.baseline
    policies = arm.scenario.policies
    return dict(policies) if arm is base else {n: p for n, p in policies.items() if n not in base.scenario.policies}


def _of_arm(arm: Arm, policies: dict[str, PolicySettings]) -> Iterator[list[str]]:
    title = arm.title
    for policy in policies.values():
        cost = _costs(policy, arm.scenario.currency)
        for path, change in policy.changes.items():
            yield [title, f"{path} {change_in_words(change)}", _when(policy, change), cost]
            title = cost = ""
        if not policy.changes:
            yield [title, "changes no setting", "", cost]
            title = ""
    if not policies and title and arm.scenario.policies:
        yield [title, "as the baseline", "", ""]


def change_in_words(change: Change) -> str:
    """A change such as "times 1.08 (+8 %)" or "+2"."""
    if change.multiply is not None:
        return f"times {change.multiply:g} ({100 * (change.multiply - 1):+.3g} %)"
    if change.add is not None:
        text = f"{change.add:+g}" if isinstance(change.add, int | float) else str(change.add)
        return text if text.startswith(("+", "-")) else f"+{text}"
    return f"becomes {change.to}"


def _when(policy: PolicySettings, change: Change) -> str:
    parts = [f"from {change.from_.isoformat()}" if change.from_ else "from the end of the warm-up"]
    if change.until:
        parts.append(f"until {change.until.isoformat()}")
    if change.ramp:
        parts.append(f"moving over {span(round(change.ramp / (WEEK / 7)))}")
    if policy.when is not None:
        watch = policy.when
        level = f"below {watch.below}" if watch.below is not None else f"above {watch.above}"
        parts.append(f"while {watch.measure} over {duration(watch.over)} is {level}")
    return ", ".join(parts)


def _costs(policy: PolicySettings, currency: str) -> str:
    parts = []
    if policy.costs.one_off:
        parts.append(f"{number(policy.costs.one_off, 0)} {currency} once")
    if policy.costs.running:
        parts.append(f"{number(policy.costs.running * YEAR, 0)} {currency} a year")
    return ", ".join(parts)
