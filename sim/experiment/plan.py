"""What is to be run: arms, replications and seed, resolved, so that it can be kept beside the result and repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sim.core.measures import Measure
from sim.core.registry import ADDED
from sim.experiment.execution import Arm
from sim.files.goals import Goal, goals_of
from sim.files.problems import suggestion
from sim.links import LINKS, links_of
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.files import Study

BASELINE = "baseline"
FORMAT = 1
REPLICATIONS = 10
SEED = 1
CONFIDENCE = 0.95
MOST = 1000
"""Replications at which a study that asks for precision ends, where it does not say itself."""


@dataclass(frozen=True)
class Plan:
    """A run (one arm) or a comparison (the baseline first, then the arms with policies).

    measures: names of measures to show beside the outcomes. best: the measure in which the best arm is looked for; if
    None, profit. precision: half-widths to reach, from ``replications`` on and with no more than ``most``. links: names
    of links (``sim.links``) of which it is asked what passes through.
    """

    name: str
    title: str
    arms: tuple[Arm, ...]
    replications: int = REPLICATIONS
    seed: int = SEED
    confidence: float = CONFIDENCE
    measures: tuple[str, ...] = ()
    precision: tuple[Goal, ...] = ()
    most: int = MOST
    links: tuple[str, ...] = ()
    best: str | None = None

    def __post_init__(self) -> None:
        if not self.arms:
            raise ValueError("arms is empty; expected at least the baseline")
        if self.replications < 1:
            raise ValueError(f"replications is {self.replications}; expected at least 1")
        if not 0.0 < self.confidence < 1.0:
            raise ValueError(f"confidence is {self.confidence}; expected a share between 0 and 1")

    @property
    def kind(self) -> Literal["run", "comparison"]:
        """Whether there is anything to compare."""
        return "run" if len(self.arms) == 1 else "comparison"

    @property
    def baseline(self) -> Arm:
        """The arm that all others are compared with."""
        return self.arms[0]

    @property
    def every_arm(self) -> tuple[Arm, ...]:
        """The arms, and each of them with every link cut alone and with all of them cut."""
        cuts: list[tuple[str, ...]] = [(name,) for name in self.links]
        cuts += [self.links] if len(self.links) > 1 else []
        return (*self.arms, *(_without(arm, cut) for cut in cuts for arm in self.arms))

    def explained(self, links: Sequence[str] | None = None) -> Plan:
        """The plan that finds out what passes through links: these, or all that carry something in its arms.

        Raises UnknownLink where one is not known or carries nothing, or there is none.
        """
        changed = [path for arm in self.arms for policy in arm.scenario.policies.values() for path in policy.changes]
        there = links_of(self.baseline.scenario, changed)
        for name in links or ():
            if name not in LINKS:
                raise UnknownLink(f"is {name!r}{suggestion(name, list(LINKS), 'known links')}")
            if name not in there:
                raise UnknownLink(f"is {name!r}, and nothing passes through it here; links here: {', '.join(there)}")
        if not there:
            raise UnknownLink("finds no link in this scenario that could be cut")
        return replace(self, links=tuple(name for name in there if links is None or name in links))

    def altered(self, replications: int | None = None, seed: int | None = None) -> Plan:
        """The plan with other replications or another seed; None leaves them as they are."""
        return replace(
            self,
            replications=self.replications if replications is None else replications,
            seed=self.seed if seed is None else seed,
        )

    def precisely(
        self, known: Sequence[Measure], asked: Mapping[str, str | int | float], most: int | None = None
    ) -> Plan:
        """The plan with these half-widths in place of its own for the same measures, and with another ceiling if given.

        Raises NoGoal where one cannot be asked for.
        """
        goals = goals_of(known, asked)
        kept = tuple(goal for goal in self.precision if goal.measure not in asked)
        return replace(self, precision=(*kept, *goals), most=self.most if most is None else most)

    def to_plain(self) -> dict[str, Any]:
        """As plain data in internal units, exact to the last bit."""
        return {
            "frontline": FORMAT,
            "plan": self.kind,
            "name": self.name,
            "title": self.title,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": self.confidence,
            "measures": list(self.measures),
            **({"precision": [asdict(goal) for goal in self.precision], "most": self.most} if self.precision else {}),
            **({"best": self.best} if self.best is not None else {}),
            **ADDED.recorded(),
            **({"links": list(self.links)} if self.links else {}),
            "arms": [{"name": arm.name, "title": arm.title, "scenario": arm.scenario.plain()} for arm in self.arms],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Plan:
        """The plan that ``to_plain`` wrote; raises ExtensionProblem where others were in force then."""
        ADDED.check_recorded(plain.get("extensions", ()))
        return cls(
            name=plain["name"],
            title=plain["title"],
            arms=tuple(Arm(arm["name"], arm["title"], Scenario.from_plain(arm["scenario"])) for arm in plain["arms"]),
            replications=plain["replications"],
            seed=plain["seed"],
            confidence=plain["confidence"],
            measures=tuple(plain["measures"]),
            precision=tuple(Goal(**goal) for goal in plain.get("precision", ())),
            most=plain.get("most", MOST),
            links=tuple(name for name in plain.get("links", ()) if name in LINKS),
            best=plain.get("best"),
        )


class UnknownLink(Exception):  # noqa: N818  # read as a statement in messages
    """A link that cannot be cut is named, or there is none."""


def arm_without(name: str, cut: Sequence[str]) -> str:
    """What an arm is called with links cut."""
    return f"{name} without {cut[0] if len(cut) == 1 else 'all'}"


def _without(arm: Arm, cut: tuple[str, ...]) -> Arm:
    title = LINKS[cut[0]].title if len(cut) == 1 else "all links"
    return replace(arm, name=arm_without(arm.name, cut), title=f"{arm.title}; cut: {title}", cut=cut)


def plan_of_scenario(scenario: Scenario, measures: Sequence[str] = ()) -> Plan:
    """A run of one scenario with the policies that stand in it."""
    title = scenario.title or scenario.name
    return Plan(scenario.name, title, (Arm(BASELINE, title, scenario),), measures=tuple(measures))


def plan_of_study(study: Study) -> Plan:
    """A comparison of the scenario as it is with every other arm of a study."""
    others = [arm for arm in study.arms.values() if arm.name != BASELINE]
    title = "Doing nothing more" if study.scenario.policies else "Doing nothing"
    return Plan(
        name=study.name,
        title=study.title,
        arms=(
            Arm(BASELINE, title, study.scenario),
            *(Arm(arm.name, arm.title, study.scenario_of(arm)) for arm in others),
        ),
        replications=study.replications,
        seed=study.seed,
        confidence=study.confidence,
        measures=study.measures,
        precision=study.precision,
        most=study.most,
        best=study.best,
    )
