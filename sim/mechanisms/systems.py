"""Systems: now and then one is down, and for that time work is slower or cannot be done, or customers get nowhere.

Each system has a clock of its own that runs down with the rate of its outages while it is up; how long an outage lasts
is drawn with it. A contact that is answered meanwhile either needs the system (it ends soon, and nothing is resolved:
the customer is asked to come again) or is dealt with somehow, in more time and with less success. The lines of a
channel may hang on a system, so that nobody gets through meanwhile, and self-service, so that no try helps.

Assumptions: outages come at a constant rate at any hour, independently of each other and of the load; who had a contact
in hand or stood in line when one began is not cut off; whether a contact needs the system is a property of the contact.
That breakdowns of servers make customers wait is established (White and Christie 1958, Operations Research 6(1)); what
an outage does to a contact is the firm's own.
"""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import Field, model_validator

from sim.core import streams
from sim.core.calendar import Day
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Contact
from sim.core.measures import Measure
from sim.core.units import HOUR, Duration, Percent, Rate, Settings, Several, Share
from sim.core.world import Mechanism, World

_OF_AGENTS = ("needed", "apology", "handle_time", "ability")


class SystemSettings(Settings):
    """One system.

    outages: how often it goes down, while it is up; lasts: how long an outage takes. groups: whose work needs it.
    needed: share of contacts that cannot be dealt with without it; apology: how long such a contact takes while it is
    down. handle_time: of the others meanwhile, relative to that with the system; ability: what the others lose
    meanwhile of the ability to resolve, on the logit scale; all four where there are groups. channels: which nobody
    gets through to meanwhile. self_service: whether no try of self-service helps meanwhile.
    """

    outages: Rate
    lasts: Law
    groups: Several[str] = ()
    needed: Share | None = None
    apology: Duration | None = None
    handle_time: Percent | None = Field(default=None, ge=1, le=10)
    ability: float | None = Field(default=None, ge=0, le=10)
    channels: Several[str] = ()
    self_service: bool = False

    @model_validator(mode="after")
    def _matters(self) -> SystemSettings:
        if not (self.groups or self.channels or self.self_service):
            raise ValueError("hangs on nothing: name its 'groups', its 'channels' or 'self_service'")
        lacking = [name for name in _OF_AGENTS if getattr(self, name) is None]
        if self.groups and lacking:
            raise ValueError(f"has groups, so it needs {', '.join(map(repr, lacking))}")
        return self

    @property
    def reaches_customers(self) -> bool:
        """Whether customers get nowhere while it is down, whatever agents do."""
        return bool(self.channels) or self.self_service


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
        return streams.exponential(streams.child(self.key, self.outages), _GAP)

    def lasts(self, law: Law) -> float:
        """How long the outage takes that begins now; the clock is wound up for the next."""
        time = law.quantile(streams.uniform(streams.child(self.key, self.outages), _LASTS))
        self.outages += 1
        self.left = self._drawn()
        return time


class Systems(Mechanism[dict[str, SystemSettings]]):
    """Which systems are down, and what that does to contacts and tries meanwhile."""

    answers = ("self_service_down",)

    def __init__(self, world: World, settings: dict[str, SystemSettings]) -> None:
        super().__init__(world, settings)
        root = streams.child(world.root, streams.named("systems"))
        self.systems = [System(name, streams.child(root, streams.named(name))) for name in settings]
        self._down: list[System] = []
        self.begun = self.ended = self.hit = self.turned_away = self.unreached = self.vain_tries = 0
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
        self._cut_off()

    def _comes_back(self, system: System) -> None:
        self.ended += 1
        self.down_time += self.world.env.now - system.since
        system.down = False
        self._down.remove(system)
        self._cut_off()

    def on_settings_changed(self, _: float) -> None:
        """Other channels may hang on what is down."""
        self._cut_off()

    def _cut_off(self) -> None:
        """Nobody gets through to a channel that hangs on something that is down."""
        down = {channel for system in self._down for channel in self.settings[system.name].channels}
        for name, channel in self.world.channels.items():
            channel.cut_off = name in down

    def on_contact_blocked(self, contact: Contact) -> None:
        """Somebody found the lines down, or all of them taken."""
        self.unreached += contact.lane.channel.cut_off

    def self_service_down(self) -> bool:
        """Whether self-service is down now, for a customer whom it would help."""
        down = any(self.settings[system.name].self_service for system in self._down)
        self.vain_tries += down
        return down

    def on_contact_answered(self, contact: Contact) -> None:
        """Whoever is answered while a system of the agent's is down finds out."""
        for system in self._down:
            settings = self.settings[system.name]
            if contact.agent.group.name in settings.groups:
                self._feel(contact, system, settings)

    def _feel(self, contact: Contact, system: System, settings: SystemSettings) -> None:
        self.hit += 1
        if streams.uniform(contact.key, system.needs) < (settings.needed or 0.0):
            self.turned_away += 1
            contact.last(settings.apology or 0.0)
            contact.threshold = inf
        else:
            contact.work *= settings.handle_time or 1.0
            contact.threshold += settings.ability or 0.0

    def counts(self) -> dict[str, float]:
        """Outages, seconds down (of all systems), contacts and tries meanwhile, and contacts sent away."""
        now = self.world.env.now
        down = self.down_time + added(now - one.since for one in self._down)
        found: dict[str, float] = {
            "systems.outages": self.begun,
            "systems.down": down,
            "systems.hit": self.hit,
            "systems.turned_away": self.turned_away,
        }
        if any(settings.reaches_customers for settings in self.settings.values()):
            found |= {"systems.unreached": self.unreached, "systems.vain_tries": self.vain_tries}
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Outages begun = ended + systems down now."""
        return [("outages of systems", self.begun, self.ended + added(one.down for one in self.systems))]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Outages, hours down, and contacts that were hit."""
        found = [
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
        if any(system.channels for system in scenario.systems.values()):
            found.append(Measure(
                "lines_down", "contacts that found lines down", "%", "systems.unreached", "contacts.offered", 100.0,
                "lower", meaning="contacts to a channel whose lines were down, over contacts offered",
            ))  # fmt: skip
        if any(system.self_service for system in scenario.systems.values()):
            found.append(Measure(
                "vain_tries", "tries in vain, as self-service was down", "%", "systems.vain_tries",
                "self_service.tried", 100.0, "lower",
                meaning="issues that self-service would have ended, had it not been down, over issues tried there",
            ))  # fmt: skip
        return found
