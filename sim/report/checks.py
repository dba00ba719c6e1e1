"""The report of ``frontline check``: short tables, and the same as a JSON document."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

from sim.check import ChannelLoad, CheckReport, Totals
from sim.report.numbers import duration, percent, rounded, span
from sim.report.strips import Paint
from sim.report.terminal import WIDTH, Text, grid, painter
from sim.workload import Flow

FORMAT = 1
_SHOWN = 4


def render_check(report: CheckReport, colour: bool = False) -> str:
    """The report as text."""
    paint = painter(colour)
    warm_up, horizon = report.days
    parts = [
        f"{paint(report.title or report.name, 'strong')}\n"
        f"{report.name}: valid; {span(warm_up)} of warm-up, then {span(horizon)} counted",
        _arms(report, paint),
        _contacts(report, paint),
        _loads(report, paint),
        _money(report, paint),
        _numbers(report, paint),
        _doubts(report, paint),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def check_document(report: CheckReport) -> dict[str, Any]:
    """The report as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "check",
        "name": report.name,
        "title": report.title,
        "currency": report.currency,
        "digest": report.digest,
        "warm_up_days": report.days[0],
        "horizon_days": report.days[1],
        "totals": _plain(report.totals),
        "contacts": [_plain(flow) for flow in report.contacts],
        "loads": [_plain(load) for load in report.loads],
        "numbers": {kind: len(paths) for kind, paths in report.numbers.items()},
        "unmarked": list(report.numbers["unmarked"]),
        "doubts": list(report.doubts),
        "arms": [{"name": name, "title": title} for name, title in report.arms],
    }


def _plain(record: Totals | Flow | ChannelLoad) -> dict[str, Any]:
    fields = asdict(record)
    if isinstance(record, ChannelLoad):
        fields["target"] = {"share": record.target.share, "within_s": record.target.within}
    return {name: rounded(value) if isinstance(value, float) else value for name, value in fields.items()}


def _arms(report: CheckReport, paint: Paint) -> str:
    lines = [f"  {name}: {title}" for name, title in report.arms]
    return "\n".join([paint("Compared", "strong"), *lines]) if lines else ""


def _contacts(report: CheckReport, paint: Paint) -> str:
    channels = list(dict.fromkeys(flow.channel for flow in report.contacts))
    kinds = list(dict.fromkeys(flow.kind for flow in report.contacts))
    if not kinds:
        return "No contacts are expected."
    counts = {(flow.kind, flow.channel): flow.per_year for flow in report.contacts}
    rows = [[Text(name, "strong") for name in ("Contacts a year", *channels, "all")]]
    for kind in kinds:
        row = [counts.get((kind, channel), 0.0) for channel in channels]
        rows.append([Text(kind), *(Text(f"{count:,.0f}") for count in (*row, sum(row)))])
    totals = [sum(counts.get((kind, channel), 0.0) for kind in kinds) for channel in channels]
    rows.append([Text("all"), *(Text(f"{count:,.0f}") for count in (*totals, sum(totals)))])
    each = ""
    if report.totals.customers:
        rate = report.totals.contacts_per_year / report.totals.customers
        each = f"\n{report.totals.customers:,} customers, {rate:.2f} contacts a year each, repeats included"
    return grid(rows, paint) + each


def _loads(report: CheckReport, paint: Paint) -> str:
    head = ("Load (erlang)", "handle time", "mean", "peak", "at", "agents asked", "on duty", "for the target")
    rows = [[Text(name, "strong") for name in head]]
    for load in report.loads:
        short = load.needed is not None and load.needed > load.on_duty
        rows.append(
            [
                Text(load.channel),
                Text(duration(load.handle_time)),
                Text(f"{load.mean:,.1f}"),
                Text(f"{load.peak:,.1f}"),
                Text(load.when),
                Text("-" if load.needed is None else f"{load.needed} ({load.formula})"),
                Text(f"{load.on_duty:.1f}{' short' * short}", "bad" if short else ""),
                Text(f"{percent(load.target.share)} in {duration(load.target.within)}"),
            ]
        )
    totals = report.totals
    share = f"{100 * totals.work_hours / totals.staffed_hours:.0f} %" if totals.staffed_hours else "-"
    return (
        f"{grid(rows, paint)}\n{totals.agents} agents, {totals.staffed_hours:,.0f} hours on duty a week, "
        f"{totals.work_hours:,.0f} of them with contacts: an occupancy of {share} if nobody gave up"
    )


def _money(report: CheckReport, paint: Paint) -> str:
    totals = report.totals
    named = (
        ("fees", totals.fees),
        ("wages", totals.wages),
        ("advertising", totals.advertising),
        ("overheads", totals.overheads),
    )
    rows = [[Text(name), Text(f"{value:,.0f}")] for name, value in named if value is not None]
    return grid([[Text(f"Money a year ({report.currency})", "strong"), Text("")], *rows], paint)


def _numbers(report: CheckReport, paint: Paint) -> str:
    """How many numbers are sourced, derived and assumed, and which say nothing of where they come from."""
    counts = {kind: len(paths) for kind, paths in report.numbers.items()}
    unmarked = report.numbers["unmarked"]
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if kind != "unmarked")
    text = f"{sum(counts.values())} numbers: {told}, {len(unmarked)} that the section 'evidence' does not name"
    if unmarked and len(unmarked) < sum(counts.values()):
        text += f" ({', '.join(unmarked[:_SHOWN])}{', ...' * (len(unmarked) > _SHOWN)})"
    return f"{paint('Evidence', 'strong')}\n{textwrap.fill(text, WIDTH, break_long_words=False)}"


def _doubts(report: CheckReport, paint: Paint) -> str:
    if not report.doubts:
        return "Nothing implausible was found."
    lines = [
        textwrap.fill(doubt, WIDTH, initial_indent="! ", subsequent_indent="  ", break_long_words=False)
        for doubt in report.doubts
    ]
    return "\n".join([paint("Implausible, please look again", "strong"), *lines])
