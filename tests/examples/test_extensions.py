"""``frontline --with``: every command knows what a script adds, and says in words what is wrong or missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.core.registry import ADDED

ROOT = Path(__file__).parents[2]
SCRIPT = """
from __future__ import annotations
from typing import Any, Literal
from sim import extend

class HeatSettings(extend.Settings):
    share: extend.Share
    slower: extend.Percent = extend.Field(ge=0, le=1)
    on: extend.Several[str] = ()

@extend.mechanism("heat", HeatSettings, after="arrivals")
class Heat(extend.Mechanism[HeatSettings]):
    count = 0

    def on_contact_answered(self, contact: extend.Contact) -> None:
        if extend.streams.uniform(contact.key, 17) < self.settings.share:
            self.count += 1
            contact.work *= 1.0 + self.settings.slower

    def counts(self) -> dict[str, float]:
        return {"heat.contacts": self.count}

    @classmethod
    def measures(cls, scenario: Any) -> list[extend.Measure]:
        return [extend.Measure("hot_contacts", "hot contacts", "%", "heat.contacts", "contacts.answered", 100.0)]

    @classmethod
    def problems(cls, scenario: Any) -> list[tuple[str, str, tuple[str, ...]]]:
        known = tuple(scenario.channels.channels)
        return [
            (f"heat.on.{place}", f"names {name!r}, which is no channel of this scenario", known)
            for place, name in enumerate(scenario.heat.on)
            if name not in known
        ]

@extend.law
class Lomax(extend.Law):
    law: Literal["lomax"]
    mean: extend.Duration = extend.Field(gt=0)
    shape: float = extend.Field(gt=1, le=100)

    @property
    def mean_value(self) -> float:
        return self.mean

    def quantile(self, u: float) -> float:
        power = extend.elementary.exp(-extend.elementary.log(1.0 - u) / self.shape)
        return (self.shape - 1.0) * self.mean * (power - 1.0)

@extend.routing_rule("least_busy")
class LeastBusy(extend.Rule):
    def agent(self, contact, idle):
        return min(idle, key=lambda agent: agent.worked(self.world.env.now)[1])

extend.measure(extend.Measure("lost_calls", "lost", "%", "contacts.abandoned", "contacts.ofered", 100.0))
extend.lever(extend.Lever("cooling", "Cool", "premises", (extend.Move("heat.slower", to="0 %"),), "occupancy", "lower",
                          "", "nothing", "none", extend.Evidence("convention", "assumed")))
"""
HOT = """
frontline: 1
extends: scenario.yaml
name: hot
calendar: {warm_up: 7 days, horizon: 21 days}
heat: {share: 30 %, slower: 50 %}
"""
STUDY = """
frontline: 1
study: hot
title: Hot days
scenario: hot.yaml
replications: 2
seed: 5
measures: [hot_contacts]
policies:
  cooled: {title: Cool, changes: {heat.slower: {to: 0 %}}}
  fair: {title: Fair, changes: {routing.kind: {to: least_busy}}}
  heavy: {title: Heavy, changes: {agents.handle_time.fault: {to: {law: lomax, mean: 11 min, shape: 3}}}}
