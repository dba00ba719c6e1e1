"""Chat: how much work an agent does with several chats open, by each of the three forms."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from sim.mechanisms.chat import ChatSettings, paces_by_typing, paces_of, total_pace


def settings(**given: Any) -> ChatSettings:
    return ChatSettings.model_validate({"most": 3, "assignment": "fewest_open"} | given)


def test_without_slowdown_each_chat_goes_on_as_if_alone_and_with_full_slowdown_all_share_one_pace() -> None:
    assert [total_pace(n, 0.0) for n in (1, 2, 5)] == [1.0, 2.0, 5.0]
    assert [total_pace(n, 1.0) for n in (1, 2, 5)] == [1.0, 1.0, 1.0]
    assert [total_pace(n, 0.25) for n in (1, 2, 3)] == pytest.approx([1.0, 1.6, 2.0])


def test_pace_by_typing_is_that_of_the_solved_machine_repair_chain() -> None:
    """Balance of the chain of chats that wait for the agent, solved in fractions."""
    for typing in (Fraction(1, 4), Fraction(1, 2), Fraction(4, 5)):
        turns = (1 - typing) / typing
        busy = []
        for n in range(1, 6):
            weights = [Fraction(1)]
            for k in range(n):
                weights.append(weights[-1] * (n - k) * turns)
            busy.append(1 - weights[0] / sum(weights))
        assert paces_by_typing(5, float(typing)) == pytest.approx([float(one / busy[0]) for one in busy])


def test_more_chats_never_do_more_than_so_many_agents_and_gain_less_each() -> None:
    for typing in (0.0, 0.1, 0.5, 0.9):
        paces = paces_by_typing(6, typing)
        steps = [after - before for before, after in pairwise((0.0, *paces))]
        assert paces[0] == 1.0
        assert all(after <= before + 1e-12 for before, after in pairwise(steps))
        assert paces[-1] <= 1.0 / (1.0 - typing) + 1e-12


def test_one_form_is_given_and_a_list_of_paces_fits_the_number_of_chats() -> None:
    assert paces_of(settings(pace=[1.0, 1.6, 1.9])) == (1.0, 1.6, 1.9)
    assert paces_of(settings(slowdown=0.25)) == pytest.approx((1.0, 1.6, 2.0))
    assert paces_of(settings(typing=0.5)) == pytest.approx((1.0, 1.6, 1.875))
    for wrong in (
        {},
        {"slowdown": 0.2, "typing": 0.5},
        {"pace": [1.0, 1.6]},
        {"pace": [1.0, 1.5, 2.5]},
        {"pace": [2, 3, 4]},
    ):
        with pytest.raises(ValidationError):
            settings(**wrong)
