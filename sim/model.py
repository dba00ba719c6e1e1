"""One replication: assemble a world from a scenario, run it, return what was observed.

Nothing below this line knows files, other replications or the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from simpy import Event

from sim import compiling
from sim.balances import check_balances
from sim.core.elementary import added
from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.core.recorder import Recorder
from sim.core.registry import ADDED, ExtensionProblem
from sim.core.units import DAY, YEAR
from sim.core.watches import Averaged, Reading
from sim.core.world import Mechanism, Probe, World
from sim.links import replaced, without
from sim.mechanisms.acquisition import Acquisition
from sim.mechanisms.agents import Agents
from sim.mechanisms.announcements import Announcements
from sim.mechanisms.arrivals import Arrivals
from sim.mechanisms.avoidance import Avoidance
from sim.mechanisms.billing import Billing
from sim.mechanisms.callback import Callback
from sim.mechanisms.care import Care
from sim.mechanisms.channels import Channels
from sim.mechanisms.chat import Chat
from sim.mechanisms.churn import Churn
from sim.mechanisms.coaching import Coaching
from sim.mechanisms.competition import Competition
from sim.mechanisms.contact_points import ContactPointsOfContacts
from sim.mechanisms.customers import Customers
from sim.mechanisms.departments import Departments
from sim.mechanisms.economics import Economics
from sim.mechanisms.expectations import Expectations
from sim.mechanisms.feedback import Feedback
from sim.mechanisms.flexing import Flexing
from sim.mechanisms.forgetting import Forgetting
from sim.mechanisms.fulfilment import Fulfilment
from sim.mechanisms.incentives import Incentives
from sim.mechanisms.interventions import Change, Interventions
from sim.mechanisms.management import Management
from sim.mechanisms.morale import Morale
from sim.mechanisms.needs import Needs
from sim.mechanisms.outbound import Outbound
from sim.mechanisms.ownership import Ownership
from sim.mechanisms.patience import Patience
from sim.mechanisms.pressure import Pressure
from sim.mechanisms.pricing import Pricing
from sim.mechanisms.records import Records
from sim.mechanisms.recruitment import Recruitment
from sim.mechanisms.resolution import Resolution
from sim.mechanisms.retention import Retention
from sim.mechanisms.routing import Routing
from sim.mechanisms.sales import Sales
from sim.mechanisms.satisfaction import Satisfaction
from sim.mechanisms.self_service import SelfService
from sim.mechanisms.service import Service
from sim.mechanisms.spend import Spend
from sim.mechanisms.staff_survey import StaffSurvey
from sim.mechanisms.staffing import Staffing
from sim.mechanisms.systems import Systems
from sim.mechanisms.ties import Ties
from sim.mechanisms.transfers import Transfers
from sim.mechanisms.voice_mail import VoiceMail
from sim.mechanisms.win_back import WinBack
from sim.mechanisms.workforce import Workforce
from sim.rules import RuledRouting
from sim.scenario import Scenario

MECHANISMS: Mapping[str, type[Mechanism[Any]]] = {
    "policies": Interventions,
    "economics": Economics,
    "customers": Customers,
    "competition": Competition,
    "billing": Billing,
    "pricing": Pricing,
    "retention": Retention,
    "expectations": Expectations,
    "satisfaction": Satisfaction,
    "management": Management,
    "ties": Ties,
    "churn": Churn,
    "spend": Spend,
    "sales": Sales,
    "care": Care,
    "outbound": Outbound,
    "win_back": WinBack,
    "acquisition": Acquisition,
    "needs": Needs,
    "fulfilment": Fulfilment,
    "contact_points": ContactPointsOfContacts,
    "feedback": Feedback,
    "arrivals": Arrivals,
    "channels": Channels,
    "avoidance": Avoidance,
    "self_service": SelfService,
    "voice_mail": VoiceMail,
    "announcements": Announcements,
    "callback": Callback,
    "patience": Patience,
    "routing": Routing,
    "chat": Chat,
    "departments": Departments,
    "transfers": Transfers,
    "ownership": Ownership,
    "records": Records,
    "systems": Systems,
    "workforce": Workforce,
    "recruitment": Recruitment,
    "coaching": Coaching,
    "forgetting": Forgetting,
    "morale": Morale,
    "staff_survey": StaffSurvey,
    "incentives": Incentives,
    "agents": Agents,
    "resolution": Resolution,
    "pressure": Pressure,
    "staffing": Staffing,
    "flexing": Flexing,
}
"""Field of Scenario -> the mechanism that lives by it, in the order in which a day happens."""

_PASSED = {"years": YEAR, "days": DAY, "seconds": 1.0}


def mechanisms() -> Mapping[str, type[Mechanism[Any]]]:
    """``MECHANISMS``, and those that extensions have added, each where it belongs in the day."""
    if not ADDED.sections and not ADDED.rules:
        return MECHANISMS
    order = list(MECHANISMS)
    for name, section in ADDED.sections.items():
        place = order.index(section.before) if section.before else len(order)
        if section.after:
            place = order.index(section.after) + 1
            while place < len(order) and getattr(ADDED.sections.get(order[place]), "after", None) == section.after:
                place += 1
        order.insert(place, name)
    added = {name: section.mechanism for name, section in ADDED.sections.items()}
    kinds = {**MECHANISMS, **({"routing": RuledRouting} if ADDED.rules else {}), **added}
    return {name: kinds[name] for name in order}


OUTCOMES = (
    "customer_retention_12m",
    "customer_retention_end",
    "newcomers_per_year",
    "cost_per_newcomer",
    "satisfaction",
    "survey_score",
    "employee_retention_12m",
    "employee_retention_end",
    "profit",
    "net_present_value",
)
"""The five outcomes in the order in which a table shows them."""


class Model:
    """One replication of a scenario.

    probes: further listeners, with methods ``on_<fact>``, and ``attach`` to be shown the world; they may look and
    must not touch. instead: other mechanisms for fields of the scenario, for experiments that cut or shuffle one. cut:
    names of the links (``sim.links``) through which nothing gets.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replication: int,
        probes: Sequence[object] = (),
        instead: Mapping[str, type[Mechanism[Any]]] | None = None,
        *,
        cut: Sequence[str] = (),
    ) -> None:
        self.scenario = scenario
        self._cut = tuple(cut)
        begun = without(scenario, self._cut)
        self.replication = replication
        self.world = World(scenario.calendar, seed, replication)
        kinds = {**mechanisms(), **replaced(self._cut), **(instead or {})}
        self._by_field = {
            field: kind(self.world, settings)
            for field, kind in kinds.items()
            if (settings := getattr(begun, field, None)) is not None
        }
        self._service = Service(self.world, scenario.channels)
        self.mechanisms: list[Mechanism[Any]] = [*self._by_field.values(), self._service]
        for probe in probes:
            if isinstance(probe, Probe):
                probe.attach(self.world)
        self.world.ask.bind(self.mechanisms)
        self.world.tell.bind([*self.mechanisms, *probes])
        self.world.adopt = self._adopt
        self.world.watch = self._watched
        self._recorder = Recorder(self.mechanisms, self._service.books)

    def run(self) -> Observations:
        """Simulate from the first day to the last.

        Raises BalanceBroken where contacts, customers, agents, hours or money do not add up at the end.
        """
        compiling.begin()
        for mechanism in self.mechanisms:
            mechanism.adopted()
        for mechanism in self.mechanisms:
            mechanism.begin()
        self._check_counts()
        env = self.world.env
        env.process(self._days())
        env.run(until=self.world.calendar.end)
        self._recorder.end_day()
        self._recorder.end_month()
        check_balances(self.mechanisms, self.scenario.name, self.replication)
        compiling.end(added(lane.offered for lane in self.world.lanes), self.world.calendar.days)
        return self._recorder.observations(self.world, self.replication)

    def _check_counts(self) -> None:
        """Raise ExtensionProblem where what an extension counts has the name of what another mechanism counts."""
        for name in ADDED.sections:
            own = self._by_field.get(name)
            if own is not None:
                others = [each for each in self.mechanisms if each is not own]
                taken = {counted for each in others for counted in (*each.counts(), *each.levels())}
                for counted in sorted(taken & {*own.counts(), *own.levels()}):
                    raise ExtensionProblem(f"the mechanism {name!r} counts {counted!r}, which another one counts")

    def _days(self) -> Generator[Event, None, None]:
        """Midnight after midnight: close the day before, tell the new one, wait for its end."""
        env, tell = self.world.env, self.world.tell
        month = 0
        for day in self.world.calendar.all_days:
            if day.counted == 0:
                self._recorder.begin(day)
                tell.counting_began(env.now)
            elif day.counted > 0:
                self._recorder.end_day()
                if day.month != month:
                    self._recorder.end_month()
            month = day.month
            self._recorder.note_month(day)
            tell.day_began(day)
            yield env.timeout(day.end - env.now)

    def _adopt(self, changes: Sequence[tuple[str, Change, float]]) -> None:
        """Put the scenario with these changes in force; mechanisms whose settings differ derive anew."""
        now_valid = without(self.scenario.with_changes(changes), self._cut)
        differs = False
        for field, mechanism in [*self._by_field.items(), ("channels", self._service)]:
            settings = getattr(now_valid, field)
            if field != "policies" and settings != mechanism.settings:
                mechanism.settings = settings
                mechanism.adopted()
                differs = True
        if differs:
            self.world.tell.settings_changed(self.world.env.now)

    def _watched(self, name: str) -> tuple[Reading, float]:
        """How a policy reads a measure, and the factor to the unit in which it is shown."""
        measure = watchable(self.scenario)[name]
        above = self._counter(measure.numerator)
        if measure.denominator is None:
            return Averaged(above), measure.factor
        below = self._counter(measure.denominator)
        return (lambda: (above(), below())), measure.factor

    def _counter(self, name: str) -> Callable[[], float]:
        """What a total is now. Whose it is shows at the first look, and nobody else is asked for his counts."""
        env, whose = self.world.env, list(self.mechanisms)

        def read() -> float:
            for mechanism in whose:
                counted = mechanism.counts()
                found = counted[name] if name in counted else mechanism.levels().get(name)
                if found is not None:
                    whose[:] = [mechanism]
                    return found
            return 0.0

        passed = _PASSED.get(name)
        return read if passed is None else lambda: env.now / passed


