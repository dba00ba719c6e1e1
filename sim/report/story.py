"""The story of a customer in words, as a JSON document, and the log of all events as a file."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.experiment.tracing import NOBODY, Event, Trace, clock_of
from sim.files.problems import printable
from sim.report.numbers import counted, duration, rounded
from sim.report.terminal import painter
from sim.scenario import Scenario

FORMAT = 1
_QUIET = {"customers_renewed"}
"""Facts that stand in the log and would only make a story long."""


class NoParquet(Exception):  # noqa: N818  # read as a statement in messages
    """A Parquet file is asked for where nothing can write one."""


def render_trace(trace: Trace, colour: bool = False) -> str:
    """The story, a line for each thing that happens, under its date."""
    paint = painter(colour)
    calendar = trace.scenario.calendar
    lines = [paint(printable(_title(trace)), "strong"), f"{_cell(trace)}; times of {calendar.time_zone}"]
    date = None
    began: dict[str, float] = {}
    for event in trace.events:
        if event.fact in _QUIET:
            continue
        if event.fact == "contact_answered":
            began[event.contact] = event.time
        moment = clock_of(calendar, event.time)
        if moment.date() != date:
            date = moment.date()
            lines += ["", paint(f"{moment:%A} {date.isoformat()}", "strong")]
        lines.append(f"  {moment:%H:%M:%S}  {printable(sentence(event, began.get(event.contact)))}")
    return "\n".join(lines) + "\n"


def _title(trace: Trace) -> str:
    name = trace.scenario.title or trace.scenario.name
    if trace.subject.partition(".")[0] == NOBODY:
        return f"Arrivals without customers, {trace.subject}, of {name}"
    who = f"Customer {trace.subject.partition('.')[0]} ({trace.segment}) of {name}"
    if "." in trace.subject:
        return f"{who}: {trace.subject}"
    return f"{who}: {counted(trace.contacts, 'contact')}"


def _cell(trace: Trace) -> str:
    return f"replication {trace.replication}, seed {trace.seed}"


def sentence(event: Event, answered_at: float | None = None) -> str:
    """What happened, in words; answered_at: when the contact was answered."""
    wait = "" if event.wait is None else duration(event.wait)
    number = event.contact.rpartition(".")[2]
    told = {
        "counting_began": "(the warm-up is over: counting begins)",
        "settings_changed": "(a policy changes settings)",
        "customers_joined": "is a customer when the simulation begins" if event.time == 0 else "becomes a customer",
        "customers_renewed": "renews",
        "customers_cared_for": "is asked how things are, without having made contact",
        "product_sold": f"buys {event.kind}",
        "customers_left": "is no longer a customer",
        "issue_raised": f"has a new issue, {event.kind}: {event.issue}",
        "issue_referred": f"{event.issue} goes to another department",
        "issue_resolved": f"{event.issue} is resolved",
        "issue_given_up": f"does not come back with {event.issue}: it stays unresolved",
        "issue_dropped": f"{event.issue} is dropped, as the customer has left",
        "contact_offered": f"makes contact by {event.channel} about {event.issue}, contact {number}",
        "contact_blocked": "finds all lines taken",
        "contact_balked": "sees the line and turns away",
        "contact_abandoned": f"gives up after {wait} of waiting",
        "contact_promised": "hangs up and will be called back",
        "contact_unreached": "is called back in vain, for the last time",
        "contact_answered": f"is answered by {event.agent} " + (f"after {wait}" if event.wait else "at once"),
        "contact_handed_on": f"is handed on by {event.agent}",
        "contact_failed": f"{event.issue} is not resolved by this contact",
    }
    if event.fact == "contact_handled":
        spent = f" after {duration(event.time - answered_at)}" if answered_at is not None else ""
        return f"is done with {event.agent}{spent}"
    return told.get(event.fact, event.fact)


def trace_document(trace: Trace) -> dict[str, Any]:
    """The story as one JSON document of format 1."""
    return {
        "format": FORMAT,
        "kind": "trace",
        "name": trace.scenario.name,
        "digest": trace.scenario.digest(),
        "seed": trace.seed,
        "replication": trace.replication,
        "subject": trace.subject,
        "segment": trace.segment or None,
        "contacts": trace.contacts,
        "events": [_record(trace.scenario, event) for event in trace.events],
    }


def _record(scenario: Scenario, event: Event) -> dict[str, Any]:
    fields = {name: value or None for name, value in event._asdict().items() if isinstance(value, str)}
    return {"time": clock_of(scenario.calendar, event.time).isoformat(), **fields, "wait": rounded(event.wait)}


def write_log(file: Path, scenario: Scenario, events: Sequence[Event]) -> None:
    """Every fact of a run as CSV, or as Parquet by the name of the file.

    Raises NoParquet where pyarrow is absent; OSError where the file cannot be written.
    """
    records = [_record(scenario, event) for event in events]
    if file.suffix.lower() == ".parquet":
        _write_parquet(file, records)
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, Event._fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    file.write_text(out.getvalue(), encoding="utf-8")


def can_write(file: Path) -> None:
    """Raises NoParquet where a Parquet file is asked for and pyarrow is absent."""
    if file.suffix.lower() == ".parquet":
        _pyarrow("pyarrow")


def _write_parquet(file: Path, records: list[dict[str, Any]]) -> None:
    arrow, parquet = _pyarrow("pyarrow"), _pyarrow("pyarrow.parquet")
    parquet.write_table(arrow.Table.from_pylist(records), file)


def _pyarrow(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise NoParquet("a Parquet file needs pyarrow: pip install pyarrow, or name the file .csv") from None
