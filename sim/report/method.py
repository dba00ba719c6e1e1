"""How a result came about, in lines that go with every table and slide."""

from __future__ import annotations

from sim.experiment.comparison import Result
from sim.report.numbers import percent, span
from sim.version import __version__


def method(result: Result) -> list[tuple[str, str]]:
    """What was done, each with its name: enough to do it again."""
    plan, scenario = result.plan, result.plan.baseline.scenario
    calendar = scenario.calendar
    lines = [
        ("Study", plan.name),
        ("Question", plan.title),
        ("Scenario", f"{scenario.title or scenario.name} ({scenario.name})"),
        ("Replications", f"{plan.replications} of every arm"),
        ("Seed", str(plan.seed)),
        ("Horizon", f"{span(calendar.horizon_days)} after a warm-up of {span(calendar.warm_up_days)}"),
        ("Begins on", calendar.start.isoformat()),
        ("Confidence", f"{percent(plan.confidence)} of each interval, for itself alone"),
        ("Intervals", _intervals(result)),
    ]
    if result.policies:
        lines.append(("Pairing", PAIRED))
    lines += [
        ("Currency", scenario.currency),
        ("Digest of the scenario", scenario.digest()),
        *((f"Digest of {arm.name}", arm.scenario.digest()) for arm in result.policies),
        ("Frontline", __version__),
    ]
    return lines


PAIRED = (
    "every policy meets the same customers with the same needs on the same days (common random numbers); a change is "
    "the difference from the baseline, replication by replication"
)


def _intervals(result: Result) -> str:
    if result.plan.replications < 2:
        return "none, for one replication gives none"
    found: list[str] = []
    for row in result.rows:
        changes = [change.estimate for change in row.changes.values() if change is not None]
        found += [estimate.method for estimate in (row.baseline, *changes) if estimate is not None]
    return "; ".join(dict.fromkeys(found))


def method_text(result: Result) -> str:
    """The same as a paragraph, a line each."""
    return "\n".join(f"{name}: {what}" for name, what in method(result))
