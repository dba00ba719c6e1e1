"""What a sweep found: on the terminal, as tables and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.experiment.sweep import Effect, Sweep, Swept, execute_sweep, sweep_of_study
from sim.files.dimensions import Dimension, Level
from sim.files.sweeps import DRAWN, SweepSettings, load_sweep
from sim.report.kinds import Kind
from sim.report.numbers import percent, rounded, span, with_half_width
from sim.report.sentences import name_in_sentence
from sim.report.strips import Marks, strip_of
from sim.report.tables import Record, head
from sim.report.telling import (
    Column,
    bulleted,
    change_cell,
    changes_told,
    heading,
    legend,
    replications_told,
    side_by_side,
    told_of,
    verdict_of,
)
from sim.report.terminal import Text, change_label, drawn_changes, label_of, painter
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEW = 4
_MOST_LISTED = 6
_MOST_DRAWN = 24
_DESIGNS = {
    "grid": "every combination of {}",
    "list": "one after the other of {}",
    "one_at_a_time": "one at a time of {}",
    "latin_hypercube": "a Latin hypercube over {}",
    "sobol": "a Sobol' design over {}",
}


def render(found: Swept, colour: bool, width: int) -> str:
    """Heading, a table of what each dimension does, sentences."""
    sweep, paint = found.sweep, painter(colour)
    design = _DESIGNS[sweep.design].format(_dimensions(sweep.dimensions))
    horizon = span(sweep.scenario.calendar.horizon_days)
    what = (
        f"{sweep.name}: {_count(len(sweep.points), 'point')}, {design}; {_count(sweep.replications, 'replication')} of "
        f"{horizon} each, seed {sweep.seed}; {replications_told(sweep.replications, sweep.confidence)}"
    )
    parts = [heading(sweep.title, what, width, paint)]
    makers = {"list": _point_tables}
    parts += makers.get(sweep.design, _drawn_tables if sweep.design in DRAWN else _level_tables)(found, width, colour)
    changes: list[Estimate | None] = [effect.change for effect in found.effects]
    changes = changes or [
        found.compared(point, measure)
        for point in range(found.found.points)
        for measure in range(len(found.measures))
        if point != found.reference
    ]
    parts.append(legend(changes, found.measures, width))
    parts.append(bulleted(sentences(found), width))
    return "\n\n".join(part for part in parts if part) + "\n"


def chart(found: Swept, colour: bool, width: int, marks: Marks) -> str:
    """What the values of each dimension change in the first outcome; of a list, what its points change."""
    place = told_of(found.measures, 1)[0]
    measure = found.measures[place]
    shown: Sequence[tuple[str, Estimate | None]]
    if found.sweep.design == "list":
        others = [point for point in range(found.found.points) if point != found.reference]
        shown = [(found.sweep.label_of(point), found.compared(point, place)) for point in others[:_MOST_DRAWN]]
    else:
        shown = [(_label(one), one.change) for one in found.effects if one.measure == place][:_MOST_DRAWN]
    strips = [strip_of(label, change, style=change_cell(measure, change).style) for label, change in shown]
    return drawn_changes([(change_label(measure), strips)], found.sweep.confidence, width, painter(colour), marks)


def _label(one: Effect) -> str:
    return f"{one.dimension.name} {one.level.label}, against {one.against.label}"


def sentences(found: Swept) -> list[str]:
    """What each dimension does to the outcomes, and where the first of them is best."""
    if found.sweep.replications < 2:
        return ["One replication gives no interval, so no difference can be told from chance."]
    told = [_sentence(found, dimension, effects) for dimension, effects in _told_effects(found)]
    best = best_sentence(found)
    return [*told, *([best] if best else [])]


def _told_effects(found: Swept) -> Iterator[tuple[str, list[Effect]]]:
    """The values of each dimension that are told of, each with its effects on the outcomes; of many the ends."""
    places = told_of(found.measures)
    for dimension in found.sweep.dimensions:
        mine = [effect for effect in found.effects if effect.dimension is dimension]
        levels = list(dict.fromkeys(effect.level.value for effect in mine))
        for value in levels if len(levels) <= _FEW else (levels[0], levels[-1]):
            effects = [one for one in mine if one.level.value == value and one.measure in places]
            if effects:
                yield dimension.name, effects


def _sentence(found: Swept, name: str, effects: Sequence[Effect]) -> str:
    first = effects[0]
    moved = f"{name} {first.level.label}, against {first.against.label}"
    if found.sweep.design in DRAWN:
        moved = f"{name} from {first.against.label} to {first.level.label}, by a straight fit"
    told = [(found.measures[effect.measure], effect.change) for effect in effects]
    return f"{moved}: {changes_told(told)}."


def best_sentence(found: Swept) -> str:
    """Where the first outcome is best, and what cannot be told from that."""
    measure = told_of(found.measures, 1)[0]
    best = found.best(measure)
    if best is None:
        return ""
    first, alike = best
    what = found.measures[measure]
    direction = "highest" if what.better == "higher" else "lowest"
    level = with_half_width(found.found.level(measure, [first]))
    text = f"The {direction} mean of {name_in_sentence(what)}, {level} {what.unit}".rstrip()
    text += f", is at {_named(found, first)}"
    if not alike:
        return f"{text}; every other point is told from it, with {percent(found.sweep.confidence)} confidence in all."
    listed = "; ".join(_named(found, point) for point in alike[:_MOST_LISTED])
    more = f"; and {len(alike) - _MOST_LISTED} more" if len(alike) > _MOST_LISTED else ""
    these = "this one" if len(alike) == 1 else "these"
    return f"{text}; {these} cannot be told from it: {listed}{more}."


def _named(found: Swept, point: int) -> str:
    return found.sweep.label_of(point) or "the scenario as it is"


def _level_tables(found: Swept, width: int, colour: bool) -> list[str]:
    """A table for each dimension: the reference value, and what every other value changes."""
    tables = []
    for dimension in found.sweep.dimensions:
        mine = [effect for effect in found.effects if effect.dimension is dimension]
        if not mine:
            continue
        against = mine[0].against
        points = [
            number
            for number, point in enumerate(found.sweep.points)
            if _value_at(found, point, dimension) == against.value
        ]
        points = [found.reference] if found.sweep.design == "one_at_a_time" else points
        base = Column(
            f"{dimension.name} {against.label}",
            [Text(with_half_width(found.found.level(place, points))) for place in range(len(found.measures))],
        )
        columns = []
        for value in dict.fromkeys(effect.level.value for effect in mine):
            by_measure = {effect.measure: effect for effect in mine if effect.level.value == value}
            label = next(effect.level.label for effect in by_measure.values())
            columns.append(Column(label, _cells(found, by_measure)))
        rows = [label_of(measure) for measure in found.measures]
        tables.append(side_by_side(rows, [base], columns, width, painter(colour)))
    return tables


def _value_at(found: Swept, point: Sequence[Level], dimension: Dimension) -> Any:
    return point[found.sweep.dimensions.index(dimension)].value


def _cells(found: Swept, by_measure: Mapping[int, Effect]) -> list[Text]:
    return [
        change_cell(measure, by_measure[place].change if place in by_measure else None)
        for place, measure in enumerate(found.measures)
    ]


def _drawn_tables(found: Swept, width: int, colour: bool) -> list[str]:
    """One table: the mean over all points, the share of the differences that the fit explains, and every slope."""
    every = range(found.found.points)
    numbers = range(len(found.measures))
    mean = Column("mean of all points", [Text(with_half_width(found.found.level(place, every))) for place in numbers])
    fitted = [Text("-" if share is None else f"{100 * share:.0f} %") for share in found.explained]
    columns = []
    for dimension in found.sweep.dimensions:
        by_measure = {effect.measure: effect for effect in found.effects if effect.dimension is dimension}
        if by_measure:
            one = next(iter(by_measure.values()))
            head = f"{dimension.name} {one.against.label} to {one.level.label}"
            columns.append(Column(head, _cells(found, by_measure)))
    rows = [label_of(measure) for measure in found.measures]
    return [side_by_side(rows, [mean, Column("explained by the fit", fitted)], columns, width, painter(colour))]


def _point_tables(found: Swept, width: int, colour: bool) -> list[str]:
    """One table: the reference point, and what every other point changes."""
    numbers = range(len(found.measures))
    base = [Text(with_half_width(found.found.level(place, [found.reference]))) for place in numbers]
    columns = [
        Column(
            found.sweep.label_of(point),
            [change_cell(found.measures[place], found.compared(point, place)) for place in numbers],
        )
        for point in range(found.found.points)
        if point != found.reference
    ]
    rows = [label_of(measure) for measure in found.measures]
    return [side_by_side(rows, [Column(_named(found, found.reference), base)], columns, width, painter(colour))]


def tables(found: Swept) -> dict[str, Iterator[Record]]:
    """The tables of a sweep; the replications are the tidy one."""
    return {
        "replications": replications(found),
        "points": points(found),
        "effects": effects(found),
        "dimensions": iter(dimensions_told(found.sweep.dimensions)),
    }


def replications(found: Swept) -> Iterator[Record]:
    """One record per point, replication and measure, with a column for each dimension."""
    values = [found.found.values(place) for place in range(len(found.measures))]
    for point, where in enumerate(_places(found.sweep)):
        for replication in range(found.found.replications):
            for place, measure in enumerate(found.measures):
                above = float(found.found.above[point, replication, place])
                yield {
                    "point": point + 1,
                    **where,
                    "replication": replication + 1,
                    "measure": measure.name,
                    "numerator": _finite(above),
                    "denominator": _finite(float(found.found.below[point, replication, place]))
                    if measure.is_ratio
                    else None,
                    "value": _finite(float(values[place][point, replication])),
                }


def points(found: Swept) -> Iterator[Record]:
    """One record per point and measure: its level, and its difference from the reference point."""
    for point, where in enumerate(_places(found.sweep)):
        for place, measure in enumerate(found.measures):
            level = found.found.level(place, [point])
            change = found.compared(point, place)
            yield {
                "point": point + 1,
                **where,
                "measure": measure.name,
                "unit": measure.unit,
                **_level(level),
                "reference_point": found.reference + 1,
                **_change(change),
            }


def effects(found: Swept) -> Iterator[Record]:
    """One record per dimension, value and measure."""
    for effect in found.effects:
        yield {
            "dimension": effect.dimension.name,
            "level": effect.level.label,
            "against": effect.against.label,
            "measure": found.measures[effect.measure].name,
            "unit": found.measures[effect.measure].unit,
            **_change(effect.change),
            "explained": rounded(found.explained[effect.measure]),
        }


def dimensions_told(dimensions: Sequence[Dimension]) -> list[Record]:
    """One record per dimension: what its column means."""
    return [
        {
            "dimension": one.name,
            "settings": " ".join(one.paths),
            "from": "the end of the warm-up" if one.policy else "the start",
            "way": one.way,
            "unit": one.unit,
        }
        for one in dimensions
    ]


def _places(sweep: Sweep) -> Iterator[Record]:
    """The value of every dimension at each point; a number where all of the dimension are, else as it is written."""
    plain = [all(point[place].number is not None for point in sweep.points) for place in range(len(sweep.dimensions))]
    for point in sweep.points:
        yield {
            dimension.name: rounded(level.number) if numbers else level.label
            for dimension, level, numbers in zip(sweep.dimensions, point, plain, strict=True)
        }


def _finite(value: float) -> float | None:
    return rounded(value) if value - value == 0.0 else None


def _level(level: Estimate | None) -> Record:
    if level is None:
        return {"value": None, "half_width": None, "n": None}
    return {"value": rounded(level.value), "half_width": rounded(level.half_width), "n": level.n}


def _change(change: Estimate | None) -> Record:
    if change is None:
        return dict.fromkeys(("change", "low", "high", "verdict"))
    return {
        "change": rounded(change.value),
        "low": rounded(change.low),
        "high": rounded(change.high),
        "verdict": verdict_of(change),
    }


def document(found: Swept) -> Record:
    """The whole of it but the replications as one JSON document of format 1."""
    sweep = found.sweep
    return {
        **head(sweep, sweep.scenario),
        "design": sweep.design,
        "dimensions": dimensions_told(sweep.dimensions),
        "points": list(points(found)),
        "effects": list(effects(found)),
        "sentences": sentences(found),
    }


def figures(found: Swept) -> dict[str, Figure]:
    """The pictures: what each dimension does, and the pairs of dimensions."""
    from sim.report.sweep_figures import drawn  # noqa: PLC0415 - most commands draw nothing

    return drawn(found)


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _dimensions(dimensions: Sequence[Dimension]) -> str:
    return " and ".join(one.name for one in dimensions) if len(dimensions) < 3 else f"{len(dimensions)} settings"


KIND = Kind(
    settings=SweepSettings,
    load=lambda path: sweep_of_study(load_sweep(path)),
    restored=Sweep.from_plain,
    execute=execute_sweep,
    render=render,
    chart=chart,
    document=document,
    tables=tables,
    figures=figures,
)
