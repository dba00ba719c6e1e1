"""Win-back: who left may come back, for a cost, with what he remembers."""

from __future__ import annotations

from typing import Any

import pytest

OFFER = {
    "approached": "50 %", "share": {"service": "20 %", "price": "40 %", "other": "20 %"},
    "delay": {"law": "exponential", "mean": "30 days"}, "offer": "5 EUR", "reward": "40 EUR",
}  # fmt: skip


def test_an_offer_to_nobody_changes_nothing(bench: Any) -> None:
    idle, base = bench.pair({"win_back": OFFER | {"approached": "0 %"}}, 1)
    before, after = base.observations[0].totals, idle.observations[0].totals
    assert {name: after[name] for name in before} == before
    assert after["win_back.lost"] > 100
    assert after["win_back.offers"] == after["win_back.returned"] == 0


def test_some_of_those_who_are_approached_come_back_at_a_cost(bench: Any) -> None:
    won, base = bench.pair({"win_back": OFFER | {"delay": {"law": "constant", "mean": "1 days"}}}, 2)
    offers, returned = won.sum("win_back.offers"), won.sum("win_back.returned")
    assert offers == pytest.approx(0.5 * won.sum("win_back.lost"), abs=4 * (0.25 * won.sum("win_back.lost")) ** 0.5)
    assert returned == pytest.approx(0.2 * offers, abs=4 * (0.16 * offers) ** 0.5)
    assert won.sum("win_back.spent") == 5 * offers + 40 * returned
    assert won.sum("ledger.win_back") < 0
    assert won.sum("customers") > base.sum("customers")


def test_more_offers_bring_back_more_and_among_them_the_same(bench: Any) -> None:
    came: dict[str, set[int]] = {}
    for approached in ("30 %", "100 %"):
        came[approached] = back = set()

        def note(model: Any, slots: Any, back: set[int] = back) -> None:
            back.update(model.world.base.key.array[slots].tolist())

        alone = {"win_back": OFFER | {"approached": approached}, "acquisition": None, "churn.equity_effect": 0.0}
        bench.watch(bench.changed(bench.firm, alone), {"customers_joined": note})
    assert came["30 %"] < came["100 %"]


def test_who_left_for_a_cause_without_a_share_stays_away(bench: Any) -> None:
    only = {"win_back": OFFER | {"approached": "100 %", "share": {"involuntary": "100 %"}}}
    away = bench.run(bench.changed(bench.firm, only), 1)
    assert away.sum("win_back.offers") > 100
    assert away.sum("win_back.returned") == 0
    moved = bench.run(bench.changed(bench.firm, {**only, "churn.involuntary": {"rate": "0.2 per year"}}), 1)
    assert moved.sum("win_back.returned") > 0.5 * moved.sum("losses.involuntary")


def test_who_comes_back_feels_as_he_did_when_he_left(bench: Any) -> None:
    at_once = OFFER | {"approached": "100 %", "share": dict.fromkeys(("service", "price", "other"), "100 %")}
    left: set[tuple[float, float]] = set()
    back: list[tuple[float, float]] = []

    def feelings(model: Any, slots: Any) -> list[tuple[float, float]]:
        levels, equity = model.world.ask.satisfaction()[slots], model.world.ask.equity(slots, 0.0)
        return list(zip(levels.tolist(), equity.tolist(), strict=True))

    def look(model: Any, _: Any) -> None:
        base = model.world.base
        joined = base.active.array[: base.size] & (base.joined.array[: base.size] == model.world.env.now)
        back.extend(feelings(model, joined.nonzero()[0]))

    settings = {"win_back": at_once | {"delay": {"law": "constant", "mean": "1 days"}}, "acquisition": None}
    hears = {"customers_left": lambda model, slots: left.update(feelings(model, slots)), "day_began": look}
    bench.watch(bench.changed(bench.firm, settings), hears)
    assert len(back) > 100
    assert set(back) <= left
