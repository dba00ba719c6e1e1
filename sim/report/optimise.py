"""What a search found: the chosen values, what they are worth on fresh numbers, and whether constraints hold there."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import TYPE_CHECKING

from sim.core.measures import Measure
from sim.experiment.optimise import Checked, Optimise, Optimum, Tried, execute, optimise_of_study
from sim.files.optimises import Constraint, OptimiseSettings, load_optimise
from sim.files.problems import printable
from sim.files.studies import BASELINE
from sim.report.kinds import Kind
from sim.report.numbers import SIGNIFICANT, counted, rounded, span, with_half_width
from sim.report.sentences import between, name_in_sentence, size_of, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import bulleted, heading
from sim.report.terminal import Text, grid, painter
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = 5


def sentences(found: Optimum) -> list[str]:
    """What was chosen, what it is worth, and what became of each constraint."""
    plan, measure = found.plan, found.measures[0]
    count, by_mean = f"{counted(len(found.tried), 'point')} tried", f"by its mean over {_runs(plan.replications)}"
    if found.best is None:
        yet = "none keeps all constraints" if plan.constraints else "the objective is known at none"
        return [f"Of {count}, {yet} {by_mean}; nothing was confirmed."]
    told = [f"Of {count}, the best {by_mean} is {_point(plan, found.tried[found.best])}."]
    horizon = span(plan.scenario.calendar.horizon_days)
    fresh = f"on fresh random numbers ({_runs(plan.confirm)} of {horizon})"
    change = found.change
    if change is None:
        told.append(f"The change of {name_in_sentence(measure)} cannot be estimated {fresh}.")
    elif change.verdict == "the same":
        told.append(f"There {name_in_sentence(measure)} is exactly that of the scenario as it is, {fresh}.")
    elif change.verdict == "cannot tell":
        told.append(f"Whether {name_in_sentence(measure)} is another there than as it is cannot be told, {fresh}.")
    else:
        good = (change.verdict == "higher") is plan.highest
        worse = "" if good or found.as_it_is.broken <= 0.0 else "; as it is, a constraint is broken"
        told.append(
            f"There {name_in_sentence(measure)} is {change.verdict} than as it is by "
            f"{_size(change.estimate, measure)}, {fresh}{worse}."
        )
    return told + [_of_constraint(found, one) for one in found.checked]


def _runs(count: int) -> str:
    return counted(count, "replication")


def _size(estimate: Estimate, measure: Measure) -> str:
    interval, known = between(estimate)
    return f"{size_of(measure, estimate)} ({known}{interval})"


def _of_constraint(found: Optimum, checked: Checked) -> str:
    words = {
        "holds": "holds",
        "does not hold": "does not hold",
        "cannot tell": "may hold or not",
    }
    name = constraint_text(found, checked.constraint)
    if checked.estimate is None:
        return f"{name}: {words[checked.held]} there, as it cannot be estimated."
    value = with_half_width(checked.estimate, sign=checked.constraint.bound is None)
    what = "change from the baseline" if checked.constraint.bound is None else "value"
    return (
        f"{name}: {words[checked.held]} there; the {what} is {value} {_unit(found, checked.constraint)}".rstrip() + "."
    )


def constraint_text(found: Optimum, constraint: Constraint) -> str:
    """A constraint in words."""
    sign = "at least" if constraint.least else "at most"
    if constraint.bound is None:
        return f"{constraint.measure} {sign} that of the {BASELINE}"
    return (
        f"{constraint.measure} {sign} {constraint.bound:,.{SIGNIFICANT}g} {_measure(found, constraint).unit}".rstrip()
    )


def _measure(found: Optimum, constraint: Constraint) -> Measure:
    return next(one for one in found.measures if one.name == constraint.measure)


def _unit(found: Optimum, constraint: Constraint) -> str:
    measure = _measure(found, constraint)
    return unit_of_change(measure) if constraint.bound is None else measure.unit


def _point(plan: Optimise, tried: Tried) -> str:
    pairs = zip(plan.dimensions, tried.levels, strict=True)
    return ", ".join(f"{printable(one.name)} {level.label}" for one, level in pairs)


def render(found: Optimum, colour: bool, width: int) -> str:
    """The report as text of at most ``width`` columns."""
    plan, paint = found.plan, painter(colour)
    aim = "highest" if plan.highest else "lowest"
    what = (
        f"{plan.name}: the {aim} {found.measures[0].name} in {counted(len(found.tried), 'point')} tried, "
        f"{_runs(plan.replications)} of {span(plan.scenario.calendar.horizon_days)} each, seed {plan.seed}; means of "
        "the search flatter the best point, the sentences below do not"
    )
    parts = [heading(plan.title, what, width, paint), _table(found)]
    parts.append(bulleted(sentences(found), width))
    return "\n\n".join(parts) + "\n"


def _table(found: Optimum) -> str:
    """The best points, and what they gave in the search."""
    plan = found.plan
    rows = [[Text("the best in the search"), *(Text(one.name) for one in plan.dimensions)]]
    rows[0] += [Text(f"{one.name}, {one.unit}".rstrip(", ")) for one in found.measures] + [Text("constraints")]
    for rank, tried in enumerate(_ranked(found)[:_SHOWN], start=1):
        kept = "kept" if tried.worth.broken <= 0.0 else "broken"
        row = [Text(str(rank)), *(Text(level.label) for level in tried.levels)]
        row += [Text("-" if mean is None else _short(mean)) for mean in tried.means]
        rows.append([*row, Text(kept)])
    return grid([list(column) for column in zip(*rows, strict=True)])


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _ranked(found: Optimum) -> list[Tried]:
    return sorted(found.tried, key=lambda one: (one.worth.broken > 0.0, one.worth.order))


def document(found: Optimum) -> Record:
    """The document of format 1 for ``--json``."""
    plan = found.plan
    return {
        **head(plan, plan.scenario),
        "seed_of_confirmation": plan.fresh,
        "confirm": plan.confirm,
        "objective": {"measure": plan.measure, "aim": "highest" if plan.highest else "lowest"},
        "tried": len(found.tried),
        "best": None if found.best is None else _values(plan, found.tried[found.best]),
        "reached": None if found.reached is None else _estimate(found.reached),
        "change": None
        if found.change is None
        else {**_estimate(found.change.estimate), "verdict": found.change.verdict},
        "constraints": [
            {
                "constraint": constraint_text(found, one.constraint),
                "held": one.held,
                **({} if one.estimate is None else _estimate(one.estimate)),
            }
            for one in found.checked
        ],
        "sentences": sentences(found),
    }


def _values(plan: Optimise, tried: Tried) -> Record:
    return {one.name: level.label for one, level in zip(plan.dimensions, tried.levels, strict=True)}


def _estimate(estimate: Estimate) -> Record:
    return {
        "value": rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "n": estimate.n,
    }


def _points(found: Optimum) -> Iterator[Record]:
    """One record for each point tried, in that order."""
    for place, tried in enumerate(found.tried):
        yield {
            "point": place + 1,
            **_values(found.plan, tried),
            **{one.name: rounded(mean) for one, mean in zip(found.measures, tried.means, strict=True)},
            "constraints": "kept" if tried.worth.broken <= 0.0 else "broken",
            "best": "yes" if place == found.best else "no",
        }


def _confirmation(found: Optimum) -> Iterator[Record]:
    """The objective and each constraint on fresh numbers."""
    if found.change is not None:
        what = f"change of {found.plan.measure}"
        yield {"what": what, **_estimate(found.change.estimate), "verdict": found.change.verdict}
    for one in found.checked:
        empty = {"value": None, "low": None, "high": None, "n": None}
        values = empty if one.estimate is None else _estimate(one.estimate)
        yield {"what": constraint_text(found, one.constraint), **values, "verdict": one.held}


def figures(found: Optimum) -> dict[str, Figure]:
    """A panel for each setting: the objective of every point over its value; hollow where a constraint is broken."""
    from sim.report.figures import panels  # noqa: PLC0415 - most commands draw nothing

    plan = found.plan
    note = f"means of {plan.replications} replications of {span(plan.scenario.calendar.horizon_days)}"
    note += "; filled: keeps the constraints; hollow: breaks one; star: chosen"
    title = f"{plan.title} — the points that were tried"
    with panels(len(plan.dimensions), min(len(plan.dimensions), 2), 2.6, title, note) as (figure, drawn):
        for place, panel in enumerate(drawn):
            _draw(panel, found, place)
    return {"optimise": figure}


def _draw(panel: Axes, found: Optimum, place: int) -> None:
    from sim.report.figures import COLOURS  # noqa: PLC0415

    plan, measure = found.plan, found.measures[0]
    for kept, fill in ((False, "white"), (True, COLOURS[1])):
        shown = [one for one in found.tried if (one.worth.broken <= 0.0) is kept]
        panel.scatter([_at(one, place) for one in shown], [_height(one) for one in shown], s=22, facecolor=fill,
                      edgecolor=COLOURS[1], linewidth=1.0)  # fmt: skip
    if found.best is not None:
        best = found.tried[found.best]
        panel.scatter([_at(best, place)], [_height(best)], s=150, marker="*", color=COLOURS[2], zorder=3)
    dimension = plan.dimensions[place]
    panel.set_xlabel(f"{dimension.name}, {dimension.unit}".rstrip(", "))
    panel.set_ylabel(f"{measure.name}, {measure.unit}".rstrip(", "))
    panel.yaxis.set_major_formatter("{x:,.10g}")


def _height(tried: Tried) -> float:
    """The objective, not a number where it is not known."""
    return nan if tried.means[0] is None else tried.means[0]


def _at(tried: Tried, place: int) -> float | str:
    level = tried.levels[place]
    return level.label if level.number is None else level.number


KIND = Kind(
    settings=OptimiseSettings,
    load=lambda path: optimise_of_study(load_optimise(path)),
    restored=Optimise.from_plain,
    execute=execute,
    render=render,
    document=document,
    tables=lambda found: {"points": _points(found), "confirmation": _confirmation(found)},
    figures=figures,
)
