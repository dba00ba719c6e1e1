"""Erlang formulas against reference values computed twice, by closed form and by solving the Markov chain."""

import math

import pytest

from sim.calibration.erlang import (
    abandonment,
    agents_needed,
    erlang_b,
    erlang_c,
    finite_queue_blocking,
    mean_wait,
    occupancy,
    service_level,
    speed_of_answer,
    waiting_probability,
)

# The project's reference cases EB, EC, MK and EA: any one unit of time. EC4 and EA7 are also printed by
# pyworkforce, EA9 by Whitt (2005), Engineering Solution of a Basic Call-Center Model, table 1.
BLOCKED = [(5.0, 10, 0.01838457033664814), (10.0, 17, 0.012948875224726571), (3.0, 5, 0.11005434782608696)]
# (arrival rate, handle time, agents, target), (waiting probability, mean wait, occupancy, service level)
CaseC = tuple[tuple[float, float, int, float], tuple[float, float, float, float]]
ERLANG_C: dict[str, CaseC] = {
    "EC1": ((0.5, 1.0, 1, 1.0), (0.5, 1.0, 0.5, 0.6967346701436833)),
    "EC2": ((1.6, 1.0, 2, 1.0), (0.7111111111111111, 1.7777777777777783, 0.8, 0.5233279672635454)),
    "EC4": (
        (10 / 3, 3.0, 14, 1 / 3),
        (0.17413193359505, 0.13059895019628756, 0.7142857142857144, 0.8883500191794668),
    ),
    "EC6": ((45.0, 1.0, 50, 0.1), (0.3638644672069884, 0.07277289344139767, 0.9, 0.7793050446589594)),
}
# (arrival rate, handle time, agents, patience, target), (waiting probability, abandonment, mean wait),
# (occupancy, speed of answer, service level)
Three = tuple[float, float, float]
CaseA = tuple[tuple[float, float, int, float, float], Three, Three]
ERLANG_A: dict[str, CaseA] = {
    "EA1": (
        (1.2, 1.0, 1, 2.0, 0.5),
        (0.7605549469691081, 0.3662042108588297, 0.7324084217176591),
        (0.7605549469694043, 0.653778348731625, 0.3698962391193603),
    ),
    "EA2": (
        (10.0, 1.0, 10, 2.0, 0.2),
        (0.6196552308840775, 0.10391321232630824, 0.20782642465261636),
        (0.8960867876736918, 0.199581207170592, 0.5720232388885755),
    ),
    "EA7": (
        (10 / 3, 3.0, 14, 5.0, 1 / 3),
        (0.14526011429636132, 0.013983744122408936, 0.06991872061204478),
        (0.704297325626851, 0.06464133407535044, 0.9167920918635468),
    ),
    "EA9": (
        (102.0, 1.0, 100, 1.0, 0.1),
        (0.5917186345188439, 0.04991797599982095, 0.04991797599982071),
        (0.9690836644801826, 0.049040921854774794, 0.7587772981086683),
    ),
}


@pytest.mark.parametrize(("offered_load", "lines", "blocked"), BLOCKED)
def test_blocking_is_erlang_b(offered_load: float, lines: int, blocked: float) -> None:
    assert erlang_b(offered_load, lines) == pytest.approx(blocked, rel=1e-12)


def test_a_finite_queue_blocks_as_its_chain_says() -> None:
    # Case MK1: M/M/1/5 at 1.2 erlang. One agent: rho^5 (1 - rho) / (1 - rho^6).
    assert finite_queue_blocking(1.2, 1, places=5) == pytest.approx(0.25058812155586346, rel=1e-12)
    assert finite_queue_blocking(1.2, 1, places=5) == pytest.approx(1.2**5 * 0.2 / (1.2**6 - 1), rel=1e-12)
    # M/M/2/3 at 1 erlang: states 1, 1, 1/2, 1/4.
    assert finite_queue_blocking(1.0, 2, places=3) == pytest.approx(0.25 / 2.75, rel=1e-12)
    assert finite_queue_blocking(4.0, 5, places=2000) == pytest.approx(0.0, abs=1e-100)


@pytest.mark.parametrize("case", ERLANG_C.values(), ids=ERLANG_C)
def test_a_queue_of_endless_patience_is_erlang_c(case: CaseC) -> None:
    (rate, handle, agents, target), (waiting, wait, busy, level) = case
    assert waiting_probability(rate, handle, agents) == pytest.approx(waiting, rel=1e-12)
    assert erlang_c(rate * handle, agents) == pytest.approx(waiting, rel=1e-12)
    assert mean_wait(rate, handle, agents) == pytest.approx(wait, rel=1e-12)
    assert speed_of_answer(rate, handle, agents) == pytest.approx(wait, rel=1e-12)
    assert occupancy(rate, handle, agents) == pytest.approx(busy, rel=1e-12)
    assert service_level(rate, handle, agents, target) == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize("case", ERLANG_A.values(), ids=ERLANG_A)
def test_a_queue_of_limited_patience_is_erlang_a(case: CaseA) -> None:
    (rate, handle, agents, patience, target), (waiting, lost, wait), (busy, answer, level) = case
    # The two methods of the reference agree to about 1e-12.
    close = 4e-12
    assert waiting_probability(rate, handle, agents, patience) == pytest.approx(waiting, rel=close)
    assert abandonment(rate, handle, agents, patience) == pytest.approx(lost, rel=close)
    assert mean_wait(rate, handle, agents, patience) == pytest.approx(wait, rel=close)
    assert occupancy(rate, handle, agents, patience) == pytest.approx(busy, rel=close)
    assert speed_of_answer(rate, handle, agents, patience) == pytest.approx(answer, rel=close)
    assert service_level(rate, handle, agents, target, patience) == pytest.approx(level, rel=close)


