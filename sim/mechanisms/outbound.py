"""Outbound: campaigns of calls that agents make to customers on a list, to sell, to explain a price, to keep or inform.

Care turns to everybody at intervals and wants nothing; a campaign picks customers by what is known of them, calls
them until somebody answers, and wants something. The calls are work for agents beside what comes in. Whether anybody
answers depends on the time of day: at home more do in the evening (Weeks, Kulka and Pierson 1987, Public Opinion
Quarterly 51(4)). That a reason given for a price makes it fairer is known in direction (Kahneman, Knetsch and Thaler
1986, American Economic Review 76(4)); how many mind being called, and how much, is convention.
"""

from __future__ import annotations

from math import inf
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from sim.core import streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import OUTBOUND, Base, Contact, Issue
from sim.core.errands import WorkSettings, give_work
from sim.core.facts import Posting
from sim.core.measures import Measure
from sim.core.units import DAY, Clock, Duration, Money, Percent, Settings, Several, Share, Span, parse_clock, whole_days
from sim.core.world import Mechanism, World

Score = Annotated[float, Field(ge=0, le=100)]
WholeDays = Annotated[Duration, Field(ge=DAY)]


class ListSettings(Settings):
    """Who is on the list of a campaign: customers for whom all that is given holds.

    satisfaction_below, satisfaction_from: satisfaction that morning; tenure_from, tenure_below: time since joining;
    renews_within: until the next renewal; price_above: the price against the reference price, as it is felt.
    """

    segments: Several[str] | None = Field(default=None, min_length=1)
    satisfaction_below: Score | None = None
    satisfaction_from: Score | None = None
    tenure_from: Span | None = None
    tenure_below: Span | None = None
    renews_within: Span | None = None
    price_above: Percent | None = Field(default=None, ge=0)


class CampaignSettings(Settings):
    """A campaign: its list, the calls, what they want, and how they are for customers.

    every: how often a list is drawn up (whole days); share: of those on it who are called at all; most: of those called
    by one list; pause: since the last call of any campaign to this customer. begins: time of day from which agents
    call; attempts: until somebody answers, one every ``again`` (whole days); reached: share of calls that are answered,
    from each time of day on; unreached: the agent's time for one that is not; cost: of each beside it.
    work: the agents' work for one that is. sells: the product of ``sales`` that is offered; retains: the discount of
    ``retention`` is; explains: share of the price above the reference price that is then taken as fair.
    felt: how a call is, 0 to 100; minded: share of customers who mind being called, for whom it is ``disturbed``.
    """

    every: WholeDays
    whom: ListSettings = ListSettings()
    share: Share
    most: int | None = Field(default=None, ge=0, le=1_000_000)
    pause: Span
    begins: Clock
    attempts: int = Field(ge=1, le=20)
    again: WholeDays
    reached: dict[str, Share] = Field(min_length=1)
    unreached: Duration
    cost: Money
    work: WorkSettings
    sells: str | None = None
    retains: bool = False
    explains: Share | None = None
    felt: Score
    minded: Share
    disturbed: Score

    _whole_days = field_validator("every", "again")(whole_days)

    @model_validator(mode="after")
    def _from_midnight(self) -> CampaignSettings:
        if 0.0 not in (times := [parse_clock(time) for time in self.reached]) or len(set(times)) < len(times):
            raise ValueError("'reached' needs a share from \"00:00\" on, and one for each time")
        return self


class OutboundSettings(Settings):
    """Campaigns by name."""

    campaigns: dict[str, CampaignSettings] = Field(min_length=1)


Slots = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
_NEVER = -(1 << 30)
_CALLED = streams.named("called by a campaign")
_REACHED = streams.named("call answered")
_MINDS = streams.named("minds being called")


class Call(NamedTuple):
    """A call to be made: of which campaign, to whom (place and key), which attempt, and the key of the first one."""

    campaign: str
    slot: int
    customer: int
    attempt: int
    key: int


def share_at(profile: dict[float, float], seconds: float) -> float:
    """The share that holds at a time of day, seconds after midnight: that of the last step before it."""
    return profile[max(step for step in profile if step <= seconds)]


def chosen(u: npt.NDArray[np.float64], share: float, most: int | None) -> Bools:
    """Who is called: those with the lowest uniforms, a share of all and no more than ``most``, shape (n,)."""
    mine = u < share
    if most is not None and np.count_nonzero(mine) > most:
        mine[np.argsort(u, kind="stable")[most:]] = False
    return mine


