"""Systems that agents work with: now and then one is down, and for that time work is slower, worse or cannot be done.

Each system has a clock of its own that runs down with the rate of its outages while it is up; how long an outage lasts
is drawn with it. A contact that is answered meanwhile either needs the system (it ends soon, and nothing is resolved:
the customer is asked to come again) or is dealt with somehow, in more time and with less success.

Assumptions: outages come at a constant rate at any hour, independently of each other and of the load; who had a contact
in hand when one began finishes it as he would have; whether a contact needs the system is a property of the contact.
That breakdowns of servers make customers wait is established (White and Christie 1958, Operations Research 6(1)); what
an outage does to a contact is the firm's own.
"""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.entities import Contact
from sim.core.measures import Measure
from sim.core.units import HOUR, Duration, Percent, Rate, Settings, Several, Share
from sim.core.world import Mechanism, World


class SystemSettings(Settings):
    """One system.

    outages: how often it goes down, while it is up; lasts: how long an outage takes. groups: whose work needs it.
    needed: share of contacts that cannot be dealt with without it; apology: how long such a contact takes while it is
    down. handle_time: of the others meanwhile, relative to that with the system; ability: what the others lose
    meanwhile of the ability to resolve, on the logit scale.
    """

    outages: Rate
    lasts: Law
    groups: Several[str] = Field(min_length=1)
    needed: Share
    apology: Duration
    handle_time: Percent = Field(ge=1, le=10)
    ability: float = Field(ge=0, le=10)


_GAP = streams.named("system goes down")
_LASTS = streams.named("outage lasts")


def outage_begins(now: float, left: float, rate: float) -> float:
    """When a clock with so much left runs down at a rate."""
    return now + left / rate if rate > 0.0 else inf


class System:
    """A system: its name and keys, outages drawn so far, what is left on its clock.

    up_from: when the last outage that is known ends; down, since: whether and since when it is down.
    """

    __slots__ = ("down", "key", "left", "name", "needs", "outages", "since", "up_from")

    def __init__(self, name: str, key: int) -> None:
        self.name = name
        self.key = key
        self.needs = streams.named(f"contact needs {name}")
        self.outages = 0
        self.down = False
        self.up_from = self.since = 0.0
        self.left = self._drawn()

    def _drawn(self) -> float:
        return -elementary.log(streams.uniform(streams.child(self.key, self.outages), _GAP))

    def lasts(self, law: Law) -> float:
        """How long the outage takes that begins now; the clock is wound up for the next."""
        time = law.quantile(streams.uniform(streams.child(self.key, self.outages), _LASTS))
        self.outages += 1
        self.left = self._drawn()
        return time


class Systems(Mechanism[dict[str, SystemSettings]]):
    """Which systems are down, and what that does to the contacts that are answered meanwhile."""

    def __init__(self, world: World, settings: dict[str, SystemSettings]) -> None:
        super().__init__(world, settings)
        root = streams.child(world.root, streams.named("systems"))
        self.systems = [System(name, streams.child(root, streams.named(name))) for name in settings]
        self._down: list[System] = []
        self.begun = self.ended = self.hit = self.turned_away = 0
        self.down_time = 0.0

    def on_day_began(self, day: Day) -> None:
        """Run the clocks of the day down: outages that begin in it are known now, with their ends."""
        for system in self.systems:
            self._plan(system, day)

    def _plan(self, system: System, day: Day) -> None:
        env, settings = self.world.env, self.settings[system.name]
        time = max(day.start, system.up_from)
        while time < day.end:
            begins = outage_begins(time, system.left, settings.outages)
            if begins >= day.end:
                system.left -= (day.end - time) * settings.outages
                return
            length = system.lasts(settings.lasts)
            env.after(begins - env.now, self._goes_down, system)
            env.after(begins + length - env.now, self._comes_back, system)
            system.up_from = time = begins + length

    def _goes_down(self, system: System) -> None:
        self.begun += 1
        system.down, system.since = True, self.world.env.now
        self._down.append(system)

    def _comes_back(self, system: System) -> None:
        self.ended += 1
        self.down_time += self.world.env.now - system.since
        system.down = False
        self._down.remove(system)

    def on_contact_answered(self, contact: Contact) -> None:
        """Whoever is answered while a system of the agent's is down finds out."""
        for system in self._down:
            settings = self.settings[system.name]
            if contact.agent.group.name in settings.groups:
                self._feel(contact, system, settings)

    def _feel(self, contact: Contact, system: System, settings: SystemSettings) -> None:
        self.hit += 1
        if streams.uniform(contact.key, system.needs) < settings.needed:
            self.turned_away += 1
            contact.last(settings.apology)
            contact.threshold = inf
        else:
            contact.work *= settings.handle_time
            contact.threshold += settings.ability

    def counts(self) -> dict[str, float]:
        """Outages, seconds down (of all systems), contacts answered meanwhile, and those sent away."""
        now = self.world.env.now
        down = self.down_time + sum(now - one.since for one in self._down)
        return {
            "systems.outages": self.begun,
            "systems.down": down,
            "systems.hit": self.hit,
            "systems.turned_away": self.turned_away,
        }

    def balances(self) -> list[tuple[str, float, float]]:
        """Outages begun = ended + systems down now."""
        return [("outages of systems", self.begun, self.ended + sum(one.down for one in self.systems))]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Outages, hours down, and contacts that were hit."""
        return [
            Measure(
                "outages", "outages of systems", "a year", "systems.outages", "years", 1.0, "lower",
                meaning="times that a system went down",
            ),
            Measure(
                "downtime", "systems down", "hours a year", "systems.down", "years", 1 / HOUR, "lower",
                meaning="hours in which a system was down, all systems added up",
            ),
            Measure(
                "outage_contacts", "contacts during an outage", "%", "systems.hit", "contacts.answered", 100.0, "lower",
                meaning="contacts answered while a system that the agent works with was down, over contacts answered",
            ),
            Measure(
                "sent_away", "contacts sent away by an outage", "%", "systems.turned_away", "contacts.answered", 100.0,
                "lower", meaning="contacts not dealt with because a system was down, over contacts answered",
            ),
        ]  # fmt: skip
