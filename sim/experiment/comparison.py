"""What a run or a comparison found: estimates of every measure, paired changes by arm, the baseline's bad days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.core.measures import Measure
from sim.core.observations import Observations
from sim.core.registry import ADDED
from sim.experiment.accounting import Accounting, account
from sim.experiment.best import PROFIT, Best, best_of
from sim.experiment.crews import Workers
from sim.experiment.estimates import BadDays, Change, bad_days, change, level
from sim.experiment.execution import Arm, Watch, simulate
from sim.experiment.explanation import Explanation, explain
from sim.experiment.plan import Plan
from sim.experiment.pool import Progress
from sim.experiment.store import Memory, Store
from sim.files.problems import suggestion
from sim.stats.intervals import Estimate
from sim.stats.payback import Payback, payback

if TYPE_CHECKING:
    from sim.experiment.precision import Reached

SERVICE = ("service_level", "abandonment", "mean_wait")
A_YEAR = 365
_LARGEST = 1e100
_PROFIT = "ledger.profit"
_OF_STAFF = "employee_retention"
WORK = ("occupancy", "first_contact_resolution", "contacts_per_issue")


@dataclass(frozen=True)
class Row:
    """One measure: its level in the baseline and what each arm changes; None where nothing can be said."""

    measure: Measure
    baseline: Estimate | None
    changes: Mapping[str, Change | None]

    @property
    def known(self) -> bool:
        """Whether any number stands in the row."""
        return self.baseline is not None or any(each is not None for each in self.changes.values())


@dataclass(frozen=True)
class Result:
    """What a plan found.

    rows: every measure that the scenario reports; shown: names of those for the table; runs: the observations
    of each arm, replication by replication; paybacks, accountings: by arm, where there is a ledger; explanations: by
    arm, where the plan asks what passes through links; precision: what became of each goal of the plan; best: which arm
    is the best, where there is a measure that tells.
    """

    plan: Plan
    rows: tuple[Row, ...]
    shown: tuple[str, ...]
    bad_days: tuple[BadDays, ...]
    runs: Mapping[str, tuple[Observations, ...]]
    paybacks: Mapping[str, Payback] = field(default_factory=dict)
    accountings: Mapping[str, Accounting] = field(default_factory=dict)
    precision: tuple[Reached, ...] = ()
    explanations: Mapping[str, tuple[Explanation, ...]] = field(default_factory=dict)
    best: Best | None = None

    @property
    def policies(self) -> tuple[Arm, ...]:
        """The arms that are compared with the baseline."""
        return self.plan.arms[1:]

    @property
    def table(self) -> tuple[Row, ...]:
        """The rows to show, in their order."""
        by_name = {row.measure.name: row for row in self.rows}
        return tuple(by_name[name] for name in self.shown)

    def row(self, name: str) -> Row | None:
        """The row of a measure, if the scenario reports it."""
        return next((row for row in self.rows if row.measure.name == name), None)


class UnknownMeasure(Exception):  # noqa: N818  # read as a statement in messages
    """A plan asks for a measure that its scenario does not report."""


class TooLarge(Exception):  # noqa: N818  # read as a statement in messages
    """A total is beyond what can be computed with; an amount in the scenario or a policy must be wrong."""


def execute(
    plan: Plan,
    workers: Workers = None,
    progress: Progress | None = None,
    store: Store | Memory | None = None,
    watch: Watch | None = None,
) -> Result:
    """Run a plan, but for what the store holds, and estimate everything that its scenario reports.

    Raises UnknownMeasure before anything is run, TooLarge after it; else as ``simulate``.
    """
    known = reported(plan)
    runs = simulate(plan.every_arm, plan.replications, plan.seed, workers, progress, store=store, watch=watch)
    _check_sizes(runs)
    return estimate(plan, known, runs)


def estimate(plan: Plan, measures: Sequence[Measure], runs: Mapping[str, tuple[Observations, ...]]) -> Result:
    """All estimates from the observations of every arm."""
    base, compared = runs[plan.baseline.name], len(plan.arms) - 1
    rows = tuple(
        Row(
            measure,
            level(measure, base, plan.confidence),
            {arm.name: change(measure, runs[arm.name], base, plan.confidence, compared) for arm in plan.arms[1:]},
        )
        for measure in measures
    )
    return Result(
        plan=plan,
        rows=rows,
        shown=_shown(plan, rows),
        bad_days=bad_days(plan.baseline.scenario, base, plan.confidence),
        runs=runs,
        paybacks=_paybacks(plan, runs),
        accountings=_accountings(plan, runs),
        explanations=explain(plan, measures, runs),
        best=_best(plan, measures, runs),
    )


def _best(plan: Plan, measures: Sequence[Measure], runs: Mapping[str, tuple[Observations, ...]]) -> Best | None:
    """Which arm is the best in the measure that the plan names, or in profit."""
    measure = next((one for one in measures if one.name == (plan.best or PROFIT)), None)
    if measure is None or plan.kind == "run":
        return None
    return best_of(measure, runs, plan.seed, plan.confidence, [arm.name for arm in plan.arms])


def _accountings(plan: Plan, runs: Mapping[str, tuple[Observations, ...]]) -> dict[str, Accounting]:
    """Where the difference of each arm's profit comes from."""
    theirs = runs[plan.baseline.name]
    found = ((arm.name, account(runs[arm.name], theirs, plan.confidence)) for arm in plan.arms[1:])
    return {name: each for name, each in found if each is not None}


