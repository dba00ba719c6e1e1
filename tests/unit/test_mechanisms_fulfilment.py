"""Fulfilment's settings and arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sim.core.units import INTERNAL
from sim.mechanisms.fulfilment import FulfilmentSettings, left_over

ORDERS = Path(__file__).parents[1] / "behaviour" / "orders.yaml"


def settings(**more: Any) -> FulfilmentSettings:
    plain = yaml.safe_load(ORDERS.read_text(encoding="utf-8")) | more
    return FulfilmentSettings.model_validate(plain, context={**INTERNAL, "currency": "EUR"})


def test_each_check_catches_its_share_of_what_is_left() -> None:
    assert left_over(0.0, 0.4) == 1.0
    assert left_over(1.0, 0.4) == pytest.approx(0.6)
    assert left_over(3.0, 0.5) == pytest.approx(0.125)
    assert left_over(2.5, 0.3) == pytest.approx(left_over(1.0, 0.3) * left_over(1.5, 0.3))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sources": {"any": ["depot", "attic"]}}, "'attic'"),
        ({"sources": {"any": []}}, "no source of any"),
        ({"placed_by": {"enquiry": "boat"}}, "'boat'"),
        ({"stock_out": None}, "stock_out"),
        ({"errors": {"late": {"at": "delivery", "share": "1 %", "cost": "0 EUR"}}}, "'late'"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**wrong)


def test_a_source_must_keep_every_product_that_has_stock() -> None:
    with pytest.raises(ValidationError, match="no source of home has the product handset"):
        settings(sources={"home": ["van"], "any": ["depot"]}, locations=_with_a_van())


def _with_a_van() -> dict[str, Any]:
    plain: dict[str, Any] = yaml.safe_load(ORDERS.read_text(encoding="utf-8"))["locations"]
    return plain | {"van": {"delivery": {"law": "constant", "mean": "1 h"}}}
