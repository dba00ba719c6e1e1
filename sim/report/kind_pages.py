"""What the studies of other kinds show on slides: the finding as a title, charts and tables that can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.core.measures import Measure
from sim.experiment.break_even import BreakEven
from sim.experiment.estimates import TOLD, verdict
from sim.experiment.sensitivity import RANKED, SHARES, Hangs, Sensed
from sim.experiment.sweep import Effect, Swept
from sim.experiment.uncertainty import Answer, UnderUncertainty
from sim.files.dimensions import Dimension, Level
from sim.files.studies import BASELINE
from sim.files.sweeps import DRAWN
from sim.report import break_even, sensitivity, sweep, uncertainty
from sim.report.headlines import named
from sim.report.numbers import with_half_width
from sim.report.pages import Bars, Curves, Ends, Line, Page, Rows, ends_of
from sim.report.sentences import capital, name_in_sentence, unit_of_change
from sim.report.telling import change_cell, effect_told, told_of
from sim.report.terminal import label_of
from sim.stats.intervals import Estimate

_MOST_CHARTS, _MOST_BARS, _SIDE_BY_SIDE = 4, 12, 4
_LONGEST = 40
HOLLOW = "hollow: cannot be told from zero"
_ZERO = Ends(0.0)


def of_sweep(found: Swept) -> Iterator[Page]:
    """What each dimension does to the outcomes: lines over numbers, bars over words; of a list what its points do."""
    if found.sweep.design == "list":
        yield from _of_points(found)
    elif found.sweep.design in DRAWN:
        yield from _of_slopes(found)
    else:
        for dimension in found.sweep.dimensions:
            mine = [one for one in found.effects if one.dimension is dimension]
            if mine:
                yield _of_dimension(found, dimension, mine)
                yield from _tables_of(found, dimension, mine)
    best = sweep.best_sentence(found) if found.sweep.replications > 1 else ""
    title = best.partition(";")[0].rstrip(".") or found.sweep.title
    title += "; others cannot be told from it" if "cannot be told from it" in best else ""
    yield Page(title, figure="pairs", notes=best)


def _of_dimension(found: Swept, dimension: Dimension, mine: Sequence[Effect]) -> Page:
    places, against = told_of(found.measures, _MOST_CHARTS), mine[0].against
    levels = _levels(mine)
    numbers = [each.number for each in (against, *levels)]
    charts: list[Bars | Curves] = []
    for place in places:
        by_level = {one.level.value: ends_of(one.change) for one in mine if one.measure == place}
        title = axis_of(found.measures[place])
        values = [by_level.get(each.value) for each in levels]
        if len(levels) > 1 and all(number is not None for number in numbers):
            dots = [(against.number, _ZERO), *((e.number, v) for e, v in zip(levels, values, strict=True) if v)]
            line = Line(
                "change", [(Ends(x), y) for x, y in sorted(dots, key=lambda dot: dot[0] or 0.0) if x is not None]
            )
            charts.append(Curves(title, f"{dimension.name}, {dimension.unit}".rstrip(", "), [line]))
        else:
            charts.append(Bars(title, [each.label for each in levels], [("change", values)]))
    title = title_of_setting(
        found.measures[places[0]],
        dimension.name,
        [(o.level.label, o.change) for o in mine if o.measure == places[0]],
        _base(against),
    )
    return Page(
        title, charts, foot=f"changes of {dimension.name} against {_base(against)}; {HOLLOW}", instead=["effects"]
    )


def _levels(mine: Sequence[Effect]) -> list[Level]:
    """The values that are compared, each once."""
    return list({one.level.value: one.level for one in mine}.values())


def _base(level: Level) -> str:
    return "the scenario as it is" if level.value is None else level.label


def title_of_setting(measure: Measure, name: str, changes: Sequence[tuple[str, Estimate]], against: str) -> str:
    """What the values of a setting do to an outcome, by the largest change that is one."""
    what = name_in_sentence(measure)
    if not changes:
        return f"{name}: nothing was measured of {what}"
    told = [(label, change) for label, change in changes if verdict(change) in TOLD]
    if told:
        label, change = max(told, key=lambda each: abs(each[1].value))
        count = f"; {len(told)} of {len(changes)} others can be told from it" if len(changes) > 1 else ""
        return f"{name} {label}, against {against}: {effect_told(measure, change)}{count}"
    if all(verdict(change) == "the same" for _, change in changes):
        return f"{name}, against {against}: {what} is exactly the same"
    return f"{name}, against {against}: this study cannot tell whether {what} changes"


def _tables_of(found: Swept, dimension: Dimension, mine: Sequence[Effect]) -> Iterator[Page]:
    against = mine[0].against
    levels = _levels(mine)
    columns = [
        (each.label, {one.measure: one.change for one in mine if one.level.value == each.value}) for each in levels
    ]
    yield from change_tables(found.measures, columns, f"{dimension.name}: changes against {_base(against)}")


def change_tables(
    measures: Sequence[Measure], columns: Sequence[tuple[str, dict[int, Estimate]]], title: str
) -> Iterator[Page]:
    """Measures by row, so many columns at a time that all can be read."""
    changes = [change for _, column in columns for change in column.values()]
    told = sum(verdict(change) in TOLD for change in changes)
    for first in range(0, len(columns), _SIDE_BY_SIDE):
        part = columns[first : first + _SIDE_BY_SIDE]
        cells = [["", *(named(label, _LONGEST) for label, _ in part)]]
        for place, measure in enumerate(measures):
            if not any(place in column for _, column in columns):
                continue
            cells.append(
                [label_of(measure), *(change_cell(measure, column.get(place)).text.strip() for _, column in part)]
            )
        foot = "~ cannot be told from no change, = exactly the same; changes of percentages are in points"
        shares = (3.0, *(2.2 for _ in part))
        yield Page(f"{title}: {told} of {len(changes)} can be told from none", table=Rows(cells, shares), foot=foot)


def _of_points(found: Swept) -> Iterator[Page]:
    others = [point for point in range(found.found.points) if point != found.reference]
    base = found.sweep.label_of(found.reference) or "the scenario as it is"
    first = told_of(found.measures, 1)[0]
    changes = {point: found.compared(point, first) for point in others}
    told = [(found.sweep.label_of(point), each) for point, each in changes.items() if each is not None]
    for start in range(0, len(others), _MOST_BARS):
        part = others[start : start + _MOST_BARS]
        names = [named(found.sweep.label_of(point), _LONGEST) for point in part]
        charts = [
            Bars(axis_of(found.measures[place]), names, [("change", [ends_of(found.compared(p, place)) for p in part])])
            for place in told_of(found.measures, 2)
        ]
        title = title_of_setting(found.measures[first], "Of the points", told, base)
        yield Page(title, charts, foot=f"changes against {base}; {HOLLOW}", instead=["effects"])
    columns = []
    for point in others:
        compared = {place: found.compared(point, place) for place in range(len(found.measures))}
        columns.append((found.sweep.label_of(point), {place: each for place, each in compared.items() if each}))
    yield from change_tables(found.measures, columns, f"Changes against {base}")


def _of_slopes(found: Swept) -> Iterator[Page]:
    """Of points that are drawn: what a straight fit says of each whole range; the points stay a picture."""
    columns = []
    for dimension in found.sweep.dimensions:
        mine = [one for one in found.effects if one.dimension is dimension]
        if mine:
            label = f"{dimension.name} {mine[0].against.label} to {mine[0].level.label}"
            columns.append((label, {one.measure: one.change for one in mine}))
    if not columns:
        return
    names = [named(label, _LONGEST) for label, _ in columns[:_MOST_BARS]]
    charts = [
        Bars(
            axis_of(found.measures[place]),
            names,
            [("change", [ends_of(c.get(place)) for _, c in columns[:_MOST_BARS]])],
        )
        for place in told_of(found.measures, _MOST_CHARTS)
    ]
    first = told_of(found.measures, 1)[0]
    changes = [(label, column[first]) for label, column in columns if first in column]
    told = [(label, each) for label, each in changes if verdict(each) in TOLD]
    what = name_in_sentence(found.measures[first])
    title = f"This study cannot tell on which setting {what} hangs"
    if changes and all(verdict(each) == "the same" for _, each in changes):
        title = f"{capital(what)} is exactly the same at every point"
    if told:
        label, change = max(told, key=lambda each: abs(each[1].value))
        title = f"{label}, by a straight fit: {effect_told(found.measures[first], change)}"
    yield Page(title, charts, foot=f"changes over the whole range by a straight fit; {HOLLOW}")
    yield from change_tables(found.measures, columns, "Over whole ranges, by a straight fit")


def axis_of(measure: Measure, what: str = "change") -> str:
    """The title of a chart of changes."""
    return f"{capital(measure.label)}, {what} ({unit_of_change(measure)})".replace(" ()", "")


def of_sensitivity(found: Sensed) -> Iterator[Page]:
    """On what each outcome hangs: bars with intervals, of a tornado one for each end of a range."""
    study = found.study
    shown = [one for one in sensitivity.outcomes(found) if _moves(found, one)]
    texts = {one.measure: text for one in shown if (text := sensitivity.sentence_of(found, one))}
    for one in shown:
        order = found.order(one)[:_MOST_BARS]
        names = [f"{study.dimensions[place].name} ({study.dimensions[place].span})" for place in order]
        indices = SHARES if study.method == "sobol" else RANKED[study.method]
        series = [
            (sensitivity.NAMES[name], [ends_of(one.indices.by_name[name][place]) for place in order])
            for name in indices
        ]
        chart = Bars(sensitivity.head_of(found, one), [named(name, 50) for name in names], series)
        title = texts.get(one.measure, "").partition(";")[0].rstrip(".")
        replaced = [study.method] if study.method != "morris" else []
        yield Page(
            title or "Nothing can be told", [chart], foot=HOLLOW, notes=texts.get(one.measure, ""), instead=replaced
        )
    for one in shown:
        yield from _indices(found, one)
    if not shown:
        yield Page("No setting changes anything", texts=sensitivity.sentences(found), instead=[study.method])


def _moves(found: Sensed, one: Hangs) -> bool:
    """Whether anything at all comes of any setting."""
    return any(each.value for name in RANKED[found.study.method] for each in one.indices.by_name[name])


def _indices(found: Sensed, one: Hangs) -> Iterator[Page]:
    order = found.order(one)
    columns = [name for name in one.indices.by_name if name != "mu"]
    cells = [["setting", "range", *(sensitivity.NAMES[name] for name in columns)]]
    for place in order:
        dimension = found.study.dimensions[place]
        values = [sensitivity.cell_of(one.indices.by_name[name][place], name).text for name in columns]
        cells.append([dimension.name, dimension.span, *values])
    shares = (3.0, 2.0, *(2.4 for _ in columns))
    clear = sum(sensitivity.matters(found, one, place) for place in order)
    title = f"{sensitivity.head_of(found, one)}: {clear} of {len(order)} settings can be told to matter"
    yield Page(title, table=Rows(cells, shares), foot="in brackets intervals")


def of_break_even(found: BreakEven) -> Iterator[Page]:
    """The difference over the values tried, in each case, and where it crosses zero with the interval of that."""
    study, told = found.study, break_even.sentences(found)
    lines = []
    for case, curve in zip(study.cases, found.curves, strict=True):
        dots = [(Ends(break_even.shown_at(study, x)), ends) for x, each in curve.points if (ends := ends_of(each))]
        lines.append(Line(case.label or "change", dots))
        crossed = []
        for crossing in curve.crossings:
            low = study.varied.low if crossing.low is None else crossing.low
            high = study.varied.high if crossing.high is None else crossing.high
            at, start, end = (break_even.shown_at(study, x) for x in (crossing.value, low, high))
            crossed.append((Ends(at, start, end), _ZERO))
        if crossed:
            lines.append(Line(f"{case.label}: break-even".removeprefix(": "), crossed, joined=False))
    unit = "%" if study.varied.verb == "multiply" else study.varied.unit
    chart = Curves(axis_of(found.measure), f"{study.varied.name}, {unit}".rstrip(", "), lines)
    title = _where_even(found, told)
    yield Page(title, [chart], foot=HOLLOW, notes="\n".join(told), instead=["break_even"])
    if len(told) > 1:
        yield Page(title, texts=told)
    for case, curve in zip(study.cases, found.curves, strict=True):
        cells = [[case.label or study.varied.name, f"change of {found.measure.name}", ""]]
        for value, estimate in curve.points:
            cell = change_cell(found.measure, estimate).text.strip()
            cells.append([break_even.value_text(study.varied, value), cell, verdict(estimate)])
        count = sum(verdict(each) in TOLD for _, each in curve.points)
        about = f"{case.label}: at" if case.label else "At"
        heading = f"{about} {count} of {len(curve.points)} values tried the change can be told from zero"
        yield Page(
            heading, table=Rows(cells, (2, 3, 2)), foot=f"{unit_of_change(found.measure)}; ~ cannot be told from zero"
        )


def _where_even(found: BreakEven, told: Sequence[str]) -> str:
    """Where the difference is zero; of several cases, in how many that was found."""
    if found.study.replications < 2:
        return "One replication gives no interval, so no break-even can be told from chance"
    if len(found.curves) == 1:
        return told[0].rstrip(".")
    known = [crossing for curve in found.curves for crossing in curve.crossings[:1]]
    sure = sum(each.low is not None and each.high is not None for each in known)
    title = (
        f"In {len(known)} of {len(found.curves)} cases the mean change of {name_in_sentence(found.measure)} passes zero"
    )
    return title if sure == len(known) else f"{title}, in {sure} of them with both ends of its interval found"


def of_uncertainty(found: UnderUncertainty) -> Iterator[Page]:
    """What each policy changes over all that is uncertain, and on which of the numbers that hangs."""
    arms = [arm for arm in uncertainty.answered(found) if arm != BASELINE]
    places = told_of(found.measures, _MOST_CHARTS)
    by_key = {(one.arm, one.measure): one for one in found.answers}
    told = uncertainty.sentences(found)
    first: list[Answer] = []
    if arms:
        names = [named(found.study.title_of(arm), _LONGEST) for arm in arms]
        charts = []
        for place in places:
            means = [ends_of(one.parts.mean) if (one := by_key.get((arm, place))) else None for arm in arms]
            charts.append(Bars(axis_of(found.measures[place]), names, [("mean change", means)]))
        first = [by_key[arm, places[0]] for arm in arms if (arm, places[0]) in by_key]
        yield Page(
            _over_inputs(found, first), charts, foot=f"means over inputs and chance; {HOLLOW}", notes="\n".join(told)
        )
    yield Page(_over_inputs(found, first) if arms else "What the inputs make of the outcomes", texts=told)
    for arm in uncertainty.answered(found):
        yield from _answers(found, [by_key[arm, p] for p in range(len(found.measures)) if (arm, p) in by_key])
    for arm in uncertainty.answered(found):
        one = by_key.get((arm, places[0]))
        if one is not None and one.hanging is not None:
            yield _hanging(found, one)
    one = next((by_key[arm, places[0]] for arm in arms if (arm, places[0]) in by_key), None)
    shares = uncertainty.shares_told(found, one).partition(":")[0].rstrip(".") if one is not None else ""
    if len(arms) == 1:
        yield Page(shares or found.study.title, figure="draws")
    else:
        yield Page(f"{capital(name_in_sentence(found.measures[places[0]]))}, draw by draw", figure="draws")


def _answers(found: UnderUncertainty, mine: Sequence[Answer]) -> Iterator[Page]:
    """A table of a policy: the mean, what inputs and chance make of it, and how likely it is for the better."""
    if not mine:
        return
    level = mine[0].arm == BASELINE
    cells = [
        [
            "",
            "mean" if level else "mean change",
            "sd by inputs",
            "sd by chance",
            "better in one run",
            "better on average",
        ]
    ]
    for one in mine:
        measure, parts = found.measures[one.measure], one.parts
        pairs = ((parts.between, parts.within), (parts.within, parts.between))
        spreads = [uncertainty.spread_told(each, beside) for each, beside in pairs]
        chances = [uncertainty.share_told(each) for each in (one.in_a_run, one.on_average)]
        mean = with_half_width(parts.mean) if level else change_cell(measure, parts.mean).text.strip()
        cells.append([label_of(measure), mean, *spreads, *chances])
    title = named(found.study.title_of(mine[0].arm))
    places = told_of(found.measures)
    first = min(mine, key=lambda one: places.index(one.measure) if one.measure in places else len(places))
    told = uncertainty.chances_told(found, first, title) or uncertainty.shares_told(found, first)
    told = told.partition(", over inputs")[0].partition(": a standard")[0].rstrip(".")
    foot = "in brackets intervals; ~ cannot be told from no change, = exactly the same"
    yield Page(told or f"{title}: all that was measured", table=Rows(cells, (3, 2.2, 2.2, 2.2, 2, 2)), foot=foot)


def _over_inputs(found: UnderUncertainty, answers: Sequence[Answer]) -> str:
    if not answers:
        return "Nothing was measured that could be compared"
    measure = found.measures[answers[0].measure]
    sure = [one for one in answers if verdict(one.parts.mean) in TOLD]
    if len(answers) > 1:
        what = name_in_sentence(measure)
        return f"{len(sure)} of {len(answers)} policies can be told to change {what}, over all that is uncertain"
    title = named(found.study.title_of(answers[0].arm))
    if sure:
        return f"{title}, over all that is uncertain: {effect_told(measure, sure[0].parts.mean)}"
    if verdict(answers[0].parts.mean) == "the same":
        return f"{title}: {name_in_sentence(measure)} is exactly the same"
    return f"{title}: over all that is uncertain this study cannot tell whether {name_in_sentence(measure)} changes"


def _hanging(found: UnderUncertainty, one: Answer) -> Page:
    coefficients = one.hanging.coefficients if one.hanging is not None else ()
    order = sorted(range(len(coefficients)), key=lambda number: -abs(coefficients[number].value))
    uncertain = [found.study.uncertain[number].name for number in order]
    shown = order[:_MOST_BARS]
    clear = [found.study.uncertain[number].name for number in order if coefficients[number].excludes_zero]
    what = name_in_sentence(found.measures[one.measure])
    of = what if one.arm == BASELINE else f"the change of {what}"
    title = f"{named(found.study.title_of(one.arm))}: this study cannot tell on which number {of} hangs"
    if clear:
        title = f"{named(found.study.title_of(one.arm))}: {of} hangs most on {' and '.join(clear[:2])}"
    values = [ends_of(coefficients[number]) for number in shown]
    chart = Bars(
        f"{capital(of)}: coefficients of ranks",
        [named(name, 50) for name in uncertain[: len(shown)]],
        [("coefficient", values)],
    )
    return Page(title, [chart], foot=HOLLOW, instead=["hanging"])
