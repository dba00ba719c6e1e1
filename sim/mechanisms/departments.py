"""Departments: issues that the front line cannot end, and that wait for somebody else in the firm.

What a contact leaves unresolved may need a department (technicians, a back office, a warehouse): it becomes a case
there, waits for a worker, is worked on in the department's hours, and may go on to a second department. The customer
has a promise of when it will be done. A promise kept or broken is a contact point that is lived through; once it is
broken, customers ask what has become of it, and such a chasing contact can tell only whether it is done by then.

Assumptions: cases are taken in turn, each by one worker; who has been told that his issue is done is content; who has
not asks after the promised time or lets it rest. With arrivals that are Poisson, exponential times and no hours, a
department is the queue M/M/c (Erlang 1917). That departments which front-line staff depend on decide what customers
get is known in direction; shares, times and who asks are the operation's own record.
"""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.ability import base_logit
from sim.core.calendar import Day
from sim.core.cases import Case, Workplace
from sim.core.contact_points import ContactPoints, PointSettings, measures_of
from sim.core.distributions import Law
from sim.core.elementary import added
from sim.core.entities import Contact, Issue
from sim.core.facts import Posting
from sim.core.hours import Week, WorkingTime
from sim.core.measures import Better, Measure
from sim.core.units import DAY, HOUR, Duration, Money, MoneyRate, Percent, Settings, Share
from sim.core.world import Mechanism, World


class SecondLevelSettings(Settings):
    """Another department that this share of the cases needs after this one."""

    to: str
    share: Share


class DepartmentSettings(Settings):
    """One department.

    takes: by kind, the share of unresolved contacts whose issue needs it, at the reference of authority; of departments
    that take a kind, those named first come first. workers: how many cases are worked on at once; time: of one worker
    for a case; hours: of its work, by weekday; without them day and night. promised: within which customers are told
    that it will be done. solved: share of its cases that end the issue, the others come back to the customer. told:
    share of customers who are told at once that it is done. chases: share of those who hear nothing in time who then
    ask, and again after each vain contact; chase_after: how long after the promise or that contact. wage: of a worker;
    cost: of a case, besides. kept, broken: contact points of the promise.
    """

    takes: dict[str, Share] = Field(default_factory=dict)
    workers: int = Field(ge=0, le=20_000)
    time: Law
    hours: Week | None = None
    open_on_holidays: bool = False
    promised: Duration
    solved: Share
    then: SecondLevelSettings | None = None
    told: Share
    chases: Share
    chase_after: Law
    wage: MoneyRate
    cost: Money
    kept: PointSettings | None = None
    broken: PointSettings | None = None


class DepartmentsSettings(Settings):
    """Departments by name, and what front-line staff has to do with them.

    authority: what authority from none to all takes from the share of unresolved contacts that need a department, on
    the logit scale; chasing_work: handle time of a contact that asks what has become of a case, relative to its kind.
    """

    departments: dict[str, DepartmentSettings] = Field(min_length=1)
    authority: float = Field(ge=0, le=20)
    authority_reference: Share
    chasing_work: Percent = Field(gt=0, le=3)

    @model_validator(mode="after")
    def _ends_somewhere(self) -> DepartmentsSettings:
        for name in self.departments:
            passed: list[str] = []
            while name in self.departments:
                if name in passed:
                    raise ValueError(f"cases go round in a circle from {passed[0]!r}")
                passed.append(name)
                then = self.departments[name].then
                name = then.to if then is not None else ""  # noqa: PLW2901  # the way of a case
        return self

    def points(self) -> dict[str, PointSettings]:
        """All contact points by name."""
        both = {
            f"{name}_{ending}": getattr(one, ending)
            for name, one in self.departments.items()
            for ending in ("kept", "broken")
        }
        return {name: point for name, point in both.items() if point is not None}


