"""What a study of sensitivity found: on the terminal, as tables and as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sim.core.measures import Measure
from sim.experiment.sensitivity import (
    HIGH,
    LOW,
    RANKED,
    SHARES,
    Hangs,
    Sensed,
    Sensitivity,
    execute_sensitivity,
    sensitivity_of_study,
)
from sim.files.sensitivity import SensitivitySettings, load_sensitivity
from sim.report.kinds import Kind
from sim.report.numbers import counted, number, percent, rounded, span, told_number
from sim.report.sentences import capital, listed, name_in_sentence, unit_of_change
from sim.report.strips import Mark, Marks, Strip
from sim.report.tables import Record, head
from sim.report.telling import Column, bulleted, heading, side_by_side, told_of
from sim.report.terminal import Text, drawn_changes, painter
from sim.stats.random_effects import Bounded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {
    LOW: "at the low end",
    HIGH: "at the high end",
    "mu_star": "mean size of effect, mu*",
    "mu": "mean effect, mu",
    "sigma": "spread of effect, sigma",
    "first": "first index",
    "total": "total index",
}
_METHODS = {
    "tornado": "each setting at both ends of its range",
    "morris": "elementary effects along {} paths",
    "sobol": "Sobol' indices from {} points",
}
Ends = list[tuple[str, Bounded]]
"""The indices by which a setting is ranked, by name."""

_MOST_TOLD = 3
_HARDLY = 0.01
_LITTLE = {"sobol": "total indices under 0.01", "morris": "under 1 % of the largest mean size of effect"}
_MOST_DRAWN = 12


def render(found: Sensed, colour: bool, width: int) -> str:
    """Heading, a table for each outcome, sentences."""
    study, paint = found.study, painter(colour)
    how = _METHODS[study.method].format(study.size)
    horizon = span(study.scenario.calendar.horizon_days)
    count = f"{counted(study.replications, 'replication')} of {horizon}"
    what = (
        f"{study.name}: {how}, {len(study.dimensions)} settings, {len(study.places)} points; {count} each, "
        f"seed {study.seed}; in brackets {percent(study.confidence)} intervals"
    )
    if study.policy is not None:
        what += f"; of the change that is made by: {study.policy[1].title}"
    parts = [heading(study.title, what, width, paint)]
    parts += [_table(found, one, width, colour) for one in outcomes(found)]
    parts.append(bulleted(sentences(found), width))
    return "\n\n".join(part for part in parts if part) + "\n"


def chart(found: Sensed, colour: bool, width: int, marks: Marks) -> str:
    """On what the first outcome hangs, a row for each setting; of a tornado, one for each end of its range."""
    one = next(iter(outcomes(found)), None)
    if one is None:
        return ""
    names = RANKED[found.study.method]
    strips = []
    for place in found.order(one)[:_MOST_DRAWN]:
        for name in names:
            value = one.indices.by_name[name][place]
            end = f" {NAMES[name]}" if len(names) > 1 else ""
            mark: Mark = "sure" if value.excludes_zero else "unsure"
            if (value.value, value.low, value.high) == (0.0, 0.0, 0.0):
                mark = "same"
            label = f"{found.study.dimensions[place].name}{end}"
            strips.append(Strip(label, value.value, value.low, value.high, mark, "" if mark == "sure" else "faint"))
    return drawn_changes([(head_of(found, one), strips)], found.study.confidence, width, painter(colour), marks)


def _table(found: Sensed, one: Hangs, width: int, colour: bool) -> str:
    order = found.order(one)
    rows = [_row(found, place) for place in order]
    columns = [
        Column(NAMES[name], [cell_of(values[place], name) for place in order])
        for name, values in one.indices.by_name.items()
        if name != "mu"
    ]
    return (
        f"{painter(colour)(head_of(found, one), 'strong')}\n{side_by_side(rows, [], columns, width, painter(colour))}"
    )


def head_of(found: Sensed, one: Hangs) -> str:
    """What a table or chart of indices is of."""
    measure = found.measures[one.measure]
    of = "the change of " if found.study.policy is not None else ""
    unit = unit_of_change(measure)
    return f"On what {of}{name_in_sentence(measure)} hangs" + (f", {unit}" if unit and not _shares(found) else "")


def _shares(found: Sensed) -> bool:
    return found.study.method == "sobol"


def _row(found: Sensed, place: int) -> str:
    return f"{found.study.dimensions[place].name} ({found.study.dimensions[place].span})"


def cell_of(value: Bounded, name: str) -> Text:
    """An index with the ends of its interval."""
    return Text(_amount(value, name, number), "" if value.excludes_zero else "faint")


def _amount(value: Bounded, name: str, form: Callable[[float, int], str]) -> str:
    """An index with its interval; form: how a number is shown."""
    if value.value is None:
        return "-"
    places = _decimals(value)
    text = form(value.value, places)
    if name not in (*SHARES, "mu_star", "sigma") and value.value > 0 and text.strip("0.,"):
        text = f"+{text}"
    if value.low is not None and value.high is not None:
        text += f" ({form(value.low, places)} to {form(value.high, places)})"
    return text


def _decimals(value: Bounded) -> int:
    """Decimals that show two digits of half the interval, or three of the value."""
    half = ((value.high or 0.0) - (value.low or 0.0)) / 2 or abs(value.value or 0.0) / 10
    if not half:
        return 0
    return min(4, 1 - int(f"{half:.1e}".partition("e")[2]))


def sentences(found: Sensed) -> list[str]:
    """For each outcome: on what it hangs most, and what cannot be told."""
    return list(dict.fromkeys(sentence_of(found, one) for one in outcomes(found)))


def outcomes(found: Sensed) -> list[Hangs]:
    """The answers for the outcomes that are told of, in their order."""
    places = told_of(found.measures)
    return sorted((one for one in found.answers if one.measure in places), key=lambda one: places.index(one.measure))


def sentence_of(found: Sensed, one: Hangs) -> str:
    """On what an outcome hangs most, and what cannot be told."""
    study, measure = found.study, found.measures[one.measure]
    of = "the change of " if study.policy is not None else ""
    what = capital(f"{of}{name_in_sentence(measure)}")
    ranked = [(place, _ends(one, place, study.method)) for place in found.order(one)]
    if all(each.value is None or _is_nothing(each) for _, ends in ranked for _, each in ends):
        return f"{what} is the same at every point."
    if study.method == "tornado" and study.replications < 2:
        return "One replication gives no interval, so no difference can be told from chance."
    by_kind: dict[str, list[tuple[int, Ends]]] = {}
    least = _least(one, study.method)
    for place, ends in ranked:
        by_kind.setdefault(_kind(ends, least), []).append((place, ends))
    names = {kind: [study.dimensions[place].name for place, _ in mine] for kind, mine in by_kind.items()}
    clear = sorted(by_kind.get("clear", []), key=lambda pair: -_told_size(pair[1]))
    parts = [_clause(study.dimensions[place].name, ends, measure) for place, ends in clear[:_MOST_TOLD]]
    text = f"{what} hangs most on {'; '.join(parts)}" if parts else f"{what}: no setting can be told to matter"
    if more := len(clear) - len(parts):
        text += f"; less on {more} {'other' if more == 1 else 'others'}"
    if "little" in names:
        text += f"; hardly anything comes of {listed(names['little'], 'and')} ({_LITTLE[study.method]})"
    if "unclear" in names and parts:
        text += f"; this study cannot tell whether {listed(names['unclear'], 'or')} matters"
    if "nothing" in names:
        text += f"; exactly nothing comes of {listed(names['nothing'], 'and')}"
    return f"{text}."


def matters(found: Sensed, one: Hangs, place: int) -> bool:
    """Whether a setting can be told to matter to an outcome."""
    method = found.study.method
    return _kind(_ends(one, place, method), _least(one, method)) == "clear"


def _least(one: Hangs, method: str) -> float:
    """Below which an index that cannot be negative is hardly anything; of differences with a sign, nothing is."""
    if method == "tornado":
        return 0.0
    sizes = [each.value for name in RANKED[method] for each in one.indices.by_name[name] if each.value is not None]
    return _HARDLY * (1.0 if method == "sobol" else max(sizes, default=0.0))


def _kind(ends: Ends, least: float) -> str:
    """Whether a setting can be told to matter."""
    if all(_is_nothing(each) for _, each in ends):
        return "nothing"
    if all(each.high is not None and 0.0 <= each.high < least for _, each in ends):
        return "little"
    return "clear" if any(each.excludes_zero for _, each in ends) else "unclear"


def _told_size(ends: Ends) -> float:
    return max(abs(each.value) for _, each in ends if each.value is not None and each.excludes_zero)


def _is_nothing(value: Bounded) -> bool:
    return value.value == value.low == value.high == 0.0


def _ends(one: Hangs, place: int, method: str) -> Ends:
    return [(name, one.indices.by_name[name][place]) for name in RANKED[method]]


def _clause(name: str, ends: Ends, measure: Measure) -> str:
    """Each end that is told with its unit; of indices the value alone."""
    parts = []
    for index, value in ends:
        if value.excludes_zero:
            unit = "" if index in SHARES else f" {unit_of_change(measure)}"
            amount = f"{_amount(value, index, told_number)}{unit}".rstrip()
            parts.append(f"{amount} {NAMES[index]}" if index in (LOW, HIGH) else amount)
        elif _is_nothing(value):
            parts.append(f"exactly nothing {NAMES[index]}")
        elif index in (LOW, HIGH):
            parts.append(f"no difference told {NAMES[index]}")
    label = {"mu_star": "mean size of effect ", "total": "total index "}.get(ends[0][0], "")
    return f"{name}, {label}{' and '.join(parts)}"


def tables(found: Sensed) -> dict[str, Iterator[Record]]:
    """The tables; the indices are the most telling one."""
    return {"indices": indices(found), "replications": replications(found), "settings": iter(settings(found.study))}


def indices(found: Sensed) -> Iterator[Record]:
    """One record per measure, setting and index."""
    for one in found.answers:
        order = found.order(one)
        for place, dimension in enumerate(found.study.dimensions):
            for name, values in one.indices.by_name.items():
                value = values[place]
                yield {
                    "measure": found.measures[one.measure].name,
                    "unit": "" if name in SHARES else unit_of_change(found.measures[one.measure]),
                    "setting": dimension.name,
                    "rank": order.index(place) + 1,
                    "index": name,
                    "value": rounded(value.value),
                    "low": rounded(value.low),
                    "high": rounded(value.high),
                }


def replications(found: Sensed) -> Iterator[Record]:
    """One record per point, replication and measure, with a column for each setting."""
    values = [found.values(place) for place in range(len(found.measures))]
    for point, place in enumerate(found.study.places):
        levels = found.study.levels(place)
        where = {one.name: rounded(level.number) for one, level in levels}
        for replication in range(found.study.replications):
            for measure, column in zip(found.measures, values, strict=True):
                value = float(column[point, replication])
                yield {
                    "point": point + 1,
                    **where,
                    "replication": replication + 1,
                    "measure": measure.name,
                    "value": rounded(value) if value - value == 0.0 else None,
                }


def settings(study: Sensitivity) -> list[Record]:
    """One record per setting: its range."""
    return [
        {"setting": one.name, "settings": " ".join(one.paths), "range": one.span, "unit": one.unit}
        for one in study.dimensions
    ]


def document(found: Sensed) -> Record:
    """The whole of it but the replications as one JSON document of format 1."""
    study = found.study
    return {
        **head(study, study.scenario),
        "method": study.method,
        "policy": study.policy[0] if study.policy else None,
        "points": len(study.places),
        "settings": settings(study),
        "indices": list(indices(found)),
        "sentences": sentences(found),
    }


def figures(found: Sensed) -> dict[str, Figure]:
    """The picture of the method."""
    from sim.report.sensitivity_figures import drawn  # noqa: PLC0415 - most commands draw nothing

    return drawn(found)


KIND = Kind(
    settings=SensitivitySettings,
    load=lambda path: sensitivity_of_study(load_sensitivity(path)),
    restored=Sensitivity.from_plain,
    execute=execute_sensitivity,
    render=render,
    chart=chart,
    document=document,
    tables=tables,
    figures=figures,
)
