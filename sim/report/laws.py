"""What became of the known answers: on the terminal, as a JSON document, as a table and as a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.laws.cases import CONFIDENCE
from sim.laws.meeting import Check
from sim.laws.verifying import Verdict, Verified
from sim.report.figures import COLOURS, styled
from sim.report.numbers import counted, decimals, number, percent, rounded, with_half_width
from sim.report.sentences import listed
from sim.report.strips import Paint
from sim.report.tables import Record
from sim.report.terminal import WIDTH, Text, grid, painter, wrapped
from sim.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMAT = 1
_LONGEST_MODEL, _LONGEST_MEASURE = 26, 24
_STYLES = {"holds": "", "broken": "bad", "too wide": "faint"}
_MOST_DECIMALS = 20
_LINEAR = 1.0
"""Percent of deviation up to which the figure is linear; logarithmic beyond."""
_TICKS = (-30, -10, -3, -1, -0.5, 0, 0.5, 1, 3, 10, 30)


def render_laws(found: Verified, colour: bool = False, width: int = WIDTH, in_full: bool = False) -> str:
    """A line for each law, or for each of its numbers; those that are broken in full; and what it comes to."""
    paint = painter(colour)
    parts = [_heading(found, paint, width)]
    if in_full:
        parts += [_law(each, paint, width) for each in found.verdicts]
    else:
        parts.append(grid([_titles("law", "number farthest out"), *map(_row, found.verdicts)], paint))
        parts += [_law(each, paint, width) for each in found.broken]
    parts += [wrapped(f"{name}: not run: {reason}", width) for name, reason in found.not_run.items()]
    parts.append(wrapped(sentence(found), width))
    return "\n\n".join(part for part in parts if part) + "\n"


def sentence(found: Verified) -> str:
    """What it comes to, in a sentence or two."""
    laws = counted(len(found.verdicts), "law")
    if found.broken:
        told = "; ".join(_broken(each) for each in found.broken)
        return f"{len(found.broken)} of {laws} {'is' if len(found.broken) == 1 else 'are'} broken: {told}."
    if not found.verdicts:
        return "No law was run."
    simulated = sum(check.kind == "answer" for each in found.verdicts for check in each.checks)
    formulas = sum(check.kind == "formula" for each in found.verdicts for check in each.checks)
    inputs = sum(check.kind == "input" for each in found.verdicts for check in each.checks)
    wide = [each.case.id for each in found.verdicts if each.verdict == "too wide"]
    parts = [f"{counted(simulated, 'simulated number')} within {_its(simulated)}"] if simulated else []
    parts += [f"{counted(inputs, 'known input')} within {_its(inputs)}"] if inputs else []
    parts = [" and ".join(parts)] if parts else []
    parts += [f"{counted(formulas, 'number')} without noise agree{'s' * (formulas == 1)} to 1e-9"] if formulas else []
    text = f"{_holding(len(found.verdicts), len(wide))}: {'; '.join(parts) or 'there is nothing to compare'}"
    return f"{text}." + (
        f" With this seed some intervals of {listed(wide, 'and')} are too wide to tell." if wide else ""
    )


def laws_document(found: Verified) -> Record:
    """The verdicts as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "verify",
        "holds": found.holds,
        "sentence": sentence(found),
        "seed": found.seed,
        "precise": found.precise,
        "confidence": {
            "of_all": CONFIDENCE,
            "of_each_answer": rounded(found.confidence),
            "of_each_input": rounded(found.confidence_of_inputs),
        },
        "laws": [
            {
                "id": each.case.id,
                "model": each.case.model,
                "source": each.case.source,
                "inputs": dict(each.case.inputs),
                "replications": each.replications,
                "verdict": each.verdict,
                **({"failure": each.failure} if each.failure is not None else {}),
                "numbers": [_numbers(check) for check in each.checks],
            }
            for each in found.verdicts
        ],
        "not_run": dict(found.not_run),
    }


def laws_records(found: Verified) -> Iterator[Record]:
    """A row for each number of each law."""
    for each in found.verdicts:
        for check in each.checks:
            yield {"law": each.case.id, "model": each.case.model, **_numbers(check)}


