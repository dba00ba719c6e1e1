"""Where results and remarks go: standard output, standard error, an exit code."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sim.report.strips import Marks, marks_for
from sim.report.terminal import WIDTH

DONE, FAILED, BAD, INTERRUPTED = 0, 1, 2, 130
_NARROWEST = 60


def print_text(text: str) -> None:
    """A result, with a line end."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def print_json(text: str) -> None:
    """JSON is UTF-8 with plain line ends, whatever the terminal or the system says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def remark(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{text}\n")


def end_with(message: str, code: int) -> NoReturn:
    """End the command with a message and an exit code."""
    remark(message)
    sys.exit(code)


def interrupt(number: int, frame: FrameType | None) -> None:
    """A signal that means the same as Ctrl-C."""
    raise KeyboardInterrupt


def in_colour() -> bool:
    """Whether standard output is a terminal that shows colours, and nobody forbids them."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return sys.stdout.isatty() and not plain


def marks(wanted: bool) -> Marks | None:
    """The letters of small charts that standard output can show; None where no charts are wanted."""
    return marks_for(sys.stdout.encoding) if wanted else None


def columns() -> int:
    """As wide as the terminal, but never so narrow that nothing fits; elsewhere always the same."""
    return max(_NARROWEST, min(WIDTH, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else WIDTH


def near(path: Path) -> Path:
    """The path as seen from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
