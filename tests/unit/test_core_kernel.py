"""Stories, points, facts, ports, the base and observations: the kernel's small parts, one by one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import simpy

from sim.core import streams
from sim.core.entities import Base
from sim.core.facts import Facts
from sim.core.kernel import Agenda, Environment
from sim.core.observations import Observations, rounded
from sim.core.points import PointProcess
from sim.core.ports import Ports

ROOT = streams.root_key(5, 1)


def later(env: simpy.Environment, delay: float, act: Callable[[Any], None]) -> None:
    simpy.Timeout(env, delay).callbacks.append(act)  # type: ignore[union-attr]  # None only once processed


def doings(env: simpy.Environment) -> list[tuple[float, str]]:
    """What processes, a resource and an interrupt do on an environment, in order."""
    done: list[tuple[float, str]] = []
    desk = simpy.Resource(env, 1)

    def customer(name: str, arrives: float, stays: float) -> Any:
        yield env.timeout(arrives)
        with desk.request() as turn:
            found = yield turn | env.timeout(3)
            done.append((env.now, f"{name} {'served' if turn in found else 'gone'}"))
            if turn in found:
                yield env.timeout(stays)
                done.append((env.now, f"{name} done"))

    for number, (arrives, stays) in enumerate([(0, 5), (1, 1), (3, 2), (5, 4), (5, 1), (20, 1)]):
        env.process(customer(f"customer {number}", arrives, stays))
    env.run(until=15)
    return done


def test_the_clock_runs_simpy_as_simpy_does() -> None:
    assert doings(Environment()) == doings(simpy.Environment()) != []


def test_the_clock_stops_at_the_moment_asked_for_before_what_happens_then() -> None:
    env, heard = Environment(), []
    for delay in (1.0, 2.0, 3.0):
        later(env, delay, lambda _: heard.append(env.now))
    env.run(until=2.0)
    assert (env.now, heard) == (2.0, [1.0])
    env.run(until=9.0)
    assert (env.now, heard) == (9.0, [1.0, 2.0, 3.0])


def test_what_goes_wrong_in_a_process_is_not_lost() -> None:
    env = Environment()

    def process() -> Any:
        yield env.timeout(1)
        raise RuntimeError("lost its way")

    env.process(process())
    with pytest.raises(RuntimeError, match="lost its way"):
        env.run(until=5)


def test_a_call_is_made_after_its_delay_in_the_order_of_all_that_happens() -> None:
    env, heard = Environment(), []

    def again(name: str) -> None:
        heard.append((env.now, name))
        if len(heard) < 3:
            env.after(2.0, again, name)

    env.after(1.0, again, "call")
    later(env, 3.0, lambda _: heard.append((env.now, "event")))
    env.run(until=100.0)
    assert heard == [(1.0, "call"), (3.0, "event"), (3.0, "call")]


def test_what_is_expected_is_met_at_its_time_after_the_events_of_that_moment() -> None:
    env, heard = Environment(), []

    def meet(entry: tuple[float, Any, str]) -> None:
        heard.append((env.now, entry[2]))
        if entry[2] == "first":
            env.expect([(3.0, meet, "told in between"), (2.5, meet, "before it")])

    env.expect([(4.0, meet, "last"), (1.0, meet, "first"), (3.0, meet, "with an event")])
    for moment in (3.0, 5.0):
        later(env, moment, lambda _: heard.append((env.now, "event")))
    env.run(until=4.5)
    assert heard == [
        (1.0, "first"), (2.5, "before it"), (3.0, "event"), (3.0, "with an event"), (3.0, "told in between"),
        (4.0, "last"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"before 4\.5"):
        env.expect([(1.0, meet, "too late")])


def test_single_steps_go_the_same_way_as_a_run() -> None:
    def doings_of(env: Environment) -> list[Any]:
        heard: list[Any] = []
        meet = lambda entry: heard.append((env.now, entry[2]))  # noqa: E731
        env.expect([(2.0, meet, "b"), (1.0, meet, "a")])
        env.after(1.5, lambda name: heard.append((env.now, name)), "call")
        later(env, 3.0, lambda _: heard.append((env.now, "event")))
        return heard

    one, other = Environment(), Environment()
    whole, steps = doings_of(one), doings_of(other)
    one.run(until=10.0)
    for _ in range(4):
        other.step()
    assert steps == whole == [(1.0, "a"), (1.5, "call"), (2.0, "b"), (3.0, "event")]
    with pytest.raises(simpy.core.EmptySchedule):
        other.step()


def test_an_agenda_is_gone_through_in_order_and_what_is_past_at_once() -> None:
    env, heard = Environment(), []
    env.run(until=2.0)
    entries = [(1.0, "late"), (2.0, "now"), (5.0, "one"), (5.0, "other"), (7.5, "last")]
    Agenda(env, entries, lambda entry: heard.append((env.now, entry[1])))
    env.run(until=100.0)
    assert heard == [(2.0, "late"), (2.0, "now"), (5.0, "one"), (5.0, "other"), (7.5, "last")]


def test_points_come_at_unit_rate_whatever_the_steps_in_which_they_are_taken() -> None:
    one, other = PointProcess(ROOT), PointProcess(ROOT)
    whole, keys = one.points_up_to(5000.0)
    pieces = [other.points_up_to(mass) for mass in np.linspace(0.1, 5000.0, 777).tolist()]
    assert np.concatenate([points for points, _ in pieces]).tolist() == whole.tolist()
    assert np.concatenate([found for _, found in pieces]).tolist() == keys.tolist()
    assert np.unique(keys).size == keys.size
    assert abs(whole.size - 5000) < 4 * 5000**0.5
    assert np.all(np.diff(whole) > 0)
    assert whole[-1] <= 5000.0


class Listener:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_contact_offered(self, contact: Any) -> None:
        self.heard.append(contact)


def test_a_fact_is_told_to_everyone_who_listens_in_their_order() -> None:
    facts, order = Facts(), []

    class Noting(Listener):
        def on_contact_offered(self, contact: Any) -> None:
            order.append((self, contact))

    first, second = Noting(), Noting()
    facts.bind([first, object(), second])
    facts.contact_offered("one")  # type: ignore[arg-type]  # any entity will do
    facts.contact_blocked("nobody listens")  # type: ignore[arg-type]  # any entity will do
    assert order == [(first, "one"), (second, "one")]


def test_a_lone_listener_is_called_directly() -> None:
    facts, only = Facts(), Listener()
    facts.bind([only])
    assert facts.contact_offered == only.on_contact_offered


def test_a_listener_to_a_fact_that_does_not_exist_is_refused() -> None:
    class Wrong:
        def on_contact_ofered(self, _: Any) -> None:
            pass

    with pytest.raises(TypeError, match="contact_ofered"):
        Facts().bind([Wrong()])


class Answering:
    answers: tuple[str, ...] = ("training_hours",)

    def training_hours(self) -> float:
        return 7.0


def test_a_question_has_the_answer_of_the_one_who_answers_it_or_that_of_a_world_without_it() -> None:
    ports = Ports()
    ports.bind([])
    assert ports.training_hours() == 0.0
    assert ports.satisfaction() is None
    ports.bind([Answering()])
    assert ports.training_hours() == 7.0


def test_two_answers_to_a_question_and_answers_to_none_are_refused() -> None:
    class Other(Answering):
        pass

    class Odd(Answering):
        answers = ("training_ours",)

    with pytest.raises(TypeError, match="both answer"):
        Ports().bind([Answering(), Other()])
    with pytest.raises(TypeError, match="nobody asks"):
        Ports().bind([Odd()])


def test_places_of_customers_who_left_are_used_again_with_everything_forgotten() -> None:
    base = Base(("home",))
    worth = base.column(np.float64, fill=1.5)
    first = base.places(3000)
    assert base.size == len(base) == 3000
    base.active.array[first] = True
    worth.array[first] = 9.0
    base.vacate(first[10:20])
    assert len(base) == 2990
    assert len(list(base)) == 2990
    again = base.places(12)
    assert set(again.tolist()) == {*range(10, 20), 3000, 3001}
    assert worth.array[again].tolist() == [1.5] * 12
    assert worth.view[int(again[0])] == 1.5
    assert len(base) == base.size == 3002


def test_a_place_has_its_customer_until_he_leaves_and_no_place_has_nobody() -> None:
    base = Base(("home",))
    slot = int(base.places(1)[0])
    base.key.array[slot] = 17
    assert base.has(slot, 17)
    assert not base.has(slot, 18)
    assert not base.has(-1, 0)
    base.vacate(np.array([slot]))
    assert not base.has(slot, 17)


def test_observations_survive_the_way_to_plain_data_and_back() -> None:
    seen = Observations(3, {"a": 1 / 3}, {"b": (1.0, 2 / 3)}, {"c": (0.1,)}, ("2026-01",))
    back = Observations.from_plain(seen.to_plain())
    assert back == Observations(3, {"a": rounded(1 / 3)}, {"b": (1.0, rounded(2 / 3))}, {"c": (0.1,)}, ("2026-01",))
    assert back.to_plain() == seen.to_plain()


@pytest.fixture(autouse=True)
def no_rubbish() -> Iterator[None]:
    yield
    gc.collect()
