"""What studies have in common that set policies against each other: arms, and the way to keep and repeat them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, TypeVar

from sim.core.registry import ADDED
from sim.files.studies import Arm
from sim.scenario import Scenario

S = TypeVar("S", bound="ArmedStudy")


@dataclass(frozen=True)
class ArmedStudy:
    """A study as loaded; ``arms`` begins with the baseline. What a kind asks besides are numbers, texts and tuples."""

    kind: ClassVar[str] = ""

    name: str
    title: str
    scenario: Scenario
    arms: tuple[Arm, ...]
    replications: int
    seed: int
    confidence: float

    @property
    def cells(self) -> int:
        """Replications in all, by what is known before anything is run."""
        return len(self.arms) * self.replications

    def altered(self: S, replications: int | None = None, seed: int | None = None) -> S:
        """The study with other replications or another seed; None leaves them as they are."""
        return replace(
            self,
            replications=self.replications if replications is None else replications,
            seed=self.seed if seed is None else seed,
        )

    def scenario_of(self, arm: Arm) -> Scenario:
        """The scenario with the policies of an arm in force."""
        return self.scenario.model_copy(update={"policies": dict(arm.policies)})

    def to_plain(self) -> dict[str, Any]:
        """As plain data in internal units, exact to the last bit."""
        return {
            "frontline": 1,
            "plan": self.kind,
            "name": self.name,
            "title": self.title,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": self.confidence,
            **{name: getattr(self, name) for name in self._asked()},
            **ADDED.recorded(),
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
        ADDED.check_recorded(plain.get("extensions", ()))
        scenarios = [Scenario.from_plain(arm["scenario"]) for arm in plain["arms"]]
        asked = {name: plain[name] for name in cls._asked()}
        return cls(
            name=plain["name"],
            title=plain["title"],
            scenario=scenarios[0],
            arms=tuple(
                Arm(arm["name"], arm["title"], dict(scenario.policies))
                for arm, scenario in zip(plain["arms"], scenarios, strict=True)
            ),
            replications=plain["replications"],
            seed=plain["seed"],
            confidence=plain["confidence"],
            **{name: _whole(value) for name, value in asked.items()},
        )


def _whole(value: Any) -> Any:
    """Lists of JSON are tuples again."""
    return tuple(_whole(each) for each in value) if isinstance(value, list) else value
