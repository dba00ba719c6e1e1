"""Churn: at each renewal a customer leaves with a hazard made of tenure, equity, price, grievance and neglect.

Beside it stands a hazard of its own of those whom no service keeps: moved away, died, insolvent. Each loss has one
cause. Neglect: what a relationship is worth wears off without a sign of care (relationship quality, Groenroos 2007,
Service Management and Marketing; direction known, sizes convention).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.elementary import added
from sim.core.entities import Base, Contact, Issue
from sim.core.lifetimes import TenureCurve, TenureFactors
from sim.core.measures import Measure
from sim.core.units import Duration, Rate, Settings, Span
from sim.core.world import Mechanism, World


class CustomerReference(Settings):
    """The named state for which the base hazard was solved; price is at its reference price in it."""

    name: str
    equity: float = Field(ge=0, le=100)
    base_hazard: Rate = Field(gt=0)


class InvoluntarySettings(Settings):
    """Those whom no service keeps (moved away, died, insolvent): a constant hazard of its own."""

    rate: Rate


class NeglectSettings(Settings):
    """Equity that wears off without a sign of care: points x (1 - exp(-time since the last one / time_constant)).

    by_resolution: whether an issue that is resolved is felt as a sign of care too; caring contacts always are.
    """

    points: float = Field(ge=0, le=100)
    time_constant: Span
    by_resolution: bool


class UnresolvedSettings(Settings):
    """An issue that a contact has left unresolved: factor on the hazard until it is resolved, at most so long."""

    factor: float = Field(ge=1, le=100)
    lasts: Span


class GrievanceSettings(Settings):
    """How long a contact that failed, or that nobody answered, counts as a grievance of whoever leaves."""

    memory: Span


class ChurnSettings(Settings):
    """Who leaves: base hazard x tenure factor x exp(service + price + neglect), and the involuntary beside it.

    service = equity_effect x (reference equity - equity) / 10 points, + ln factor while an issue is unresolved;
    price = price_loss x (price above the reference price, relative) or - price_gain x (price below it, relative);
    neglect = equity_effect x (points that have worn off) / 10 points. What is not given is off.
    """

    half_life: Duration = Field(gt=0)
    tenure: TenureFactors = TenureFactors()
    equity_effect: float = Field(ge=0, le=10)
    price_loss: float = Field(ge=0, le=50)
    price_gain: float = Field(ge=0, le=50)
    reference: CustomerReference
    involuntary: InvoluntarySettings | None = None
    neglect: NeglectSettings | None = None
    unresolved: UnresolvedSettings | None = None
    grievance: GrievanceSettings | None = None


Array = npt.NDArray[np.float64]
Slots = npt.NDArray[np.int64]
CAUSES: Final = ("service", "price", "other", "neglect", "involuntary")
_UNWILLING: Final = CAUSES.index("involuntary")
_OPTIONAL: Final = ("neglect", "involuntary")
"""Causes that are reported only where their section is given."""
_TENURE = streams.named("tenure at the start")
_THRESHOLD = streams.named("churn threshold")
_CAUSE = streams.named("churn cause")
_INVOLUNTARY = streams.named("involuntary loss")


def service_term(equity: Array, reference: float, effect: float) -> Array:
    """Log hazard ratio of a relationship better or worse than the reference: effect per 10 points of equity."""
    return np.asarray(effect * (reference - equity) / 10.0)


def price_term(gap: Array, loss: float, gain: float) -> Array:
    """Log hazard ratio of a price above (loss) or below (gain) the reference price, gap relative to it.

    Loss aversion makes loss larger than gain (Neumann and Boeckenholt 2014, J. Retailing 90(2)).
    """
    return np.asarray(loss * np.maximum(gap, 0.0) + gain * np.minimum(gap, 0.0))


def neglect_term(since: Array, settings: NeglectSettings, effect: float) -> Array:
    """Log hazard ratio of the equity that has worn off, since: seconds without a sign of care, shape (n,)."""
    worn = 1.0 - elementary.exp_array(-since / settings.time_constant)
    return np.asarray(effect * settings.points * worn / 10.0)


def cause(service: float, price: float, u: float, neglect: float = 0.0) -> int:
    """Index into CAUSES of a loss that was not involuntary.

    With the log hazard ratios s, p and n the share 1 - exp(-(s+ + p+ + n+)) of the hazard is due to service, price
    and neglect, in proportion to their positive parts; the rest would have happened in the reference state.
    """
    s, p, n = max(service, 0.0), max(price, 0.0), max(neglect, 0.0)
    blamed = 1.0 - elementary.exp(-(s + p + n))
    if u >= blamed:
        return 2
    if u < blamed * s / (s + p + n):
        return 0
    return 1 if n == 0.0 or u < blamed * (s + p) / (s + p + n) else 3


class Churn(Mechanism[ChurnSettings]):
    """Leaving at renewal: each customer has a unit exponential, and leaves when the cumulated hazard has used it up.

    left: what is left of it; lived: integral of the tenure factor up to the last renewal, in seconds; departs: when
    the customer goes whatever happens; cared: when he last felt cared for; failed, open: when a contact last left an
    issue of his unresolved, and the key of that issue, 0 once it is resolved; grieved: when he last had a grievance.
    """

    answers = ("cause_of_loss",)

    def __init__(self, world: World, settings: ChurnSettings) -> None:
        super().__init__(world, settings)
        assert world.base is not None
        self.base: Base = world.base
        self.left = self.base.column(np.float64)
        self.lived = self.base.column(np.float64)
        self.cause = self.base.column(np.int8, CAUSES.index("other"))
        if settings.involuntary is not None:
            self.departs = self.base.column(np.float64, np.inf)
        if settings.neglect is not None:
            self.cared = self.base.column(np.float64)
        if settings.unresolved is not None:
            self.failed = self.base.column(np.float64, -np.inf)
            self.open = self.base.column(np.uint64)
        if settings.grievance is not None:
            self.grieved = self.base.column(np.float64, -np.inf)
        self._hear(settings)
        self._curve = TenureCurve.of(settings.tenure)
        self.losses = [0] * len(CAUSES)
        self.without_grievance = self.of_will = 0
        self._began = False

    def _hear(self, settings: ChurnSettings) -> None:
        """Listen to contacts and issues only for the sections that are given: it costs something at every contact."""
        heard: dict[str, Callable[[Any], None]] = {}
        if settings.grievance is not None:
            heard |= dict.fromkeys(("contact_abandoned", "contact_blocked", "contact_balked"), self._grieve)
        if settings.grievance is not None or settings.unresolved is not None:
            heard["contact_failed"] = self._fail
        if settings.unresolved is not None or (settings.neglect is not None and settings.neglect.by_resolution):
            heard["issue_resolved"] = self._resolve
        for name, hear in heard.items():
            setattr(self, f"on_{name}", hear)

    def adopted(self) -> None:
        """The curve of the hazard by tenure; the time before a change counts by the curve in force then."""
        base, size, before = self.base, self.base.size, self._curve
        self._curve = TenureCurve.of(self.settings.tenure)
        if size:
            tenure = self.world.env.now - base.joined.array[:size]
            change = self._curve.cumulated(tenure) - before.cumulated(tenure)
            self.lived.array[:size] += change * base.active.array[:size]

    def begin(self) -> None:
        """Find out whether anybody makes offers to those who are about to leave."""
        self._reprieve = self.world.ask.answered("reprieve")

    def on_day_began(self, _: Day) -> None:
        """From the first day on, whoever joins is new."""
        self._began = True

    def on_customers_joined(self, slots: Slots) -> None:
        """Newcomers draw how much hazard they stand; those there at the start also their tenure."""
        settings, keys, now = self.settings, self.base.key.array[slots], self.world.env.now
        self.left.array[slots] = streams.exponentials(keys, _THRESHOLD)
        rate = settings.involuntary.rate if settings.involuntary is not None else 0.0
        if rate:
            self.departs.array[slots] = now + streams.exponentials(keys, _INVOLUNTARY) / rate
        if not self._began:
            u = streams.uniforms(keys, _TENURE)
            tenure = self._curve.stationary_tenures(settings.reference.base_hazard, u, rate)
            self.base.joined.array[slots] = now - tenure
            self.lived.array[slots] = self._curve.cumulated(tenure)
        if settings.neglect is not None:
            self.cared.array[slots] = self.base.joined.array[slots]

    def on_customers_cared_for(self, slots: Slots) -> None:
        """A sign of care: what had worn off is there again."""
        if self.settings.neglect is not None:
            self.cared.array[slots] = self.world.env.now

    def _grieve(self, contact: Contact) -> None:
        issue = contact.issue
        if self.base.has(issue.slot, issue.customer):
            self.grieved.view[issue.slot] = self.world.env.now

    def _fail(self, contact: Contact) -> None:
        """A contact has left its issue unresolved."""
        issue = contact.issue
        if not self.base.has(issue.slot, issue.customer):
            return
        if self.settings.grievance is not None:
            self.grieved.view[issue.slot] = self.world.env.now
        if self.settings.unresolved is not None:
            self.failed.view[issue.slot] = self.world.env.now
            self.open.view[issue.slot] = issue.key

    def _resolve(self, issue: Issue) -> None:
        """An issue is resolved: it no longer rankles, and may be felt as a sign of care."""
        settings, slot = self.settings, issue.slot
        if not self.base.has(issue.slot, issue.customer):
            return
        if settings.unresolved is not None and self.open.view[slot] == issue.key:
            self.open.view[slot] = 0
        if settings.neglect is not None and settings.neglect.by_resolution:
            self.cared.view[slot] = self.world.env.now

    def on_customers_renewed(self, slots: Slots) -> None:
        """Take off the hazard of the time since the last renewal; those who have had enough leave."""
        service, price, neglect = self._terms(slots)
        total = service + price if neglect is None else service + price + neglect
        bond = self.world.ask.bond(slots)
        if bond is not None:
            total += bond
        lived = self._curve.cumulated(self.world.env.now - self.base.joined.array[slots])
        hazard = lived - self.lived.array[slots]
        hazard *= self.settings.reference.base_hazard
        hazard *= elementary.exp_array(total)
        left = self.left.array[slots]
        left -= hazard
        self.left.array[slots] = left
        self.lived.array[slots] = lived
        leaves = left <= 0.0
        if self.settings.involuntary is not None:
            gone = self.departs.array[slots] <= self.world.env.now
            self.cause.array[slots[gone]] = _UNWILLING
            leaves |= gone
        leaving = leaves.nonzero()[0]
        if leaving.size:
            worn = np.zeros(leaving.size) if neglect is None else neglect[leaving]
            self._leave(slots[leaving], service[leaving], price[leaving], worn)

    def _terms(self, slots: Slots) -> tuple[Array, Array, Array | None]:
        """Log hazard ratios of customers by their relationship, by their price and by neglect, None where it is off."""
        settings, ask, reference = self.settings, self.world.ask, self.settings.reference.equity
        effect, now = settings.equity_effect, self.world.env.now
        service = service_term(ask.equity(slots, reference), reference, effect)
        if settings.unresolved is not None:
            lasting = now - self.failed.array[slots] < settings.unresolved.lasts
            unresolved = lasting & (self.open.array[slots] != 0)
            service = service + np.where(unresolved, elementary.log(settings.unresolved.factor), 0.0)
        gap = ask.price_gap(slots)
        price = price_term(gap, settings.price_loss, settings.price_gain) if gap.any() else gap
        if settings.neglect is None:
            return service, price, None
        return service, price, neglect_term(now - self.cared.array[slots], settings.neglect, effect)

    def _leave(self, slots: Slots, service: Array, price: Array, neglect: Array) -> None:
        """Some take an offer, stay and start with a fresh threshold; the others leave, each for a cause."""
        keys, causes = self.base.key.view, self.cause.view
        rows = zip(slots.tolist(), service.tolist(), price.tolist(), neglect.tolist(), strict=True)
        for slot, s, p, n in rows:
            if causes[slot] != _UNWILLING:
                causes[slot] = cause(s, p, streams.uniform(keys[slot], _CAUSE), n)
        if self._reprieve is not None:
            self.left.array[slots] = reprieve = self._reprieve(slots, self.cause_of_loss(slots))
            going = reprieve <= 0.0
            slots, price = slots[going], price[going]
        for slot, p in zip(slots.tolist(), price.tolist(), strict=True):
            why = causes[slot]
            if why != _UNWILLING:
                self.of_will += 1
                self.without_grievance += self._is_content(slot, p)
            self.losses[why] += 1
        if slots.size:
            self.world.ask.remove_customers(slots)

    def _is_content(self, slot: int, price: float) -> bool:
        """Whether a customer leaves without any grievance: none remembered, and no price that has risen."""
        grievance = self.settings.grievance
        if grievance is None or price > 0.0:
            return False
        return bool(self.grieved.view[slot] < self.world.env.now - grievance.memory)

    def cause_of_loss(self, slots: Slots) -> list[str]:
        """Causes for which customers are leaving."""
        return [CAUSES[why] for why in self.cause.array[slots].tolist()]

    def counts(self) -> dict[str, float]:
        """Customers lost, by cause, and those who had no grievance."""
        losses = zip(CAUSES, self.losses, strict=True)
        found: dict[str, float] = {f"losses.{name}": lost for name, lost in losses if _reported(name, self.settings)}
        if self.settings.grievance is not None:
            found |= {"losses.of_will": self.of_will, "losses.without_grievance": self.without_grievance}
        return found

    def balances(self) -> list[tuple[str, float, float]]:
        """Losses by cause add up to those not involuntary and those who are."""
        return [("losses by cause", added(self.losses), self.of_will + self.losses[_UNWILLING])]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Losses by cause."""
        found = [
            Measure(
                f"losses.{name}", f"customers lost, cause {name}", "customers a year", f"losses.{name}", "years", 1.0,
                "lower", meaning=f"customers who left because of {name}, a year",
            )
            for name in CAUSES if _reported(name, scenario.churn)
        ]  # fmt: skip
        if scenario.churn.grievance is not None:
            found.append(
                Measure(
                    "losses_without_grievance",
                    "losses without any grievance",
                    "%",
                    "losses.without_grievance",
                    "losses.of_will",
                    100.0,
                    meaning="customers who left of their own will with no failed or unanswered contact remembered "
                    "and no price risen, over those who left of their own will",
                )
            )
        return found


def _reported(name: str, settings: ChurnSettings) -> bool:
    return name not in _OPTIONAL or getattr(settings, name) is not None
