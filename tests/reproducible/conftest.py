"""What the tests that kill share: how far a study has got, and when to strike."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest


class Moments:
    """Looks at a running study from outside, through its store."""

    within_s = 120.0

    def kept(self, store: Path) -> int:
        """Replications that a store holds by now."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as found:
                return int(found.execute("select count(*) from replications").fetchone()[0])
        except sqlite3.Error:
            return 0

    def get_on(self, running: subprocess.Popen[bytes], store: Path) -> None:
        """Wait until the store holds more than now, or the study has ended."""
        before, end = self.kept(store), time.monotonic() + self.within_s
        while self.kept(store) == before and running.poll() is None and time.monotonic() < end:
            time.sleep(0.02)

    def await_one(self, running: subprocess.Popen[bytes], store: Path, chance: random.Random) -> None:
        """A random moment, mostly of a study that has got on, else of one that may not have begun."""
        if chance.random() < 0.75:
            self.get_on(running, store)
        time.sleep(chance.uniform(0.0, 0.8))


@pytest.fixture(scope="session")
def moments() -> Moments:
    return Moments()
