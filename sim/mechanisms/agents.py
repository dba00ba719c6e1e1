"""Agents at work: handle times, differences between agents, proficiency that grows with practice."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sim.core import compiled, elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import Law, LawTable
from sim.core.elementary import added
from sim.core.entities import Agent, Lane
from sim.core.measures import Measure
from sim.core.units import Duration, Percent, Settings, Share
from sim.core.world import Mechanism, World


class LearningSettings(Settings):
    """Proficiency p = 1 - (1 - start) exp(-practice / time constant) (Whitt 2006, M&SOM 8(3)).

    by: practice is time since deployment ("tenure"), or time spent with contacts ("handling"); then
    handling_share is the share of their time that those present at the start have spent with contacts so far.
    novice_handle_time: handle time at the starting proficiency, relative to a fully proficient agent.
    """

    start: Share = Field(gt=0)
    time_constant: Duration = Field(gt=0)
    by: Literal["tenure", "handling"]
    handling_share: Share | None = None
    novice_handle_time: Percent = Field(ge=0.2, le=5)

    @model_validator(mode="after")
    def _share_of_handling(self) -> LearningSettings:
        if (self.by == "handling") != (self.handling_share is not None):
            raise ValueError("needs handling_share where practice is by handling, and only there")
        return self


class AgentSettings(Settings):
    """What a contact asks of an agent.

    handle_time: by kind (talk and wrap-up), for a fully proficient agent on a channel of factor 100 %; spread:
    standard deviation of the logarithm of handle time between agents; training: the share of handle time that
    full knowledge from continued training saves.
    """

    handle_time: dict[str, Law]
    channel_factor: dict[str, Percent] = Field(default_factory=dict)
    spread: float = Field(ge=0, le=1)
    training: Share = 0.0
    learning: LearningSettings | None = None


_WORK = streams.named("work")
_EFFECT = streams.named("agent effect")


@compiled.one("float64(float64, float64, float64)")
def proficiency(start: float, practice: float, time_constant: float) -> float:
    """1 - (1 - start) exp(-practice / time constant)."""
    return 1.0 - (1.0 - start) * elementary.exp(-practice / time_constant)


def pace(effect: float, novice: float, gap: float, saved: float) -> float:
    """Handle time relative to the law of the kind: own effect x slowness of the novice x what training saves.

    gap: share of the way from full to starting proficiency, 1 for a novice.
    """
    return effect * (1.0 + (novice - 1.0) * gap) * (1.0 - saved)


class Agents(Mechanism[AgentSettings]):
    """What work contacts bring, and how fast and how well each agent does it today."""

    answers = ("work", "work_one", "usual_work")

    def __init__(self, world: World, settings: AgentSettings) -> None:
        super().__init__(world, settings)
        self._settled: set[Agent] = set()
        world.kinds = tuple(settings.handle_time)

    def adopted(self) -> None:
        """Lay out the laws of handle time; put the factors in force on the lanes there are."""
        self._laws = LawTable(list(self.settings.handle_time.values()))
        for lane in self.world.lanes:
            self.on_lane_opened(lane)

    def on_lane_opened(self, lane: Lane) -> None:
        """Put the factor of its channel on a lane."""
        lane.factor = self.settings.channel_factor.get(lane.channel.name, 1.0)

    def work(self, kinds: npt.NDArray[np.int64], keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        """Handle time that contacts ask of a fully proficient average agent, in seconds, by number of their kind."""
        return self._laws.quantiles(kinds, streams.uniforms(keys, _WORK))

    def work_one(self, lane: Lane, key: int) -> float:
        """``work`` of one contact."""
        return self.settings.handle_time[lane.kind].quantile(streams.uniform(key, _WORK))

    def usual_work(self, lane: Lane) -> float:
        """Mean handle time that a contact of a lane asks of a fully proficient average agent, in seconds."""
        return self.settings.handle_time[lane.kind].mean_value * lane.factor

    def on_agent_hired(self, agent: Agent) -> None:
        """A person comes with an effect of his own on handle time, of mean 1 over agents."""
        spread = self.settings.spread
        z = elementary.normal_quantile(streams.uniform(agent.key, _EFFECT)) if spread else 0.0
        agent.effect = elementary.exp(spread * z - 0.5 * spread * spread)

    def on_day_began(self, _: Day) -> None:
        """Bring proficiency, pace and edge to today's, except of those whom another day of work does not change."""
        settled = self._settled
        for agent in self.world.agents.values():
            if (agent not in settled or agent.knowledge) and agent.deployed_at is not None:
                self._refresh(agent)

    def on_settings_changed(self, _: float) -> None:
        """Tools, authority, training effects or learning may have changed."""
        for agent in self.world.agents.values():
            self._refresh(agent)

    def on_agent_deployed(self, agent: Agent) -> None:
        """A newcomer begins with his own pace and edge."""
        self._refresh(agent)

    def on_agent_changed(self, agent: Agent) -> None:
        """Morale, coaching, rewards or what an agent still knows have changed."""
        if agent.deployed_at is not None:
            self._refresh(agent)

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver learns no more."""
        self._settled.discard(agent)

    def _practice(self, agent: Agent, learning: LearningSettings) -> float:
        now = self.world.env.now
        since = agent.deployed_at if agent.deployed_at is not None else now
        if learning.by == "tenure":
            return now - since + agent.head_start
        before = max(-since, 0.0) * (learning.handling_share or 0.0)
        return agent.busy + before + agent.head_start

    def _refresh(self, agent: Agent) -> None:
        settings, ask = self.settings, self.world.ask
        learning, knowledge = settings.learning, agent.knowledge
        gap, novice = 0.0, 1.0
        if learning is not None:
            start, novice = learning.start, learning.novice_handle_time
            able = proficiency(start, self._practice(agent, learning), learning.time_constant)
            agent.proficiency = able = able - agent.lapse * (able - start)
            gap = (1.0 - able) / (1.0 - start) if start < 1.0 else 0.0
        hurry, rigour, courtesy = ask.effort(agent)
        ability, manner = ask.person(agent)
        agent.pace = pace(agent.effect, novice, gap, settings.training * knowledge) * hurry
        agent.edge = ask.edge(agent) + ability + rigour
        agent.mood = manner + ask.spirit(agent) + courtesy
        if agent.proficiency == 1.0 and not knowledge:
            self._settled.add(agent)  # practice only grows
        elif agent in self._settled:
            self._settled.remove(agent)

    def levels(self) -> dict[str, float]:
        """Mean proficiency and knowledge of the agents on the roster."""
        agents = [agent for agent in self.world.agents.values() if agent.deployed_at is not None]
        count = len(agents)
        return {
            "proficiency": added(agent.proficiency for agent in agents) / count if count else 0.0,
            "knowledge": added(agent.knowledge for agent in agents) / count if count else 0.0,
        }

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Handle time."""
        return [
            Measure(
                "handle_time", "handle time", "s", "contacts.handle_time", "contacts.handled", 1.0, "lower",
                meaning="talk and wrap-up, mean over all contacts handled",
            ),
        ]  # fmt: skip
