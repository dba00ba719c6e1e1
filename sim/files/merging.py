"""A file laid over the one that it extends, and single settings laid over both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sim.files.composing import compose
from sim.files.problems import FileProblem, Place, Problem, shown, suggestion
from sim.files.reading import referred
from sim.files.tree import Node, dotted, moved, walk_down

MOST_GENERATIONS = 10


def extended(root: Node, within: Path, read: Callable[[str], Node]) -> Node:
    """The tree with everything that it says laid over the file named by ``extends``, and over that one's base.

    Mappings are merged, lists and scalars replaced; an empty value takes away what the base says.
    """
    family = [Path(root.place.file).resolve()]
    generations = [root]
    while "extends" in generations[-1].entries():
        child = generations[-1]
        node = child.entries()["extends"]
        file = referred(node, "extends", within)
        if Path(file).resolve() in family:
            message = f"is {shown(node.value)}, which extends this file in turn; a circle has no beginning"
            raise FileProblem([node.place.problem(message, "extends")])
        if len(family) > MOST_GENERATIONS:
            message = f"goes on for more than {MOST_GENERATIONS} files"
            raise FileProblem([node.place.problem(message, "extends")])
        family.append(Path(file).resolve())
        generations.append(read(file))
    merged = generations.pop()
    for own in reversed(generations):
        merged = merge(merged, own)
    return Node({k: v for k, v in merged.entries().items() if k != "extends"}, root.place, root.place)


def merge(base: Node, own: Node) -> Node:
    """``own`` laid over ``base``; every leaf keeps the place from which it came."""
    if not isinstance(base.value, dict) or not isinstance(own.value, dict) or _says_it_anew(base, own):
        return own
    merged = dict(base.value)
    for name, node in own.value.items():
        if node.value is None and name in base.value:
            del merged[name]
        elif name in base.value:
            merged[name] = merge(base.value[name], node)
        else:
            merged[name] = node
    return Node(merged, own.place, own.key)


def _says_it_anew(base: Node, own: Node) -> bool:
    """Whether two mappings are alternatives, not layers: another law, or a table in a file and one written out."""
    law = own.text("law")
    if law is not None and law != base.text("law"):
        return True
    return ("table" in own.entries()) != ("table" in base.entries()) and bool(
        {"table", "rows"} & own.entries().keys() and {"table", "rows"} & base.entries().keys()
    )


def overridden(root: Node, overrides: Mapping[str, str]) -> list[Problem]:
    """Sets single settings in the tree, each by its dotted path and a value in YAML; returns what went wrong."""
    problems: list[Problem] = []
    for path, text in overrides.items():
        place = Place("--set")
        try:
            value = moved(compose(text, place.file), place) if text.strip() else Node(None, place, place)
        except FileProblem as problem:
            words = [f"{one.where} {one.message}".strip() for one in problem.problems]
            problems.extend(place.problem(f": {said}", path) for said in words)
            continue
        problem_found = _set(root, path, value)
        if problem_found:
            problems.append(place.problem(problem_found, path))
    return problems


def _set(root: Node, path: str, value: Node) -> str:
    steps = path.split(".")
    if not all(steps):
        return "is no path of settings; write it like routing.kind=longest_idle"
    there, taken = walk_down(root, steps)
    if taken == len(steps):
        there.value, there.place, there.key = value.value, value.place, value.key
        return ""
    if isinstance(there.value, dict) and taken == len(steps) - 1:
        there.value[steps[-1]] = value
        return ""
    names = list(there.value) if isinstance(there.value, dict) else []
    found = dotted(steps[:taken]) or "the scenario"
    return f"names no setting: there is no {steps[taken]} in {found}" + suggestion(steps[taken], names)
