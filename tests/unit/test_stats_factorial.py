"""Weights of effects: hand-calculated, adding up, and apart from each other."""

from __future__ import annotations

from itertools import combinations

import pytest

from sim.stats.factorial import all_sets, beyond_weights, effect_weights

ABC = ("a", "b", "c")


def test_the_effect_of_one_of_two_is_the_mean_of_with_minus_without() -> None:
    weights = effect_weights(["a"], ["a", "b"])
    assert weights == {
        frozenset(): -0.5,
        frozenset("a"): 0.5,
        frozenset("b"): -0.5,
        frozenset("ab"): 0.5,
    }


def test_the_interaction_of_two_is_what_both_do_beyond_the_sum() -> None:
    assert (
        effect_weights("ab", "ab")
        == beyond_weights("ab")
        == {
            frozenset(): 1.0,
            frozenset("a"): -1.0,
            frozenset("b"): -1.0,
            frozenset("ab"): 1.0,
        }
    )


def test_of_three_the_whole_is_beyond_its_parts_by_all_interactions() -> None:
    made = {"": 5.0, "a": 1.0, "b": -2.0, "c": 0.5, "ab": 0.7, "ac": 0.0, "bc": -0.3, "abc": 0.2}

    def outcome(arm: frozenset[str]) -> float:
        return sum(value for name, value in made.items() if set(name) <= arm)

    found = sum(weight * outcome(arm) for arm, weight in beyond_weights(ABC).items())
    assert found == pytest.approx(0.7 + 0.0 - 0.3 + 0.2)
    third = sum(weight * outcome(arm) for arm, weight in effect_weights(ABC, ABC).items())
    assert third == pytest.approx(0.2)
    main = sum(weight * outcome(arm) for arm, weight in effect_weights("a", ABC).items())
    assert main == pytest.approx(1.0 + 0.7 / 2 + 0.2 / 4)


def test_effects_add_up_to_nothing_and_are_apart_from_each_other() -> None:
    effects = [effect_weights(one, ABC) for one in all_sets(ABC)[1:]]
    assert all(sum(weights.values()) == 0.0 for weights in effects)
    for one, other in combinations(effects, 2):
        assert sum(one[arm] * other[arm] for arm in one) == 0.0


def test_what_is_no_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="is no effect"):
        effect_weights("d", ABC)
    with pytest.raises(ValueError, match="is no combination"):
        beyond_weights("a")
