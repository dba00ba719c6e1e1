"""The commands of studies of other kinds than a comparison: parse and call, no logic, as in ``sim.cli``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.arguments import AsJson, Kept, NoCharts, NoStore, Out, Quiet, Replications, Seed, Workers

_COMMANDS = (
    ("select", "selection", "Find the best of several policies with a stated probability."),
    ("factorial", "factorial", "Simulate every combination of policies: what they do together."),
    ("pareto", "pareto", "Find the policies that no other beats in all of several outcomes."),
    ("optimise", "optimise", "Look for the best values of a few settings under constraints."),
    ("sweep", "sweep", "Simulate a scenario at many points: what each setting does, and which do best."),
    ("uncertainty", "uncertainty", "Say how sure an answer is as long as some numbers are not known well."),
    ("sensitivity", "sensitivity", "Find on which settings the outcomes hang, or what a policy changes."),
    ("break-even", "break_even", "Find the value of a setting at which a policy changes nothing."),
)


def add_studies(app: typer.Typer) -> None:
    """Give the command line a command for each kind."""
    for command, kind, purpose in _COMMANDS:
        _add(app, command, kind, purpose)


def _add(app: typer.Typer, command: str, kind: str, purpose: str) -> None:
    """A command for studies of another kind; all of them take the same options."""

    @app.command(command, help=purpose)
    def conducted(
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
    ) -> None:
        from sim.commands import outcome  # noqa: PLC0415
        from sim.conduct import conduct  # noqa: PLC0415
        from sim.options import Options, place_of_store  # noqa: PLC0415

        with outcome():
            kept = place_of_store(store, no_store)
            options = Options(replications, seed, workers, out, (), as_json, quiet, kept, charts=not no_charts)
            conduct(kind, study, options)