def _paybacks(plan: Plan, runs: Mapping[str, tuple[Observations, ...]]) -> dict[str, Payback]:
    """When each arm has earned back what it cost, from the monthly profit paired with the baseline's."""
    if any(_PROFIT not in run.months for observed in runs.values() for run in observed):
        return {}
    profit = {arm: [run.months[_PROFIT] for run in observed] for arm, observed in runs.items()}
    theirs = profit[plan.baseline.name]
    return {arm.name: payback(profit[arm.name], theirs, plan.confidence) for arm in plan.arms[1:]}


def _check_sizes(runs: Mapping[str, Sequence[Observations]]) -> None:
    """Squares of what was observed must be numbers too, or there are no intervals."""
    for arm, observed in runs.items():
        for run in observed:
            for name, value in run.totals.items():
                if not abs(value) < _LARGEST:
                    raise TooLarge(
                        f"arm {arm!r}: {name} is {value:.3g} in replication {run.replication}, too large to compute "
                        "with; look for a number in the scenario or a policy that cannot be meant"
                    )


def reported(plan: Plan) -> tuple[Measure, ...]:
    """The measures of the baseline's scenario, and what policies of the arms count of themselves.

    Those that the plan names must be among them. Raises UnknownMeasure, and ExtensionProblem where what was added to
    the model does not fit into it.
    """
    from sim.model import check_added, measures  # noqa: PLC0415 - SimPy is not needed to look at a finished result

    check_added(plan.baseline.scenario)
    found = {measure.name: measure for measure in measures(plan.baseline.scenario)}
    for arm in plan.arms[1:]:
        if any(policy.when is not None for policy in arm.scenario.policies.values()):
            found |= {one.name: one for one in measures(arm.scenario) if one.of_policy}
    known = tuple(found.values())
    names = {measure.name for measure in known}
    for name in plan.measures:
        if name not in names:
            raise UnknownMeasure(_unknown(name, sorted(names)))
    return known


def uncounted(result: Result) -> Iterator[str]:
    """What the measures of extensions ask for and nobody counts, in words."""
    totals = sorted({name for run in result.runs[result.plan.baseline.name] for name in run.totals})
    for measure in ADDED.measures.values():
        for name in (measure.numerator, measure.denominator):
            if name is not None and name not in totals:
                yield f"measure {measure.name!r}: nothing is counted under {name!r}{suggestion(name, totals)}"


def _unknown(name: str, names: list[str]) -> str:
    import difflib  # noqa: PLC0415 - only for the message

    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known measures: {', '.join(names)}"
    return f"measure {name!r} is not reported by this scenario; {hint}"


def _shown(plan: Plan, rows: Sequence[Row]) -> tuple[str, ...]:
    """Outcomes, then what the plan asks for; a run, or an operation without customers, shows its service too."""
    outcomes = [row.measure.name for row in rows if row.measure.outcome and row.known]
    if plan.baseline.scenario.calendar.horizon_days == A_YEAR:
        outcomes = [name for name in outcomes if not name.endswith("_12m")]  # the end is after 12 months
    asked = [name for name in plan.measures if name not in outcomes]
    if plan.kind == "comparison" and any(not name.startswith(_OF_STAFF) for name in outcomes):
        return (*outcomes, *asked)
    channels = plan.baseline.scenario.channels.channels
    service = [f"{channel}.{name}" for channel in channels for name in SERVICE]
    known = {row.measure.name for row in rows if row.known}
    extra = [name for name in (*service, *WORK) if name in known and name not in (*outcomes, *asked)]
    return (*outcomes, *asked, *extra)