def test_the_share_of_the_answered_within_target_is_whitts() -> None:
    # Case EA9 at a target of 0.2.
    answered = 1 - abandonment(102, 1, 100, 1)
    assert service_level(102, 1, 100, 0.2, 1) / answered == pytest.approx(0.9644127481739377, rel=1e-12)


def test_patience_equal_to_handle_time_makes_the_number_present_poisson() -> None:
    # All leave at one rate, as with endless agents: P(wait) = P(Poisson(3) >= 2) = 1 - 4 exp(-3).
    assert waiting_probability(3.0, 1.0, 2, 1.0) == pytest.approx(1 - 4 * math.exp(-3), rel=1e-12)
    # Busy agents: P(1) + 2 P(>= 2) = 2 - 5 exp(-3).
    assert occupancy(3.0, 1.0, 2, 1.0) == pytest.approx((2 - 5 * math.exp(-3)) / 2, rel=1e-12)


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    for measure in (waiting_probability, mean_wait, speed_of_answer, occupancy):
        assert measure(9.0, 1.0, 10, 1e9) == pytest.approx(measure(9.0, 1.0, 10), rel=1e-6)
    assert service_level(9.0, 1.0, 10, 0.5, 1e9) == pytest.approx(service_level(9.0, 1.0, 10, 0.5), rel=1e-6)


def test_the_unit_of_time_does_not_matter() -> None:
    minutes, seconds = (10.0, 3.0, 32, 0.5, 2.0), (10.0 / 60, 180.0, 32, 30.0, 120.0)
    assert service_level(*minutes) == pytest.approx(service_level(*seconds), rel=1e-12)


def test_a_target_of_zero_counts_those_who_never_wait() -> None:
    for patience in (None, 2.0):
        found = service_level(10.0, 1.0, 12, 0.0, patience)
        assert found == pytest.approx(1 - waiting_probability(10.0, 1.0, 12, patience), rel=1e-12)


def test_an_overload_without_abandonment_never_settles() -> None:
    assert waiting_probability(5.0, 1.0, 5) == 1.0
    assert mean_wait(5.0, 1.0, 5) == math.inf
    assert service_level(5.0, 1.0, 5, 1.0) == 0.0
    assert occupancy(6.0, 1.0, 5) == 1.0


def test_an_overload_with_abandonment_loses_what_the_agents_cannot_carry() -> None:
    assert abandonment(5000.0, 1.0, 2000, 10.0) == pytest.approx(0.6, rel=1e-9)
    assert occupancy(5000.0, 1.0, 2000, 10.0) == pytest.approx(1.0, rel=1e-9)
    # Fluid limit: those answered waited patience x log(offered / carried).
    assert speed_of_answer(5000.0, 1.0, 2000, 10.0) == pytest.approx(10 * math.log(2.5), rel=1e-3)


def test_many_idle_agents_do_not_underflow() -> None:
    assert service_level(10.0, 1.0, 1000, 0.1, 2.0) == 1.0
    assert mean_wait(10.0, 1.0, 1000, 2.0) == 0.0
    assert erlang_b(10.0, 1000) == 0.0


def test_without_agents_everybody_waits_and_abandons() -> None:
    assert waiting_probability(4.0, 1.0, 0, 0.5) == 1.0
    assert mean_wait(4.0, 1.0, 0, 0.5) == pytest.approx(0.5)
    assert service_level(4.0, 1.0, 0, 1.0, 0.5) == 0.0
    assert speed_of_answer(4.0, 1.0, 0, 0.5) == math.inf
    assert finite_queue_blocking(4.0, 0, places=3) == 1.0


@pytest.mark.parametrize("patience", [None, 0.5, 3.0])
@pytest.mark.parametrize("rate", [0.05, 2.0, 10.0, 200.0])
def test_the_agents_needed_meet_the_target_and_one_fewer_does_not(rate: float, patience: float | None) -> None:
    agents = agents_needed(rate, 1.0, 0.8, 0.1, patience)
    assert service_level(rate, 1.0, agents, 0.1, patience) >= 0.8
    assert service_level(rate, 1.0, agents - 1, 0.1, patience) < 0.8


def test_abandonment_never_adds_agents() -> None:
    # 80 % in 20 s, contacts of 3 min: case EC4, 200 an hour, needs its 14 agents, and 100 an hour 8.
    assert agents_needed(200 / 60, 3.0, 0.8, 1 / 3) == 14
    assert agents_needed(100 / 60, 3.0, 0.8, 1 / 3) == 8
    assert agents_needed(100 / 60, 3.0, 0.8, 1 / 3, patience=2.0) == 7
    assert agents_needed(0.0, 3.0, 0.8, 1 / 3) == 0


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="target_share is 1"):
        agents_needed(1.0, 1.0, 1.0, 0.1)
    with pytest.raises(ValueError, match="patience is 0"):
        mean_wait(1.0, 1.0, 1, 0.0)
    with pytest.raises(ValueError, match="handle_time is -1"):
        mean_wait(1.0, -1.0, 1)
    with pytest.raises(ValueError, match="target_wait is -1"):
        service_level(1.0, 1.0, 1, -1.0)
    with pytest.raises(ValueError, match="places is 2"):
        finite_queue_blocking(1.0, 3, places=2)
    with pytest.raises(ValueError, match="agents is -1"):
        erlang_b(1.0, -1)
    with pytest.raises(ValueError, match="agents is 0"):
        occupancy(1.0, 1.0, 0)