_CASE = streams.named("case of a department")
_NEEDED = streams.named("department needed")
_SOLVED = streams.named("case solved")
_TOLD = streams.named("told of a case")
_THEN = streams.named("second department")
_CHASE = streams.named("chasing contact")
_CHASE_DELAY = streams.named("delay of a chasing contact")
_CHASE_MOMENT = streams.named("moment of a chasing contact")
_CHASE_CHANNEL = streams.named("channel of a chasing contact")


class Departments(Mechanism[DepartmentsSettings]):
    """Cases from contact to end; the customer is asked for, told and heard meanwhile."""

    answers = ("refers", "rests", "resting")

    def __init__(self, world: World, settings: DepartmentsSettings) -> None:
        super().__init__(world, settings)
        self._places = {name: Workplace(name) for name in settings.departments}
        self._cases: dict[int, Case] = {}
        self._points = ContactPoints(world, list(settings.points()))
        self.opened = self.chasing = self.asked = self.ended = 0
        self.until_end = 0.0

    def begin(self) -> None:
        """Open the account."""
        self.world.tell.paid(Posting("departments", 0.0, "prices"))

    def adopted(self) -> None:
        """Who takes which kind, from which logit on; work already begun goes on as it was begun."""
        self._takers: dict[str, list[tuple[Workplace, float]]] = {}
        for name, settings in self.settings.departments.items():
            place = self._places[name]
            place.workers, place.law = settings.workers, settings.time
            place.working = WorkingTime(self.world.calendar, settings.hours, settings.open_on_holidays)
            for kind, share in settings.takes.items():
                self._takers.setdefault(kind, []).append((place, base_logit(1.0 - share, 0.0)))

    def on_settings_changed(self, _: float) -> None:
        """There may be more workers now."""
        for place in self._places.values():
            self._start(place)

    def refers(self, contact: Contact) -> bool:
        """Whether an issue that a contact did not resolve rests with a department, from now on or as before."""
        case = self._cases.get(contact.issue.key)
        if case is not None:
            return self._heard(case)
        place = self._needed(contact)
        if place is None:
            return False
        key = streams.child(streams.child(contact.issue.key, _CASE), contact.issue.handled)
        case = Case(contact, place, key, self.world.env.now)
        self._cases[contact.issue.key] = case
        self.opened += 1
        self.world.tell.issue_referred(contact.issue)
        self.world.env.after(self._of(place).promised, self._promise_ends, case)
        self._come(case, place)
        return True

    def _of(self, place: Workplace) -> DepartmentSettings:
        return self.settings.departments[place.name]

    def _needed(self, contact: Contact) -> Workplace | None:
        settings = self.settings
        more = settings.authority * (contact.agent.group.authority - settings.authority_reference)
        for place, limit in self._takers.get(contact.lane.kind, ()):
            if elementary.logit(streams.uniform(contact.issue.key ^ place.stream, _NEEDED)) > limit + more:
                return place
        return None

    def _come(self, case: Case, place: Workplace) -> None:
        place.come(case, self.world.env.now)
        self._start(place)

    def _start(self, place: Workplace) -> None:
        """Workers who are free take the cases that wait; those of customers who have left are laid aside."""
        now = self.world.env.now
        while place.waiting and place.busy < place.workers:
            case = place.waiting.popleft()
            if self._is_over(case) or self._has_left(case):
                place.laid_aside += 1
                place.leave(case, now)
                self._lay_aside(case)
                continue
            place.busy += 1
            self.world.env.after(place.end_of_work(case, now) - now, self._is_done, case)

    def _is_over(self, case: Case) -> bool:
        return self._cases.get(case.issue.key) is not case

    def _has_left(self, case: Case) -> bool:
        """Whether the customer of a case has left."""
        base, issue = self.world.base, case.issue
        return base is not None and issue.slot >= 0 and base.key.view[issue.slot] != issue.customer

    def _lay_aside(self, case: Case) -> None:
        """The issue of a customer who has left is dropped, here or when his next contact would have come."""
        if not self._is_over(case) and not case.asking:
            self.world.tell.issue_dropped(case.issue)

    def _is_done(self, case: Case) -> None:
        """A worker is done with a case: it goes on to a second department, ends the issue or does not."""
        place, settings = case.at, self._of(case.at)
        place.busy -= 1
        place.done += 1
        place.spent += settings.cost
        place.leave(case, self.world.env.now)
        then = settings.then
        if self._is_over(case) or self._has_left(case):
            self._lay_aside(case)
        elif then is not None and streams.uniform(case.key ^ place.stream, _THEN) < then.share:
            self._come(case, self._places[then.to])
        else:
            self._is_ended(case, streams.uniform(case.key ^ place.stream, _SOLVED) < settings.solved)
        self._start(place)

    def _is_ended(self, case: Case, solved: bool) -> None:
        case.solved = solved
        self.ended += 1
        self.until_end += self.world.env.now - case.opened_at
        told = case.late or streams.uniform(case.key, _TOLD) < self._of(case.home).told
        if not case.late:
            case.home.kept += 1
            if told and solved:
                self._note(case, "kept")
        if case.asking:
            return  # he hears it from the contact that he makes
        if not solved:
            self._over(case.issue)
            self.world.ask.leave_unresolved(case.contact)
        elif told:
            self.world.tell.issue_resolved(case.issue)

    def _promise_ends(self, case: Case) -> None:
        """The promised time is over: it is broken, or the customer has not been told yet; some ask."""
        if self._is_over(case):
            return
        if case.solved is None:
            case.late = True
            case.home.broken += 1
            self._note(case, "broken")
        if not case.asking and not self._asks(case) and case.solved:
            self.world.tell.issue_resolved(case.issue)

    def _asks(self, case: Case) -> bool:
        """Whether the customer makes contact to hear what has become of a case."""
        settings, ask = self._of(case.home), self.world.ask
        key = streams.child(case.key, case.asked)
        if self._has_left(case) or streams.uniform(key, _CHASE) >= settings.chases:
            return False
        case.asked += 1
        case.asking = True
        self.chasing += 1
        delay = settings.chase_after.quantile(streams.uniform(key, _CHASE_DELAY))
        name = ask.choose_again(case.issue, case.contact.lane.channel.name, key ^ _CHASE_CHANNEL)
        time = ask.moment_after(name, self.world.env.now + delay, key ^ _CHASE_MOMENT)
        ask.contact_again(case.issue, time, name)
        return True

    def on_contact_answered(self, contact: Contact) -> None:
        """A contact about a case is another one than the first; what it can tell depends on the department alone."""
        case = self._cases.get(contact.issue.key)
        if case is not None:
            self.asked += 1
            contact.work *= self.settings.chasing_work
            contact.threshold = -inf if case.solved else inf

    def _heard(self, case: Case) -> bool:
        """A contact about a case is over and has not ended it: whether the issue rests with the department."""
        case.asking = False
        if self._has_left(case):
            self.world.tell.issue_dropped(case.issue)
        elif case.solved is None:
            self._asks(case)
        elif case.solved:
            self.world.tell.issue_resolved(case.issue)
        else:
            self._over(case.issue)
            return False
        return True

    def rests(self, issue: Issue) -> bool:
        """Whether an issue whose contact was not served rests with a department instead of being given up."""
        case = self._cases.get(issue.key)
        return case is not None and self._heard(case)

    def resting(self) -> int:
        """Issues that rest with departments, without a contact under way or to come."""
        return added(not case.asking for case in self._cases.values())

    def _over(self, issue: Issue) -> None:
        """An issue that has ended is no case any more; who works on it will find out."""
        self._cases.pop(issue.key, None)

    on_issue_resolved = on_issue_given_up = on_issue_dropped = _over

    def _note(self, case: Case, ending: str) -> None:
        """Let the customer live through a promise kept or broken."""
        issue = case.issue
        self._points.note(f"{case.home.name}_{ending}", case.key, issue.slot, issue.customer)

    def on_day_began(self, _: Day) -> None:
        """Pay the workers for the day; promises kept and broken since the last midnight are lived through."""
        spent, wages = self._points.live_through_noted(self.settings.points()), 0.0
        for place in self._places.values():
            wages += place.workers * self._of(place).wage * DAY
            spent, place.spent = spent + place.spent, 0.0
        if wages:
            self.world.tell.paid(Posting("departments", -wages, "wages"))
        if spent:
            self.world.tell.paid(Posting("departments", -spent, "prices"))

    def counts(self) -> dict[str, float]:
        """Cases, promises and contacts that asked; by department and in all."""
        found: dict[str, float] = {
            "departments.opened": self.opened,
            "departments.ended": self.ended,
            "departments.until_end": self.until_end,
            "departments.chasing": self.chasing,
            "departments.asked": self.asked,
        }
        now = self.world.env.now
        each = {name: place.counts(now) for name, place in self._places.items()}
        for name, counted in each.items():
            found |= {f"departments.{name}.{what}": value for what, value in counted.items()}
        for what in ("area", "kept", "promises"):
            found[f"departments.{what}"] = added(counted[what] for counted in each.values())
        return found | self._points.counts()

    def levels(self) -> dict[str, float]:
        """Cases with departments now."""
        return {"departments.backlog": added(len(place.since) for place in self._places.values())}

    def balances(self) -> list[tuple[str, float, float]]:
        """In each department, cases that came = done + laid aside + there; and Little's law."""
        now = self.world.env.now
        return [pair for place in self._places.values() for pair in place.balances(now)]

    @classmethod
    def measures(cls, scenario: Any) -> list[Measure]:
        """Cases, promises and time to resolution, in all and by department; contact points of the promises."""
        found = [Measure(*row[:7], meaning=row[7]) for row in _MEASURES]
        for name in scenario.departments.departments:
            found += [
                Measure(
                    f"department.{name}.{what}", f"{name}: {title}", unit, f"departments.{name}.{above}",
                    below.format(f"departments.{name}"), factor, better, meaning=meaning,
                )
                for what, title, unit, above, below, factor, better, meaning in _MEASURES_OF_EACH
            ]  # fmt: skip
        return found + measures_of(scenario.departments.points(), scenario.satisfaction is not None)


