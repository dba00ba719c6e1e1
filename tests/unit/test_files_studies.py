"""Studies: their arms, and one clear line for everything that is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment.plan import Plan, plan_of_study
from sim.files import FileProblem, load_study

SMALL = Path(__file__).parents[1] / "behaviour" / "small.yaml"
STUDY = """\
frontline: 1
study: small
title: Lines or staff?
scenario: ../scenarios/small.yaml
replications: 4
seed: 2026
policies:
  lines:
    title: Five lines more
    changes:
      channels.channels.telephone.lines: {add: 5}
    costs: {one_off: "5,000 EUR"}
  staff:
    title: Two agents more
    changes:
      workforce.groups.desk.headcount: {to: 8, from: 2026-02-02}
arms:
  staff: [staff]
  both: [lines, staff]
measures: [telephone.service_level]
confidence: 90 %
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with scenarios and experiments, which is also where we are."""
    for name in ("small.yaml", "small_volumes.csv"):
        (tmp_path / "scenarios").mkdir(exist_ok=True)
        (tmp_path / "scenarios" / name).write_text(SMALL.with_name(name).read_text("utf-8"), "utf-8")
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "small.yaml").write_text(STUDY, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaints(text: str) -> list[str]:
    Path("experiments/small.yaml").write_text(text, "utf-8")
    with pytest.raises(FileProblem) as caught:
        load_study("experiments/small.yaml")
    return str(caught.value).splitlines()


def test_a_study_has_the_baseline_and_its_arms(folder: Path) -> None:
    study = load_study("experiments/small.yaml")
    assert (study.name, study.replications, study.seed, study.confidence) == ("small", 4, 2026, 0.9)
    assert list(study.arms) == ["baseline", "staff", "both"]
    assert list(study.arms["baseline"].policies) == ["spring_training"]
    assert list(study.arms["both"].policies) == ["spring_training", "lines", "staff"]
    assert study.arms["both"].title == "Five lines more + Two agents more"
    assert study.scenario_of(study.arms["baseline"]) == study.scenario
    assert study.scenario_of(study.arms["both"]).policies == study.arms["both"].policies
    assert study.measures == ("telephone.service_level",)


def test_without_arms_each_policy_is_one(folder: Path) -> None:
    Path("experiments/small.yaml").write_text(STUDY.replace("arms:\n  staff: [staff]\n  both: [lines, staff]\n", ""))
    assert list(load_study("experiments/small.yaml").arms) == ["baseline", "lines", "staff"]


@pytest.mark.parametrize("reference", ["policies: more.yaml", "policies: {file: more.yaml}"])
def test_policies_may_be_shared(folder: Path, reference: str) -> None:
    start, end = STUDY.index("policies:"), STUDY.index("arms:")
    Path("experiments/more.yaml").write_text("frontline: 1\n" + STUDY[start:end], "utf-8")
    Path("experiments/small.yaml").write_text(f"{STUDY[:start]}{reference}\n{STUDY[end:]}", "utf-8")
    assert list(load_study("experiments/small.yaml").arms) == ["baseline", "staff", "both"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("study: small", "study: a/b",
         '2: study is "a/b", and needs a name of letters, digits, - and _, because results are kept in a folder of '
         "that name"),
        ("replications: 4", "replications: none", '5: replications is "none"; it must be a whole number'),
        ("replications: 4", "replications: 0", "5: replications is 0; it must be at least 1"),
        ("replications: 4\n", "", "1: replications is missing; it must be a whole number"),
        ("seed: 2026", "sead: 2026",
         "6: sead is not known here; known: frontline, study, kind, title, scenario, replications, "
         "seed, confidence, policies, arms, measures, precision, most_replications, best — did you mean seed?"),
        ("/small.yaml", "/smal.yaml",
         '4: scenario is "../scenarios/smal.yaml", which does not exist — did you mean ../scenarios/'
         "small.yaml?"),
        ("../scenarios/small.yaml", "/scenarios/small.yaml",
         '4: scenario is "/scenarios/small.yaml"; name the file relative to this one'),
        ("[lines, staff]", "[lines, stuff]",
         '19: arms.both is "stuff"; known policies: lines, staff — did you mean staff?'),
        ("[lines, staff]", "[lines, lines]", '19: arms.both names "lines" twice'),
        ("both: [", "both now: [",
         '19: the arm "both now" needs a name of letters, digits, - and _, because results are kept in a folder of '
         "that name"),
        ("both: [", "Staff: [", '19: the arm "Staff" differs only in capitals from "staff"; give it another name'),
        ("both: [", "baseline: [",
         "19: arms.baseline is always an arm: the scenario as it is; give this one another name, or leave it out"),
        ("  lines:\n", "  spring_training:\n",
         "8: policies.spring_training is in force in the scenario already; give it another name"),
        ("5,000 EUR", "5,000 USD",
         '12: policies.lines.costs.one_off is in USD, but the scenario counts in EUR (found "5,000 USD")'),
        ("telephone.lines:", "phone.lines:",
         "11: policies.lines.changes.channels.channels.phone.lines is no setting of the scenario — did you mean "
         "channels.channels.telephone.lines?"),
        ("{add: 5}", "{add: -50}",
         '11: policies.lines.changes.channels.channels.telephone.lines is "-30"; it must be at least 1'),
        ("confidence: 90 %", "confidence: 90", "21: confidence needs a percent sign, such as '90 %' (found 90)"),
        ("confidence: 90 %", "confidence: 100 %", '21: confidence is "100 %"; it must be less than 100 %'),
        ("frontline: 1", "frontline: 2",
         "1: frontline is 2; this version of Frontline (0.1.0) reads format 1; the file is "
         "newer: install a newer Frontline"),
        (STUDY, SMALL.read_text("utf-8"),
         "2: the file is a scenario; here a study (with the keys study, scenario, replications ...) is expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_study_is_told(folder: Path, old: str, new: str, message: str) -> None:
    assert STUDY.count(old) == 1
    found = [text for text in complaints(STUDY.replace(old, new)) if "unknown" not in text]
    assert found[0] == f"experiments/small.yaml:{message}"


def test_an_unknown_measure_names_the_nearest(folder: Path) -> None:
    found = complaints(STUDY.replace("telephone.service_level", "telephone.servicelevel"))
    assert len(found) == 1
    assert found[0].startswith('experiments/small.yaml:20: measures is "telephone.servicelevel"')
    assert found[0].endswith("— did you mean telephone.service_level?")


def test_a_broken_scenario_is_told_with_its_own_file(folder: Path) -> None:
    scenario = Path("scenarios/small.yaml")
    scenario.write_text(scenario.read_text("utf-8").replace("away: 10 %", "away: 10"), "utf-8")
    found = complaints(STUDY)
    assert len(found) == 1
    assert found[0].startswith("scenarios/small.yaml:")


def test_a_study_of_a_study_is_refused(folder: Path) -> None:
    Path("experiments/other.yaml").write_text(STUDY, "utf-8")
    found = complaints(STUDY.replace("../scenarios/small.yaml", "other.yaml"))
    assert found == ["experiments/other.yaml:2: study stands in a study; here a scenario is expected"]


def test_policies_that_do_not_go_together_are_told_at_their_arm(folder: Path) -> None:
    more = "channels.channels.telephone.lines: {add: -12}"
    text = STUDY.replace("{add: 5}", "{add: -12}").replace(
        "      workforce.groups", f"      {more}\n      workforce.groups"
    )
    where = "channels.channels.telephone.lines"
    assert complaints(text) == [
        "experiments/small.yaml:20: arms.both: the policies do not go together: "
        f"{where} would not be right; it must be at least 1"
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("profits", 'best is "profits" — did you mean profit?'),
        ("ledger.fees", "of which neither more nor less is better"),
    ],
)
def test_the_best_is_looked_for_in_a_measure_of_which_more_or_less_is_better(
    folder: Path, name: str, said: str
) -> None:
    found = complaints(STUDY.replace("seed: 2026", f"seed: 2026\nbest: {name}"))
    assert said in found[0]


def test_the_measure_of_the_best_is_kept(folder: Path) -> None:
    Path("experiments/small.yaml").write_text(STUDY.replace("seed: 2026", "seed: 2026\nbest: profit"), "utf-8")
    plan = plan_of_study(load_study("experiments/small.yaml"))
    assert Plan.from_plain(plan.to_plain()).best == plan.best == "profit"
