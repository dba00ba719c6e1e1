"""Money: a ledger by account and month that listens and never acts."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final, Literal

from pydantic import Field

from sim.core import elementary
from sim.core.calendar import Day
from sim.core.cohorts import Cohorts, ValueSettings, cohort_names, value_measures
from sim.core.elementary import added
from sim.core.entities import Lane
from sim.core.facts import CustomerPayments, FeesPaid, Posting, Slots
from sim.core.measures import Measure
from sim.core.revenue import Revenue
from sim.core.units import DAY, YEAR, Growth, Money, MoneyRate, Settings
from sim.core.world import Mechanism, World


class EconomicSettings(Settings):
    """Overheads, costs per contact, inflation and discounting.

    basis: "nominal" lets wages and prices inflate and discounts at a nominal rate; "real" reports money of the
    day the counting starts. Inflation starts then too. customer_value: counts what customers are worth by cohort.
    """

    basis: Literal["nominal", "real"]
    discount_rate: Growth = Field(ge=0)
    wage_inflation: Growth
    price_inflation: Growth
    overheads: dict[str, MoneyRate]
    contact_cost: dict[str, Money] = Field(default_factory=dict)
    customer_value: ValueSettings | None = None


ACCOUNTS: Final = (
    "fees", "wages", "hiring", "training", "acquisition", "overheads", "contacts", "severance", "policies",
)  # fmt: skip

SUMS: Final = ("profit", "present_value", "operating")
"""What stands among the totals of the ledger beside its accounts."""

OF_SECTIONS: Final = {
    "fulfilment": ("orders", "fulfilment"),
    "contact_points": ("points",),
    "feedback": ("feedback",),
    "departments": ("departments",),
    "callback": ("callback",),
    "voice_mail": ("voice_mail",),
    "spend": ("spend",),
    "sales": ("sales", "commission"),
    "outbound": ("outbound",),
}
"""Section of a scenario -> the accounts that there are with it only."""

STAFF: Final = ("wages", "hiring", "training", "severance")


def index(growth: float, time: float) -> float:
    """Level of wages or prices: (1 + growth a year)^years since the counting starts."""
    return elementary.power(1.0 + growth * YEAR, time / YEAR) if growth and time else 1.0


def discount(rate: float, time: float) -> float:
    """Present value at the start of the counting of one unit of money: (1 + rate a year)^-years."""
    return 1.0 / elementary.power(1.0 + rate * YEAR, time / YEAR) if rate and time else 1.0


class Economics(Mechanism[EconomicSettings]):
    """The ledger: every posting is booked to its account and month, and to the cash that it moves.

    Amounts arrive in money of the day when the counting starts; they are inflated to the day of the posting, and
    deflated by prices again where the basis is real.
    """

    def __init__(self, world: World, settings: EconomicSettings) -> None:
        super().__init__(world, settings)
        self.accounts = dict.fromkeys(ACCOUNTS, 0.0)
        self.present = dict.fromkeys(ACCOUNTS, 0.0)
        self.cash = 0.0
        self._scales = {"wages": 1.0, "prices": 1.0, "none": 1.0}
        self._discount = 1.0
        self._until = 0.0
        self._per_contact: dict[str, float] = {}
        self._paid_for: dict[Lane, tuple[int, int]] = {}
        self._today = 0
        self._repeats = self._repeat_contacts = 0.0
        self._shared = (0.0, 0.0, 0.0)
        self._worked = (0.0, 0.0, 0.0, 0.0, 0.0)
        self._at_work = [0.0, 0.0]
        self.revenue = Revenue(world)
        self.cohorts: Cohorts | None = None
        if settings.customer_value is not None:
            self._listen_to_customers(settings.customer_value)

    def adopted(self) -> None:
        """Overheads of a day and costs per contact; the levels of wages and prices follow at the next posting."""
        self._pay_contacts()
        self._until = 0.0
        self._overheads = added(self.settings.overheads.values()) * DAY
        self._per_contact = {name: self.settings.contact_cost.get(name, 0.0) for name in self.world.channels}
        if self.cohorts is not None:
            self.cohorts.fixed = self._per_contact

    def begin(self) -> None:
        """Customers are about to come."""
        self.revenue.begin()
        if self.cohorts is not None:
            self.cohorts.begin()

    def _listen_to_customers(self, settings: ValueSettings) -> None:
        """Hear what concerns single customers too; without need nobody does, for it costs time at each contact."""
        self.cohorts = cohorts = Cohorts(self.world, settings, self._worth)

        def paid(payments: CustomerPayments) -> None:
            self._follow_the_day()
            cohorts.pay(payments, self._scales[payments.inflates])

        self.on_customers_paid = paid
        self.on_contact_handled = cohorts.serve
        self.on_counting_began = cohorts.begin_counting

    def on_fees_paid(self, fees: FeesPaid) -> None:
        """Note for whose time the fees are."""
        self._follow_the_day()
        self.revenue.pay(fees, self._scales["none"])

    def on_customers_joined(self, slots: Slots) -> None:
        """Note who is won."""
        self.revenue.join(slots, self._today)
        if self.cohorts is not None:
            self.cohorts.join(slots)

    def on_customers_left(self, slots: Slots) -> None:
        """Note who is lost, and to what."""
        self.revenue.leave(slots, self._today)

    def _worth(self, since: float) -> float:
        """Present value of one unit of money of today, discounted to a moment after the beginning of the counting."""
        return self._discount / discount(self.settings.discount_rate, since)

    def on_day_began(self, _: Day) -> None:
        """Book the contacts of the day before, and pay the overheads of this one."""
        self._follow_the_day()
        if self._overheads:
            self.on_paid(Posting("overheads", -self._overheads, "prices"))

    def _move_to_today(self) -> None:
        """Inflate and discount to today, at its first posting: others hear of the day before the ledger does."""
        settings, calendar = self.settings, self.world.calendar
        self._today = today = calendar.index_at(self.world.env.now)
        self._until = calendar.day_start(today + 1)
        time = max(today - calendar.first_counted, 0) * DAY
        prices = index(settings.price_inflation, time)
        deflator = prices if settings.basis == "real" else 1.0
        self._scales = {
            "wages": index(settings.wage_inflation, time) / deflator,
            "prices": prices / deflator,
            "none": 1.0 / deflator,
        }
        self._discount = discount(settings.discount_rate, time)

    def _pay_contacts(self) -> None:
        """Book the contacts handled since the last time, at the prices of their day: one posting a day.

        A contact costs something by its channel, besides the agent.
        """
        cost = repeats = 0.0
        for lane in self.world.lanes:
            handled, again = self._paid_for.get(lane, (0, 0))
            if lane.handled > handled:
                each = self._per_contact[lane.channel.name]
                self._paid_for[lane] = lane.handled, lane.handled - lane.first_handled
                cost += (lane.handled - handled) * each
                repeats += (lane.handled - lane.first_handled - again) * each
        self._repeats += repeats * self._scales["prices"]
        self._repeat_contacts += repeats * self._scales["prices"]
        if cost:
            self._book(Posting("contacts", -cost, "prices"))

    def on_paid(self, posting: Posting) -> None:
        """Book a posting."""
        self._follow_the_day()
        self._book(posting)

    def _follow_the_day(self) -> None:
        if self.world.env.now >= self._until:
            self._pay_contacts()
            self.revenue.close(self._today, self._scales["none"])
            self._move_to_today()

    def _book(self, posting: Posting) -> None:
        amount = posting.amount * self._scales[posting.inflates]
        account = posting.account
        self.accounts[account] = self.accounts.get(account, 0.0) + amount
        self.present[account] = self.present.get(account, 0.0) + amount * self._discount
        self.cash += amount

    def _staff_cost(self) -> float:
        """What staff has cost so far."""
        return -added(self.accounts[name] for name in STAFF)

    def _share_out(self) -> None:
        """Share the cost of staff since the last time by the agents' time: repeats and cohorts get their part.

        Asked for at the ends of months. Time without a contact waits for the next.
        """
        staff = self._staff_cost()
        time = added(lane.handle_time for lane in self.world.lanes)
        again = added(lane.repeat_handle_time for lane in self.world.lanes)
        staff_before, time_before, again_before = self._shared
        if time > time_before:
            per_second = (staff - staff_before) / (time - time_before)
            self._repeats += per_second * (again - again_before)
            self._shared = (staff, time, again)
            if self.cohorts is not None:
                self.cohorts.share_out(per_second, self._scales["prices"])

    def _share_out_work(self) -> None:
        """Share the same cost by agents' time on duty: with first contacts, with repeats, without a contact.

        Several contacts at a time share their agent's.
        """
        lanes, groups = self.world.lanes, self.world.groups.values()
        now = (
            self._staff_cost(),
            added(group.duty for group in groups),
            added(group.busy for group in groups),
            added(lane.handle_time for lane in lanes),
            added(lane.repeat_handle_time for lane in lanes),
        )
        staff, duty, busy, time, again = (one - before for one, before in zip(now, self._worked, strict=True))
        if duty > 0.0 and time > 0.0:
            working = staff * (busy / duty if busy < duty else 1.0)
            self._at_work[0] += working * (1.0 - again / time)
            self._at_work[1] += working * (again / time)
            self._worked = now

    def counts(self) -> dict[str, float]:
        """Money by account, profit, its present value, repeats, what fees and cost are for, what cohorts are worth."""
        self._pay_contacts()
        self.revenue.close(self._today, self._scales["none"])
        self._share_out()
        self._share_out_work()
        found = {f"ledger.{name}": amount for name, amount in self.accounts.items()}
        found["ledger.profit"] = added(self.accounts.values())
        found["ledger.present_value"] = added(self.present.values())
        found["ledger.operating"] = -added(self.accounts[name] for name in (*STAFF, "contacts"))
        found["ledger.repeats.cost"] = self._repeats
        found["ledger.repeats.contacts"] = added(lane.handled - lane.first_handled for lane in self.world.lanes)
        first, repeats = self._at_work
        staff = self._staff_cost()
        found |= {"ledger.staff.first": first, "ledger.staff.repeats": repeats}
        found["ledger.staff.without"] = staff - first - repeats
        found["ledger.contacts.repeats"] = self._repeat_contacts
        found |= self.revenue.counts()
        return found | (self.cohorts.counts() if self.cohorts is not None else {})

    def balances(self) -> list[tuple[str, float, float]]:
        """The accounts add up to the cash that was moved."""
        self._pay_contacts()
        return [("money by account and in cash", added(self.accounts.values()), self.cash)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Profit, its present value, and the accounts."""
        currency, basis = scenario.currency, scenario.economics.basis
        found = [
            Measure(
                "profit", f"profit, {basis}", currency, "ledger.profit", None, 1.0, "higher", outcome=True,
                meaning="fees, margins of orders, products and sales, less all costs over the horizon",
            ),
            Measure(
                "net_present_value", f"net present value, {basis}", currency, "ledger.present_value", None, 1.0,
                "higher", outcome=True, meaning="profit discounted to the start of the horizon",
            ),
            Measure(
                "cost_per_contact", "cost per contact handled", currency, "ledger.operating", "contacts.handled", 1.0,
                "lower", meaning="wages, hiring, training, severance and contact cost, over contacts handled",
            ),
        ]  # fmt: skip
        further = [names for section, names in OF_SECTIONS.items() if getattr(scenario, section) is not None]
        accounts = (*ACCOUNTS, *chain.from_iterable(further))
        if scenario.resolution is not None:
            found += _per_issue(currency)
        if scenario.economics.customer_value is not None and scenario.customers is not None:
            value = scenario.economics.customer_value
            found += value_measures(cohort_names(scenario.calendar.horizon, value.cohort), currency)
        return found + [
            Measure(f"ledger.{name}", f"{name} (income +, cost -)", currency, f"ledger.{name}") for name in accounts
        ]


def _per_issue(currency: str) -> list[Measure]:
    """What an issue costs, and what of the cost goes into repeats."""
    return [
        Measure(
            "cost_per_issue", "cost per issue", currency, "ledger.operating", "issues.raised", 1.0, "lower",
            meaning="wages, hiring, training, severance and contact cost, over issues raised",
        ),
        Measure(
            "cost_per_resolved_issue", "cost per resolved issue", currency, "ledger.operating", "issues.resolved", 1.0,
            "lower", meaning="wages, hiring, training, severance and contact cost, over issues resolved",
        ),
        Measure(
            "repeat_contacts", "contacts that are repeats", "%", "ledger.repeats.contacts", "contacts.handled", 100.0,
            "lower", meaning="contacts handled for an issue that was handled before, over contacts handled",
        ),
        Measure(
            "repeat_cost", "cost that goes into repeats", "%", "ledger.repeats.cost", "ledger.operating", 100.0,
            "lower", meaning="cost of staff, by agents' time month by month, and contact cost of contacts for an "
            "issue that was handled before, over that of all contacts",
        ),
    ]  # fmt: skip
