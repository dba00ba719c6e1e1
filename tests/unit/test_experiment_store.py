"""The store: what it keeps it gives back, to the byte, to whoever asks for the same replication of the same model."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sim.core.observations import Observations
from sim.experiment.identity import model_version
from sim.experiment.store import FORMAT, MARK, Cell, Store, StoreFailed, StoreRefused

ROOT = Path(__file__).parents[2]
PLAIN = Observations(3, {"profit": 0.1 + 0.2}, {"fees": (1e-300, 2.5)}, {}, ("2026-01",)).to_plain()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store.sqlite"


def made_by_hand(path: Path, *statements: str) -> bytes:
    """A database made without the store; returns its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path)
    with file:
        for statement in statements:
            file.execute(statement)
    file.close()
    return path.read_bytes()


def test_what_is_kept_comes_back_to_the_last_bit(path: Path) -> None:
    cell = Cell("digest", 2**63 - 1, 3)
    with Store(path) as store:
        assert store.found([cell]) == {}
        store.keep(cell, PLAIN)
    with Store(path) as store:
        assert store.found([cell, Cell("digest", 1, 3)]) == {cell: PLAIN}
        assert len(store) == 1


def test_many_are_asked_for_at_once(path: Path) -> None:
    with Store(path) as store:
        for number in range(1, 1002, 2):
            store.keep(Cell("one", 1, number), {**PLAIN, "replication": number})
        found = store.found([Cell("one", 1, number) for number in range(1, 1002)])
    assert [cell.replication for cell in found] == list(range(1, 1002, 2))
    assert all(cell.replication == plain["replication"] for cell, plain in found.items())


def test_another_model_is_another_replication(path: Path) -> None:
    cell = Cell("digest", 1, 1)
    with Store(path, "0.1.0+aa") as store:
        store.keep(cell, PLAIN)
    with Store(path, "0.1.0+bb") as store:
        assert store.found([cell]) == {}


def test_the_version_of_the_model_is_that_of_its_source() -> None:
    code = "from sim.experiment.identity import model_version; print(model_version())"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == model_version()
    version, _, digest = model_version().partition("+")
    assert version
    assert len(digest) == 16


def test_what_is_kept_twice_is_kept_once(path: Path) -> None:
    cell = Cell("digest", 1, 1)
    with Store(path) as one, Store(path) as other:
        one.keep(cell, PLAIN)
        other.keep(cell, PLAIN)
        assert len(one) == 1


def test_several_use_one_file_at_the_same_time(path: Path) -> None:
    def write(first: int) -> None:
        with Store(path) as store:
            for number in range(first, first + 50):
                store.keep(Cell("digest", 1, number), PLAIN)

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200, 25)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Store(path) as store:
        assert len(store) == 175


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("CREATE TABLE theirs (a)",), "no store of Frontline"),
        (("PRAGMA application_id = 7",), "no store of Frontline"),
        ((f"PRAGMA application_id = {MARK}", f"PRAGMA user_version = {FORMAT + 1}"), "a later version"),
        ((f"PRAGMA application_id = {MARK}", f"PRAGMA user_version = {FORMAT - 1}"), "an earlier version"),
    ],
)
def test_a_file_of_somebody_else_or_another_version_is_refused_and_left_as_it_is(
    path: Path, statements: tuple[str, ...], said: str
) -> None:
    before = made_by_hand(path, *statements)
    with pytest.raises(StoreRefused, match=said):
        Store(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("a letter, not a database\n" * 100)
    with pytest.raises(StoreRefused, match="damaged or no store"):
        Store(path)
    assert path.read_text().startswith("a letter")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="--no-store"):
        Store(tmp_path)


def test_a_damaged_row_is_told_and_not_taken_for_a_result(path: Path) -> None:
    cell = Cell("digest", 1, 1)
    with Store(path) as store:
        store.keep(cell, PLAIN)
    made_by_hand(path, "UPDATE replications SET observed = x'00ff'")
    with Store(path) as store, pytest.raises(StoreRefused, match="replication 1 cannot be read"):
        store.found([cell])


def test_a_damaged_page_is_told(path: Path) -> None:
    with Store(path) as store:
        for number in range(200):
            store.keep(Cell("digest", 1, number), {"noise": list(range(number, number + 500))})
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * (size // 4))
    with pytest.raises(StoreRefused, match="left as it is"), Store(path) as store:
        store.found([Cell("digest", 1, number) for number in range(200)])


def test_a_full_disk_is_told_and_what_was_kept_stands(path: Path) -> None:
    with Store(path) as store:
        store.keep(Cell("digest", 1, 1), PLAIN)
        pages = store._file.execute("PRAGMA page_count").fetchone()[0]
        store._file.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFailed, match=r"full.*those kept before are safe"):
            for number in range(2, 200):
                store.keep(Cell("digest", 1, number), {"noise": [value * 1.1 for value in range(900)]})
        kept = len(store)
    assert kept >= 1
    with Store(path) as store:
        assert len(store) == kept
