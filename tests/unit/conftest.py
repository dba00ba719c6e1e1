"""Real studies, short ones: one policy, and eight policies with names that do harm where they are not taken as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.comparison import Result, execute
from sim.experiment.plan import Plan, plan_of_scenario, plan_of_study
from sim.experiment.store import Store
from sim.files import load_scenario, load_study
from sim.stats.intervals import Estimate
from sim.templates import write_templates

NASTY = (
    "=1+1",
    "+44 20 7946",
    "-2 agents",
    "@SUM(A1:A9)",
    "<b>bold</b> & \\textbf{x} | `y` $z$ %",
    "料金を6%引き上げる",
    "A very long name of a policy that nobody would wish to see on a slide or in a cell, but which a file may hold "
    * 2,
    "http://example.org/ and [link](x)",
)
"""Names of policies as a file may hold them: formulas, markup, links, letters of other scripts, very long ones."""

_TINY = "frontline: 1\nextends: scenario.yaml\nname: tiny\ncalendar: {warm_up: 7 days, horizon: 63 days}\n"
_STUDY = "frontline: 1\nstudy: {name}\ntitle: {title!r}\nscenario: tiny.yaml\nreplications: 3\nseed: 5\npolicies:\n"


def _stored(plan: Plan, folder: Path) -> Result:
    """The plan run into a store, and taken from it again."""
    with Store(folder / "replications.sqlite") as store:
        execute(plan, workers=1, store=store)
        return execute(plan, workers=1, store=store)


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm")
    write_templates(folder)
    (folder / "tiny.yaml").write_text(_TINY, encoding="utf-8")
    fee = "{pricing.fee.office: {multiply: 1.1}}"
    one = _STUDY.format(name="one", title="Should the fee rise?")
    (folder / "one.yaml").write_text(f"{one}  fee_up: {{title: Raise the fee, changes: {fee}}}\n", encoding="utf-8")
    eight = _STUDY.format(name="eight", title="=HYPERLINK(1) <i>which</i> of eight?")
    for number, title in enumerate(NASTY):
        change = f"{{pricing.fee.office: {{multiply: {1 + number / 50}}}}}"
        eight += f"  p{number}: {{title: {_quoted(title[:200].strip())}, changes: {change}}}\n"
    (folder / "eight.yaml").write_text(eight, encoding="utf-8")
    return folder


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="session")
def one_policy(firm: Path) -> Result:
    return _stored(plan_of_study(load_study(firm / "one.yaml")), firm)


@pytest.fixture(scope="session")
def eight_policies(firm: Path) -> Result:
    return _stored(plan_of_study(load_study(firm / "eight.yaml")), firm)


@pytest.fixture(scope="session")
def no_policy(firm: Path) -> Result:
    return _stored(plan_of_scenario(load_scenario(firm / "tiny.yaml")).altered(2), firm)


_MALFORMED = (
    r"\bnan\b", r"\binf\b", r"\bNone\b", r"  ", r" [.,;:)]", r"\( ", r"\(\)", r"[:;,][.;:,]", r": ?$",
    r"\d[eE][+-]?\d(?<!1e-9)",
    r"(?<![\d.,])-0(?![\d.,])",
    r"(?<![\d,.+])1 (?:replications|points tried|weeks|laws|arms|policies|numbers|changes|others|inputs)\b",
    r"(?<![\d,.])1 of the others\b",
    r"\b(?:and|or|of|by|at) *[.;:]",
)  # fmt: skip
_CHANGED = re.compile(r"(.+) (rises|falls) by ([\d,.]+)(?: .*?)? \((.+)\)")


def listed(text: str) -> list[str]:
    """The names of a list in words."""
    return re.split(r", | and | or ", text)


def verdict_by_ends(change: Estimate) -> str:
    """What the ends of an interval allow to say."""
    if change.half_width is None:
        return "cannot tell"
    low, high = change.value - change.half_width, change.value + change.half_width
    if low == high == 0.0:
        return "the same"
    return "higher" if low > 0.0 else "lower" if high < 0.0 else "cannot tell"


class Truth:
    """What every sentence about numbers must keep to."""

    listed = staticmethod(listed)
    verdict = staticmethod(verdict_by_ends)

    @staticmethod
    def formed(text: str) -> None:
        """No gap, no word of the machine, no wrong plural."""
        for pattern in _MALFORMED:
            assert not re.search(pattern, text), (pattern, text)

    @staticmethod
    def rounds(text: str, value: float, room: float = 0.0) -> None:
        """A number in words is the rounding of a value, which is not shown as zero unless it is; room: of more."""
        digits = text.replace(",", "").lstrip("+-").rstrip("%")
        least = 10.0 ** -len(digits.partition(".")[2])
        if "." not in digits:
            least = 10.0 ** (len(digits) - len(digits.rstrip("0"))) if digits.strip("0") else 1.0
        shown = float(text.replace(",", "").rstrip("%"))
        assert abs(shown - value) <= 0.5 * least * (1 + 1e-6) + 1e-9 * abs(value) + room, (text, value)
        assert shown or abs(value) <= room or value == 0.0 or abs(value) < 0.5 * least, (text, value)

    def interval(self, text: str, change: Estimate) -> None:
        """The interval of the size of a difference in words."""
        assert change.half_width is not None
        ends = sorted(abs(end) for end in (change.value - change.half_width, change.value + change.half_width))
        if found := re.fullmatch(r"(?:[\d.]+ % interval )?([\d,.]+) to ([\d,.]+)", text):
            for shown, end in zip(found.groups(), ends, strict=True):
                self.rounds(shown, end)
                assert shown.strip("0.,") or end == 0.0, text
        elif text.startswith("± "):
            assert text == "± almost nothing" or self.rounds(text[2:], change.half_width) is None
        else:
            assert text == "in every replication"
            assert change.half_width == 0.0

    def changes(self, text: str, told: Mapping[str, Estimate]) -> None:
        """Changes in words, each told once and as its interval allows."""
        seen: list[str] = []
        for part in text.split("; "):
            if found := re.fullmatch(r"exactly as before: (.*)", part):
                names, allowed = listed(found[1]), "the same"
            elif found := re.fullmatch(r"this study cannot tell whether (.*) changes", part):
                names, allowed = listed(found[1]), "cannot tell"
            else:
                found = _CHANGED.fullmatch(part)
                assert found, part
                names, allowed = [found[1]], {"rises": "higher", "falls": "lower"}[found[2]]
                change = told[found[1]]
                self.rounds(found[3], abs(change.value))
                assert found[3].strip("0.,"), text
                self.interval(found[4], change)
            for name in names:
                assert verdict_by_ends(told[name]) == allowed, (text, told[name])
            seen += names
        assert sorted(seen) == sorted(told), text


@pytest.fixture(scope="session")
def truth() -> Truth:
    return Truth()


@pytest.fixture(scope="session")
def head(bench: Any) -> dict[str, Any]:
    """What every study that is made up begins with."""
    return {"name": "s", "title": "T", "replications": 5, "seed": 1, "confidence": 0.95, "scenario": bench.firm}
