"""Stock: nothing is dealt out that is not there, and nothing is lost on its way."""

from __future__ import annotations

from sim.core.stock import Shelf, Stock


def test_no_more_is_dealt_out_than_is_there() -> None:
    shelf = Shelf(5)
    assert [shelf.deal(3), shelf.deal(3), shelf.deal(3)] == [3, 2, 0]
    assert (shelf.on_hand, shelf.out) == (0, 5)


def test_what_was_ordered_comes_on_its_day_once() -> None:
    shelf = Shelf(0)
    shelf.order(4, day=3)
    shelf.order(2, day=3)
    assert [shelf.receive(2), shelf.receive(3), shelf.receive(3)] == [0, 6, 0]


def test_stock_is_ordered_up_to_its_level_counting_what_comes_and_what_waits() -> None:
    shelf = Shelf(10)
    shelf.deal(7)
    assert shelf.missing(10, waiting=0) == 7
    shelf.order(5, day=9)
    assert shelf.missing(10, waiting=0) == 2
    assert shelf.missing(10, waiting=4) == 6
    assert shelf.missing(3, waiting=0) == 0


def test_units_come_from_the_first_place_that_has_them() -> None:
    stock = Stock()
    stock.shelves[0, 0], stock.shelves[0, 1] = Shelf(2), Shelf(1)
    sources = [[0, 1], [0, 1], [0, 1], [0, 1], [1]]
    assert stock.deal([(0, places, 0) for places in sources]) == [0, 0, -1, -1, 1]
    assert stock.books() == (3, 0, 3, 0)


def test_what_is_not_kept_in_stock_is_always_there() -> None:
    stock = Stock()
    stock.shelves[0, 0] = Shelf(0)
    assert stock.deal([(1, [0, 1], 1), (0, [0, 1], 0)]) == [1, -1]