"""


def frontline(*words: object) -> Result:
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert "Traceback" not in found.output
    assert not ADDED.extensions, "a command leaves nothing behind"
    return found


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert frontline("init", "shop").exit_code == 0
    folder = tmp_path / "shop"
    monkeypatch.chdir(folder)
    for name, text in (("heat.py", SCRIPT), ("hot.yaml", HOT), ("hot_study.yaml", STUDY)):
        (folder / name).write_text(text)
    return folder


def changed(shop: Path, old: str, new: str) -> Path:
    path = shop / "wrong.yaml"
    assert old in HOT
    path.write_text(HOT.replace(old, new))
    return path


def test_a_comparison_with_an_extension_repeats_to_the_byte_with_any_number_of_workers(shop: Path) -> None:
    found = frontline("--with", "heat.py", "compare", "hot_study.yaml", "--workers", 1, "--no-store", "--out", "one")
    assert found.exit_code == 0, found.stderr
    assert "Hot contacts (%)" in found.stdout
    again = ("compare", "one", "--with", "heat.py", "--quiet", "--no-store", "--workers", 2, "--out", "two")
    assert frontline(*again).exit_code == 0
    names = {path.name for path in Path("one").iterdir()} - {"manifest.json"}
    assert {name: Path("one", name).read_bytes() for name in names} == {
        name: Path("two", name).read_bytes() for name in names
    }
    for name in ("result.json", "plan.json", "manifest.json"):
        (entry,) = json.loads(Path("one", name).read_text())["extensions"]
        assert entry["name"] == "heat"
        assert len(entry["digest"]) == 64
    document = json.loads(Path("one", "result.json").read_text())
    by_name = {measure["name"]: measure for measure in document["measures"]}
    assert by_name["hot_contacts"]["baseline"]["value"] == pytest.approx(30, abs=10)
    assert by_name["occupancy"]["changes"]["cooled"]["value"] < 0
    assert "hot_contacts" in Path("one", "outcomes.csv").read_text()


def test_a_result_is_repeated_with_the_same_text_alone(shop: Path) -> None:
    assert frontline("run", "hot.yaml", "--with=heat.py", "-n", 1, "--workers", 1, "--out", "one").exit_code == 0
    missing = frontline("run", "one", "--out", "two")
    assert missing.exit_code == 2
    assert missing.stderr.startswith("one/plan.json: was made with the extension 'heat', which is missing")
    Path("heat.py").write_text(f"{SCRIPT}\n# edited\n")
    other = frontline("run", "one", "--with", "heat.py", "--out", "two")
    assert other.exit_code == 2
    assert "another text of the extension 'heat'" in other.stderr
    assert not Path("two").exists()


def test_replications_kept_by_another_text_are_not_taken(shop: Path) -> None:
    words = ("run", "hot.yaml", "--with", "heat.py", "-n", 1, "--workers", 1, "--store", "kept.sqlite")
    assert frontline(*words).exit_code == 0
    assert "1 of 1 replications were known already" in frontline(*words).stderr
    Path("heat.py").write_text(SCRIPT.replace("1.0 + self.settings.slower", "1.0 + 2.0 * self.settings.slower"))
    assert "known already" not in frontline(*words).stderr


def test_every_command_knows_what_was_added(shop: Path) -> None:
    assert frontline("--with", "heat.py", "check", "hot.yaml").exit_code == 0
    assert (
        "slower falls from 50 % to 0 %"
        in frontline("--with", "heat.py", "diff", "hot.yaml", "hot_study.yaml:cooled").stdout
    )
    assert frontline("--with", "heat.py", "trace", "hot.yaml").exit_code == 0
    asked = frontline("--with", "heat.py", "whatif", "hot.yaml", "--set", "cooling=0 %", "-n", 1, "--workers", 1)
    assert asked.exit_code == 0, asked.stderr
    assert "  cooling: Cool" in frontline("levers", "--with", "heat.py").stdout
    assert '"heat"' in frontline("schema", "--with", "heat.py").stdout
    assert "  cooling: Cool" not in frontline("levers").stdout
    assert '"heat"' not in frontline("schema").stdout


def test_a_measure_of_what_nobody_counts_is_told(shop: Path) -> None:
    found = frontline("--with", "heat.py", "run", "hot.yaml", "-n", 1, "--workers", 1)
    assert "measure 'lost_calls': nothing is counted under 'contacts.ofered'" in found.stderr
    assert "did you mean contacts.offered?" in found.stderr


def test_a_section_without_its_script_is_told_in_one_line(shop: Path) -> None:
    for command in ("check", "run"):
        found = frontline(command, "hot.yaml")
        assert found.exit_code == 2
        (line,) = found.stderr.splitlines()
        assert line.startswith("hot.yaml:6: heat is not known here")
        assert line.endswith("(a section of an extension is known with its script: frontline --with SCRIPT)")


def test_a_slip_in_a_section_that_is_built_in_is_no_matter_of_scripts(shop: Path) -> None:
    found = frontline("check", changed(shop, "heat:", "pricng:"))
    assert "did you mean pricing?" in found.stderr
    assert "--with" not in found.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "slower: 50 %",
            "slowr: 50 %",
            "wrong.yaml:6: heat.slowr is not known here; known: share, slower, on — did you",
        ),
        ("slower: 50 %", "slower: 0.5", "wrong.yaml:6: heat.slower needs a percent sign, such as '50 %'"),
        ("slower: 50 %", "slower: 500 %", 'wrong.yaml:6: heat.slower is "500 %"; it must be at most 100 %'),
        (", slower: 50 %", "", "wrong.yaml:6: heat.slower is missing"),
        ("slower: 50 %", "slower: 50 %, on: [fone]", "wrong.yaml:6: heat.on.0 names 'fone', which is no channel"),
        ("heat:", "routing: {kind: least_bussy}\nheat:", 'wrong.yaml:6: routing.kind is "least_bussy"; known kinds:'),
        (
            "heat:",
            "agents: {handle_time: {fault: {law: lomx, mean: 3 min, shape: 2}}}\nheat:",
            'wrong.yaml:6: agents.handle_time.fault.law is "lomx"; known laws:',
        ),
    ],
)
def test_what_is_wrong_in_a_section_is_told_with_file_and_line(shop: Path, old: str, new: str, said: str) -> None:
    found = frontline("--with", "heat.py", "check", changed(shop, old, new).name)
    assert found.exit_code == 2
    assert found.stderr.startswith(said)


def test_a_policy_with_a_wrong_setting_of_a_section_is_told_at_its_line(shop: Path) -> None:
    (shop / "hot_study.yaml").write_text(STUDY.replace("heat.slower", "heat.slowr"))
    found = frontline("--with", "heat.py", "check", "hot_study.yaml")
    assert found.exit_code == 2
    assert found.stderr.startswith("hot_study.yaml:10: policies.cooled.changes.heat.slowr")
    assert "did you mean heat.slower?" in found.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\nboom()\n", "bad.py:2: NameError: name 'boom' is not defined\n"),
        ("def (\n", "bad.py:1: SyntaxError: invalid syntax\n"),
        (
            "from sim import extend\nextend.mechanism('pricing', extend.Settings)(object)\n",
            "bad.py:2: the section 'pricing' is built in; give yours another name\n",
        ),
        (SCRIPT, "bad.py:11: the section 'heat' is registered twice\n"),
    ],
)
def test_a_script_that_fails_is_one_message_and_no_traceback(shop: Path, text: str, said: str) -> None:
    (shop / "bad.py").write_text(text)
    found = frontline("--with", "heat.py", "--with", "bad.py", "check", "hot.yaml")
    assert (found.exit_code, found.stdout, found.stderr) == (2, "", said)


def test_a_script_named_twice_or_absent_is_told(shop: Path) -> None:
    twice = frontline("--with", "heat.py", "--with", "heat.py", "levers")
    assert (twice.exit_code, twice.stderr) == (2, "heat.py: is loaded already\n")
    absent = frontline("levers", "--with", "cold.py")
    assert (absent.exit_code, absent.stderr) == (2, "cold.py: cannot be read: No such file or directory\n")


def test_a_file_of_settings_never_causes_a_script_to_run(shop: Path) -> None:
    (shop / "hot.yaml").write_text(f"{HOT}extensions: [heat.py]\n")
    found = frontline("check", "hot.yaml")
    assert found.exit_code == 2
    assert "extensions is not known here" in found.stderr


def test_json_is_one_document_although_the_script_prints(shop: Path) -> None:
    (shop / "heat.py").write_text(f"{SCRIPT}\nprint('hello')\n")
    found = frontline("--with", "heat.py", "check", "hot.yaml", "--json")
    assert json.loads(found.stdout)["name"] == "hot"


def test_a_program_that_registers_what_it_needs_runs_with_workers(shop: Path) -> None:
    program = shop / "program.py"
    program.write_text(
        f"{SCRIPT}\nimport sim\n"
        "if __name__ == '__main__':\n"
        "    found = [sim.compare('hot_study.yaml', workers=workers).to_json() for workers in (1, 2)]\n"
        "    print(found[0] == found[1], [one['name'] for one in found[0]['extensions']])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(program)]
    found = subprocess.run(words, cwd=shop, env=environment, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("True ['program']\n", "")


def test_a_program_that_loads_scripts_that_load_scripts_runs_with_workers(shop: Path) -> None:
    (shop / "all.py").write_text("from sim import extend\nextend.load('heat.py')\n")
    program = shop / "program.py"
    program.write_text(
        "import sim\nfrom sim import extend\nextend.load('all.py')\n"
        "@extend.routing_rule('own')\nclass Own(extend.Rule): pass\n"
        "if __name__ == '__main__':\n"
        "    found = sim.compare('hot_study.yaml', workers=2).to_json()\n"
        "    print([one['name'] for one in found['extensions']])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(program)]
    found = subprocess.run(words, cwd=shop, env=environment, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("['heat', 'all', 'program']\n", "")
