"""Contact points of contacts: what customers live through in them beside the contact as such.

A telephone that rings for long, minutes on hold, days to a reply, a long line, a promise kept or broken, a complaint
handled or left, neglected premises. Each is noted when it happens, with the customer whom it happened to, and is
lived through at the next midnight; it may cost something and cause issues.

Assumptions: a point counts once for each contact or issue that passes its standard (the standards are the firm's own,
such as five rings or two minutes on hold; that customers keep such episodes is supported by the critical incidents of
Keaveney 1995 and Bitner, Booms and Tetreault 1990, their size is not); premises follow their upkeep with a time
constant, and a visitor notices neglect with probability 1 - state (a convention).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.contact_points import Case, ContactPoints, PointSettings, measures_of
from sim.core.entities import Contact, Issue, Lane
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Duration, MoneyRate, Settings, Several, Share, Span
from sim.core.world import Mechanism, World


class WaitPointSettings(PointSettings):
    """A wait over a standard on some channels: until the answer, in writing until the reply is done."""

    channels: Several[str] = Field(min_length=1)
    over: Duration


class LinePointSettings(PointSettings):
    """A line of more than so many that a customer finds, whether he joins it or turns away."""

    channels: Several[str] = Field(min_length=1)
    longer_than: Annotated[int, Field(ge=0, le=100_000)]


class PromiseSettings(Settings):
    """A promised time for kinds of issue: until their first contact is done, or until they are resolved.

    channels: of the first contact. A promise is broken too if the issue is given up.
    """

    kinds: Several[str] = Field(min_length=1)
    channels: Several[str] = Field(min_length=1)
    of: Literal["reply", "resolution"]
    within: Duration
    kept: PointSettings | None = None
    broken: PointSettings | None = None


class EndingPointSettings(PointSettings):
    """Issues of some kinds, such as complaints, that end resolved, or given up unresolved."""

    kinds: Several[str] = Field(min_length=1)
    ended: Literal["resolved", "given_up"]


class PremisesSettings(PointSettings):
    """The state of premises, 0 to 1: it follows upkeep over what is needed with a time constant.

    channels: on which customers see them; the point is met by those who notice neglect.
    """

    channels: Several[str] = Field(min_length=1)
    at_start: Share
    needed: MoneyRate = Field(gt=0)
    upkeep: MoneyRate
    time_constant: Span


class ContactPointsSettings(Settings):
    """Contact points by name."""

    waits: dict[str, WaitPointSettings] = Field(default_factory=dict)
    lines: dict[str, LinePointSettings] = Field(default_factory=dict)
    promises: dict[str, PromiseSettings] = Field(default_factory=dict)
    endings: dict[str, EndingPointSettings] = Field(default_factory=dict)
    premises: PremisesSettings | None = None

    def points(self) -> dict[str, PointSettings]:
        """All points by the name under which they are counted."""
        found: dict[str, PointSettings] = {**self.waits, **self.lines, **self.endings}
        for name, promise in self.promises.items():
            for ending, point in (("kept", promise.kept), ("broken", promise.broken)):
                if point is not None:
                    found[f"{name}_{ending}"] = point
        if self.premises is not None:
            found["premises"] = self.premises
        return found


_NOTICED = streams.named("premises noticed")


def state_after(state: float, upkeep: float, needed: float, time: float, time_constant: float) -> float:
    """State of premises after a time: it follows upkeep / needed, at most 1, with a time constant."""
    level = min(upkeep / needed, 1.0)
    return level + (state - level) * elementary.exp(-time / time_constant)


class ContactPointsOfContacts(Mechanism[ContactPointsSettings]):
    """Notes who meets a point when it happens, and lets a day's cases be lived through at the next midnight.

    Only facts that some point needs are heard.
    """

    def __init__(self, world: World, settings: ContactPointsSettings) -> None:
        super().__init__(world, settings)
        self._points = ContactPoints(world, list(settings.points()))
        self._noted: dict[str, list[Case]] = {name: [] for name in settings.points()}
        self._replies: dict[Lane, list[tuple[float, str]]] = {}
        self._resolutions: dict[Lane, list[tuple[float, str]]] = {}
        self._when_resolved: dict[Lane, list[str]] = {}
        self._when_given_up: dict[Lane, list[str]] = {}
        self.state = settings.premises.at_start if settings.premises is not None else 1.0
        self.state_days = self._midnight = 0.0
        hears: dict[str, Callable[[Any], None]] = {}
        if settings.waits or settings.premises is not None or settings.promises:
            hears["contact_handled"] = self._handled
        if settings.waits:
            hears["contact_abandoned"] = self._abandoned
        if settings.lines:
            hears["contact_offered"] = self._sees_the_line
        if settings.promises or settings.endings:
            hears |= {"issue_resolved": self._resolved, "issue_given_up": self._given_up}
        for fact, hear in hears.items():
            setattr(self, f"on_{fact}", hear)

    def begin(self) -> None:
        """Open the account."""
        self.world.tell.paid(Posting("points", 0.0, "prices"))

    def adopted(self) -> None:
        """Lay out the points by channel and by kind."""
        settings, channels = self.settings, self.world.channels
        self._by_name = settings.points()
        self._waits = [
            sorted((one.over, name) for name, one in settings.waits.items() if channel in one.channels)
            for channel in channels
        ]
        self._shortest = [waits[0][0] if waits else float("inf") for waits in self._waits]
        self._written = [channel.kind == "written" for channel in channels.values()]
        self._lines = [
            [(one.longer_than, name) for name, one in settings.lines.items() if channel in one.channels]
            for channel in channels
        ]
        premises = settings.premises
        self._seen = [premises is not None and channel in premises.channels for channel in channels]
        for lane in self.world.lanes:
            self.on_lane_opened(lane)

    def on_lane_opened(self, lane: Lane) -> None:
        """Lay out the promises and endings of the issues that begin on a lane."""
        settings, kind, channel = self.settings, lane.kind, lane.channel.name
        promised = [(name, one) for name, one in settings.promises.items() if kind in one.kinds]
        promised = [(name, one) for name, one in promised if channel in one.channels]
        self._replies[lane] = [(one.within, name) for name, one in promised if one.of == "reply"]
        self._resolutions[lane] = [(one.within, name) for name, one in promised if one.of == "resolution"]
        endings = [(name, one.ended) for name, one in settings.endings.items() if kind in one.kinds]
        self._when_resolved[lane] = [name for name, ended in endings if ended == "resolved"]
        self._when_given_up[lane] = [name for name, ended in endings if ended == "given_up"]

    def _note(self, name: str, key: int, issue: Issue) -> None:
        if name in self._noted and issue.slot >= 0:
            # an issue that follows at once still comes after the next midnight
            self._noted[name].append((key, issue.slot, issue.customer, self._midnight))

    def _handled(self, contact: Contact) -> None:
        place = contact.lane.channel.index
        wait = contact.waited + contact.spent if self._written[place] else contact.waited
        if wait > self._shortest[place]:
            self._has_waited(contact, wait)
        if self._seen[place] and streams.uniform(contact.key, _NOTICED) > self.state:
            self._note("premises", contact.key, contact.issue)
        issue = contact.issue
        if issue.handled == 1 and (promised := self._replies[issue.lane]):
            self._keep(promised, issue, self.world.env.now - issue.raised_at)

    def _abandoned(self, contact: Contact) -> None:
        if contact.waited > self._shortest[contact.lane.channel.index]:
            self._has_waited(contact, contact.waited)

    def _has_waited(self, contact: Contact, wait: float) -> None:
        for over, name in self._waits[contact.lane.channel.index]:
            if wait > over:
                self._note(name, contact.key, contact.issue)

    def _sees_the_line(self, contact: Contact) -> None:
        channel = contact.lane.channel
        for longer_than, name in self._lines[channel.index]:
            if channel.waiting > longer_than:
                self._note(name, contact.key, contact.issue)

    def _resolved(self, issue: Issue) -> None:
        lane = issue.lane
        for name in self._when_resolved[lane]:
            self._note(name, issue.key, issue)
        if promised := self._resolutions[lane]:
            self._keep(promised, issue, self.world.env.now - issue.raised_at)

    def _given_up(self, issue: Issue) -> None:
        lane = issue.lane
        for name in self._when_given_up[lane]:
            self._note(name, issue.key, issue)
        self._keep(self._resolutions[lane], issue, float("inf"))
        if issue.handled == 0:
            self._keep(self._replies[lane], issue, float("inf"))

    def _keep(self, promised: Sequence[tuple[float, str]], issue: Issue, taken: float) -> None:
        for within, name in promised:
            self._note(f"{name}_kept" if taken <= within else f"{name}_broken", issue.key, issue)

    def on_day_began(self, day: Day) -> None:
        """Let the cases of the day before be lived through, and the premises follow their upkeep."""
        self._midnight = day.end
        for name, noted in self._noted.items():
            if noted:
                self._noted[name] = []
                self._points.meet(name, self._by_name.get(name), noted)
        self._points.raise_issues()
        spent, premises = self._points.spent, self.settings.premises
        self._points.spent = 0.0
        if premises is not None:
            self.state_days += self.state
            self.state = state_after(self.state, premises.upkeep, premises.needed, DAY, premises.time_constant)
            spent += premises.upkeep * DAY
        if spent:
            self.world.tell.paid(Posting("points", -spent, "prices"))

    def counts(self) -> dict[str, float]:
        """Cases by point, and the state of the premises summed over days."""
        return {**self._points.counts(), "points.state_days": self.state_days}

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """How often each point is met, what it moves, and the state of the premises."""
        settings: ContactPointsSettings = scenario.contact_points
        found = measures_of(settings.points(), scenario.satisfaction is not None)
        if settings.premises is not None:
            found.append(
                Measure(
                    "premises", "state of the premises", "%", "points.state_days", "days", 100.0, "higher",
                    meaning="state of the premises, mean over days; 100 % is fully kept up",
                )
            )  # fmt: skip
        return found
