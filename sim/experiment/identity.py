"""Which model made a replication: the version and a digest of the code that shapes what happens in one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from sim.core.registry import ADDED, ExtensionProblem
from sim.version import __version__

_SHAPING = ("core", "mechanisms")
_MODULES = (
    "balances.py",
    "consistency.py",
    "evidence.py",
    "handover_consistency.py",
    "links.py",
    "model.py",
    "names.py",
    "rules.py",
    "scenario.py",
    "selling_consistency.py",
    "staff_consistency.py",
    "waiting_consistency.py",
)


def model_version() -> str:
    """Version and digest of the model's own source, and digests of the extensions in force.

    A replication of another model is another replication. Raises ExtensionProblem where something was added that stands
    in no file: nobody can say then which model it is.
    """
    parts = [model_source()]
    for extension in ADDED.extensions.values():
        if extension.digest is None:
            raise ExtensionProblem("what was added to the model stands in no file, so do without a store")
        parts.append(f"{extension.name}:{extension.digest[:16]}")
    return "+".join(parts)


@cache
def model_source() -> str:
    """Version and digest of the source.

    Results do not depend on the processor or on the versions of the libraries beneath, so these are left out.
    """
    package = Path(__file__).resolve().parents[1]
    found = [package / name for name in _MODULES]
    for room in _SHAPING:
        found += (package / room).glob("*.py")
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
        digest.update(b"\0")
    return f"{__version__}+{digest.hexdigest()[:16]}"
