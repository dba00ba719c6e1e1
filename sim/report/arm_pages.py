"""What the studies of many arms show on slides: a selection of the best, policies in every combination,
and the arms that no other beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.experiment.estimates import TOLD, verdict
from sim.experiment.factorial import Combination, Factorial
from sim.experiment.front import Front
from sim.experiment.selection import Selected
from sim.files.factorials import name_of
from sim.report import factorial, front, selection
from sim.report.headlines import named
from sim.report.kind_pages import HOLLOW, axis_of, change_tables
from sim.report.pages import Bars, Curves, Ends, Line, Page, Rows, ends_of
from sim.report.sentences import capital, name_in_sentence, unit_of_change
from sim.report.telling import change_cell, told_of
from sim.stats.intervals import Estimate

_MOST_BARS, _MOST_CHARTS, _LONGEST = 14, 4, 40
_MARKS = "~ cannot be told from no change, = exactly the same; beaten by the means"
_BEYOND = "Beyond the sum of the parts"


def of_selection(found: Selected) -> Iterator[Page]:
    """How far each arm is behind the leader, and what became of it; how arms were dropped stays a picture."""
    study, told = found.study, selection.sentences(found)
    leader = named(study.arms[found.leader].title)
    title = f"{leader} is chosen out of {len(study.arms)} arms"
    if not found.decided:
        title = f"Undecided: {len(found.screening.left)} of {len(study.arms)} arms are left; {leader} leads"
    others = [place for place in range(len(study.arms)) if place != found.leader and found.behind(place) is not None]
    unit = unit_of_change(found.measure)
    about = f"{capital(found.measure.label)}, behind {leader} ({unit})".replace(" ()", "")
    for start in range(0, len(others), _MOST_BARS):
        part = others[start : start + _MOST_BARS]
        names = [named(study.arms[place].title, _LONGEST) for place in part]
        chart = Bars(about, names, [("behind", [ends_of(found.behind(place)) for place in part])])
        yield Page(title, [chart], foot=HOLLOW, notes="\n".join(told))
    cells = [selection.head_row(found), *([cell.text for cell in row] for row in selection.rows_of(found))]
    yield Page(title, table=Rows(cells, (3, 2, 2, 1.4, 2.4)), notes="\n".join(told))
    yield Page(title, figure="selection", notes="\n".join(told))


def of_factorial(found: Factorial) -> Iterator[Page]:
    """What each combination changes, and what of that is beyond the sum of its parts."""
    several = [chosen for chosen in found.combinations if len(chosen) > 1]
    asked = (
        ("change", found.combinations, "can be told to change it", "What combinations change"),
        ("beyond", several, "can be told to do more or less than the sum of their parts", _BEYOND),
    )
    for what, combinations, does, _ in asked:
        charts = list(_charts(found, what, combinations))
        if charts:
            first = told_of(found.measures, 1)[0]
            told = sum(_is_told(_term(found, first, chosen, what)) for chosen in combinations)
            name = capital(name_in_sentence(found.measures[first]))
            title = f"{name}: {told} of {len(combinations)} combinations {does}"
            yield Page(title, charts, foot=HOLLOW, notes="\n".join(factorial.sentences(found)), instead=["factorial"])
    for what, combinations, _, title in asked:
        columns = []
        for chosen in combinations:
            terms = {place: _term(found, place, chosen, what) for place in range(len(found.measures))}
            columns.append((name_of(chosen), {place: each for place, each in terms.items() if each is not None}))
        yield from change_tables(found.measures, columns, title)


def of_pareto(found: Front) -> Iterator[Page]:
    """The arms in the plane of two outcomes with the interval of each change, and a table; regions stay a picture."""
    told = front.sentences(found)
    headline, notes = told[0].rstrip("."), "\n".join(told)
    moved = [(arm, [ends_of(each.estimate) for each in arm.changes]) for arm in found.arms[1:]]
    if len(found.measures) == 2:
        lines = [Line(named(found.arms[0].title, _LONGEST), [(Ends(0.0), Ends(0.0))], joined=False)]
        for arm, (x, y) in moved:
            if x is not None and y is not None:
                lines.append(Line(named(arm.title, _LONGEST), [(x, replace(y, told=True))], joined=False))
        across, up = (axis_of(measure) for measure in found.measures)
        yield Page(headline, [Curves(up, across, lines)], notes=notes)
    yield Page(headline, texts=told)
    yield Page(headline, figure="pareto", notes=notes)
    cells = [["", *(axis_of(measure) for measure in found.measures), "on the front", "beaten by"]]
    for place, arm in enumerate(found.arms):
        changes = [
            change_cell(measure, each.estimate) for measure, each in zip(found.measures, arm.changes, strict=True)
        ]
        shown = [cell.text.strip() for cell in changes] if place else [""] * len(found.measures)
        beaten = ", ".join(found.arms[other].arm for other in arm.beaten)
        cells.append([named(arm.title, _LONGEST), *shown, front.probability_told(arm), beaten])
    yield Page(headline, table=Rows(cells, (3, *(2.2 for _ in found.measures), 1.6, 2)), foot=_MARKS, notes=notes)


def _charts(found: Factorial, what: str, combinations: Sequence[Combination]) -> Iterator[Bars]:
    names = [named(name_of(chosen), _LONGEST) for chosen in combinations[:_MOST_BARS]]
    for place in told_of(found.measures, _MOST_CHARTS):
        terms = [_term(found, place, chosen, what) for chosen in combinations[:_MOST_BARS]]
        if any(terms):
            title = axis_of(found.measures[place], "change" if what == "change" else _BEYOND.lower())
            yield Bars(title, names, [(what, [ends_of(each) for each in terms])])


def _term(found: Factorial, place: int, chosen: Combination, what: str) -> Estimate | None:
    term = found.terms[place, chosen]
    return term.change if what == "change" else term.beyond


def _is_told(found: Estimate | None) -> bool:
    return found is not None and verdict(found) in TOLD
