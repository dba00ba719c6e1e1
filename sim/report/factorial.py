"""What a factorial found: on the terminal, as tables, as a document and as bars of effects and combinations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.estimates import verdict
from sim.experiment.factorial import Combination, Factorial, execute_factorial
from sim.files.factorials import FactorialSettings, FactorialStudy, load_factorial, name_of
from sim.report.kinds import Kind
from sim.report.numbers import percent, rounded, span, with_half_width
from sim.report.sentences import between, listed, name_in_sentence, size_of, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import (
    Column,
    bulleted,
    change_cell,
    heading,
    legend,
    replications_told,
    side_by_side,
    told_of,
)
from sim.report.terminal import Text, label_of, painter, wrapped
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DRAWN = 3


def render(found: Factorial, colour: bool, width: int) -> str:
    """Heading, what every combination changes, what it changes beyond its parts, main effects, sentences."""
    study, paint = found.study, painter(colour)
    horizon = span(study.scenario.calendar.horizon_days)
    what = (
        f"{study.name}: {len(study.factors)} policies in {len(study.arms)} combinations, {study.replications} "
        f"replications of {horizon} each, seed {study.seed}; {replications_told(study.replications, study.confidence)}"
    )
    rows = [label_of(measure) for measure in found.measures]
    base = Column(
        "Doing nothing more" if study.scenario.policies else "Doing nothing",
        [Text(with_half_width(found.found.level(place, [0]))) for place in range(len(rows))],
    )
    singles = [chosen for chosen in found.combinations if len(chosen) == 1]
    several = [chosen for chosen in found.combinations if len(chosen) > 1]
    changes = [Column(name_of(chosen), _cells(found, chosen, "change")) for chosen in (*singles, *several)]
    beyond = [Column(f"{name_of(chosen)} beyond its parts", _cells(found, chosen, "beyond")) for chosen in several]
    shown = [term.change for term in found.terms.values()] + [term.beyond for term in found.terms.values()]
    parts = [
        heading(study.title, what, width, paint),
        "\n".join(wrapped(f"{name}: {title}", width) for name, title in zip(study.factors, study.titles, strict=True)),
        side_by_side(rows, [base], changes, width, paint),
        side_by_side(rows, [], beyond, width, paint),
        legend(shown, found.measures, width),
        bulleted(sentences(found), width),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cells(found: Factorial, chosen: Combination, what: str) -> list[Text]:
    return [
        change_cell(measure, getattr(found.terms[place, chosen], what)) for place, measure in enumerate(found.measures)
    ]


def sentences(found: Factorial) -> list[str]:
    """Of each combination, whether its parts do more, less or neither together than by themselves."""
    if found.study.replications < 2:
        return ["One replication gives no interval, so no difference can be told from chance."]
    several = [chosen for chosen in found.combinations if len(chosen) > 1]
    return [f"{listed(chosen, 'and')}: {_together(found, chosen)}." for chosen in several]


def _together(found: Factorial, chosen: Combination) -> str:
    parts, unsure, same = [], [], []
    for place in told_of(found.measures):
        measure, beyond = found.measures[place], found.terms[place, chosen].beyond
        if beyond is None:
            continue
        said, name = verdict(beyond), name_in_sentence(found.measures[place])
        if said == "cannot tell":
            unsure.append(name)
        elif said == "the same":
            same.append(name)
        else:
            amount = f"{size_of(measure, beyond)} ({between(beyond)[0]})"
            parts.append(f"{name} is {amount} {'above' if beyond.value > 0 else 'below'} the sum of their changes")
    if same:
        parts.append(f"exactly the sum of their changes: {listed(same, 'and')}")
    if unsure:
        parts.append(f"this study cannot tell from the sum of their changes: {listed(unsure, 'or')}")
    return "; ".join(parts) or "nothing was measured that could be compared"


def document(found: Factorial) -> Record:
    """The document of format 1 for ``--json``."""
    study = found.study
    return {
        **head(study, study.scenario),
        "policies": [{"name": n, "title": t} for n, t in zip(study.factors, study.titles, strict=True)],
        "sentences": sentences(found),
        "combinations": list(records(found)),
    }


def records(found: Factorial) -> Iterator[Record]:
    """A record for each combination and measure."""
    for chosen in found.combinations:
        for place, measure in enumerate(found.measures):
            term = found.terms[place, chosen]
            yield {
                "combination": name_of(chosen),
                "policies": len(chosen),
                "measure": measure.name,
                "unit": measure.unit,
                **_flat("change", term.change),
                **_flat("effect", term.effect),
                **_flat("beyond", term.beyond),
                "n": found.study.replications,
            }


def _flat(name: str, estimate: Estimate | None) -> Record:
    if estimate is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high", f"{name}_verdict"))
    low, high = rounded(estimate.low), rounded(estimate.high)
    return {
        name: rounded(estimate.value),
        f"{name}_low": low,
        f"{name}_high": high,
        f"{name}_verdict": verdict(estimate),
    }


def values(found: Factorial) -> Iterator[Record]:
    """A record for each arm, replication and measure."""
    for place, measure in enumerate(found.measures):
        columns = found.found.values(place)
        for arm, column in zip(found.study.arms, columns, strict=True):
            for number, value in enumerate(column, 1):
                known = float(value) if np.isfinite(value) else None
                yield {"arm": arm.name, "replication": number, "measure": measure.name, "value": rounded(known)}


def figures(found: Factorial) -> dict[str, Figure]:
    """For a few outcomes, what each combination changes, the sum of its parts, and what is beyond that."""
    from sim.report.figures import panels  # noqa: PLC0415 - most commands draw nothing

    study = found.study
    shown = [place for place in told_of(found.measures) if any(_told(found, place))][:_DRAWN]
    if not shown:
        return {}
    note = (
        f"n = {study.replications} replications of {span(study.scenario.calendar.horizon_days)} of each combination; "
    )
    note += f"whiskers are {percent(study.confidence)} intervals of the paired change; hollow: cannot be told from zero"
    height = 0.9 + 0.2 * len(found.combinations)
    with panels(2 * len(shown), len(shown), height, f"{study.title} — together and by themselves", note) as (
        figure,
        axes,
    ):
        for at, panel in enumerate(axes):
            below, column = divmod(at, len(shown))
            _draw(panel, found, shown[column], named=column == 0, beyond=below == 1)
    return {"factorial": figure}


def _told(found: Factorial, place: int) -> Iterator[bool]:
    changes = (found.terms[place, chosen].change for chosen in found.combinations)
    return (change is not None and change.value != 0.0 for change in changes)


def _bars(found: Factorial, place: int, beyond: bool) -> list[tuple[str, int, Estimate | None]]:
    """Label, colour and estimate of each bar: what combinations change, or what is beyond their parts."""
    if beyond:
        several = [chosen for chosen in found.combinations if len(chosen) > 1]
        return [(name_of(chosen), 2, found.terms[place, chosen].beyond) for chosen in several]
    return [
        (name_of(chosen), 1 if len(chosen) == 1 else 3, found.terms[place, chosen].change)
        for chosen in found.combinations
    ]


def _draw(panel: Axes, found: Factorial, place: int, *, named: bool, beyond: bool) -> None:
    from sim.report.figures import COLOURS, short  # noqa: PLC0415
    from sim.report.panels import plain_numbers  # noqa: PLC0415

    bars, measure = _bars(found, place, beyond), found.measures[place]
    for at, (_, colour, estimate) in enumerate(bars):
        if estimate is None:
            continue
        told = estimate.excludes_zero or estimate.half_width == 0.0
        fill = COLOURS[colour] if told else "white"
        panel.barh(at, estimate.value, 0.62, facecolor=fill, edgecolor=COLOURS[colour], linewidth=1.0)
        panel.errorbar([estimate.value], [at], xerr=estimate.half_width, color="#000000", capsize=2, linewidth=0.9)
    panel.axvline(0.0, color="#3d3d3d", linewidth=1.0)
    panel.set_yticks(range(len(bars)), [short(label, 26) if named else "" for label, _, _ in bars])
    panel.set_ylim(len(bars) - 0.5, -0.5)
    panel.grid(visible=False, axis="y")
    panel.set_title("beyond the sum of the parts" if beyond else short(label_of(measure).partition(" (")[0], 30))
    panel.set_xlabel(f"change, {unit_of_change(measure)}".rstrip(", "))
    panel.margins(x=0.08)
    plain_numbers(panel, x=True)
    panel.tick_params(axis="x", labelsize=7.5)


def _tables(found: Factorial) -> dict[str, Sequence[Record] | Iterator[Record]]:
    return {"factorial": records(found), "values": values(found)}


KIND = Kind(
    settings=FactorialSettings,
    load=load_factorial,
    restored=FactorialStudy.from_plain,
    execute=execute_factorial,
    render=render,
    document=document,
    tables=_tables,
    figures=figures,
)
