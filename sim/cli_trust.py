"""Commands that say why, and how far, to trust a simulation: parse and call, no logic, as in ``sim.cli``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.arguments import AsJson, Changes, Out, Quiet, Replications, Seed, Workers


def verify(
    *,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="One law, such as EC2, or a group, such as EC.")
    ] = None,
    precise: Annotated[
        bool, typer.Option("--precise", help="As exactly as each law demands: half an hour of processor time.")
    ] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A file of known answers of one's own.", show_default=False)
    ] = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Simulate the laws that theory knows exactly and compare; exit code 1 where one is broken."""
    from sim.commands import outcome  # noqa: PLC0415
    from sim.options import Options  # noqa: PLC0415
    from sim.verified import verify_laws  # noqa: PLC0415

    with outcome():
        options = Options(seed=seed, workers=workers, out=out, as_json=as_json, quiet=quiet, store=None)
        verify_laws(only or [], precise, answers, options)


def warmup(
    scenario: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    *,
    measures: Annotated[
        list[str] | None, typer.Option("--measure", metavar="NAME", help="What to follow; as often as needed.")
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    changes: Changes = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say whether the warm-up of a scenario is long enough, measure by measure."""
    from sim.commands import outcome, overrides_of  # noqa: PLC0415
    from sim.options import Options  # noqa: PLC0415
    from sim.warmed import warm_up_scenario  # noqa: PLC0415

    with outcome():
        options = Options(replications, seed, workers, out, (), as_json, quiet, store=None)
        warm_up_scenario(scenario, measures or [], overrides_of(changes or []), options)
