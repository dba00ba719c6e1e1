"""Back-test ``scenarios/bank_1999.yaml`` and its February against the log that January was fitted to.

    python experiments/backtest_bank_1999.py DATA --out docs

simulates both months, prints each measure beside that of the log with 95 % intervals of both and says where they differ
by more than the two explain, and writes ``bank_1999_backtest.csv`` and ``bank_1999.png``. Same data, same numbers.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.calibration.bank_backtest import Line, Month, compare, histograms, logged_calls, month_of_log, simulated_month
from sim.calibration.bank_log import HALF_HOUR, BankLog, Floats, read_bank_log
from sim.experiment.pool import run_in_processes
from sim.files import load_scenario
from sim.scenario import Scenario

SCENARIOS = Path(__file__).parent.parent / "scenarios"
MONTHS = {"January": (1, "bank_1999.yaml"), "February": (2, "bank_1999_february.yaml")}
REPLICATIONS = 40
SEED = 1999


def main() -> None:
    """Read, simulate, compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the bank's call log, CSV or gzip CSV")
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the picture")
    parser.add_argument("--replications", type=int, default=REPLICATIONS, help="simulated months of each")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    log = read_log(options.data)
    months = {name: simulated(file, options.replications, options.workers) for name, (_, file) in MONTHS.items()}
    lines = compared(log, months)
    print(markdown(lines))
    write(options.out / "bank_1999_backtest.csv", lines)
    draw(options.out / "bank_1999.png", log, months)


def read_log(data: Path) -> BankLog:
    """The calls offered in opening hours."""
    log = read_bank_log(data)
    return log.where(log.offered & log.open)


def simulated(file: str, replications: int, workers: int) -> list[Month]:
    """Replications 1 to n of a scenario."""
    plain = load_scenario(SCENARIOS / file).plain()
    tasks = [(plain, SEED, number) for number in range(1, replications + 1)]
    found: dict[int, Month] = {}
    run_in_processes(simulated_month, tasks, found.__setitem__, lambda *_: None, workers=workers)
    return [found[place] for place in range(len(tasks))]


def compared(log: BankLog, months: dict[str, list[Month]]) -> list[Line]:
    """All lines, month by month."""
    lines = []
    for name, (number, file) in MONTHS.items():
        logged = month_of_log(log, number, staffed_seconds(load_scenario(SCENARIOS / file)))
        lines += compare(name, logged, months[name])
    return lines


def staffed_seconds(scenario: Scenario) -> dict[str, float]:
    """Agents' seconds on duty by date, over all groups."""
    found: dict[str, float] = {}
    for roster in scenario.staffing.rosters.values():
        assert roster.on_duty is not None
        for date, row in roster.on_duty.rows.items():
            found[date] = found.get(date, 0.0) + HALF_HOUR * sum(row)
    return found


def markdown(lines: Sequence[Line]) -> str:
    """One table, a row for each measure, both months side by side."""
    rows = [
        "| measure | unit |" + "".join(f" {month}: log | model | miss |" for month in MONTHS),
        "|---|---|" + "---:|---:|---:|" * len(MONTHS),
    ]
    for first in lines:
        if first.month == next(iter(MONTHS)):
            both = [line for line in lines if line.measure == first.measure and line.unit == first.unit]
            rows.append(f"| {first.measure} | {first.unit} |" + "".join(cells(line) for line in both))
    return "\n".join(rows)


def cells(line: Line) -> str:
    """The log's value, the model's, and by how much the model misses, if it does."""
    digits = 2 if line.unit == "agents" else 1
    log, model = (f"{side.value:.{digits}f} ± {side.half_width:.{digits}f}" for side in (line.log, line.simulated))
    miss = f"{line.difference:+.{digits}f}" if line.misses else ""
    return f" {log} | {model} | {miss} |"


def write(path: Path, lines: Sequence[Line]) -> None:
    """All lines as CSV, with the standard deviation between simulated months."""
    head = "month measure unit log log_half_width model model_half_width difference half_width misses month_sd"
    with path.open("w", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(head.split())
        for line in lines:
            numbers = (*line.log, *line.simulated, line.difference, line.half_width)
            texts = [f"{number:.4f}" for number in numbers]
            misses = "yes" if line.misses else "no"
            table.writerow([line.month, line.measure, line.unit, *texts, misses, f"{line.spread:.4f}"])


def draw(path: Path, log: BankLog, months: dict[str, list[Month]]) -> None:
    """Share of the calls that queued which waited longer, log and model."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    for axes, (name, found) in zip(figure.subplots(1, 2, sharey=True), months.items(), strict=True):
        observed = histograms(logged_calls(log, MONTHS[name][0]), len(log.dates))["queued"].sum(axis=0)
        each = np.array([longer(month.waits) for month in found])
        axes.fill_between(np.arange(each.shape[1]), each.min(axis=0), each.max(axis=0), color="C0", alpha=0.3, lw=0)
        axes.plot(each.mean(axis=0), color="C0", label="model, and its months from least to most")
        axes.plot(longer(observed), color="black", ls="--", label="log")
        axes.set(title=f"{name} 1999", xlabel="seconds in the queue", xlim=(0, 400), ylim=(0, 100))
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("% of queued calls that\nwaited longer")
    figure.axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def longer(calls_by_second: Floats) -> Floats:
    """Percentage of the calls that waited longer than each second."""
    total = float(np.sum(calls_by_second))
    return np.asarray(100 * (1 - np.cumsum(calls_by_second) / total))


if __name__ == "__main__":
    main()
