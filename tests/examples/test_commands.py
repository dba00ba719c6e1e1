"""The commands as a user types them: what they print, what they write, how they refuse."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app

ROOT = Path(__file__).parents[2]
TINY = """
frontline: 1
extends: scenario.yaml
name: tiny
calendar: {warm_up: 7 days, horizon: 21 days}
"""
STUDY = """
frontline: 1
study: tiny
title: A tiny study
scenario: tiny.yaml
replications: 3
seed: 5
policies:
  fee_up: {title: Raise the fee, changes: {pricing.fee.office: {multiply: 1.1}}}
  nothing: {title: Change nothing}
"""


def frontline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def alone(group: int) -> bool:
    """Whether every process of a group has ended; the last ones may take a moment."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def process(*words: str, cwd: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "shop"
    assert frontline("init", folder).exit_code == 0
    (folder / "tiny.yaml").write_text(TINY)
    (folder / "tiny_study.yaml").write_text(STUDY)
    return folder


@pytest.fixture
def here(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield shop


def test_init_writes_a_scenario_and_a_study_that_are_valid_and_refuses_to_overwrite(here: Path) -> None:
    for name in ("scenario.yaml", "study.yaml"):
        found = frontline("check", here / name)
        assert found.exit_code == 0, found.stderr
        assert "Nothing implausible was found." in found.stdout
    again = frontline("init", here)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_check_says_what_a_file_means_as_json_too(here: Path) -> None:
    found = json.loads(frontline("check", here / "scenario.yaml", "--json").stdout)
    assert found["format"] == 1
    assert found["totals"]["customers"] == 2000
    assert {load["channel"] for load in found["loads"]} == {"telephone", "mail"}


def test_check_is_quiet_when_asked_and_wants_a_file(here: Path) -> None:
    found = frontline("check", here / "scenario.yaml", "--quiet")
    assert (found.exit_code, found.output) == (0, "")
    assert frontline("check", here / "no.yaml", "--quiet").exit_code == 2
    folder = frontline("check", here)
    assert (folder.exit_code, folder.stderr) == (
        2,
        f"{here}: is a folder; name the file of a scenario or a study\n",
    )


def test_check_says_without_colour_too_where_agents_are_short(here: Path) -> None:
    line = next(text for text in frontline("check", here / "scenario.yaml").stdout.splitlines() if "(Erlang A)" in text)
    assert "3.8 short" in line


def test_check_doubts_implausible_values(here: Path) -> None:
    found = frontline("check", here / "scenario.yaml", "--set", "churn.half_life=2 years")
    assert found.exit_code == 0
    assert "churn.reference.base_hazard" in found.stdout


def test_a_run_prints_a_table_and_writes_its_folder(here: Path) -> None:
    found = frontline("run", here / "tiny.yaml", "-n", 2, "--workers", 1)
    assert found.exit_code == 0, found.stderr
    assert "Profit" in found.stdout
    assert "On a bad day" in found.stdout
    assert {path.name for path in Path("results/tiny-run").iterdir()} >= {"manifest.json", "result.json", "course.svg"}


def test_json_is_one_document_on_standard_output_and_nothing_else(here: Path) -> None:
    found = frontline("run", here / "tiny.yaml", "-n", 2, "--workers", 1, "--json")
    assert json.loads(found.stdout)["kind"] == "run"
    assert found.stderr == ""


def test_json_is_utf_8_whatever_the_terminal_is(here: Path) -> None:
    (here / "named.yaml").write_text("frontline: 1\nextends: scenario.yaml\ntitle: Bürobedarf 料金\n", encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "sim", "check", str(here / "named.yaml"), "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert json.loads(found.stdout.decode("utf-8"))["title"] == "Bürobedarf 料金"


def test_a_result_folder_repeats_itself_to_the_byte(here: Path) -> None:
    assert frontline("compare", here / "tiny_study.yaml", "--workers", 1, "--quiet").exit_code == 0
    again = frontline("compare", "results/tiny", "--workers", 2, "--out", "again", "--quiet", "--no-store")
    assert again.exit_code == 0
    first = {path.name: path.read_bytes() for path in Path("results/tiny").iterdir() if path.name != "manifest.json"}
    assert {"outcomes.png", "outcomes.svg", "result.json", "plan.json", "replications.csv", "months.csv"} <= set(first)
    assert {name: Path("again", name).read_bytes() for name in first} == first


def test_what_was_simulated_once_is_taken_from_the_store_to_the_byte(here: Path) -> None:
    study = here / "tiny_study.yaml"
    assert "known already" not in frontline("compare", study, "-n", 2, "--workers", 1, "--out", "two").stderr
    more = frontline("compare", study, "-n", 3, "--workers", 1, "--out", "three")
    assert "6 of 9 replications were known already: results/replications.sqlite" in more.stderr
    assert frontline("compare", study, "-n", 3, "--workers", 1, "--out", "anew", "--no-store").exit_code == 0
    files = [path.name for path in Path("anew").iterdir() if path.name != "manifest.json"]
    assert [name for name in files if Path("three", name).read_bytes() != Path("anew", name).read_bytes()] == []


def test_a_store_that_is_none_is_refused_before_anything_is_simulated(here: Path) -> None:
    Path("letter.txt").write_text("Dear all\n" * 200)
    found = frontline("run", here / "tiny.yaml", "--store", "letter.txt")
    assert found.exit_code == 2
    assert "letter.txt: is damaged or no store of Frontline" in found.stderr
    assert Path("letter.txt").read_text().startswith("Dear all")
    assert not Path("results").exists()
    both = frontline("run", here / "tiny.yaml", "--store", "here.sqlite", "--no-store")
    assert (both.exit_code, both.stderr) == (2, "--store and --no-store: give one of them\n")


def test_whatif_compares_without_a_study_file_and_writes_the_study_that_repeats_it(here: Path) -> None:
    words = ("whatif", here / "tiny.yaml", "--set", "fee=+8%", "--vary", "training=0 min,1 h", "-n", 2, "--workers", 1)
    found = frontline(*words, "--save", here / "asked.yaml")
    assert found.exit_code == 0, found.stderr
    assert "fee +8%, training 1 h" in found.stdout.replace("\n", " ")
    assert "asked.yaml: frontline compare" in found.stderr
    again = frontline("compare", here / "asked.yaml", "--workers", 1, "--no-store", "--out", "again")
    assert again.exit_code == 0, again.stderr
    asked = Path("results/tiny-whatif/outcomes.csv").read_bytes()
    assert Path("again/outcomes.csv").read_bytes() == asked
    twice = frontline(*words, "--save", here / "asked.yaml")
    assert (twice.exit_code, "not overwritten" in twice.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing is changed"),
        (["--set", "feee=+8%"], '--set "feee=+8%": "feee" is no setting of the scenario — did you mean fee?'),
        (["--vary", "fee=+1%,+2%,dear"], '--vary "fee=+1%,+2%,dear": pricing.fee'),
        (["--vary", "fee=" + ",".join(f"+{part}%" for part in range(61))], "61 combinations"),
    ],
)
def test_whatif_says_what_it_does_not_understand(here: Path, words: list[str], said: str) -> None:
    found = frontline("whatif", here / "tiny.yaml", *words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert not Path("results").exists()


def test_replications_are_added_until_the_precision_asked_for_is_reached_or_the_ceiling(here: Path) -> None:
    words = ("run", here / "tiny.yaml", "-n", 2, "--workers", 1, "--json", "--most", 5)
    found = frontline(*words, "--precision", "profit=0.0001%", "--precision", "occupancy=90 points")
    assert found.exit_code == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["replications"] == 5
    assert [(one["measure"], one["met"]) for one in told["precision"]] == [("profit", False), ("occupancy", True)]
    again = frontline("run", "results/tiny-run", "--workers", 1, "--out", "again", "--no-store", "--quiet")
    assert again.exit_code == 0, again.stderr
    assert "not reached" in again.stdout
    assert Path("again/result.json").read_bytes() == Path("results/tiny-run/result.json").read_bytes()
    wrong = frontline("run", here / "tiny.yaml", "--precision", "profits=5%")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        '--precision: "profits" is no measure of the scenario — did you mean profit?\n',
    )
    assert frontline("run", here / "tiny.yaml", "--most", 5).exit_code == 2
    less = frontline("run", here / "tiny.yaml", "--precision", "profit=5%", "--most", 5, "-n", 6)
    assert (less.exit_code, less.stderr) == (2, "--most is 5, less than the 6 replications to begin with\n")


def test_only_the_manifest_holds_time_path_host_workers_or_command(here: Path) -> None:
    assert frontline("compare", here / "tiny_study.yaml", "--workers", 1, "-n", 2, "--out", "out").exit_code == 0
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert {"command", "workers", "finished", "versions", "scenario_digest", "seed", "platform"} <= set(manifest)
    for path in Path("out").iterdir():
        if path.suffix in (".json", ".csv", ".svg") and path.name != "manifest.json":
            text = path.read_text()
            assert not [word for word in (str(here), os.uname().nodename, "--workers") if word in text], path
            assert manifest["finished"][:13] not in text


def test_a_policy_that_changes_nothing_is_exactly_the_same_in_every_measure(here: Path) -> None:
    found = frontline("compare", here / "tiny_study.yaml", "--workers", 1, "-n", 2, "--json")
    changes = [measure["changes"]["nothing"] for measure in json.loads(found.stdout)["measures"]]
    known = [change for change in changes if change is not None]
    assert known
    assert {(change["value"], change["half_width"], change["verdict"]) for change in known} == {(0.0, 0.0, "the same")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-n", "0"], "--replications is 0"),
        (["--workers", "-1"], "--workers is -1"),
        (["--seed", "-3"], "--seed is -3"),
        (["--set", "calendar.horizon"], "--set"),
        (["--set", "calendar.horizn=9 days"], "horizon"),
        (["--out", "/proc/none/here"], "cannot be written"),
        (["--replications", "many"], "--replications"),
    ],
)
def test_options_that_make_no_sense_are_refused(here: Path, words: list[str], said: str) -> None:
    found = frontline("run", here / "tiny.yaml", *words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert not Path("results").exists()


@pytest.mark.parametrize("name", ["missing.yaml", "README.md", "."])
def test_what_is_no_scenario_is_refused_in_words(here: Path, name: str) -> None:
    found = frontline("run", here / name)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "Traceback" not in found.stderr
    assert name in found.stderr or str(here) in found.stderr


def test_a_folder_that_is_no_result_is_left_alone_before_anything_is_simulated(here: Path) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear")
    began = time.perf_counter()
    found = frontline("run", here / "scenario.yaml", "-n", 50, "--workers", 1, "--out", "mine")
    assert time.perf_counter() - began < 10
    assert found.exit_code == 2
    assert "left alone" in found.stderr
    assert [path.name for path in Path("mine").iterdir()] == ["letter.txt"]


def test_an_unknown_measure_is_answered_with_the_nearest(here: Path) -> None:
    study = here / "wrong_measure.yaml"
    study.write_text(STUDY + "measures: [telephone.servicelevel]\n")
    found = frontline("compare", study)
    assert found.exit_code == 2
    assert "telephone.service_level" in found.stderr


def test_schema_prints_a_json_schema_of_both_kinds_of_file(here: Path) -> None:
    assert json.loads(frontline("schema").stdout)["title"] == "Scenario"
    assert "arms" in json.loads(frontline("schema", "study").stdout)["properties"]
    assert frontline("schema", "sonnet").exit_code == 2


def test_the_version_answers_at_once_and_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = "{'numpy', 'scipy', 'matplotlib', 'pandas', 'simpy', 'pydantic', 'rich'}"
    code = (
        "import sys; from sim.cli import app\n"
        "try: app(['--version'])\n"
        f"except SystemExit: print(sorted({heavy} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.splitlines() == ["frontline 0.1.0", "[]"]


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
def test_ctrl_c_leaves_one_line_no_process_and_nothing_half_written(shop: Path, tmp_path: Path) -> None:
    study = str(shop / "study.yaml")
    running = process("compare", study, "-n", "60", "--workers", "2", "--out", "deep/out", cwd=tmp_path)
    staging = tmp_path / "deep"
    deadline = time.monotonic() + 60
    while not staging.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    os.killpg(running.pid, signal.SIGINT)
    out, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    kept = r"\d+ of 300 replications stand in results/replications.sqlite: the same command goes on from there"
    assert re.fullmatch(rf"interrupted; (nothing was written|{kept})\n", errors)
    assert not staging.exists()
    assert alone(running.pid)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_before_the_work_begins_leaves_the_same_line(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, sim.cli\n"
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'sim.commands': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv = ['frontline', 'check', 'scenario.yaml']\n"
        "sim.cli.main()"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "interrupted; nothing was written\n")


def test_ctrl_c_after_the_result_is_in_its_place_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.commands.render", interrupted)
    found = frontline("run", here / "tiny.yaml", "-n", 1, "--workers", 1, "--out", "out")
    assert (found.exit_code, found.stderr) == (130, "interrupted; the result stands in out\n")
    assert Path("out", "result.json").exists()


def test_a_result_too_large_to_compute_with_is_answered_in_words(here: Path) -> None:
    wrong = STUDY.replace("multiply: 1.1", "multiply: 1.0e+200")
    (here / "wrong.yaml").write_text(wrong.replace("replications: 3", "replications: 2"))
    found = frontline("compare", here / "wrong.yaml", "--workers", 1)
    assert found.exit_code == 2
    assert "arm 'fee_up'" in found.stderr
    assert "too large to compute with" in found.stderr
    assert not [path for path in Path("results").iterdir() if path.is_dir()]


def test_a_reader_that_goes_away_is_no_traceback(shop: Path, tmp_path: Path) -> None:
    running = process("schema", cwd=tmp_path)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == ""
    running.stderr.close()
    running.wait(timeout=60)


def test_five_lines_of_python_do_the_same(shop: Path, tmp_path: Path) -> None:
    script = tmp_path / "five.py"
    script.write_text(
        "import sim\n"
        f"scenario = sim.load({str(shop / 'tiny.yaml')!r})\n"
        "result = sim.run(scenario, replications=2, workers=2)\n"
        f"comparison = sim.compare({str(shop / 'tiny_study.yaml')!r}, replications=2, workers=2)\n"
        "print(len(comparison.to_frame()), type(comparison.plot()).__name__)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert found.stderr == ""
    assert found.stdout.split()[1] == "Figure"


def test_compare_explains_through_which_links_a_policy_acts(here: Path) -> None:
    study = here / "tiny_study.yaml"
    found = frontline("compare", study, "--workers", 1, "-n", 2, "--link", "price_leaving", "--link", "load_quitting")
    assert found.exit_code == 0, found.stderr
    assert "What passes through which link: Raise the fee" in found.stdout
    assert "none of these" in found.stdout
    written = {path.name for path in Path("results/tiny").iterdir()}
    assert {"links.csv", "profit.csv", "profit.png"} <= written
    again = frontline("compare", "results/tiny", "--workers", 1, "--json", "--out", "again")
    document = json.loads(again.stdout)
    assert [link["name"] for link in document["links"]] == ["price_leaving", "load_quitting"]
    for arm in document["arms"][1:]:
        for passage in arm["passages"]:
            parts = [*passage["through"].values(), passage["none"], passage["together"]]
            assert sum(part["value"] for part in parts) == pytest.approx(passage["effect"]["value"], rel=1e-6, abs=1e-6)
    names = {line.partition(",")[0] for line in Path("again/replications.csv").read_text().splitlines()[1:]}
    assert {"fee_up", "fee_up without price_leaving", "baseline without all"} <= names
    assert Path("again/links.csv").read_bytes() == Path("results/tiny/links.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--link", "price_leavin"], "--link is 'price_leavin' — did you mean price_leaving?"),
        (["--link", "quitting_ties"], "--link is 'quitting_ties', and nothing passes through it here; links here: "),
    ],
)
def test_a_link_that_cannot_be_cut_is_refused_before_anything_is_simulated(
    here: Path, words: list[str], said: str
) -> None:
    found = frontline("compare", here / "tiny_study.yaml", *words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert not Path("results").exists()
