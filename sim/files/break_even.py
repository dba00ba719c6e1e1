"""Files that ask for a break-even: what is varied between which ends, in which cases, measured by what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sim.core.units import Settings, Several
from sim.files.asked import head_of
from sim.files.break_even_study import BreakEvenStudy, Case, Varied, Verb
from sim.files.header import HeaderSettings, name_problem, read_study, unknown_measures
from sim.files.policies import clash, policy_problems
from sim.files.problems import FileProblem, Problem, shown, suggestion
from sim.files.shorthand import Unclear, changes_of, made, paths_of
from sim.files.tree import Node
from sim.mechanisms.interventions import PolicySettings, setting_at
from sim.scenario import Scenario

_END = re.compile(r"^\s*([+-]?\d[\d,]*(?:\.\d+)?|[+-]?\.\d+)\s*(.*?)\s*$")
_MOST_CASES = 12
End = str | int | float


class RangeSettings(Settings):
    """Two ends, as numbers or with a unit."""

    from_: End = Field(alias="from")
    to: End


class VariedSettings(Settings):
    """What is varied: a setting by a name as ``frontline whatif`` understands it, and how far.

    One of ``multiply`` (by a factor), ``add`` (an amount) and ``to`` (a value), each with two ends. of: ``policy``, it
    is changed by the policy, in its arm alone; ``scenario``, it is a fact of both arms, from the first day on.
    """

    setting: str
    multiply: RangeSettings | None = None
    add: RangeSettings | None = None
    to: RangeSettings | None = None
    of: Literal["policy", "scenario"] = "policy"

    @model_validator(mode="after")
    def _one_way(self) -> VariedSettings:
        if sum(way is not None for way in (self.to, self.add, self.multiply)) != 1:
            raise ValueError("needs exactly one of to, add and multiply")
        return self

    @property
    def way(self) -> tuple[Verb, RangeSettings]:
        """Which of the three, with its ends."""
        ways: tuple[tuple[Verb, RangeSettings | None], ...]
        ways = (("multiply", self.multiply), ("add", self.add), ("to", self.to))
        return next((verb, ends) for verb, ends in ways if ends is not None)


class BreakEvenSettings(HeaderSettings):
    """At which value a policy changes a measure by nothing.

    policy: the name of one among ``policies`` that is in force beside what is varied; needed where that is a fact of
    the scenario. under: setting -> values; the question is asked again with each, and with each combination of several.
    """

    kind: Literal["break_even"]
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    policy: str | None = None
    vary: VariedSettings
    measure: str = "profit"
    under: dict[str, Several[End]] = Field(default_factory=dict)


def load_break_even(path: str | Path) -> BreakEvenStudy:
    """The study of a file; raises FileProblem with everything that is wrong."""
    settings, scenario, root = read_study(path, BreakEvenSettings)
    problems = _problems(settings, scenario, root)
    if problems:
        raise FileProblem(problems)
    varied = _varied(settings, scenario, root)
    study = BreakEvenStudy(
        **head_of(settings),
        cases=_cases(settings, scenario, root),
        varied=varied,
        policy=settings.policies[settings.policy] if settings.policy is not None else None,
        of_policy=settings.vary.of == "policy",
        measure=settings.measure,
    )
    _try_ends(study, root)
    return study


def _problems(settings: BreakEvenSettings, scenario: Scenario, root: Node) -> list[Problem]:
    from sim.model import measures  # noqa: PLC0415  # the model is heavy

    problems = name_problem(settings, root)
    problems += policy_problems(scenario, settings.policies, root)
    problems += unknown_measures([settings.measure], measures(scenario), root, "measure")
    node = root.child("policy") or root
    if settings.policy is None and settings.vary.of == "scenario":
        problems.append(node.place.problem("is missing; say which policy is worth how much at each value", "policy"))
    elif settings.policy is not None and settings.policy not in settings.policies:
        message = f"is {shown(settings.policy)}" + suggestion(
            settings.policy, list(settings.policies), "known policies"
        )
        problems.append(node.place.problem(message, "policy"))
    return problems


def _varied(settings: BreakEvenSettings, scenario: Scenario, root: Node) -> Varied:
    vary, (verb, ends) = settings.vary, settings.vary.way
    try:
        paths = paths_of(scenario, vary.setting)
    except Unclear as problem:
        raise _problem(root, ("vary", "setting"), str(problem)) from None
    (low, unit), (high, other) = (_end(ends.from_, root, verb, "from"), _end(ends.to, root, verb, "to"))
    if unit != other:
        raise _problem(
            root, ("vary", verb, "to"), f"is {shown(ends.to)}, in another unit than from: {shown(ends.from_)}"
        )
    if low >= high:
        raise _problem(
            root, ("vary", verb, "to"), f"is {shown(ends.to)}; it must be more than from: {shown(ends.from_)}"
        )
    whole = verb != "multiply" and not unit and all(_is_whole(scenario, path) for path in paths)
    if whole and not (low.is_integer() and high.is_integer()):
        raise _problem(root, ("vary", verb), f"has ends that are no whole numbers, and {paths[0]} is one")
    return Varied(vary.setting, paths, verb, low, high, unit, whole)


def _is_whole(scenario: Scenario, path: str) -> bool:
    value = setting_at(scenario.plain(), path)
    return isinstance(value, int) and not isinstance(value, bool)


def _end(end: End, root: Node, verb: str, key: str) -> tuple[float, str]:
    """Number and unit of an end."""
    if not isinstance(end, str):
        return float(end), ""
    match = _END.match(end)
    if match is None or (verb == "multiply" and match.group(2)):
        expected = "a factor, such as 1.08" if verb == "multiply" else "a number, with its unit if it has one"
        raise _problem(root, ("vary", verb, key), f"is {shown(end)}; it must be {expected}")
    return float(match.group(1).replace(",", "")), match.group(2)


def _cases(settings: BreakEvenSettings, scenario: Scenario, root: Node) -> tuple[Case, ...]:
    """Each combination of the values under ``under``."""
    cases = [Case("", scenario)]
    for name, values in settings.under.items():
        if not values:
            raise _problem(root, ("under", name), "has no value")
        cases = [_case(case, name, str(value), root, place) for case in cases for place, value in enumerate(values)]
    if len(cases) > _MOST_CASES:
        raise _problem(
            root, ("under",), f"gives {len(cases)} combinations, and at most {_MOST_CASES} are worked through"
        )
    return tuple(cases)


def _case(case: Case, name: str, value: str, root: Node, place: int) -> Case:
    try:
        policy = made(case.scenario, name, changes_of(case.scenario, name, value))
    except Unclear as problem:
        raise _problem(root, ("under", name, place), str(problem)) from None
    changed = case.scenario.with_changes([(path, change, 1.0) for path, change in policy.changes.items()])
    return Case(f"{case.label}, {name} {value}".lstrip(", "), changed)


def _try_ends(study: BreakEvenStudy, root: Node) -> None:
    """Both ends must be possible in every case, and with the policy."""
    for case in study.cases:
        for key, value in (("from", study.varied.low), ("to", study.varied.high)):
            changed = PolicySettings(title=study.title, changes=study.varied.changes(value))
            beside = [study.policy] if study.policy is not None else []
            wrong = clash(case.scenario, [*case.scenario.policies.values(), *beside, changed])
            if wrong:
                raise _problem(root, ("vary", study.varied.verb, key), f": {wrong}")


def _problem(root: Node, steps: tuple[str | int, ...], message: str) -> FileProblem:
    node = root.at(steps) or root
    return FileProblem([node.place.problem(message, ".".join(str(step) for step in steps))])
