"""Keyed random numbers: scalar = array, uniform, without collisions, and independent between relatives."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from sim.core import streams

ROOT = streams.root_key(2026, 1)
U = streams.named("patience")
Keys = npt.NDArray[np.uint64]


def brood(count: int, parent: int = ROOT) -> Keys:
    return streams.brood(parent, 0, count)


def test_scalar_and_array_give_the_same_keys_and_uniforms() -> None:
    count = 100_000
    keys = brood(count)
    ordinals = np.arange(count, dtype=np.int64)[::-1]
    listed = keys.tolist()
    assert listed == [streams.child(ROOT, ordinal) for ordinal in range(count)]
    assert streams.mix_array(keys).tolist() == [streams.mix(key) for key in listed]
    assert streams.children(keys, ordinals).tolist() == [
        streams.child(key, ordinal) for key, ordinal in zip(listed, ordinals.tolist(), strict=True)
    ]
    found = streams.uniforms(keys, U)
    assert found.tolist() == [streams.uniform(key, U) for key in listed]


def test_children_broadcast_a_named_number_over_parents() -> None:
    name = streams.named("billing")
    keys = brood(100)
    found = streams.children(keys, np.array([name], dtype=np.uint64))
    assert found.tolist() == [streams.child(key, name) for key in keys.tolist()]


def test_a_brood_may_be_taken_in_pieces() -> None:
    whole = streams.brood(ROOT, 0, 1000)
    pieces = [streams.brood(ROOT, first, 250) for first in range(0, 1000, 250)]
    assert np.concatenate(pieces).tolist() == whole.tolist()


def test_keys_of_streams_and_roots_are_the_same_for_ever() -> None:
    assert streams.named("patience") == 0x0B4F53789F4C00F5
    assert [streams.root_key(seed, 1) for seed in (1, 2026)] == [0xB73F25787A95FFCC, 0xCABB61097A6EE917]
    assert streams.uniform(ROOT, U) == 0.6587267090901866


def test_a_uniform_is_never_zero_or_one() -> None:
    smallest, largest = 0.5 * 2.0**-52, ((2**52 - 1) + 0.5) * 2.0**-52
    assert smallest > 0.0
    assert largest < 1.0
    u = streams.uniforms(brood(200_000), U)
    assert u.min() >= smallest
    assert u.max() <= largest


@pytest.mark.parametrize("stream", ["patience", "work", "luck", "churn threshold"])
@pytest.mark.parametrize("parent", [ROOT, streams.root_key(0, 0), streams.root_key(1, 2), 0])
def test_uniforms_of_siblings_are_uniform(stream: str, parent: int) -> None:
    u = streams.uniforms(brood(50_000, parent), streams.named(stream))
    counts = np.bincount((u * 200).astype(np.int64), minlength=200)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_uniforms_are_uniform_down_a_line_of_descent() -> None:
    key, found = ROOT, []
    for _ in range(20_000):
        key = streams.child(key, 1)
        found.append(streams.uniform(key, U))
    assert stats.kstest(found, "uniform").pvalue > 1e-4


def test_uniforms_of_the_low_bits_are_uniform_too() -> None:
    u = streams.uniforms(brood(100_000), U)
    low = np.floor(u * 2.0**40) % 64
    assert stats.chisquare(np.bincount(low.astype(np.int64), minlength=64)).pvalue > 1e-4


def test_relatives_and_streams_are_not_correlated() -> None:
    n = 100_000
    keys = brood(n)
    ones = np.ones(n, dtype=np.int64)
    series = {
        "own": streams.uniforms(keys, U),
        "other stream": streams.uniforms(keys, streams.named("work")),
        "first child": streams.uniforms(streams.children(keys, ones), U),
        "second child": streams.uniforms(streams.children(keys, 2 * ones), U),
        "next replication": streams.uniforms(brood(n, streams.root_key(2026, 2)), U),
        "next seed": streams.uniforms(brood(n, streams.root_key(2027, 1)), U),
    }
    names = list(series)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            r = np.corrcoef(series[one], series[other])[0, 1]
            assert abs(r) < 4.5 / math.sqrt(n), (one, other, r)
    for lag in (1, 2, 7, 64):
        r = np.corrcoef(series["own"][lag:], series["own"][:-lag])[0, 1]
        assert abs(r) < 4.5 / math.sqrt(n)


def test_pairs_of_neighbours_fill_the_square() -> None:
    u = streams.uniforms(brood(100_000), U)
    cells = (u[:-1] * 16).astype(np.int64) * 16 + (u[1:] * 16).astype(np.int64)
    assert stats.chisquare(np.bincount(cells[::2], minlength=256)).pvalue > 1e-4


def test_keys_of_a_whole_family_do_not_collide() -> None:
    customers = brood(10_000)
    kinds = [np.array([streams.named(kind)], dtype=np.uint64) for kind in ("billing", "fault", "order")]
    issues = [
        streams.children(streams.children(customers, kind), np.full(customers.size, ordinal, dtype=np.int64))
        for kind in kinds
        for ordinal in range(4)
    ]
    contacts = [streams.children(keys, np.full(keys.size, n, dtype=np.int64)) for keys in issues for n in (1, 2, 3)]
    everyone = np.concatenate([customers, *issues, *contacts])
    assert np.unique(everyone).size == everyone.size > 450_000


def test_roots_of_seeds_and_replications_do_not_collide() -> None:
    roots = {streams.root_key(seed, replication) for seed in range(300) for replication in range(300)}
    assert len(roots) == 90_000


def test_names_of_streams_do_not_collide() -> None:
    names = [f"{word} {number}" for word in ("patience", "work", "luck", "seats of") for number in range(5000)]
    assert len({streams.named(name) for name in names}) == len(names)
