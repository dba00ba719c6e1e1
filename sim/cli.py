"""The command line: parse, call, and turn what happened into an exit code; no logic.

Exit codes: 0 done, 1 failed, 2 bad usage or bad file, 130 interrupted. Results go to standard output, everything else
to standard error. What a command needs is imported when it runs, so that ``--version`` answers at once.
"""

from __future__ import annotations

import signal
import sys
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from typer.core import TyperGroup

from sim.arguments import (
    AsJson,
    Changes,
    Kept,
    Most,
    NoCharts,
    NoStore,
    Out,
    Precise,
    Quiet,
    Replications,
    Seed,
    Workers,
)
from sim.cli_studies import add_studies
from sim.cli_trust import verify, warmup
from sim.version import __version__

_FOR_ALL = ("--with", "--executor", "--address")


class Commands(TyperGroup):
    """The commands; ``--with`` and who does the work are understood before and after the name of one."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own
        """Parse the words with what concerns every command in front."""
        front: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            if word in _FOR_ALL:
                front += [word, *islice(words, 1)]
            else:
                (front if word.startswith(tuple(f"{name}=" for name in _FOR_ALL)) else rest).append(word)
        return super().parse_args(ctx, [*front, *rest])


app = typer.Typer(
    name="frontline",
    cls=Commands,
    help="Rehearse a service policy before you adopt it.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"frontline {__version__}")
        raise typer.Exit


@app.callback()
def _frontline(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    scripts: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="SCRIPT", help="Python script that adds to the model; as often as needed."),
    ] = None,
    executor: Annotated[
        str | None, typer.Option("--executor", help="Who simulates: local, dask or mpi.", show_default="local")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="The Dask scheduler, such as tls://host:8786.", show_default=False)
    ] = None,
) -> None:
    """Rehearse a service policy before you adopt it."""
    if executor is not None or address is not None:
        from sim.commands import outcome  # noqa: PLC0415
        from sim.options import work_with  # noqa: PLC0415

        with outcome():
            context.call_on_close(work_with(executor, address))
    if scripts:
        from sim.commands import outcome  # noqa: PLC0415
        from sim.extend import load_only  # noqa: PLC0415

        with outcome():
            context.call_on_close(load_only(scripts))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.", show_default=False)], as_json: AsJson = False
) -> None:
    """Write a commented scenario and a study to start from."""
    from sim.commands import init_folder, outcome  # noqa: PLC0415

    with outcome():
        init_folder(folder, as_json)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A scenario or a study.", show_default=False)],
    changes: Changes = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No report; the exit code says if the file is valid.")] = False,
) -> None:
    """Validate a file and say what it means: contacts, load, agents, money, doubtful values."""
    from sim.commands import check_file, outcome  # noqa: PLC0415

    with outcome():
        check_file(file, changes or [], as_json, quiet)


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="Scenario file, or a result folder to repeat.", show_default=False)],
    *,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    changes: Changes = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_charts: NoCharts = False,
    store: Kept = None,
    no_store: NoStore = False,
    precision: Precise = None,
    most: Most = None,
) -> None:
    """Simulate a scenario and show its outcomes."""
    from sim.commands import outcome, run_scenario  # noqa: PLC0415
    from sim.options import Options, place_of_store  # noqa: PLC0415

    with outcome():
        kept = place_of_store(store, no_store)
        run_scenario(
            scenario,
            Options(
                replications,
                seed,
                workers,
                out,
                changes or [],
                as_json,
                quiet,
                kept,
                precision or [],
                most,
                not no_charts,
            ),
        )


@app.command()
def compare(
    study: Annotated[Path, typer.Argument(help="Study file, or a result folder to repeat.", show_default=False)],
    *,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_charts: NoCharts = False,
    store: Kept = None,
    no_store: NoStore = False,
    precision: Precise = None,
    most: Most = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Find out what passes through each causal link, by cutting it.")
    ] = False,
    links: Annotated[
        list[str] | None, typer.Option("--link", metavar="NAME", help="The same of this link alone.")
    ] = None,
) -> None:
    """Compare the policies of a study with doing nothing."""
    from sim.commands import compare_study, outcome  # noqa: PLC0415
    from sim.options import Options, place_of_store  # noqa: PLC0415

    with outcome():
        kept = place_of_store(store, no_store)
        options = Options(
            replications, seed, workers, out, (), as_json, quiet, kept, precision or [], most, not no_charts
        )
        compare_study(study, options, explain, links or [])


@app.command()
def whatif(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    *,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change in every arm, such as fee=+8%.")
    ] = None,
    varied: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="NAME=VALUES", help="An arm for each, such as headcount.front_line=-2,0,+2."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the study that asks the same.", show_default=False)
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    no_charts: NoCharts = False,
    store: Kept = None,
    no_store: NoStore = False,
    precision: Precise = None,
    most: Most = None,
) -> None:
    """Compare changes with doing nothing, without a study file."""
    from sim.commands import outcome, what_if  # noqa: PLC0415
    from sim.options import Options, place_of_store  # noqa: PLC0415

    with outcome():
        kept = place_of_store(store, no_store)
        options = Options(
            replications, seed, workers, out, changes or [], as_json, quiet, kept, precision or [], most, not no_charts
        )
        what_if(scenario, varied or [], save, options)


add_studies(app)


@app.command()
def trace(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    *,
    customer: Annotated[
        int | None, typer.Option("--customer", help="By number.", show_default="the one with most contacts")
    ] = None,
    issue: Annotated[
        str | None, typer.Option("--issue", help="One issue, such as 17.fault.2.", show_default=False)
    ] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="One contact, such as 17.fault.2.1.", show_default=False)
    ] = None,
    replication: Annotated[int, typer.Option("--replication", help="Which replication.")] = 1,
    seed: Seed = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="Write every event: FILE.csv or .parquet.", show_default=False)
    ] = None,
    changes: Changes = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Follow one customer through a run as a story with times, and log all events on request."""
    from sim.commands import one_subject, outcome, trace_scenario  # noqa: PLC0415
    from sim.options import Options  # noqa: PLC0415

    with outcome():
        options = Options(seed=seed, changes=changes or [], as_json=as_json, quiet=quiet)
        trace_scenario(scenario, one_subject(customer, issue, contact), replication, log, options)


