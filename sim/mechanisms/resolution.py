"""Resolution: whether a contact ends its issue, and what becomes of an issue that it did not end."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.ability import base_logit
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Agent, Contact, Issue, Lane
from sim.core.measures import Measure
from sim.core.units import Settings, Share
from sim.core.world import Mechanism, World


class ReturnSettings(Settings):
    """Unresolved issues come back with this probability after a delay, up to a number of handled contacts."""

    share: Share
    delay: Law
    most_contacts: int = Field(ge=1, le=1000)


class ResolutionSettings(Settings):
    """First-contact resolution by kind, and what moves it.

    first_contact: share resolved at the first contact with a fully proficient agent, tools and authority at their
    reference, no extra training. The effects are on the logit scale: proficiency per unit missing, training at
    full knowledge, tools and authority from none to all. complexity: spread of the issues' own difficulty on the
    logit scale; an issue keeps its difficulty over its contacts.
    """

    first_contact: dict[str, Share]
    complexity: float = Field(default=0.0, ge=0, le=5)
    proficiency: float = Field(default=0.0, ge=0, le=20)
    training: float = Field(default=0.0, ge=0, le=20)
    tools: float = Field(default=0.0, ge=0, le=20)
    tools_reference: Share = 1.0
    authority: float = Field(default=0.0, ge=0, le=20)
    authority_reference: Share = 1.0
    returns: ReturnSettings


Array = npt.NDArray[np.float64]
_LUCK = streams.named("luck")
_DIFFICULTY = streams.named("difficulty")
_RETURN = streams.named("return")
_RETURN_DELAY = streams.named("return delay")
_RETURN_MOMENT = streams.named("return moment")
_RETURN_CHANNEL = streams.named("return channel")


class Resolution(Mechanism[ResolutionSettings]):
    """Who resolves what, and what becomes of unresolved issues."""

    answers = (
        "resolves", "luck", "luck_one", "difficulty", "difficulty_one", "returns", "returns_one", "complexity", "edge",
        "leave_unresolved",
    )  # fmt: skip

    def __init__(self, world: World, settings: ResolutionSettings) -> None:
        super().__init__(world, settings)
        self.ended_resolved = self.given_up = self.dropped = 0
        self.contacts_of_ended = self.handled_of_ended = 0

    def adopted(self) -> None:
        """Logit of each kind for an agent at the reference, put on the lanes there are."""
        complexity = self.settings.complexity
        self._base = {kind: base_logit(share, complexity) for kind, share in self.settings.first_contact.items()}
        for lane in self.world.lanes:
            self.on_lane_opened(lane)

    def on_lane_opened(self, lane: Lane) -> None:
        """Put the logit of its kind on a lane."""
        lane.base_logit = self._base[lane.kind]

    def luck(self, keys: npt.NDArray[np.uint64]) -> Array:
        """Logistic thresholds of contacts: ln(u / (1 - u))."""
        return elementary.logit_array(streams.uniforms(keys, _LUCK))

    def luck_one(self, key: int) -> float:
        """``luck`` of one contact."""
        return elementary.logit(streams.uniform(key, _LUCK))

    def difficulty(self, keys: npt.NDArray[np.uint64]) -> Array:
        """What issues add to the ability that it takes: complexity x a standard normal deviate of their own."""
        complexity = self.settings.complexity
        if complexity == 0.0:
            return np.zeros(keys.size)
        return complexity * elementary.normal_quantile_array(streams.uniforms(keys, _DIFFICULTY))

    def difficulty_one(self, key: int) -> float:
        """``difficulty`` of one issue."""
        complexity = self.settings.complexity
        return complexity * elementary.normal_quantile(streams.uniform(key, _DIFFICULTY)) if complexity else 0.0

    def returns(self, keys: npt.NDArray[np.uint64]) -> Array:
        """Seconds after which contacts' issues come back if they are not resolved; infinite if they never do."""
        returns = self.settings.returns
        delay = returns.delay.quantiles(streams.uniforms(keys, _RETURN_DELAY))
        return np.where(streams.uniforms(keys, _RETURN) < returns.share, delay, np.inf)

    def returns_one(self, key: int) -> float:
        """``returns`` of one contact."""
        returns = self.settings.returns
        if streams.uniform(key, _RETURN) >= returns.share:
            return inf
        return returns.delay.quantile(streams.uniform(key, _RETURN_DELAY))

    def complexity(self) -> float:
        """Spread of the difficulty of issues."""
        return self.settings.complexity

    def edge(self, agent: Agent) -> float:
        """What an agent's proficiency, knowledge, tools and authority add to the logit."""
        settings, group = self.settings, agent.group
        return (
            settings.training * agent.knowledge
            - settings.proficiency * (1.0 - agent.proficiency)
            + settings.tools * (group.tools - settings.tools_reference)
            + settings.authority * (group.authority - settings.authority_reference)
        )

    def resolves(self, contact: Contact) -> bool:
        """Whether this contact ends its issue: ability exceeds what the contact and the issue ask for."""
        agent = contact.agent
        return contact.lane.base_logit + agent.edge + agent.group.care > contact.threshold

    def on_issue_resolved(self, issue: Issue) -> None:
        """Count an issue that a contact has ended."""
        self.ended_resolved += 1
        self.contacts_of_ended += issue.contacts
        self.handled_of_ended += issue.handled

    def begin(self) -> None:
        """Find out whether other departments take on what contacts do not resolve."""
        self._refers = self.world.ask.answered("refers")

    def on_contact_failed(self, contact: Contact) -> None:
        """The issue of a contact that did not resolve it goes to another department, comes back or is given up."""
        if self._refers is None or not self._refers(contact):
            self.leave_unresolved(contact)

    def leave_unresolved(self, contact: Contact) -> None:
        """The issue of a contact that did not resolve it comes back after a delay, or is given up."""
        world, issue = self.world, contact.issue
        if contact.returns_in == inf or issue.handled >= self.settings.returns.most_contacts:
            world.tell.issue_given_up(issue)
            return
        name = world.ask.choose_again(issue, contact.lane.channel.name, contact.key ^ _RETURN_CHANNEL)
        time = world.ask.moment_after(name, world.env.now + contact.returns_in, contact.key ^ _RETURN_MOMENT)
        world.ask.contact_again(issue, time, name)

    def on_issue_given_up(self, issue: Issue) -> None:
        """Count an issue that nobody will resolve."""
        self.given_up += 1
        self._end(issue)

    def on_issue_dropped(self, issue: Issue) -> None:
        """Count an issue whose customer has left."""
        self.dropped += 1
        self._end(issue)

    def _end(self, issue: Issue) -> None:
        self.contacts_of_ended += issue.contacts
        self.handled_of_ended += issue.handled

    def counts(self) -> dict[str, float]:
        """Issues raised, and issues ended by how."""
        return {
            "issues.raised": self._raised(),
            "issues.resolved": self.ended_resolved,
            "issues.given_up": self.given_up,
            "issues.dropped": self.dropped,
            "issues.ended": self.ended_resolved + self.given_up + self.dropped,
            "issues.contacts": self.contacts_of_ended,
            "issues.handled": self.handled_of_ended,
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Issues raised = ended + with a contact under way or to come + resting with other departments."""
        ended, ask = self.ended_resolved + self.given_up + self.dropped, self.world.ask
        return [("issues raised", self._raised(), ended + ask.open_issues() + ask.resting())]

    def _raised(self) -> int:
        """Issues are raised by contacts that are no repeats."""
        return added(lane.offered - lane.repeats for lane in self.world.lanes)

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """First-contact resolution, repeats, issues and their end."""
        return [
            Measure(
                "first_contact_resolution", "first-contact resolution", "%",
                "contacts.first_resolved", "contacts.first_handled", 100.0, "higher",
                meaning="issues resolved by the first contact handled for them, over issues handled at all",
            ),
            Measure(
                "contacts_per_issue", "contacts per issue", "contacts", "issues.contacts", "issues.ended", 1.0, "lower",
                meaning="contacts offered for an issue until it ended, mean over issues ended",
            ),
            Measure(
                "issues_resolved", "issues resolved in the end", "%", "issues.resolved", "issues.ended", 100.0,
                "higher",
                meaning="issues that ended resolved, over issues ended",
            ),
            Measure(
                "issues", "issues raised", "issues a year", "issues.raised", "years",
                meaning="needs that led to a contact",
            ),
        ]  # fmt: skip
