"""What a selection found: on the terminal, as tables, as a document and as a picture of how arms were dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sim.experiment.selection import Selected, execute_selection
from sim.files.problems import printable
from sim.files.selections import SelectionSettings, SelectionStudy, load_selection
from sim.report.kinds import Kind
from sim.report.numbers import counted, decimals, number, percent, rounded, span, with_half_width
from sim.report.sentences import listed, name_in_sentence, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import bulleted, heading
from sim.report.terminal import Text, grid, label_of, painter, wrapped
from sim.stats.selection import boundary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def render(found: Selected, colour: bool, width: int) -> str:
    """Heading, a row for each arm, sentences."""
    study, paint = found.study, painter(colour)
    what = (
        f"{study.name}: {study.replications} replications of {span(study.scenario.calendar.horizon_days)} of each arm, "
        f"then one after the other of those that are left, seed {study.seed}; the least difference that matters is "
        f"{_amount(found)}; ± is half the {percent(study.confidence)} interval"
    )
    table = grid([[Text(text, "strong") for text in head_row(found)], *rows_of(found)], paint)
    return "\n\n".join((heading(study.title, what, width, paint), table, bulleted(sentences(found), width))) + "\n"


def head_row(found: Selected) -> list[str]:
    """What stands above the table."""
    return [label_of(found.measure), "mean", "behind the leader", "replications", ""]


def rows_of(found: Selected) -> Iterator[list[Text]]:
    """A row of the table for each arm."""
    for place, arm in enumerate(found.study.arms):
        behind = found.behind(place)
        mark = ("chosen" if found.decided else "leads") if place == found.leader else _fate(found, place)
        yield [
            Text(wrapped(arm.title, 44).split("\n")[0]),
            Text(with_half_width(found.mean(place))),
            Text("" if behind is None else with_half_width(behind)),
            Text(str(len(found.values[place]))),
            Text(mark, "good" if mark == "chosen" else ""),
        ]


def _fate(found: Selected, place: int) -> str:
    dropped = found.screening.dropped.get(place)
    if dropped is None:
        return "exactly as good" if place in found.screening.tied else "left"
    return f"dropped after {dropped.at}, by {found.study.arms[dropped.by].name}"


def _amount(found: Selected) -> str:
    return f"{found.study.indifference:,.10g} {unit_of_change(found.measure)}".rstrip()


def sentences(found: Selected) -> list[str]:
    """Which arm is chosen and what that means, or that none is; and what it took."""
    study, screening = found.study, found.screening
    leader, what = printable(study.arms[found.leader].title), name_in_sentence(found.measure)
    by = f"at least {_amount(found)}"
    names = [study.arms[place].name for place in screening.left if place != found.leader]
    if found.decided:
        told = (
            f"{leader} is chosen: where the best arm has a mean {what} {by} better than every other, "
            f"it is found with a probability of {percent(study.probability)} or more."
        )
        told += _tied(found)
    else:
        ahead = "none is ahead of {}" if _alike(found, screening.left, sum) else "{} leads"
        told = (
            f"Undecided: the ceiling of {counted(screening.stage, 'replication')} ended it with {len(screening.left)} "
            f"arms left; {ahead.format(leader)}, and {listed(names, 'or')} may as well be the best in {what}."
        )
    return [told, _spared(found)]


def _alike(found: Selected, places: Sequence[int], what: Callable[[Sequence[float]], object]) -> list[int]:
    """Places of arms besides the leader of which something is just what it is of the leader."""
    same = what(found.values[found.leader])
    return [place for place in places if place != found.leader and what(found.values[place]) == same]


def _tied(found: Selected) -> str:
    """Arms that are as good as the chosen one: in each replication, or only on average."""
    every = _alike(found, found.screening.tied, tuple)
    mean = [place for place in found.screening.tied if place not in every]
    text = ""
    for places, where in ((every, "in every replication"), (mean, "on average")):
        if places:
            text += f" Exactly as good {where}: {', '.join(found.study.arms[place].name for place in places)}."
    return text


def _spared(found: Selected) -> str:
    arms, stage, used = len(found.study.arms), found.screening.stage, sum(map(len, found.values))
    spared = arms * stage - used
    text = f"{used:,} replications of {arms} arms were looked at, {stage:,} of each that stayed to the end"
    return f"{text}; dropping arms early spared {spared:,}." if spared else f"{text}."


def document(found: Selected) -> Record:
    """The document of format 1 for ``--json``."""
    study, screening = found.study, found.screening
    return {
        **head(study, study.scenario),
        "measure": {"name": found.measure.name, "unit": found.measure.unit, "better": found.measure.better},
        "indifference": rounded(study.indifference),
        "probability": study.probability,
        "decided": found.decided,
        "chosen": study.arms[found.leader].name if found.decided else None,
        "stage": screening.stage,
        "left": [study.arms[place].name for place in screening.left],
        "sentences": sentences(found),
        "arms": list(records(found)),
    }


def records(found: Selected) -> Iterator[Record]:
    """A record for each arm, the baseline first."""
    for place, arm in enumerate(found.study.arms):
        dropped, mean, behind = found.screening.dropped.get(place), found.mean(place), found.behind(place)
        yield {
            "arm": arm.name,
            "chosen": "yes" if found.decided and place == found.leader else "no",
            "replications": len(found.values[place]),
            "dropped_after": None if dropped is None else dropped.at,
            "dropped_by": None if dropped is None else found.study.arms[dropped.by].name,
            "mean": rounded(mean.value),
            "low": rounded(mean.low),
            "high": rounded(mean.high),
            "behind": None if behind is None else rounded(behind.value),
            "behind_low": None if behind is None else rounded(behind.low),
            "behind_high": None if behind is None else rounded(behind.high),
        }


def values(found: Selected) -> Iterator[Record]:
    """A record for each arm and replication that was looked at."""
    for arm, column in zip(found.study.arms, found.values, strict=True):
        for replication, value in enumerate(column, 1):
            yield {"arm": arm.name, "replication": replication, "measure": found.measure.name, "value": rounded(value)}


def figures(found: Selected) -> dict[str, Figure]:
    """How far each arm is behind the leader, replication by replication, and where that was too far."""
    from sim.report.figures import panels  # noqa: PLC0415 - most commands draw nothing

    study = found.study
    note = (
        f"thick: how far an arm is behind {study.arms[found.leader].name}, on average so far; thin: where it is dropped"
    )
    horizon = span(study.scenario.calendar.horizon_days)
    note += f"; {study.replications} replications of {horizon} to begin with"
    title = f"{study.title} — which is the best in {name_in_sentence(found.measure)}"
    with panels(1, 1, 3.4, title, note) as (figure, axes):
        _draw(axes[0], found)
    return {"selection": figure}


def _draw(panel: Axes, found: Selected) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    from sim.report.figures import look  # noqa: PLC0415

    courses = {place: _course(found, place) for place in range(len(found.study.arms)) if place != found.leader}
    first, last = found.study.replications, found.screening.stage
    long = [each for means, limits in courses.values() if len(means) > 1 for each in (*means, *limits)]
    top = 1.25 * max(long) if long else None
    panel.axhline(0.0, color="#3d3d3d", linewidth=1.0)
    for place, (means, limits) in courses.items():
        style, stages = look(place), range(first, first + len(means))
        shown = means if top is None else [min(mean, top) for mean in means]
        name, behind = found.study.arms[place].name, f"{number(means[-1], decimals(found.mean(place)))} behind"
        panel.plot(
            stages, shown, color=style.colour, linestyle=style.line, linewidth=2.0, marker=style.marker, markersize=6,
            markevery=[len(means) - 1], clip_on=False, label=f"{name}: {behind}, {_fate(found, place)}",
        )  # fmt: skip
        panel.plot(
            stages,
            limits,
            color=style.colour,
            linestyle=style.line,
            linewidth=0.8,
            marker="_",
            markevery=[len(means) - 1],
        )
    panel.set_xlabel("replications")
    panel.set_ylabel(f"behind, {unit_of_change(found.measure)}".rstrip(", "))
    panel.yaxis.set_major_formatter("{x:,.10g}")
    panel.set_xlim(first - 1, last + 1)
    panel.set_ylim(top=top)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.legend(fontsize=8, loc="best", frameon=True, edgecolor="none")


def _course(found: Selected, place: int) -> tuple[list[float], list[float]]:
    """From the first stage on: how far the arm is behind the leader on average, and how far is too far."""
    study, sign = found.study, 1.0 if found.measure.better == "higher" else -1.0
    reach = boundary(found.values, study.replications, study.indifference, study.probability)[place][found.leader]
    pairs = zip(found.values[found.leader], found.values[place], strict=False)
    apart = [sign * (ours - theirs) for ours, theirs in pairs]
    stages = range(study.replications, len(apart) + 1)
    means = [sum(apart[:stage]) / stage for stage in stages]
    return means, [max(0.0, 0.5 * (reach / stage - study.indifference)) for stage in stages]


KIND = Kind(
    settings=SelectionSettings,
    load=load_selection,
    restored=SelectionStudy.from_plain,
    execute=execute_selection,
    render=render,
    document=document,
    tables=lambda found: {"selection": records(found), "values": values(found)},
    figures=figures,
)
