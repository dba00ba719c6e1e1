"""The file of known answers, and the precision that each demands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "known_answers.json"
SEED = 19_170_101
"""Fixed before the first run (A. K. Erlang's year); a changed seed is a changed test."""

CONFIDENCE = 0.99
"""All intervals of the file hold together with this probability."""


@dataclass(frozen=True)
class Case:
    """One known answer: inputs in any one unit of time, expected measures, and where they come from."""

    id: str
    model: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, float]
    source: str = ""

    @property
    def group(self) -> str:
        """The letters of its id."""
        return self.id.rstrip("0123456789")

    @property
    def occupancy(self) -> float:
        """Share of time that agents are busy: as expected, else offered load over agents; 0 where there are none."""
        inputs, found = self.inputs, self.expected
        if "occupancy" in found:
            return found["occupancy"]
        if "offered_load" in inputs:
            return found.get("carried", 0.0) / float(inputs["c"])
        rate = sum(float(inputs.get(name, 0.0)) for name in ("lambda", "lambda_high", "lambda_low", "lambda_each"))
        mean = float(inputs.get("mean_service", 1.0)) / float(inputs.get("mu", 1.0))
        return rate * mean / self.agents * (1.0 - found.get("blocking", 0.0))

    @property
    def agents(self) -> int:
        """Number of agents: given, or that of the first M/M/c in the case's name where there are two groups."""
        named = re.search(r"M/M/(\d+)", self.model)
        return int(self.inputs.get("c", int(named[1]) if named and "lambda_each" in self.inputs else 1))

    def demanded(self, measure: str) -> float:
        """Largest half-width allowed: 1 % of the value, 2 % above occupancy 0.85, 0.002 for probabilities under 0.1."""
        value = self.expected[measure]
        if is_probability(measure) and value < 0.1:
            return 0.002
        return (0.02 if self.occupancy > 0.85 else 0.01) * abs(value)


def is_probability(measure: str) -> bool:
    """Whether a measure is a probability or a share, by its name in the file."""
    return measure.startswith(("p_", "share_", "blocking")) or "_share_" in measure


class LawbookProblem(Exception):  # noqa: N818  # read as a statement in messages
    """A file of known answers cannot be understood, or a law is asked for that is not in it."""


def read_cases(path: Path = FILE) -> tuple[Case, ...]:
    """All cases of a file of known answers (a list, or the list under "cases"); raises LawbookProblem."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LawbookProblem(f"{path}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise LawbookProblem(f"{path}: is no JSON: {error}") from None
    rows = found.get("cases") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise LawbookProblem(f"{path}: expected a list of cases")
    return tuple(_case(row, number, path) for number, row in enumerate(rows, start=1))


def _case(row: Any, number: int, path: Path) -> Case:
    where = f"{path}: case {row.get('id', number) if isinstance(row, dict) else number}"
    if not isinstance(row, dict):
        raise LawbookProblem(f"{where} is no object")
    for key, kind, what in (("id", str, "a text"), ("model", str, "a text"), ("inputs", dict, "an object")):
        if not isinstance(row.get(key), kind):
            raise LawbookProblem(f"{where}: {key!r} is {row.get(key)!r}; expected {what}")
    expected = row.get("expected")
    if not isinstance(expected, dict) or not all(isinstance(one, int | float) for one in expected.values()):
        raise LawbookProblem(f"{where}: 'expected' is {expected!r}; expected numbers by measure")
    return Case(row["id"], row["model"], row["inputs"], expected, str(row.get("source", "")))