@app.command()
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="A scenario, a study, or FILE:POLICY.", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="B", help="What to compare it with.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Say in words what differs between two scenarios, or two policies of a study."""
    from sim.commands import diff_files, outcome  # noqa: PLC0415

    with outcome():
        diff_files(one, other, as_json)


@app.command()
def inputs(
    file: Annotated[Path, typer.Argument(help="Scenario file, or a workbook that was filled in.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write, .xlsx or .yaml.", show_default="beside it, with the other ending"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a scenario as a workbook to fill in, or such a workbook as a scenario file."""
    from sim.commands import convert_inputs, outcome  # noqa: PLC0415

    with outcome():
        convert_inputs(file, out, as_json)


@app.command()
def levers(
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page of the docs.")] = False,
) -> None:
    """List what a planner can pull: what each lever changes, moves, costs, how soon, on what evidence."""
    from sim.commands import list_levers, outcome  # noqa: PLC0415

    with outcome():
        list_levers(as_json, markdown)


app.command()(verify)
app.command()(warmup)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="scenario or study")] = "scenario",
) -> None:
    """Print the JSON Schema that gives editors completion and checks."""
    from sim.commands import outcome, print_schema  # noqa: PLC0415

    with outcome():
        print_schema(kind)


@app.command()
def report(
    result: Annotated[Path, typer.Argument(help="Result folder.", show_default=False)],
    *,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAMES", help="Such as html,pdf, or all.", show_default="html"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the reports.", show_default="RESULT-report")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="The firm's own presentation, for slides.", show_default="ours")
    ] = None,
    store: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Make a report of a finished study, from what the store holds; nothing is simulated."""
    from sim.commands import outcome  # noqa: PLC0415
    from sim.reporting import report as made  # noqa: PLC0415

    with outcome():
        made(result, formats or [], out, store, template=template, as_json=as_json)


def _leave(number: int, frame: FrameType | None) -> None:
    """Ctrl-C while a command is still being imported; once it runs, ``outcome`` takes over."""
    sys.stderr.write("interrupted; nothing was written\n")
    sys.exit(130)


def main() -> None:
    """The command ``frontline``."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show "±" shows "?", and nothing ends in a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