def laws_figure(found: Verified) -> Figure:
    """Each simulated number over the exact one with its interval, a band for each law; a line where they are equal."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - most commands draw nothing

    with styled():
        figure = Figure(figsize=(8.6, 1.3 + 0.27 * max(len(found.verdicts), 3)), layout="constrained")
        axes: Axes = figure.subplots()
        for place, each in enumerate(found.verdicts):
            if place % 2:
                axes.axhspan(place - 0.5, place + 0.5, color="#f4f4f4", linewidth=0)
            shown = [check for check in each.answers if check.exact]
            for number_, check in enumerate(shown):
                _drawn(axes, check, place + 0.7 * ((number_ + 0.5) / len(shown) - 0.5))
        axes.axvline(0.0, color=COLOURS[0], linewidth=1.0)
        axes.set_xscale("symlog", linthresh=_LINEAR, linscale=1.5)
        axes.set_xticks(_TICKS, [f"{tick:+g}" if tick else "0" for tick in _TICKS])
        axes.set_xlim(-60, 60)
        axes.minorticks_off()
        axes.set_ylim(max(len(found.verdicts), 1) - 0.5, -0.5)
        axes.set_yticks(range(len(found.verdicts)), [_label(each) for each in found.verdicts], fontsize=7.5)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("simulated against exact, %; linear to 1 %, logarithmic beyond")
        axes.set_title(_title(found))
    return figure


def _drawn(axes: Axes, check: Check, height: float) -> None:
    scale = 100.0 / abs(check.exact)
    colour = COLOURS[2] if check.verdict == "broken" else COLOURS[1]
    axes.errorbar(
        (check.simulated - check.exact) * scale, height, xerr=(check.half_width or 0.0) * scale,
        fmt="o", markersize=2.2, linewidth=0.8, color=colour,
    )  # fmt: skip


def _title(found: Verified) -> str:
    if found.broken:
        return f"{len(found.broken)} of {len(found.verdicts)} laws are broken (in orange)"
    return f"Every interval of {len(found.verdicts)} laws contains the exact value ({percent(CONFIDENCE)} together)"


def _label(each: Verdict) -> str:
    return f"{_short(each.case.model, 46)}  {each.case.id}"


def _heading(found: Verified, paint: Paint, width: int) -> str:
    what = f"seed {found.seed}; ± is half an interval; all intervals of the whole file hold together with"
    what += f" {percent(CONFIDENCE)}, so each with {100 * found.confidence:.3f} %"
    how = "as precise as each law demands" if found.precise else "in short; --precise takes half an hour"
    return f"{paint('Known answers, simulated and exact', 'strong')}\n{wrapped(f'{what}; {how}', width)}"


def _titles(*names: str) -> list[Text]:
    return [Text(name, "strong") for name in (*names, "simulated", "exact", "numbers", "verdict")]


def _row(each: Verdict) -> list[Text]:
    check = each.farthest
    found = [Text(f"{each.case.id}  {_short(each.case.model, _LONGEST_MODEL)}")]
    if check is None:
        found += [Text("-")] * 3
    else:
        found += [Text(_short(check.measure, _LONGEST_MEASURE)), Text(_simulated(check)), Text(_exact(check))]
    return [*found, Text(str(len(each.answers))), Text(each.verdict, _STYLES[each.verdict])]


def _law(each: Verdict, paint: Paint, width: int) -> str:
    """Every number of a law; of its inputs only those that do not hold."""
    head = wrapped(f"{each.case.id}: {each.case.model}", width)
    if each.failure is not None:
        return f"{paint(head, 'strong')}\n{wrapped(f'  a replication failed: {each.failure}', width)}"
    shown = [check for check in each.checks if check.kind != "input" or check.verdict != "holds"]
    rows = [
        [
            Text(f"  {check.measure}"),
            Text(_simulated(check)),
            Text(_exact(check)),
            Text(check.verdict, _STYLES[check.verdict]),
        ]
        for check in shown
    ]
    quiet = sum(check.kind == "input" for check in each.checks) - sum(check.kind == "input" for check in shown)
    note = f"\n  and {counted(quiet, 'known input')} within {_its(quiet)}" if quiet else ""
    return f"{paint(head, 'strong')}\n{grid(rows, paint)}{note}"


def _broken(each: Verdict) -> str:
    if each.failure is not None:
        return f"{each.case.id} (a replication failed)"
    worst = max(each.checks, key=lambda check: math.inf if math.isnan(check.out) else check.out)
    if not math.isfinite(worst.simulated):
        return f"{each.case.id} ({worst.measure} is no number, exact is {worst.exact:,.10g})"
    simulated, exact = _simulated(worst), _exact(worst)
    if float(simulated.split()[0].replace(",", "")) == float(exact.replace(",", "")):
        simulated, exact = _apart(worst.simulated, worst.exact)
    return f"{each.case.id} ({worst.measure} is {simulated}, exact is {exact})"


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many decimals as tell them apart."""
    shown = ((number(one, places), number(other, places)) for places in range(_MOST_DECIMALS))
    return next((pair for pair in shown if pair[0] != pair[1]), (repr(one), repr(other)))


def _simulated(check: Check) -> str:
    return with_half_width(_estimate(check))


def _exact(check: Check) -> str:
    """With one digit more than the simulated number."""
    return number(check.exact, decimals(_estimate(check)) + 1)


def _estimate(check: Check) -> Estimate:
    return Estimate(check.simulated, check.half_width, 0, "", CONFIDENCE)


def _numbers(check: Check) -> dict[str, Any]:
    return {
        "measure": check.measure,
        "kind": check.kind,
        "simulated": rounded(check.simulated),
        "half_width": rounded(check.half_width),
        "exact": rounded(check.exact),
        "allowed": rounded(check.allowed),
        "verdict": check.verdict,
    }


def _holding(count: int, wide: int) -> str:
    if wide:
        return f"{count - wide} of {counted(count, 'law')} hold{'s' * (count - wide == 1)}, none is broken"
    return "The law holds" if count == 1 else f"All {count} laws hold"


def _its(count: int) -> str:
    return "its interval" if count == 1 else "their intervals"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