_MEASURES: tuple[tuple[str, str, str, str, str, float, Better, str], ...] = (
    ("escalations", "issues that go to other departments", "%", "departments.opened", "contacts.handled", 100.0,
     "lower", "issues that became a case of another department, over contacts handled"),
    ("promises_kept", "promises of departments kept", "%", "departments.kept", "departments.promises", 100.0, "higher",
     "cases that ended within the promised time, over those that did and those that broke it"),
    ("time_to_resolution", "time until a case ends", "days", "departments.until_end", "departments.ended", 1.0 / DAY,
     "lower", "time from the contact that led to a case until the last department was done, mean over cases ended"),
    ("department_backlog", "cases with departments", "cases", "departments.area", "seconds", 1.0, "lower",
     "cases that wait or are worked on in departments, mean over time"),
    ("chasing_contacts", "contacts that chase a case", "%", "departments.asked", "contacts.answered", 100.0, "lower",
     "contacts answered that ask what has become of a case, over contacts answered"),
)  # fmt: skip
_MEASURES_OF_EACH: tuple[tuple[str, str, str, str, str, float, Better, str], ...] = (
    ("cases", "cases", "cases a year", "cases", "years", 1.0, "neither", "cases that came to this department, a year"),
    ("promises_kept", "promises kept", "%", "kept", "{}.promises", 100.0, "higher",
     "cases that ended within the time that this department promised, over those that did and those that broke it"),
    ("time", "time of a case", "h", "time", "{}.left", 1.0 / HOUR, "lower",
     "time of a case in this department, waiting and work, mean over cases that left it"),
)  # fmt: skip
