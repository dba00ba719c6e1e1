"""Scenario and study files: reading them strictly, and saying what is wrong with them, with file and line."""

from __future__ import annotations

from sim.files.problems import FileProblem, Problem
from sim.files.scenarios import load_scenario
from sim.files.schema import scenario_schema, study_schema
from sim.files.studies import Arm, Study, StudySettings, load_study

__all__ = [
    "Arm",
    "FileProblem",
    "Problem",
    "Study",
    "StudySettings",
    "load_scenario",
    "load_study",
    "scenario_schema",
    "study_schema",
]
