"""Scenario files written: YAML that the strict reader takes, with every text that could be misread in quotes."""

from __future__ import annotations

from typing import Any

import yaml

from sim.files.composing import is_text
from sim.files.quantities import file_words
from sim.files.tree import Node
from sim.scenario import Scenario


def scenario_text(scenario: Scenario, written: Node | None = None) -> str:
    """The scenario as the text of a YAML file that says everything itself; written: see ``file_words``."""
    return _dumped(file_words(scenario, written), width=120, default_flow_style=None)


def in_one_line(value: Any) -> str:
    """A list or a mapping in brackets or braces."""
    return _dumped(value, width=10**9, default_flow_style=True).removesuffix("\n").removesuffix("\n...")


def _dumped(value: Any, **options: Any) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, **options))


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, and quotes a text that is read as a number or a truth value."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out."""
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)
