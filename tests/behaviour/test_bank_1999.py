"""The bank of 1999: its scenarios run, hold the numbers that the fit finds in the log, and compare as the page says."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sim.calibration.bank_fit import KINDS, counts, dates_of, expected_calls, handle_times, patience, share
from sim.calibration.bank_log import STREAMS, BankLog, read_bank_log
from sim.core.units import DAY
from sim.files import load_scenario
from sim.model import Model
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
LOG = ROOT.parent / "shared" / "data" / "bank1999_calls_jan_feb.csv.gz"
FILES = {"bank_1999.yaml": 1, "bank_1999_february.yaml": 2}
needs_the_log = pytest.mark.skipif(not LOG.exists(), reason="the bank's log is not beside the repository")


@pytest.fixture(scope="module")
def log() -> BankLog:
    found = read_bank_log(LOG)
    return found.where(found.offered & found.open)


@pytest.fixture(scope="module")
def january(log: BankLog) -> BankLog:
    return log.where(log.month(1))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(SCENARIOS / "bank_1999.yaml")


def _volumes(scenario: Scenario, stream: str) -> float:
    assert scenario.arrivals is not None
    table = scenario.arrivals.streams[stream].volumes
    assert table is not None
    return sum(sum(row) for row in table.rows.values())


@pytest.mark.parametrize("file", FILES)
def test_a_week_of_the_bank_is_plausible(file: str) -> None:
    plain = load_scenario(SCENARIOS / file).plain()
    plain["calendar"]["horizon"] = 7 * DAY
    totals = Model(Scenario.from_plain(plain), 1, 1).run().totals
    offered = totals["telephone.offered"]
    assert 5_000 < offered < 9_000
    assert 0.05 < totals["telephone.abandoned"] / offered < 0.25
    assert 0.3 < totals["telephone.queued"] / offered < 0.8
    assert 0.5 < totals["agents.busy"] / totals["agents.duty"] < 0.9


def test_known_customers_go_ahead_from_the_day_the_log_shows_it(scenario: Scenario) -> None:
    changes = scenario.policies["head_start"].changes
    assert {change.from_.isoformat() for change in changes.values() if change.from_} == {"1999-01-13"}
    february = load_scenario(SCENARIOS / "bank_1999_february.yaml")
    assert not february.policies
    assert february.routing.head_start == {name: 90.0 * kind.steps for name, kind in KINDS.items() if kind.steps}


def test_february_has_the_needs_of_january(scenario: Scenario) -> None:
    february = load_scenario(SCENARIOS / "bank_1999_february.yaml")
    assert february.agents == scenario.agents
    assert february.patience == scenario.patience


@needs_the_log
@pytest.mark.parametrize(("file", "month"), FILES.items())
def test_volumes_are_the_calls_counted(file: str, month: int, log: BankLog, january: BankLog) -> None:
    found = load_scenario(SCENARIOS / file)
    counted = counts(log)[dates_of(log, month)].sum(axis=(0, 1))
    rates = expected_calls(log)[dates_of(log, month)].sum(axis=(0, 1))
    for name, kind in KINDS.items():
        stream = STREAMS.index(kind.stream)
        assert _volumes(found, name) == pytest.approx(rates[stream] * share(january, kind), rel=1e-3)
    assert rates == pytest.approx(counted, rel=0.02)


@needs_the_log
def test_handle_times_are_those_of_january(scenario: Scenario, january: BankLog) -> None:
    found = handle_times(january)
    for name, law in scenario.agents.handle_time.items():
        expected = found[KINDS[name].stream]
        assert law.law == "lognormal"
        assert law.mean == pytest.approx(expected.mean_s, abs=0.051)
        assert law.cv == pytest.approx(expected.cv, abs=0.0051)


@needs_the_log
@pytest.mark.parametrize("name", KINDS)
def test_patience_is_that_of_january(name: str, scenario: Scenario, january: BankLog) -> None:
    best = patience(january, KINDS[name])[0]
    assert scenario.patience is not None
    law = scenario.patience.channels["telephone"].by_kind[name]
    assert law.law == best.law
    if law.law == "hyperexponential":
        impatient, patient = law.phases
        assert impatient.share == pytest.approx(best.parameters["impatient_share"], abs=0.00051)
        assert impatient.mean == pytest.approx(best.parameters["impatient_mean_s"], abs=0.51)
        assert patient.mean == pytest.approx(best.parameters["patient_mean_s"], abs=0.51)
    else:
        assert law.mean_value == pytest.approx(best.mean_s, abs=0.51)
    if law.law == "weibull":
        assert law.shape == pytest.approx(best.parameters["shape"], abs=0.0051)


def _experiment(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "experiments" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@needs_the_log
def test_the_page_shows_what_the_backtest_finds() -> None:
    """The whole back-test again, row by row as it stands in the page."""
    backtest = _experiment("backtest_bank_1999")
    months = {name: backtest.simulated(file, backtest.REPLICATIONS, 2) for name, (_, file) in backtest.MONTHS.items()}
    table = backtest.markdown(backtest.compared(backtest.read_log(LOG), months))
    page = (ROOT / "docs" / "bank_1999.md").read_text()
    assert not [row for row in table.splitlines() if row not in page]


@pytest.mark.slow
@needs_the_log
def test_the_fit_gives_the_tables_of_the_scenarios_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = _experiment("fit_bank_1999")
    monkeypatch.setattr("sys.argv", ["fit_bank_1999.py", str(LOG), "--out", str(tmp_path)])
    fit.main()
    assert len(list(tmp_path.iterdir())) == 4
    for written in tmp_path.iterdir():
        assert written.read_text() == (SCENARIOS / written.name).read_text()
