"""The options that many commands share, as they are written and explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Replications = Annotated[
    int | None, typer.Option("--replications", "-n", help="Replications of every arm.", show_default=False)
]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of all random numbers.", show_default=False)]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes; the result does not depend on it.", show_default="all")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Result folder; replaced whole.", show_default="results/<study>, results/<scenario>-run"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no remarks on standard error, no charts.")]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="No small charts below the table.")]
Kept = Annotated[
    Path | None,
    typer.Option(
        "--store", help="File that keeps every finished replication.", show_default="results/replications.sqlite"
    ),
]
Precise = Annotated[
    list[str] | None,
    typer.Option(
        "--precision", metavar="MEASURE=HALF", help="Add replications until this half-width, such as profit=5%."
    ),
]
Most = Annotated[
    int | None, typer.Option("--most", help="Replications at which --precision gives up.", show_default="1000")
]
NoStore = Annotated[bool, typer.Option("--no-store", help="Simulate everything anew and keep no replication.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one setting, such as workforce.groups.desk.headcount=8."),
]
