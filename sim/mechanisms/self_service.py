"""Self-service: customers who try web pages or a voice-response unit before they make contact.

Whoever tries is helped if the issue is easy enough (containment), gives up, or makes contact after all. It is the easy
issues that are contained, so those that reach the staff are harder than the average (a selection effect), and a failed
try makes the contact longer, since it has to be explained again. Self-service is always open and has no queue; who
makes contact after it comes when the channel is open.

Sources: Brown et al. (2005), JASA 100(469): 65 % of a bank's callers finished in the voice-response unit; published
containment runs from 10 to 65 %, by the task.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.ability import base_logit
from sim.core.calendar import Day
from sim.core.entities import Birth
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import Money, Percent, Settings, Share
from sim.core.world import Mechanism, World


class SelfServiceKind(Settings):
    """Self-service for one kind of issue.

    tried: share of issues for which customers try it first; contained: share of those tries that end the issue, mean
    over easy and difficult issues.
    """

    tried: Share
    contained: Share


class SelfServiceSettings(Settings):
    """What can be done without staff.

    gives_up: share of those it does not help who give the issue up instead of making contact. again: handle time of a
    contact after a failed try, relative to one without. contained_score, failed_score: what a try is like, 0 to 100.
    cost: of a try.
    """

    kinds: dict[str, SelfServiceKind] = Field(min_length=1)
    gives_up: Share
    again: Percent = Field(ge=1, le=3)
    contained_score: float = Field(ge=0, le=100)
    failed_score: float = Field(ge=0, le=100)
    cost: Money


Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Act = Callable[[Birth], None]
_TRY = streams.named("self-service tried")
_LUCK = streams.named("self-service luck")
_GIVES_UP = streams.named("self-service given up")


class SelfService(Mechanism[SelfServiceSettings]):
    """Who tries self-service first, and what comes of it: decided by the issue's key, for many at once."""

    answers = ("first_steps", "first_step")

    def __init__(self, world: World, settings: SelfServiceSettings) -> None:
        super().__init__(world, settings)
        self.contained = self.given_up = self.passed_on = 0
        self.cost = 0.0
        self._helped: list[tuple[int, int]] = []
        self._failed: list[tuple[int, int]] = []

    def begin(self) -> None:
        """Find out whether it may be down."""
        self._is_down = self.world.ask.answered("self_service_down")

    def adopted(self) -> None:
        """By number of kind: the share that tries, and the ability of self-service on the logit scale."""
        kinds, spread = self.settings.kinds, self.world.ask.complexity()
        none = SelfServiceKind.model_construct(tried=0.0, contained=0.0)
        rows = [kinds.get(kind, none) for kind in self.world.kinds]
        self._tried = np.array([row.tried for row in rows])
        self._ability = np.array([base_logit(row.contained, spread) for row in rows])
        each = zip(self._tried.tolist(), self._ability.tolist(), strict=True)
        self._by_kind: dict[str, tuple[float, float]] = dict(zip(self.world.kinds, each, strict=True))

    def on_settings_changed(self, _: float) -> None:
        """The spread of difficulty may have changed."""
        self.adopted()

    def first_steps(self, kinds: Numbers, keys: Keys, difficulty: Array, make_contact: Act) -> list[Act]:
        """What each issue begins with: contact, or a try that ends it, is given up, or leads to contact; shape (n,)."""
        tries = streams.uniforms(keys, _TRY) < self._tried[kinds]
        if not tries.any():
            return [make_contact] * keys.size
        luck = elementary.logit_array(streams.uniforms(keys, _LUCK))
        helped = self._ability[kinds] > luck + difficulty
        leaves = streams.uniforms(keys, _GIVES_UP) < self.settings.gives_up
        acts: tuple[Act, ...] = (make_contact, self._contain, self._give_up, self._pass_on)
        step = np.where(tries, np.where(helped, 1, np.where(leaves, 2, 3)), 0)
        return [acts[one] for one in step.tolist()]

    def first_step(self, kind: str, key: int, difficulty: float, make_contact: Act) -> Act:
        """``first_steps`` of one issue."""
        tried, ability = self._by_kind[kind]
        if streams.uniform(key, _TRY) >= tried:
            return make_contact
        if ability > elementary.logit(streams.uniform(key, _LUCK)) + difficulty:
            return self._contain
        return self._give_up if streams.uniform(key, _GIVES_UP) < self.settings.gives_up else self._pass_on

    def _contain(self, birth: Birth) -> None:
        if self._is_down is not None and self._is_down():
            self._help_in_vain(birth)
            return
        self.contained += 1
        self._helped.append((birth[4], birth[5]))

    def _help_in_vain(self, birth: Birth) -> None:
        """Whom it would have helped finds it down: he gives up or makes contact like those whom it never helps."""
        gives_up = streams.uniform(birth[2], _GIVES_UP) < self.settings.gives_up
        (self._give_up if gives_up else self._pass_on)(birth)

    def _give_up(self, birth: Birth) -> None:
        self.given_up += 1
        self._failed.append((birth[4], birth[5]))

    def _pass_on(self, birth: Birth) -> None:
        self.passed_on += 1
        self._failed.append((birth[4], birth[5]))
        key, patience, work, *others = birth[8]
        harder = key, patience, work * self.settings.again, *others
        self.world.ask.make_contact((*birth[:8], harder, birth[9]))  # type: ignore[arg-type]  # as long as it was

    def on_day_began(self, _: Day) -> None:
        """Yesterday's tries are lived through by those who are still customers, and paid for."""
        amount = (len(self._helped) + len(self._failed)) * self.settings.cost
        if amount:
            self.cost += amount
            self.world.tell.paid(Posting("contacts", -amount, "prices"))
        for name, who, score in (
            ("self_service_helped", self._helped, self.settings.contained_score),
            ("self_service_failed", self._failed, self.settings.failed_score),
        ):
            self._live_through(name, who, score)
            who.clear()

    def _live_through(self, name: str, who: list[tuple[int, int]], score: float) -> None:
        base = self.world.base
        if base is None or not who:
            return
        slots = [slot for slot, customer in dict(who).items() if base.has(slot, customer)]
        self.world.ask.live_through(name, slots, [score] * len(slots))

    def counts(self) -> dict[str, float]:
        """Tries and how they ended."""
        tried = self.contained + self.given_up + self.passed_on
        return {
            "self_service.tried": tried,
            "self_service.contained": self.contained,
            "self_service.given_up": self.given_up,
            "self_service.passed_on": self.passed_on,
            "self_service.cost": self.cost,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Containment, and what becomes of the others."""
        return [
            Measure(
                "containment", "issues contained by self-service", "%", "self_service.contained",
                "self_service.tried", 100.0, "higher",
                meaning="issues that self-service ended, over issues tried there",
            ),
            Measure(
                "self_service_tries", "tries of self-service", "issues a year", "self_service.tried", "years",
                meaning="issues for which customers tried self-service first, a year",
            ),
            Measure(
                "self_service_given_up", "given up after self-service", "%", "self_service.given_up",
                "self_service.tried", 100.0, "lower",
                meaning="issues that customers gave up after a failed try, over issues tried there",
            ),
        ]  # fmt: skip
