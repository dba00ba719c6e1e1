"""What a study of uncertain inputs found: on the terminal, as tables and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.experiment.estimates import verdict
from sim.experiment.uncertainty import (
    Answer,
    Uncertainty,
    UnderUncertainty,
    execute_uncertainty,
    uncertainty_of_study,
)
from sim.files.problems import printable
from sim.files.studies import BASELINE
from sim.files.uncertainty import Uncertain, UncertaintySettings, load_uncertainty
from sim.report.kinds import Kind
from sim.report.numbers import (
    counted,
    percent,
    rounded,
    shares_in_order,
    span,
    two_digits,
    whole_percent,
    with_half_width,
)
from sim.report.sentences import MARKS, listed, name_in_sentence, unit_of_change
from sim.report.tables import Record, head
from sim.report.telling import Column, bulleted, change_cell, changes_told, heading, legend, side_by_side, told_of
from sim.report.terminal import Text, label_of, painter
from sim.stats.intervals import Estimate
from sim.stats.random_effects import Bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_TOLD = 3
_NOTHING, _ROUNDING = 1e-6, 1e-12


def render(found: UnderUncertainty, colour: bool, width: int) -> str:
    """Heading, a table for each policy, on what its profit hangs, sentences."""
    study, paint = found.study, painter(colour)
    horizon = span(study.scenario.calendar.horizon_days)
    what = (
        f"{study.name}: {study.draws} draws of {len(study.uncertain)} uncertain numbers, "
        f"{counted(study.replications, 'replication')} of {horizon} for each, seed {study.seed}; ± is half the "
        f"{percent(study.confidence)} interval of the mean over inputs and chance"
    )
    parts = [heading(study.title, what, width, paint)]
    for arm in answered(found):
        mine = [one for one in found.answers if one.arm == arm]
        parts.append(f"{paint(printable(study.title_of(arm)), 'strong')}\n{_table(found, mine, width, colour)}")
        parts.append(_hanging_table(found, mine, width, colour))
    parts.append(legend([one.parts.mean for one in found.answers], found.measures, width))
    parts.append(bulleted(sentences(found), width))
    return "\n\n".join(part for part in parts if part) + "\n"


def answered(found: UnderUncertainty) -> list[str]:
    """The arms that are asked of."""
    return list(dict.fromkeys(one.arm for one in found.answers))


def _table(found: UnderUncertainty, mine: Sequence[Answer], width: int, colour: bool) -> str:
    """A row for each measure: the mean, what inputs and chance make of it, and how likely it is for the better."""
    level = all(one.arm == BASELINE for one in mine)
    mean = Column(
        "mean" if level else "mean change",
        [
            Text(with_half_width(one.parts.mean)) if level else change_cell(found.measures[one.measure], one.parts.mean)
            for one in mine
        ],
    )
    others = [
        Column("sd by inputs", [Text(spread_told(one.parts.between, one.parts.within)) for one in mine]),
        Column("sd by chance", [Text(spread_told(one.parts.within, one.parts.between)) for one in mine]),
        Column("share of inputs", [Text(share_told(one.parts.share)) for one in mine]),
    ]
    if not level:
        others.append(Column("better in one run", [Text(share_told(one.in_a_run)) for one in mine]))
        others.append(Column("better on average", [Text(share_told(one.on_average)) for one in mine]))
    rows = [label_of(found.measures[one.measure]) for one in mine]
    return side_by_side(rows, [mean], others, width, painter(colour))


def spread_told(value: Bounded, beside: Bounded | None = None) -> str:
    """A standard deviation with the ends of its interval; what is nothing beside the upper end, or that of another, is
    0."""
    if value.value is None:
        return "-"
    least = max(_ROUNDING, *(_NOTHING * (one.high or 0.0) for one in (value, beside) if one is not None))
    middle, low, high = (
        two_digits(end if end and end > least else 0.0) for end in (value.value, value.low, value.high)
    )
    return f"{middle} ({low}-{high})"


def share_told(value: Bounded | None) -> str:
    """A share in percent with the ends of its interval."""
    if value is None or value.value is None:
        return "-"
    low, high = (round(100 * (end or 0.0)) for end in (value.low, value.high))
    return f"{100 * value.value:.0f} % ({low}-{high})"


def _hanging_table(found: UnderUncertainty, mine: Sequence[Answer], width: int, colour: bool) -> str:
    """Rank coefficients of every uncertain number, for the outcomes."""
    places = told_of(found.measures)
    known = [one for one in mine if one.hanging is not None and one.measure in places]
    if not known:
        return ""
    columns = [
        Column(
            f"{name_in_sentence(found.measures[one.measure])} hangs on",
            [
                Text(f"{with_half_width(value, sign=True)} {MARKS[verdict(value)]}")
                for value in (one.hanging.coefficients if one.hanging else ())
            ],
        )
        for one in known
    ]
    return side_by_side([one.name for one in found.study.uncertain], [], columns, width, painter(colour))


def sentences(found: UnderUncertainty) -> list[str]:
    """For each policy: what it does on average, how likely it pays, and on what that hangs."""
    told = []
    places = told_of(found.measures)
    for arm in answered(found):
        mine = {one.measure: one for one in found.answers if one.arm == arm and one.measure in places}
        title = found.study.title_of(arm)
        if arm != BASELINE:
            changes = [(found.measures[place], mine[place].parts.mean) for place in places if place in mine]
            told.append(f"{title}, over all that is uncertain: {changes_told(changes)}.")
        first = next((mine[place] for place in places if place in mine), None)
        if first is not None:
            told += [
                text
                for text in (chances_told(found, first, title), shares_told(found, first), _hangs(found, first))
                if text
            ]
    return told


def chances_told(found: UnderUncertainty, one: Answer, title: str) -> str:
    """How likely a policy moves an outcome for the better; nothing where no direction is better."""
    if one.in_a_run is None:
        return ""
    measure = found.measures[one.measure]
    verb = "raises" if measure.better == "higher" else "lowers"
    horizon = span(found.study.scenario.calendar.horizon_days)
    text = (
        f"{title} {verb} {name_in_sentence(measure)} in a run of {horizon} with a probability of "
        f"{_between(one.in_a_run)}, over inputs and chance"
    )
    if one.on_average is not None:
        text += f"; on average over chance, with a probability of {_between(one.on_average)} over the inputs"
    return f"{text}."


def _between(value: Bounded) -> str:
    share, low, high = shares_in_order(value.value or 0.0, value.low or 0.0, value.high or 0.0)
    return f"{share} ({low} to {high})"


def shares_told(found: UnderUncertainty, one: Answer) -> str:
    """How much of the differences is due to the inputs."""
    share = one.parts.share
    if share.value is None:
        return "One replication for each draw does not tell inputs from chance." if found.study.replications < 2 else ""
    measure = found.measures[one.measure]
    change = "" if one.arm == BASELINE else "the change of "
    what = f"{change}{name_in_sentence(measure)}"
    unit = unit_of_change(measure)
    return (
        f"Of the variance of {what} from run to run {_between(share)} is due to the inputs: a standard deviation of "
        f"{spread_told(one.parts.between, one.parts.within)} {unit}".rstrip()
        + f", against {spread_told(one.parts.within, one.parts.between)} by chance."
    )


def _hangs(found: UnderUncertainty, one: Answer) -> str:
    if one.hanging is None:
        return "There are too few draws to tell on which number it hangs." if len(found.study.uncertain) > 1 else ""
    pairs = sorted(
        zip(found.study.uncertain, one.hanging.coefficients, strict=True), key=lambda pair: -abs(pair[1].value)
    )
    clear = [(name, value) for name, value in pairs if value.excludes_zero]
    if not clear and len(pairs) == 1:
        return f"This study cannot tell whether it hangs on {pairs[0][0].name}."
    if not clear:
        return "This study cannot tell on which of the uncertain numbers it hangs."
    first = ", ".join(f"{name.name} ({with_half_width(value, sign=True)})" for name, value in clear[:_MOST_TOLD])
    rest = _rest(pairs, len(clear) - _MOST_TOLD)
    return (
        f"It hangs most on {first}{rest}; numbers are coefficients of ranks, and all together explain "
        f"{whole_percent(max(0.0, one.hanging.explained))} of the differences between draws."
    )


def _rest(pairs: Sequence[tuple[Uncertain, Estimate]], more: int) -> str:
    """The uncertain numbers that are not named before; more: how many of them the answer hangs on as well."""
    nothing, unsure = (
        [one.name for one, value in pairs if verdict(value) == kind] for kind in ("the same", "cannot tell")
    )
    text = f"; less on {'one' if more == 1 else more} more" if more > 0 else ""
    text += f"; exactly nothing comes of {listed(nothing, 'and')}" if nothing else ""
    if not unsure:
        return text
    others = unsure[0] if len(unsure) == 1 else "the rest" if text else "the others"
    return f"{text}; of {others} this study cannot tell"


def tables(found: UnderUncertainty) -> dict[str, Iterator[Record]]:
    """The tables; the replications are the tidy one."""
    return {
        "replications": replications(found),
        "answers": answers(found),
        "hanging": hanging_records(found),
        "inputs": iter(inputs(found.study.uncertain)),
    }


def replications(found: UnderUncertainty) -> Iterator[Record]:
    """One record per draw, arm, replication and measure, with a column for each uncertain number."""
    study = found.study
    places = range(len(found.measures))
    values = {(arm, place): found.values(arm, place) for arm in study.arms for place in places}
    for draw in range(study.draws):
        levels = study.drawn(draw)
        where = {
            one.name: rounded(level.number) if level.number is not None else level.label
            for one, level in zip(study.uncertain, levels, strict=True)
        }
        for arm in study.arms:
            for number in range(study.replications):
                for place, measure in enumerate(found.measures):
                    value = float(values[arm, place][draw, number])
                    base = float(values[BASELINE, place][draw, number])
                    yield {
                        "draw": draw + 1,
                        **where,
                        "arm": arm,
                        "replication": draw * study.replications + number + 1,
                        "measure": measure.name,
                        "value": _finite(value),
                        "change": None if arm == BASELINE else _finite(value - base),
                    }


def _finite(value: float) -> float | None:
    return rounded(value) if value - value == 0.0 else None


def answers(found: UnderUncertainty) -> Iterator[Record]:
    """One record per arm and measure."""
    for one in found.answers:
        measure, mean = found.measures[one.measure], one.parts.mean
        yield {
            "arm": one.arm,
            "measure": measure.name,
            "unit": measure.unit,
            "mean": rounded(mean.value),
            "low": rounded(mean.low),
            "high": rounded(mean.high),
            "draws": mean.n,
            **_ends("sd_inputs", one.parts.between),
            **_ends("sd_chance", one.parts.within),
            **_ends("share_inputs", one.parts.share),
            **_ends("better_in_a_run", one.in_a_run),
            **_ends("better_on_average", one.on_average),
            "explained": rounded(one.hanging.explained) if one.hanging is not None else None,
        }


def _ends(name: str, value: Bounded | None) -> Record:
    if value is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: rounded(value.value), f"{name}_low": rounded(value.low), f"{name}_high": rounded(value.high)}


def hanging_records(found: UnderUncertainty) -> Iterator[Record]:
    """One record per arm, measure and uncertain number."""
    for one in found.answers:
        if one.hanging is None:
            continue
        for which, value in zip(found.study.uncertain, one.hanging.coefficients, strict=True):
            yield {
                "arm": one.arm,
                "measure": found.measures[one.measure].name,
                "input": which.name,
                "coefficient": rounded(value.value),
                "low": rounded(value.low),
                "high": rounded(value.high),
                "told": "yes" if value.excludes_zero else "no",
            }


def inputs(uncertain: Sequence[Uncertain]) -> list[Record]:
    """One record per uncertain number: its law."""
    return [
        {
            "input": one.name,
            "settings": " ".join(one.dimension.paths),
            "law": one.law,
            "values": _values(one),
            "unit": one.dimension.unit,
        }
        for one in uncertain
    ]


def _values(one: Uncertain) -> str:
    if one.dimension.ends is None:
        return "; ".join(level.label for level in one.dimension.levels)
    low, high = one.dimension.ends
    middle = "" if one.mode is None else f", mostly {one.dimension.at(one.mode).label}"
    return f"{low.label} to {high.label}{middle}"


def document(found: UnderUncertainty) -> Record:
    """The whole of it but the replications as one JSON document of format 1."""
    study = found.study
    return {
        **head(study, study.scenario),
        "draws": study.draws,
        "inputs": inputs(study.uncertain),
        "answers": list(answers(found)),
        "hanging": list(hanging_records(found)),
        "sentences": sentences(found),
    }


def figures(found: UnderUncertainty) -> dict[str, Figure]:
    """The pictures: every draw of each policy, and on what it hangs."""
    from sim.report.uncertainty_figures import drawn  # noqa: PLC0415 - most commands draw nothing

    return drawn(found)


KIND = Kind(
    settings=UncertaintySettings,
    load=lambda path: uncertainty_of_study(load_uncertainty(path)),
    restored=Uncertainty.from_plain,
    execute=execute_uncertainty,
    render=render,
    document=document,
    tables=tables,
    figures=figures,
)
