"""Forgetting: what practice has taught goes stale when products and processes change, and fades when it is not used.

Practice itself is on the page of agents; this is what takes away from it. The form is the usual one of learning with
depreciation (Argote, Beckman and Epple 1990, Management Science 36(2), found knowledge to depreciate fast; Benkard
2000, American Economic Review 90(4)); the size in service work is not known and depends on how often products change.
Job aids make up for part of it at once, training repairs it by the hour, and working with contacts repairs it as it
taught it.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sim.core import elementary
from sim.core.calendar import Day
from sim.core.entities import Agent
from sim.core.measures import Measure
from sim.core.units import HOUR, WEEK, Duration, Rate, Settings, Share
from sim.core.world import Mechanism, World


class ForgettingSettings(Settings):
    """The share of what practice taught an agent that no longer holds, s in 0..1, week by week.

    change: rate at which what is known goes stale as products and processes change. disuse: time constant with which it
    fades in an agent who has no practice; enough: time with contacts in a week that is full practice. relearning:
    time constant with which full practice repairs it. refresher: share of it that an hour of continued training
    repairs. aids: share of what no longer holds that full tools tell him anyway.
    """

    change: Rate
    disuse: Duration | None = Field(default=None, gt=0)
    enough: Duration = Field(gt=0)
    relearning: Duration = Field(gt=0)
    refresher: Share = 0.0
    aids: Share = 0.0


def lapsed(lapse: float, loses: float, repairs: float, time: float) -> float:
    """Share that no longer holds after a time: ds/dt = loses (1 - s) - repairs s, solved exactly; rates per second."""
    rate = loses + repairs
    if rate <= 0.0:
        return lapse
    goal = loses / rate
    return goal + (lapse - goal) * elementary.exp(-rate * time)


class Forgetting(Mechanism[ForgettingSettings]):
    """What each agent has forgotten, or what has become wrong of what he knows."""

    def __init__(self, world: World, settings: ForgettingSettings) -> None:
        super().__init__(world, settings)
        self._stale: dict[Agent, float] = {}
        self._busy: dict[Agent, float] = {}
        self.lapse_weeks = 0.0
        self.agent_weeks = 0

    def begin(self) -> None:
        """Those who are there at the start have forgotten as much as agents in full practice do in the long run."""
        settings = self.settings
        repairs = 1.0 / settings.relearning
        for agent in self.world.agents.values():
            self._stale[agent] = settings.change / (settings.change + repairs)
            self._show(agent)

    def on_agent_hired(self, agent: Agent) -> None:
        """A newcomer has learned nothing that could be wrong."""
        self._stale[agent], self._busy[agent] = 0.0, 0.0

    def on_agent_left(self, agent: Agent) -> None:
        """A leaver takes it with him."""
        del self._stale[agent]
        del self._busy[agent]

    def on_agent_trained(self, agent: Agent) -> None:
        """An hour of continued training tells an agent what is new; coaching is not counted as such."""
        share = self.settings.refresher
        if share and self._stale[agent]:
            ask = self.world.ask
            lesson = ask.lesson(agent)
            coached = ask.coaching_hours() * ask.attention(agent) / lesson if lesson else 0.0
            taught = agent.trained / HOUR * (1.0 - coached)
            self._stale[agent] *= elementary.power(1.0 - share, taught) if share < 1.0 else 0.0

    def on_settings_changed(self, _: float) -> None:
        """Tools may tell more, or less, of it."""
        for agent in self.world.agents.values():
            self._show(agent)

    def on_day_began(self, day: Day) -> None:
        """Once a week: things change, what is not used fades, and who works with contacts learns it anew."""
        if day.index % 7:
            return
        settings, now = self.settings, self.world.env.now
        for agent in self.world.agents.values():
            busy = agent.worked(now)[1]
            practice = min((busy - self._busy[agent]) / settings.enough, 1.0)
            self._busy[agent] = busy
            fades = (1.0 - practice) / settings.disuse if settings.disuse is not None else 0.0
            repairs = practice / settings.relearning
            self._stale[agent] = lapsed(self._stale[agent], settings.change + fades, repairs, WEEK)
            self._show(agent)
            self.lapse_weeks += agent.lapse
            self.agent_weeks += 1

    def _show(self, agent: Agent) -> None:
        lapse = self._stale[agent] * (1.0 - self.settings.aids * agent.group.tools)
        if lapse != agent.lapse:
            agent.lapse = lapse
            self.world.tell.agent_changed(agent)

    def counts(self) -> dict[str, float]:
        """What no longer holds, summed over agents and weeks."""
        return {"forgetting.lapse": self.lapse_weeks, "forgetting.agent_weeks": self.agent_weeks}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """The share of what practice taught that no longer holds."""
        return [
            Measure(
                "stale_knowledge", "knowledge that no longer holds", "%", "forgetting.lapse",
                "forgetting.agent_weeks", 100.0, "lower",
                meaning="share of what practice taught that is stale or forgotten, less what tools tell; mean over "
                "agents and weeks",
            ),
        ]  # fmt: skip
