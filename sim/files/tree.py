"""A file as a tree in which every key and value knows its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sim.files.problems import Place

Path = tuple[str | int, ...]
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


@dataclass(slots=True)
class Node:
    """A scalar, list or mapping; ``place`` is its own, ``key`` that of the key before it (or its own)."""

    value: bool | int | float | str | list[Node] | dict[str, Node] | None
    place: Place
    key: Place

    def plain(self) -> Plain:
        """The values without their places."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; nothing of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def text(self, name: str) -> str | None:
        """The text under a key, or None where there is none."""
        node = self.entries().get(name)
        return node.value if node is not None and isinstance(node.value, str) else None

    def child(self, step: str | int) -> Node | None:
        """The node one step down, or None."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and str(step).isdecimal() and int(step) < len(self.value):
            return self.value[int(step)]
        return None

    def at(self, path: Iterable[str | int]) -> Node | None:
        """The node at the end of a path, or None."""
        node: Node | None = self
        for step in path:
            node = node.child(step) if node is not None else None
        return node


def leaf(value: bool | int | float | str | None, place: Place) -> Node:
    """A scalar at a place."""
    return Node(value, place, place)


def branch(value: list[Node] | dict[str, Node], place: Place) -> Node:
    """A list or mapping at a place."""
    return Node(value, place, place)


def planted(plain: object, place: Place) -> Node:
    """The tree of plain values, all at one place."""
    if isinstance(plain, dict):
        return branch({str(name): planted(inner, place) for name, inner in plain.items()}, place)
    if isinstance(plain, list):
        return branch([planted(inner, place) for inner in plain], place)
    return leaf(plain if isinstance(plain, bool | int | float | str) else None, place)


def moved(node: Node, place: Place) -> Node:
    """The node and all below it, as if they stood at a place."""
    value = node.value
    if isinstance(value, dict):
        return Node({name: moved(child, place) for name, child in value.items()}, place, place)
    if isinstance(value, list):
        return Node([moved(child, place) for child in value], place, place)
    return Node(value, place, place)


def paths_below(node: Node, above: str = "") -> Iterator[str]:
    """The dotted paths of all entries of mappings, from the top down."""
    for name, child in node.entries().items():
        yield f"{above}{name}"
        yield from paths_below(child, f"{above}{name}.")


def leaves(node: Node, above: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every scalar of a tree with its path."""
    if not isinstance(node.value, dict | list):
        yield above, node
        return
    for step in node.value if isinstance(node.value, dict) else range(len(node.value)):
        child = node.child(step)
        if child is not None:
            yield from leaves(child, (*above, step))


def dotted(path: Iterable[str | int]) -> str:
    """The path as a text: ``workforce.groups.desk.channels.0``."""
    return ".".join(str(step) for step in path)


def walk_down(node: Node, steps: Sequence[str]) -> tuple[Node, int]:
    """The deepest node that a dotted path leads to, and how many of its steps it took.

    A key may itself hold dots, as those of a policy's changes do: the longest key that fits is taken.
    """
    taken = 0
    while taken < len(steps):
        for length in range(len(steps) - taken, 0, -1):
            child = node.child(".".join(steps[taken : taken + length]))
            if child is not None:
                node, taken = child, taken + length
                break
        else:
            return node, taken
    return node, taken
