"""Formatting, lint and strict types hold everywhere, so that one command checks everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "tool",
    [
        ["ruff", "format", "--check", "--no-cache", "."],
        ["ruff", "check", "--no-cache", "."],
        ["mypy", "--cache-dir", "{cache}"],
    ],
    ids=["format", "lint", "types"],
)
def test_the_tool_finds_nothing(tool: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", *(part.replace("{cache}", str(tmp_path)) for part in tool)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