class Outbound(Mechanism[OutboundSettings]):
    """Campaigns: who is called, who answers, what comes of it.

    called: the day of the last call of a campaign to each customer; turns: lists of each that he was called from.
    """

    def __init__(self, world: World, settings: OutboundSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self._names = tuple(settings.campaigns)
        self.called = self.base.column(np.int32, _NEVER)
        self.turns = self.base.column(np.int16, 0, len(self._names))
        self._under_way: dict[int, Call] = {}
        self._missed: set[int] = set()
        self._talking: set[int] = set()
        self._again: dict[int, list[Call]] = {}
        self._talked: list[Call] = []
        self.calls, self.reached, self.agreed = (dict.fromkeys(self._names, 0) for _ in range(3))
        self.unreached = self.in_vain = self.disturbed = 0
        self.spent = 0.0

    def adopted(self) -> None:
        """The shares reached by seconds after midnight."""
        campaigns = self.settings.campaigns.items()
        self._profiles = {
            name: {parse_clock(time): share for time, share in one.reached.items()} for name, one in campaigns
        }

    def on_day_began(self, day: Day) -> None:
        """Customers live through the calls of the day before; lists are drawn up, and who did not answer is tried."""
        self._live_through()
        for call in self._again.pop(day.index, ()):
            self._call([call], day)
        for place, (name, campaign) in enumerate(self.settings.campaigns.items()):
            if day.index % round(campaign.every / DAY) == 0 and campaign.share:
                self._draw_up(place, name, campaign, day)

    def _draw_up(self, place: int, name: str, campaign: CampaignSettings, day: Day) -> None:
        slots = self.base.active.array[: self.base.size].nonzero()[0]
        slots = slots[(day.index - self.called.array[slots]) * DAY >= campaign.pause]
        slots = slots[self._listed(slots, campaign.whom, day.index)]
        seed = np.array([streams.named(f"campaign {name}")], dtype=np.uint64)
        customers = self.base.key.array[slots]
        keys = streams.children(customers, seed)
        mine = chosen(streams.uniforms(keys, _CALLED), campaign.share, campaign.most)
        slots, customers = slots[mine], customers[mine]
        ordinals = self.turns.array[slots, place]
        self.turns.array[slots, place] = ordinals + 1
        self.called.array[slots] = day.index
        firsts = streams.children(keys[mine], ordinals.astype(np.int64)).tolist()
        rows = zip(slots.tolist(), customers.tolist(), firsts, strict=True)
        self._call([Call(name, slot, customer, 1, key) for slot, customer, key in rows], day)

    def _listed(self, slots: Slots, whom: ListSettings, today: int) -> Bools:
        """Who of some customers is on the list."""
        ask, listed = self.world.ask, np.ones(slots.size, dtype=np.bool_)
        if whom.segments is not None:
            named = np.array([segment in whom.segments for segment in self.base.segments])
            listed &= named[self.base.segment.array[slots]]
        levels = ask.satisfaction()
        if levels is not None:
            listed &= levels[slots] < (101.0 if whom.satisfaction_below is None else whom.satisfaction_below)
            listed &= levels[slots] >= (0.0 if whom.satisfaction_from is None else whom.satisfaction_from)
        tenure = self.world.env.now - self.base.joined.array[slots]
        listed &= tenure >= (whom.tenure_from or 0.0)
        if whom.tenure_below is not None:
            listed &= tenure < whom.tenure_below
        if whom.renews_within is not None:
            listed &= (ask.renewal_day(slots) - today) * DAY <= whom.renews_within
        if whom.price_above is not None:
            listed &= ask.price_gap(slots) > whom.price_above
        return listed

    def _call(self, calls: list[Call], day: Day) -> None:
        """Give calls of one campaign to agents."""
        if not calls:
            return
        name = calls[0].campaign
        campaign = self.settings.campaigns[name]
        self.calls[name] += len(calls)
        cost = len(calls) * campaign.cost
        if cost:
            self.spent += cost
            self.world.tell.paid(Posting("outbound", -cost, "prices"))
        keys = [streams.child(call.key, call.attempt) for call in calls]
        self._under_way.update(zip(keys, calls, strict=True))
        begins = self.world.calendar.clock(day.index, campaign.begins)
        give_work(self.world, campaign.work, keys, begins)

    def on_contact_answered(self, contact: Contact) -> None:
        """An agent calls a customer, who answers or does not: then the call is short."""
        key = contact.issue.key
        if contact.issue.slot != OUTBOUND or key not in self._under_way or key in self._talking:
            return
        call, calendar, now = self._under_way[key], self.world.calendar, self.world.env.now
        share = share_at(self._profiles[call.campaign], now - calendar.day_start(calendar.index_at(now)))
        if streams.uniform(key, _REACHED) >= share:
            self._missed.add(key)
            contact.threshold = -inf  # it is over, whoever made it
            contact.last(self.settings.campaigns[call.campaign].unreached)
        else:
            self._talking.add(key)

    def on_issue_resolved(self, issue: Issue) -> None:
        """A call has been made."""
        if issue.slot == OUTBOUND and (call := self._under_way.pop(issue.key, None)) is not None:
            self._talking.discard(issue.key)
            if issue.key in self._missed:
                self._missed.remove(issue.key)
                self._not_reached(call)
            else:
                self._talk(call)

    def on_issue_given_up(self, issue: Issue) -> None:
        """An agent has cut a call off: nobody was reached."""
        if issue.slot == OUTBOUND and (call := self._under_way.pop(issue.key, None)) is not None:
            self._missed.discard(issue.key)
            self._talking.discard(issue.key)
            self._not_reached(call)

    def _not_reached(self, call: Call) -> None:
        campaign = self.settings.campaigns[call.campaign]
        self.unreached += 1
        if call.attempt < campaign.attempts and self._is_here(call):
            today = self.world.calendar.index_at(self.world.env.now)
            again = call._replace(attempt=call.attempt + 1)
            self._again.setdefault(today + round(campaign.again / DAY), []).append(again)

    def _is_here(self, call: Call) -> bool:
        return self.base.has(call.slot, call.customer)

    def _talk(self, call: Call) -> None:
        """Say what the call is for."""
        if not self._is_here(call):
            self.in_vain += 1
            return
        campaign, ask = self.settings.campaigns[call.campaign], self.world.ask
        self.reached[call.campaign] += 1
        self._talked.append(call)
        agrees = False
        if campaign.explains:
            ask.explain_price(np.array([call.slot]), campaign.explains)
        if campaign.retains:
            agrees |= ask.offer_discount(call.slot, call.key)
        if campaign.sells is not None:
            agrees |= bool(ask.sell_to(campaign.sells, call.slot, call.key))
        self.agreed[call.campaign] += agrees

    def _live_through(self) -> None:
        """Customers live through the calls that reached them: a sign of care, or a disturbance for who minds them."""
        by_name: dict[str, dict[int, None]] = {}
        for call in self._talked:
            if self._is_here(call):
                by_name.setdefault(call.campaign, {})[call.slot] = None
        self._talked.clear()
        for name, places in by_name.items():
            campaign, slots = self.settings.campaigns[name], np.array(list(places), dtype=np.int64)
            minds = streams.uniforms(self.base.key.array[slots], _MINDS) < campaign.minded
            self.disturbed += int(np.count_nonzero(minds))
            levels = self.world.ask.satisfaction()
            if levels is not None:
                felt = np.where(minds, np.minimum(campaign.disturbed, levels[slots]), campaign.felt)
                self.world.ask.live_through(name, slots.tolist(), felt.tolist())
            self.world.tell.customers_cared_for(slots[~minds])

    def counts(self) -> dict[str, float]:
        """Calls, customers reached and those who agreed, in all and by campaign; what was spent."""
        found: dict[str, float] = {"outbound.disturbed": self.disturbed, "outbound.spent": self.spent}
        for what, counts in (("calls", self.calls), ("reached", self.reached), ("agreed", self.agreed)):
            found[f"outbound.{what}"] = added(counts.values())
            found |= {f"outbound.{name}.{what}": count for name, count in counts.items()}
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Calls = customers reached + not reached + gone before the call + calls under way."""
        ended = added(self.reached.values()) + self.unreached + self.in_vain
        return [("calls of campaigns", added(self.calls.values()), ended + len(self._under_way))]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Calls, whom they reach, and who agrees."""
        currency = scenario.currency
        return [
            Measure(
                "campaign_calls", "calls of campaigns", "calls a year", "outbound.calls", "years",
                meaning="calls that agents made, or are to make, to customers for campaigns, a year",
            ),
            Measure(
                "campaign_reached", "reached by campaigns", "%", "outbound.reached", "outbound.calls", 100.0, "higher",
                meaning="customers reached, over calls",
            ),
            Measure(
                "campaign_agreed", "agreed in campaigns", "%", "outbound.agreed", "outbound.reached", 100.0, "higher",
                meaning="customers who bought or took a discount, over customers reached",
            ),
            Measure(
                "campaign_cost", "cost of campaigns", f"{currency} a year", "outbound.spent", "years", 1.0, "lower",
                meaning="what calls cost beside the agents' time, a year, in prices of the start",
            ),
        ]  # fmt: skip
