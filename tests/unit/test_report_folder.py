"""The result folder is replaced whole, only after success, and only if it is one of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.report.folder import MANIFEST, FolderRefused, ResultFolder, kept_plan


def finished(path: Path, content: str) -> None:
    with ResultFolder(path) as folder:
        folder.write("table.csv", content)
        folder.write(MANIFEST, json.dumps({"frontline": "0"}))
        folder.commit()


def test_a_result_replaces_an_earlier_one_whole(tmp_path: Path) -> None:
    finished(tmp_path / "out", "old")
    (tmp_path / "out" / "left_over.csv").write_text("old")
    finished(tmp_path / "out", "new")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"table.csv", MANIFEST}
    assert (tmp_path / "out" / "table.csv").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_earlier_result_and_nothing_else(tmp_path: Path) -> None:
    finished(tmp_path / "out", "old")
    with pytest.raises(KeyboardInterrupt), ResultFolder(tmp_path / "out") as folder:
        folder.write("table.csv", "new")
        raise KeyboardInterrupt
    assert (tmp_path / "out" / "table.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_interruption_in_the_middle_of_replacing_leaves_the_earlier_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(tmp_path / "out", "old")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        finished(tmp_path / "out", "new")
    assert (tmp_path / "out" / "table.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_takes_the_new_parents_away_again(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ResultFolder(tmp_path / "a" / "b" / "out"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "no json", '{"name": "a web page"}'])
def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "photo.jpg").write_text("dear to me")
    if manifest is not None:
        (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(FolderRefused, match="left alone"), ResultFolder(tmp_path):
        pass
    assert (tmp_path / "photo.jpg").exists()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    finished(tmp_path / "out", "new")
    assert (tmp_path / "out" / "table.csv").exists()


def test_a_file_and_the_folder_one_is_in_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderRefused, match="is a file"), ResultFolder(tmp_path / "file"):
        pass
    with pytest.raises(FolderRefused, match="cannot be written"), ResultFolder(tmp_path / "file" / "below"):
        pass
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    for path in (Path(), Path("..")):
        with pytest.raises(FolderRefused), ResultFolder(path):
            pass


def test_a_link_to_a_result_is_followed(tmp_path: Path) -> None:
    finished(tmp_path / "real", "old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    finished(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "table.csv").read_text() == "new"


def test_a_damaged_plan_is_answered_in_words(tmp_path: Path) -> None:
    finished(tmp_path / "out", "old")
    assert kept_plan(tmp_path / "out") is None
    empty = {"name": "x", "title": "", "arms": [], "replications": 1, "seed": 1, "confidence": 0.95, "measures": []}
    for content in ({"name": 1}, [], empty):
        (tmp_path / "out" / "plan.json").write_text(json.dumps(content))
        with pytest.raises(FolderRefused, match="damaged"):
            kept_plan(tmp_path / "out")
