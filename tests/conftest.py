"""What the tests share: a small firm, ways to change it, to run it, and to look on while it runs."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.core.observations import Observations
from sim.files import load_scenario
from sim.mechanisms.interventions import PolicySettings, put_at, setting_at
from sim.model import Model
from sim.scenario import Scenario
from sim.stats.intervals import Estimate, paired_difference, paired_ratio_difference, ratio_interval

ROOT = Path(__file__).parent.parent
SEED = 20260105


def pytest_configure() -> None:
    """A shell that starts the tests in the background makes them deaf to Ctrl-C, which some of them type."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden summaries anew")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and comparisons write no pictures: where these are not looked at, they would take most of the time."""
    monkeypatch.setattr("sim.report.figures.pictures", lambda result: {})


@cache
def _firm() -> Scenario:
    return load_scenario(ROOT / "tests" / "behaviour" / "firm.yaml")


def changed(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """The scenario with settings replaced: dotted path -> value as in a file, or None to leave a section out."""
    plain = scenario.plain()
    for path, value in settings.items():
        put_at(plain, path, value)
    return Scenario.from_plain(plain)


def with_policies(scenario: Scenario, **policies: Mapping[str, Any]) -> Scenario:
    """The scenario with policies in force: name -> {"changes": ..., "costs": ...} as in a file."""
    context = {"currency": scenario.currency}
    made = {
        name: PolicySettings.model_validate({"title": name} | dict(policy), context=context)
        for name, policy in policies.items()
    }
    return scenario.model_copy(update={"policies": made})


@dataclass(frozen=True)
class Runs:
    """Replications 1 .. n of one scenario."""

    observations: tuple[Observations, ...]

    def total(self, name: str) -> list[float]:
        """A total, replication by replication; 0 where nothing was counted under the name."""
        return [seen.totals.get(name, 0.0) for seen in self.observations]

    def sum(self, name: str) -> float:
        """A total over all replications."""
        return math.fsum(self.total(name))

    def ratio(self, above: str, below: str) -> float:
        """Ratio of two totals over all replications."""
        return self.sum(above) / self.sum(below)

    def ratio_estimate(self, above: str, below: str) -> Estimate:
        """The same with its interval."""
        found = ratio_interval(self.total(above), self.total(below))
        assert found is not None
        return found

    def month(self, name: str, first: int | None, last: int | None = None) -> list[float]:
        """Sum over months [first, last) of a monthly series, replication by replication."""
        return [math.fsum(seen.months[name][first:last]) for seen in self.observations]


def more(treated: Runs, baseline: Runs, above: str, below: str | None = None) -> Estimate:
    """What the treated have more than the baseline, paired: of a total, or of a ratio of totals."""
    if below is None:
        return paired_difference(treated.total(above), baseline.total(above))
    found = paired_ratio_difference(
        treated.total(above), treated.total(below), baseline.total(above), baseline.total(below)
    )
    assert found is not None
    return found


def more_in(months: slice, treated: Runs, baseline: Runs, above: str, below: str) -> Estimate:
    """The same for a ratio over some of the months."""
    sums = [one.month(name, months.start, months.stop) for one in (treated, baseline) for name in (above, below)]
    found = paired_ratio_difference(*sums)
    assert found is not None
    return found


def rises(difference: Estimate) -> bool:
    """Whether the whole interval lies above zero."""
    return difference.low is not None and difference.low > 0


def falls(difference: Estimate) -> bool:
    """Whether the whole interval lies below zero."""
    return difference.high is not None and difference.high < 0


_seen: dict[tuple[str, int, int], Observations] = {}


def run(scenario: Scenario, replications: int = 4, seed: int = SEED) -> Runs:
    """Replications 1 .. n of a scenario; each is simulated once in a session."""
    digest = scenario.digest()
    for number in range(1, replications + 1):
        if (digest, seed, number) not in _seen:
            _seen[digest, seed, number] = Model(scenario, seed, number).run()
    return Runs(tuple(_seen[digest, seed, number] for number in range(1, replications + 1)))


def watch(
    scenario: Scenario, facts: Mapping[str, Callable[[Model, Any], None]], replication: int = 1, **more: Any
) -> Observations:
    """Run once, calling for each fact named what is given for it, with the model and the entity."""
    listeners = [Probe(name, act) for name, act in facts.items()]
    model = Model(scenario, SEED, replication, probes=listeners, **more)
    for listener in listeners:
        listener.model = model
    return model.run()


class Probe:
    """Listens to one fact and looks, without touching."""

    def __init__(self, fact: str, act: Callable[[Model, Any], None]) -> None:
        self.model: Model | None = None
        self._act = act
        setattr(self, f"on_{fact}", self._hear)

    def _hear(self, entity: Any) -> None:
        assert self.model is not None
        self._act(self.model, entity)


class Bench:
    """What the tests share, as one fixture, since test modules do not import each other."""

    changed = staticmethod(changed)
    with_policies = staticmethod(with_policies)
    run = staticmethod(run)
    watch = staticmethod(watch)
    more = staticmethod(more)
    more_in = staticmethod(more_in)
    rises = staticmethod(rises)
    falls = staticmethod(falls)
    setting_at = staticmethod(setting_at)

    def __init__(self, firm: Scenario) -> None:
        self.firm = firm

    def span(self, warm_up: str, horizon: str) -> Scenario:
        """The firm over another time."""
        return changed(self.firm, {"calendar.warm_up": warm_up, "calendar.horizon": horizon})

    def pair(
        self, settings: Mapping[str, Any], replications: int = 4, firm: Scenario | None = None
    ) -> tuple[Runs, Runs]:
        """Runs with settings changed, and without."""
        base = firm or self.firm
        return run(changed(base, settings), replications), run(base, replications)


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(_firm())


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
