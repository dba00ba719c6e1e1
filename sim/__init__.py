"""Frontline: rehearse a service policy before you adopt it.

    import sim
    result = sim.run("scenarios/broadband.yaml", replications=5)
    comparison = sim.compare("experiments/broadband.yaml")
    comparison.to_frame()
    comparison.plot()

Names are looked up when they are first used, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.door import Findings, compare, load, load_result, load_study, replicate, run
    from sim.model import Model
    from sim.scenario import Scenario
    from sim.studied import break_even, factorial, optimise, pareto, select, sensitivity, study, sweep, uncertainty
    from sim.verified import verify
    from sim.warmed import warm_up

_HOMES = {
    "Findings": "sim.door",
    "Model": "sim.model",
    "Scenario": "sim.scenario",
    "break_even": "sim.studied",
    "compare": "sim.door",
    "factorial": "sim.studied",
    "load": "sim.door",
    "load_result": "sim.door",
    "load_study": "sim.door",
    "optimise": "sim.studied",
    "pareto": "sim.studied",
    "replicate": "sim.door",
    "run": "sim.door",
    "select": "sim.studied",
    "sensitivity": "sim.studied",
    "study": "sim.studied",
    "sweep": "sim.studied",
    "uncertainty": "sim.studied",
    "verify": "sim.verified",
    "warm_up": "sim.warmed",
}

__all__ = [
    "Findings",
    "Model",
    "Scenario",
    "__version__",
    "break_even",
    "compare",
    "factorial",
    "load",
    "load_result",
    "load_study",
    "optimise",
    "pareto",
    "replicate",
    "run",
    "select",
    "sensitivity",
    "study",
    "sweep",
    "uncertainty",
    "verify",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
