"""Running cells: same result for any number of workers, clear words when something dies, nothing left behind."""

from __future__ import annotations

import operator
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.core.observations import Observations
from sim.experiment import execution
from sim.experiment.execution import Arm, ReplicationFailed, observe, simulate
from sim.experiment.pool import WorkersDied, run_in_processes, run_serially
from sim.experiment.store import Store
from sim.scenario import Scenario


def nothing(place: int, result: Any) -> None:
    pass


def in_order(run: Callable[..., None], function: Callable[..., Any], tasks: list[Any], **how: Any) -> list[Any]:
    """Results of tasks in their order, however they came."""
    found: dict[int, Any] = {}
    run(function, tasks, found.__setitem__, how.pop("progress", silent), **how)
    return [found[place] for place in range(len(tasks))]


def silent(done: int, total: int) -> None:
    pass


class Fake:
    """A scenario as far as execution looks at it."""

    name = "fake"

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def digest(self) -> str:
        return self.mark

    def plain(self) -> dict[str, Any]:
        return {"mark": self.mark}


def arm(name: str, mark: str) -> Arm:
    return Arm(name, name, Fake(mark))  # type: ignore[arg-type]  # looked at for its name and digest only


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Replications that were simulated, in their order; the second of ``bad`` fails."""
    seen: list[tuple[str, int]] = []

    def replicate(digest: str, seed: int, replication: int, packed: bytes) -> Any:
        seen.append((digest, replication))
        if digest == "bad" and replication == 2:
            return execution.Failure("BalanceBroken", "money does not add up", "")
        return Observations(replication, {"seed": float(seed), "mark": float(len(digest))}).to_plain()

    monkeypatch.setattr(execution, "_replicate", replicate)
    return seen


@pytest.fixture
def arms(run: list[tuple[str, int]]) -> list[Arm]:
    return [arm("baseline", "a"), arm("more", "bb")]


def test_cells_come_back_by_arm_and_replication(arms: list[Arm]) -> None:
    seen: list[tuple[int, int]] = []
    found = simulate(arms, 3, seed=9, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert {name: [run.replication for run in runs] for name, runs in found.items()} == {
        "baseline": [1, 2, 3],
        "more": [1, 2, 3],
    }
    assert found["more"][0].totals == {"seed": 9.0, "mark": 2.0}
    assert seen == [(done, 6) for done in range(7)]


def test_only_what_is_taken_of_a_replication_is_held_and_arms_are_made_one_at_a_time(run: list[Any]) -> None:
    class Made(Sequence[Arm]):
        asked = 0

        def __len__(self) -> int:
            return 3

        def __getitem__(self, place: Any) -> Any:
            if place >= len(self):
                raise IndexError
            self.asked += 1
            return replace(arm(str(place), "a" * (place + 1)), first=10 * place + 1)

    arms = Made()
    found = observe(arms, 2, 9, lambda seen: (seen.replication, seen.totals["mark"]), workers=1)
    assert found == [((1, 1.0), (2, 1.0)), ((11, 2.0), (12, 2.0)), ((21, 3.0), (22, 3.0))]
    assert arms.asked == 3


def test_a_worker_holds_a_few_scenarios_and_no_more(bench: Any) -> None:
    execution._scenarios.clear()
    packed = execution.packed_up(bench.firm)
    for number in range(30):
        execution._unpacked(str(number), packed)
    assert len(execution._scenarios) == execution._SCENARIOS_HELD
    assert execution._unpacked("29", packed).digest() == bench.firm.digest()


def test_a_failed_replication_says_which_one_it_was(arms: list[Arm]) -> None:
    with pytest.raises(ReplicationFailed) as caught:
        simulate([arms[0], arm("policy", "bad")], 3, seed=9, workers=1)
    said = str(caught.value)
    assert all(word in said for word in ("'fake'", "'policy'", "seed 9", "replication 2", "BalanceBroken", "add up"))


def test_a_study_that_is_run_again_or_extended_simulates_only_what_is_missing(
    run: list[tuple[str, int]], tmp_path: Path
) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        first = simulate([arm("a", "a")], 2, 9, 1, store=store)
        assert run == [("a", 1), ("a", 2)]
        run.clear()
        seen: list[tuple[int, int]] = []
        arms = [arm("a", "a"), arm("b", "b")]
        again = simulate(arms, 3, 9, 1, lambda done, total: seen.append((done, total)), store=store)
    assert run == [("a", 3), ("b", 1), ("b", 2), ("b", 3)]
    assert seen == [(2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]
    assert again["a"][:2] == first["a"]


def test_a_replication_that_fails_takes_no_other_with_it(run: list[tuple[str, int]], tmp_path: Path) -> None:
    with Store(tmp_path / "store.sqlite") as store:
        with pytest.raises(ReplicationFailed, match="arm 'bad', seed 9, replication 2"):
            simulate([arm("bad", "bad"), arm("b", "b")], 3, 9, 1, store=store)
        assert len(run) == 6
        assert len(store) == 5


def test_an_error_inside_the_model_becomes_a_failure_not_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(scenario: Scenario, seed: int, replication: int, cut: Sequence[str]) -> Observations:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(execution, "_run_model", broken)
    monkeypatch.setattr(execution, "_unpacked", lambda digest, packed: None)
    outcome = execution._replicate("here", 1, 1, b"")
    assert isinstance(outcome, execution.Failure)
    assert (outcome.kind, outcome.message) == ("ZeroDivisionError", "by nought")


@pytest.mark.parametrize(("replications", "workers"), [(0, 1), (1, 0)])
def test_no_replications_and_no_workers_are_refused(arms: list[Arm], replications: int, workers: int) -> None:
    with pytest.raises(ValueError, match="expected at least 1"):
        simulate(arms, replications, seed=1, workers=workers)


def test_processes_return_results_in_the_order_of_the_tasks() -> None:
    tasks = [(number, 7) for number in range(40)]
    seen: list[int] = []
    found = in_order(run_in_processes, operator.mul, tasks, progress=lambda done, total: seen.append(done), workers=3)
    assert found == in_order(run_serially, operator.mul, tasks)
    assert seen == list(range(41))


def test_an_exception_ends_all_processes_at_once() -> None:
    def refuse(place: int, result: Any) -> None:
        raise RuntimeError("enough")

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        run_in_processes(time.sleep, [(0.01,), *[(60,)] * 10], refuse, silent, workers=2)
    assert time.monotonic() - began < 30


def test_killed_workers_are_replaced_once_and_then_named(tmp_path: Path) -> None:
    with pytest.raises(WorkersDied, match="twice"):
        run_in_processes(os._exit, [(1,)] * 3, nothing, silent, workers=2)


def test_what_a_killed_worker_left_is_done_by_a_new_pool(tmp_path: Path) -> None:
    # Only the first attempt can rename the file, and dies of it.
    mark = tmp_path / "mark"
    mark.write_text("")
    code = (
        "import os, sys\n"
        f"try: os.rename({str(mark)!r}, {str(mark) + '.done'!r})\n"
        "except FileNotFoundError: pass\n"
        "else: os._exit(1)"
    )
    tasks = [("'done' if True else 0",)] * 3
    found = in_order(run_in_processes, eval, tasks, workers=2, prepare=exec, given=code)
    assert found == ["done"] * 3


def test_a_worker_imports_neither_scipy_nor_a_plotting_library() -> None:
    code = "import sys, sim.experiment.execution, sim.model"
    heavy = "sorted({'scipy.stats', 'scipy', 'matplotlib', 'pandas', 'typer', 'rich'} & set(__import__('sys').modules))"
    assert in_order(run_in_processes, eval, [(heavy,)] * 2, workers=2, prepare=exec, given=code) == [[], []]
