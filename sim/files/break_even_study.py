"""A question for the break-even, as data: what is varied, in which cases, measured by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sim.files.asked import AskedStudy, head_from
from sim.mechanisms.interventions import Change, PolicySettings
from sim.scenario import Scenario

Verb = Literal["add", "multiply", "to"]
EXAMINED = "examined"
"""The name of the policy in the arm that has it."""


@dataclass(frozen=True)
class Varied:
    """What is varied: ``paths`` are changed alike, by ``verb``, between two numbers with a unit.

    whole: only whole numbers have a meaning.
    """

    name: str
    paths: tuple[str, ...]
    verb: Verb
    low: float
    high: float
    unit: str = ""
    whole: bool = False

    def changes(self, value: float) -> dict[str, Change]:
        """The changes that a value means."""
        number: int | float = int(value) if self.whole else value
        told = {self.verb: f"{number:.12f} {self.unit}" if self.unit else number}
        return {path: Change.model_validate(told) for path in self.paths}


@dataclass(frozen=True)
class Case:
    """A scenario to find the break-even of; label: what is different in it, empty for the scenario as it is."""

    label: str
    scenario: Scenario


@dataclass(frozen=True)
class BreakEvenStudy(AskedStudy):
    """What is asked: at which value of ``varied`` the policy changes ``measure`` by nothing.

    policy: in force in one arm and not in the other, where there is one. of_policy: the varied setting is changed by
    the policy, in its arm alone; else it is a fact of both arms, from the first day on.
    """

    kind: ClassVar[str] = "break_even"

    cases: tuple[Case, ...]
    varied: Varied
    policy: PolicySettings | None
    of_policy: bool
    measure: str

    @property
    def scenario(self) -> Scenario:
        """The scenario of the first case."""
        return self.cases[0].scenario

    @property
    def cells(self) -> int:
        """Replications of one value in every case; how many values there will be is not known."""
        return len(self.cases) * self.replications * (1 if self.of_policy else 2)

    def to_plain(self) -> dict[str, Any]:
        """As plain data in internal units, exact to the last bit."""
        varied = self.varied
        return {
            **self.head(),
            "measure": self.measure,
            "vary": {
                "name": varied.name,
                "paths": list(varied.paths),
                "verb": varied.verb,
                "low": varied.low,
                "high": varied.high,
                "unit": varied.unit,
                "whole": varied.whole,
            },
            "of_policy": self.of_policy,
            "policy": self.policy is not None,
            "cases": [
                {"label": case.label, "scenario": self._with_policy(case.scenario).plain()} for case in self.cases
            ],
        }

    def _with_policy(self, scenario: Scenario) -> Scenario:
        if self.policy is None:
            return scenario
        return scenario.model_copy(update={"policies": {**scenario.policies, EXAMINED: self.policy}})

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> BreakEvenStudy:
        """The study that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenarios = [Scenario.from_plain(case["scenario"]) for case in plain["cases"]]
        policy = scenarios[0].policies[EXAMINED] if plain["policy"] else None
        without = [
            each.model_copy(update={"policies": {k: v for k, v in each.policies.items() if k != EXAMINED}})
            for each in scenarios
        ]
        labels = [case["label"] for case in plain["cases"]]
        return cls(
            **head,
            cases=tuple(Case(label, scenario) for label, scenario in zip(labels, without, strict=True)),
            varied=Varied(**{**plain["vary"], "paths": tuple(plain["vary"]["paths"])}),
            policy=policy,
            of_policy=plain["of_policy"],
            measure=plain["measure"],
        )