def measures(scenario: Scenario) -> tuple[Measure, ...]:
    """All measures that a scenario can report, the outcomes first.

    Raises ExtensionProblem where one of an extension has the name of another.
    """
    found = [
        measure
        for field, kind in mechanisms().items()
        if getattr(scenario, field, None) is not None
        for measure in kind.measures(scenario)
    ]
    found += Service.measures(scenario)
    found += ADDED.measures.values()
    by_name = {measure.name: measure for measure in found}
    if ADDED.extensions and len(by_name) < len(found):
        twice = next(name for name in by_name if added(measure.name == name for measure in found) > 1)
        raise ExtensionProblem(f"an extension adds the measure {twice!r}, which there is already; give it another name")
    outcomes = [by_name[name] for name in OUTCOMES if name in by_name]
    further = [measure for measure in found if measure.outcome and measure.name not in OUTCOMES]
    return (*outcomes, *further, *(measure for measure in found if not measure.outcome))


def watchable(scenario: Scenario) -> dict[str, Measure]:
    """What policies can watch, by name: measures of which a part of the run gives a value, and a few levels."""
    found = {
        one.name: one
        for one in measures(scenario)
        if one.is_ratio and one.denominator != "customers" and not one.name.endswith(("_12m", "_end"))
    }
    levels = [Measure("headcount", "agents employed", "agents", "headcount")]
    if scenario.customers is not None:
        levels.append(Measure("customers", "customers", "customers", "customers"))
    for channel in scenario.channels.channels:
        levels.append(Measure(f"{channel}.waiting", f"{channel}: backlog", "contacts", f"{channel}.waiting"))
    return found | {one.name: one for one in levels}


def check_added(scenario: Scenario) -> None:
    """Raise ExtensionProblem where a mechanism of an extension answers what another one of the scenario answers."""
    present = {name: kind for name, kind in mechanisms().items() if getattr(scenario, name, None) is not None}
    present["service"] = Service
    for name in (name for name in ADDED.sections if name in present):
        for other, kind in present.items():
            for port in (port for port in kind.answers if other != name and port in present[name].answers):
                raise ExtensionProblem(f"{name!r} and {other!r} both answer {port!r}; leave one of them out")
