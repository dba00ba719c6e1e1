"""The library of levers: what a planner can pull, what each moves, costs and how soon, and on what evidence.

Data, not code: a lever is one entry in a tuple of one of the modules that ``library`` puts together. It changes
settings that a policy may change, and nothing else.
"""

from __future__ import annotations

from sim.levers.lever import Evidence, Lever, Move
from sim.levers.library import LEVERS, lever, levers

__all__ = ["LEVERS", "Evidence", "Lever", "Move", "lever", "levers"]
