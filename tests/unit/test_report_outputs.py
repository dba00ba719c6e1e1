"""The folder of reports: ours is renewed, what others wrote or changed is left alone; formats by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.report.outputs import CONTENTS, OUTPUTS, Unmade, check_writable, formats_of, write


def test_html_is_made_where_no_format_is_named_and_all_means_all() -> None:
    assert formats_of([]) == ("html",)
    assert formats_of(["HTML, html", "html"]) == ("html",)
    assert formats_of(["all"]) == tuple(OUTPUTS)


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(Unmade, match=r"--format htm: is no format.*did you mean html"):
        formats_of(["htm"])


def test_files_are_listed_with_their_digests_and_renewed(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write({"a.html": b"one"}, place, Path("results/a"))
    write({"a.html": b"two", "tables/b.csv": b"three"}, place, Path("results/a"))
    assert (place / "a.html").read_bytes() == b"two"
    listed = json.loads((place / CONTENTS).read_text())
    assert set(listed["files"]) == {"a.html", "tables/b.csv"}
    assert {path.name for path in place.iterdir()} == {"a.html", "tables", CONTENTS}


def test_another_format_leaves_those_made_before(tmp_path: Path) -> None:
    write({"a.html": b"one"}, tmp_path / "out", Path("a"))
    write({"a.pdf": b"two"}, tmp_path / "out", Path("a"))
    assert (tmp_path / "out" / "a.html").read_bytes() == b"one"


def test_a_file_that_somebody_has_worked_on_is_left_alone_and_nothing_is_written(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write({"a.html": b"one", "b.html": b"one"}, place, Path("a"))
    (place / "b.html").write_bytes(b"my own words")
    with pytest.raises(Unmade, match=r"b\.html: was changed since it was made"):
        write({"a.html": b"two", "b.html": b"two"}, place, Path("a"))
    assert (place / "a.html").read_bytes() == b"one"
    assert (place / "b.html").read_bytes() == b"my own words"


def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write({"a.html": b"one"}, place, Path("a"))
    (place / "b.html").write_bytes(b"somebody's")
    with pytest.raises(Unmade, match="none of ours"):
        write({"b.html": b"two"}, place, Path("a"))


def test_a_folder_of_somebody_else_and_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for place in (tmp_path / "mine", tmp_path / "mine" / "letter.txt"):
        with pytest.raises(Unmade, match="--out"):
            check_writable(place)
    (tmp_path / "mine" / CONTENTS).write_text("{}")
    with pytest.raises(Unmade, match="left alone"):
        check_writable(tmp_path / "mine")


def test_a_changed_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write({"a.html": b"one"}, place, Path("a"))
    (place / "a.html").unlink()
    write({"a.html": b"two"}, place, Path("a"))
    assert (place / "a.html").read_bytes() == b"two"
