"""What a study of the front found: on the terminal, as tables, as a document and drawn in the plane of two outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.experiment.front import METHOD, Front, Placed, execute_front
from sim.files.fronts import FrontSettings, FrontStudy, load_front
from sim.files.problems import printable
from sim.report.kinds import Kind
from sim.report.numbers import percent, rounded, span, whole_percent
from sim.report.sentences import listed, name_in_sentence, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import bulleted, change_cell, heading, legend, replications_told
from sim.report.terminal import Text, grid, label_of, painter, wrapped
from sim.stats.front import Array, ellipse
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SURE = 0.95
_SOME = 0.05


def render(found: Front, colour: bool, width: int) -> str:
    """Heading, a row for each arm, sentences."""
    study, paint = found.study, painter(colour)
    wanted = ", ".join(f"{way} {name}" for name, way in zip(study.outcomes, study.wanted, strict=True))
    horizon = span(study.scenario.calendar.horizon_days)
    what = (
        f"{study.name}: {study.replications} replications of {horizon} of each arm, seed {study.seed}; "
        f"wanted: {wanted}; a change is against the baseline, {replications_told(study.replications, study.confidence)}"
    )
    head = ["", *(f"{label_of(one)}" for one in found.measures), "on the front", "by the means"]
    rows = [[Text(text, "strong") for text in head]]
    for place, arm in enumerate(found.arms):
        cells = [Text("")] * len(found.measures) if place == 0 else _cells(found, arm)
        beaten = ", ".join(found.arms[other].arm for other in arm.beaten)
        means = "on it" if arm.on_front else f"beaten by {beaten}"
        rows.append([Text(arm.arm), *cells, Text(probability_told(arm)), Text(means, "good" if arm.on_front else "")])
    shown: list[Estimate | None] = [each.estimate for arm in found.arms[1:] for each in arm.changes]
    parts = [
        heading(study.title, what, width, paint),
        "\n".join(wrapped(f"{arm.arm}: {arm.title}", width) for arm in found.arms[1:]),
        grid(rows, paint),
        legend(shown, found.measures, width),
        bulleted(sentences(found), width),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cells(found: Front, arm: Placed) -> list[Text]:
    return [change_cell(measure, each.estimate) for measure, each in zip(found.measures, arm.changes, strict=True)]


def probability_told(arm: Placed) -> str:
    """How sure it is that an arm is on the front."""
    if arm.sure is None:
        return "-"
    share = arm.sure.probability
    if (share < _SURE) is not (round(share, 2) < _SURE) or (share < _SOME) is not (round(share, 2) < _SOME):
        return f"{100 * share:.2f} %"
    return whole_percent(share)


def sentences(found: Front) -> list[str]:
    """Which arms are surely on the front, which may be, and who beats the others."""
    if any(arm.sure is None for arm in found.arms):
        return ["One replication tells nothing of how sure the front is."]
    sure = [arm.arm for arm in found.arms if arm.sure is not None and arm.sure.probability >= _SURE]
    perhaps = [arm for arm in found.arms if arm.sure is not None and _SOME <= arm.sure.probability < _SURE]
    told = []
    if sure:
        told.append(f"On the front with a probability of {percent(_SURE)} or more: {', '.join(sure)}.")
    if perhaps:
        names = ", ".join(f"{arm.arm} ({probability_told(arm)})" for arm in perhaps)
        told.append(f"This study cannot tell whether these are on the front: {names}.")
    told += [_beaten(found, arm) for arm in found.arms if arm.sure is not None and arm.sure.probability < _SOME]
    return told


def _beaten(found: Front, arm: Placed) -> str:
    """Who beats an arm that is hardly on the front; it may be one arm or another."""
    shares = arm.sure.beaten if arm.sure is not None else ()
    sure = [other.arm for other, share in zip(found.arms, shares, strict=True) if share >= _SURE]
    title, names = printable(arm.title), listed([name_in_sentence(one) for one in found.measures], "and")
    by = f"by {listed(sure, 'and')}" if sure else "by one arm or another"
    text = f"{title} is beaten {by} with a probability of {percent(_SURE)} or more: as good or better in {names}"
    return f"{text}." if sure else f"{text}; which one cannot be told."


def document(found: Front) -> Record:
    """The document of format 1 for ``--json``."""
    study = found.study
    return {
        **head(study, study.scenario),
        "outcomes": [
            {"measure": one.name, "unit": one.unit, "wanted": way}
            for one, way in zip(found.measures, study.wanted, strict=True)
        ],
        "method": METHOD,
        "sentences": sentences(found),
        "arms": list(records(found)),
        "changes": list(changes(found)),
        "beaten": list(beaten(found)),
    }


def records(found: Front) -> Iterator[Record]:
    """A record for each arm: whether it is on the front, and how sure that is."""
    for arm in found.arms:
        yield {
            "arm": arm.arm,
            "on_front": "yes" if arm.on_front else "no",
            "beaten_by": " ".join(found.arms[other].arm for other in arm.beaten),
            "probability": None if arm.sure is None else rounded(arm.sure.probability),
            "low": None if arm.sure is None else rounded(arm.sure.low),
            "high": None if arm.sure is None else rounded(arm.sure.high),
            "n": found.study.replications,
        }


def changes(found: Front) -> Iterator[Record]:
    """A record for each arm but the baseline, and outcome."""
    for arm in found.arms[1:]:
        for measure, each in zip(found.measures, arm.changes, strict=True):
            yield {
                "arm": arm.arm,
                "measure": measure.name,
                "unit": measure.unit,
                "change": rounded(each.estimate.value),
                "low": rounded(each.estimate.low),
                "high": rounded(each.estimate.high),
                "n": each.estimate.n,
                "verdict": each.verdict,
            }


def beaten(found: Front) -> Iterator[Record]:
    """A record for each pair of arms: how likely one beats the other in all outcomes."""
    for arm in found.arms:
        for place, share in enumerate(arm.sure.beaten if arm.sure is not None else ()):
            if found.arms[place] is not arm:
                yield {"arm": arm.arm, "by": found.arms[place].arm, "probability": rounded(share)}


def figures(found: Front) -> dict[str, Figure]:
    """The arms in the plane of the first two outcomes, each with its joint region; those on the front filled."""
    from sim.report.figures import panels  # noqa: PLC0415 - most commands draw nothing

    study = found.study
    note = f"n = {study.replications} replications of {span(study.scenario.calendar.horizon_days)}; regions hold both "
    note += (
        f"changes in {percent(study.confidence)}; filled: on the front by the means; number: probability of being on it"
    )
    if len(found.measures) > 2:
        note += f"; {len(found.measures) - 2} more outcomes count"
    title = f"{study.title} — the policies that no other beats"
    with panels(1, 1, 4.6, title, note) as (figure, axes):
        _draw(axes[0], found)
    return {"pareto": figure}


def _draw(panel: Axes, found: Front) -> None:
    from sim.report.figures import look  # noqa: PLC0415
    from sim.report.panels import plain_numbers  # noqa: PLC0415

    front = []
    for place, arm in enumerate(found.arms):
        style = look(place)
        x, y = (each.estimate.value for each in arm.changes[:2])
        region = _region(found, arm)
        if region is not None:
            panel.fill(region[0], region[1], facecolor=style.colour, alpha=0.18, edgecolor=style.colour, linewidth=0.8)
        fill = style.colour if arm.on_front else "white"
        panel.plot([x], [y], color=style.colour, marker=style.marker, markersize=7, markerfacecolor=fill, linestyle="")
        panel.annotate(
            f"{arm.arm} {probability_told(arm)}", (x, y), xytext=(7, 5), textcoords="offset points", fontsize=8
        )
        if arm.on_front:
            front.append((x, y))
    if len(found.measures) == 2:
        front.sort()
        panel.plot(
            [x for x, _ in front], [y for _, y in front], color="#3d3d3d", linewidth=0.9, linestyle=":", zorder=1
        )
    for at, (measure, way) in enumerate(zip(found.measures[:2], found.study.wanted, strict=False)):
        label = f"change of {name_in_sentence(measure)}, {unit_of_change(measure)}".rstrip(", ") + f" ({way} is better)"
        (panel.set_xlabel, panel.set_ylabel)[at](label)
    panel.margins(0.16)
    plain_numbers(panel, x=True, y=True)


def _region(found: Front, arm: Placed) -> Array | None:
    first, second = arm.columns[:2]
    return None if first is None or second is None else ellipse(first, second, found.study.confidence)


KIND = Kind(
    settings=FrontSettings,
    load=load_front,
    restored=FrontStudy.from_plain,
    execute=execute_front,
    render=render,
    document=document,
    tables=lambda found: {"pareto": records(found), "changes": changes(found), "beaten": beaten(found)},
    figures=figures,
)
