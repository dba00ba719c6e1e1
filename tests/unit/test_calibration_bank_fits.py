"""Fits of handle times, patience, volumes and queue rule recover the truth of synthetic logs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration.day_errors import DayResampling, quantile_of_histogram, wait_histogram
from sim.calibration.discipline import change_day, fit_head_start, pairs
from sim.calibration.durations import agent_effect, gaps_under_queue, sample_moments
from sim.calibration.patience_fit import (
    draw_patience,
    fit_exponential,
    fit_hyperexponential,
    fit_patience,
    fit_weibull,
)
from sim.calibration.volumes import count_table, day_factor, shrunk_rates, within_day_index


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(1999)


def test_moments_come_with_the_error_of_the_mean(random: np.random.Generator) -> None:
    found = sample_moments(200 * random.standard_exponential(20_000))
    assert abs(found["mean_s"] - 200) < 4 * found["mean_se"]
    assert found["cv"] == pytest.approx(1.0, abs=0.05)


def test_agent_effect_is_net_of_the_mix_of_calls(random: np.random.Generator) -> None:
    agents = np.repeat(np.arange(40), 400)
    kinds = (random.random(16_000) < agents / 40).astype(np.int64)
    own = 0.2 * random.standard_normal(40)
    times = np.exp(5 + 0.8 * kinds + own[agents] + 0.9 * random.standard_normal(16_000))
    effect = agent_effect(times, kinds, agents)
    assert abs(effect.sd - 0.2) < 4 * effect.se
    assert effect.within_sd == pytest.approx(0.9, abs=4 * 0.9 / np.sqrt(2 * 16_000))


def test_no_agent_effect_is_found_where_there_is_none(random: np.random.Generator) -> None:
    times = np.exp(5 + random.standard_normal(8_000))
    effect = agent_effect(times, np.zeros(8_000, dtype=np.int64), np.repeat(np.arange(40), 200))
    assert effect.sd < 0.06


def test_gaps_count_only_where_a_call_stood_in_line() -> None:
    gaps = gaps_under_queue(
        day=np.array([0, 0, 0, 1]),
        server=np.array([1, 1, 1, 1]),
        entered=np.array([0.0, 50.0, 400.0, 0.0]),
        queued_s=np.array([0.0, 57.0, 0.0, 0.0]),
        service_s=np.array([100.0, 60.0, 10.0, 10.0]),
    )
    assert gaps.tolist() == [7.0]


def _censored(times: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    offered = 150 * random.standard_exponential(len(times))
    return np.minimum(times, offered), times < offered


def test_exponential_patience_is_recovered_under_censoring(random: np.random.Generator) -> None:
    times, ended = _censored(400 * random.standard_exponential(8_000), random)
    fit = fit_exponential(times, ended)
    error = fit.errors["mean_s"]
    assert error is not None
    assert abs(fit.mean_s - 400) < 4 * error
    assert fit_patience(np.maximum(times, 0.5), ended)[0].log_likelihood >= fit.log_likelihood - 5


def test_weibull_patience_is_recovered_under_censoring(random: np.random.Generator) -> None:
    times, ended = _censored(300 * random.weibull(0.8, 8_000), random)
    fit = fit_weibull(times, ended)
    for name, truth in (("shape", 0.8), ("scale_s", 300.0)):
        error = fit.errors[name]
        assert error is not None
        assert abs(fit.parameters[name] - truth) < 4 * error


def test_hyperexponential_patience_is_recovered_and_chosen(random: np.random.Generator) -> None:
    impatient = random.random(12_000) < 0.25
    times = np.where(impatient, 30.0, 700.0) * random.standard_exponential(12_000)
    times, ended = _censored(times, random)
    fit = fit_hyperexponential(times, ended)
    truth = {"impatient_share": 0.25, "impatient_mean_s": 30.0, "patient_mean_s": 700.0}
    for name, value in truth.items():
        error = fit.errors[name]
        assert error is not None
        assert abs(fit.parameters[name] - value) < 4 * error
    assert fit_patience(times, ended)[0].law == "hyperexponential"


def test_drawn_patience_has_the_mean_of_the_fit(random: np.random.Generator) -> None:
    times, ended = _censored(300 * random.weibull(0.8, 4_000), random)
    n = 40_000
    for fit in fit_patience(times, ended):
        drawn = draw_patience(fit, random.random(n), random.random(n))
        assert abs(np.mean(drawn) - fit.mean_s) < 4 * np.std(drawn) / np.sqrt(n)


def test_patience_without_a_hang_up_is_refused() -> None:
    with pytest.raises(ValueError, match="no hang-up"):
        fit_exponential(np.array([3.0, 5.0]), np.array([False, False]))


def _autocorrelated_days(random: np.random.Generator, days: int, cv: float, lag: float) -> np.ndarray:
    state = np.empty(days)
    state[0] = random.standard_normal()
    for day in range(1, days):
        state[day] = lag * state[day - 1] + np.sqrt(1 - lag**2) * random.standard_normal()
    return np.asarray(random.poisson(1000 * np.maximum(1 + cv * state, 0.1)))


def test_day_factor_is_net_of_poisson_noise(random: np.random.Generator) -> None:
    found = day_factor(_autocorrelated_days(random, 2_000, 0.05, 0.6))
    assert abs(found.cv - 0.05) < 4 * found.cv_se
    assert found.raw_cv > found.cv
    assert abs(found.lag_1 - 0.6) < 4 * found.lag_1_se + 0.05


def test_pure_poisson_days_have_almost_no_day_factor(random: np.random.Generator) -> None:
    found = day_factor(random.poisson(1000, 2_000))
    assert found.cv < 0.015


def test_within_day_index_is_one_for_poisson_counts(random: np.random.Generator) -> None:
    rate = np.outer(random.gamma(25, 1 / 25, 60), np.linspace(20, 80, 30))
    counts = random.poisson(rate)
    assert within_day_index(counts) == pytest.approx(1, abs=4 * np.sqrt(2 / (59 * 29)))


def test_shrunk_rates_are_nearer_to_the_truth_than_counts_and_keep_totals(
    random: np.random.Generator,
) -> None:
    rate = np.outer(random.gamma(25, 1 / 25, 40), np.linspace(20, 80, 34)) * random.gamma(40, 1 / 40, (40, 34))
    rates = rate[:, :, None] * np.array([0.7, 0.3])
    counts = random.poisson(rates)
    shrunk = shrunk_rates(counts, within_day_index(counts.sum(axis=2)))
    assert np.mean((shrunk - rates) ** 2) < 0.8 * np.mean((counts - rates) ** 2)
    np.testing.assert_allclose(shrunk.sum(axis=(1, 2)), counts.sum(axis=(1, 2)), rtol=1e-9)


def test_count_table_counts_every_call_once() -> None:
    table = count_table(np.array([0, 0, 1]), np.array([14, 14, 47]), np.array([1, 1, 0]), 2, 2)
    assert table.shape == (2, 48, 2)
    assert (table[0, 14, 1], table[1, 47, 0], table.sum()) == (2, 1, 3)


def _line(random: np.random.Generator, days: int, head_start: float, since: int) -> tuple[np.ndarray, ...]:
    """One agent, deterministic services, two classes, B with a head start from a day on."""
    rows = []
    for day in range(days):
        entered = np.sort(random.uniform(0, 6000, 100))
        high = random.random(100) < 0.5
        rank = entered - head_start * high * (day >= since)
        now, left = 0.0, set(range(100))
        while left:
            waiting = [call for call in left if entered[call] <= now]
            if not waiting:
                now = min(entered[call] for call in left)
                continue
            call = min(waiting, key=lambda one: rank[one])
            left.remove(call)
            rows.append((day, entered[call], now - entered[call], high[call]))
            now += 58.0
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def test_head_start_and_its_first_day_are_read_from_who_was_served_first(random: np.random.Generator) -> None:
    day, entered, queued, high = _line(random, 12, 90.0, 5)
    answered = np.ones(len(day), dtype=bool)
    lag, first, of_day = pairs(day, entered, queued, answered, is_a=~high, is_b=high)
    assert change_day(lag, first, of_day, 90.0) == 5
    after = fit_head_start(lag[of_day >= 5], first[of_day >= 5])
    assert after.seconds == pytest.approx(90, abs=5)
    assert after.share > 0.97
    before = fit_head_start(lag[of_day < 5], first[of_day < 5])
    assert before.share < 0.03


def test_day_bootstrap_error_of_a_ratio_is_that_between_days(random: np.random.Generator) -> None:
    groups = np.zeros(50, dtype=np.int64)
    waits = 50 + 10 * random.standard_normal(50)
    value, error = DayResampling.of(groups, 2_000).ratio(100 * waits, np.full(50, 100.0))
    assert value == pytest.approx(np.mean(waits))
    assert error == pytest.approx(np.std(waits) / np.sqrt(50), rel=4 / np.sqrt(2 * 2_000))


def test_days_without_a_group_are_never_drawn() -> None:
    times = DayResampling.of(np.array([0, 0, -1, 1])).times
    assert times[:, 2].sum() == 0
    assert set(times[:, :2].sum(axis=1)) == {2.0}


def test_quantiles_of_the_histogram_are_those_of_whole_seconds() -> None:
    waits = np.array([1.0, 2.0, 3.0, 4.0])
    histogram = wait_histogram(np.zeros(4, dtype=np.int64), waits, 1).sum(axis=0)
    assert [quantile_of_histogram(histogram, p) for p in (0.25, 0.5, 1.0)] == [1.0, 2.0, 4.0]
