"""What studies have in common that set policies against each other: arms, and the way to keep and repeat them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sim.files.asked import AskedStudy, head_from
from sim.files.studies import Arm
from sim.scenario import Scenario

S = TypeVar("S", bound="ArmedStudy")


@dataclass(frozen=True)
class ArmedStudy(AskedStudy):
    """A study as loaded; ``arms`` begins with the baseline. What a kind asks besides are numbers, texts and tuples."""

    scenario: Scenario
    arms: tuple[Arm, ...]

    @property
    def cells(self) -> int:
        """Replications in all, by what is known before anything is run."""
        return len(self.arms) * self.replications

    @property
    def with_all(self) -> Scenario:
        """The scenario with the policies of all arms in it, of which all measures can be asked."""
        every = {name: policy for arm in self.arms for name, policy in arm.policies.items()}
        return self.scenario.model_copy(update={"policies": every})

    def scenario_of(self, arm: Arm) -> Scenario:
        """The scenario with the policies of an arm in force."""
        return self.scenario.model_copy(update={"policies": dict(arm.policies)})

    def to_plain(self) -> dict[str, Any]:
        """As plain data in internal units, exact to the last bit."""
        return {
            **self.head(),
            **{name: getattr(self, name) for name in self._asked()},
            "arms": [
                {"name": arm.name, "title": arm.title, "scenario": self.scenario_of(arm).plain()} for arm in self.arms
            ],
        }

    @classmethod
    def _asked(cls) -> list[str]:
        known = {field.name for field in fields(ArmedStudy)}
        return [field.name for field in fields(cls) if field.name not in known]

    @classmethod
    def from_plain(cls: type[S], plain: dict[str, Any]) -> S:
        """The study that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        head = head_from(plain)
        scenarios = [Scenario.from_plain(arm["scenario"]) for arm in plain["arms"]]
        asked = {name: plain[name] for name in cls._asked()}
        return cls(
            **head,
            scenario=scenarios[0],
            arms=tuple(
                Arm(arm["name"], arm["title"], dict(scenario.policies))
                for arm, scenario in zip(plain["arms"], scenarios, strict=True)
            ),
            **{name: _whole(value) for name, value in asked.items()},
        )


def _whole(value: Any) -> Any:
    """Lists of JSON are tuples again."""
    return tuple(_whole(each) for each in value) if isinstance(value, list) else value
