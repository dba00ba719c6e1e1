"""What a model takes at a path: read from its JSON Schema, so that every settings class is covered alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from sim.core.registry import ADDED
from sim.core.tables import ByInterval
from sim.core.units import DAY, HOUR, MINUTE, MONTH, YEAR
from sim.files.tree import Node, Path

Schema = dict[str, Any]
TABLE_KEYS = ("table", "column")


class Shape:
    """The alternatives that a model takes at each path of a tree."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.root: Schema = model.model_json_schema()

    def at(self, tree: Node, path: Path) -> list[Schema]:
        """The alternatives at a path; of a law only the one that the file names."""
        node: Node | None = tree
        found = self._fitting(self.root, node)
        for step in path:
            node = node.child(step) if node is not None else None
            found = [inner for outer in found for inner in self._below(outer, step, node)]
        return found

    def tables(self, tree: Node) -> Iterator[tuple[Path, Node]]:
        """Every mapping that stands where a table may and that refers to a file."""
        yield from self._tables(tree, self._fitting(self.root, tree), ())

    def _tables(self, node: Node, schemas: list[Schema], path: Path) -> Iterator[tuple[Path, Node]]:
        if any(is_table(schema) for schema in schemas) and any(key in node.entries() for key in TABLE_KEYS):
            yield path, node
            return
        inner = node.value if isinstance(node.value, dict | list) else []
        for step in inner if isinstance(inner, dict) else range(len(inner)):
            child = node.child(step)
            if child is not None:
                below = [found for schema in schemas for found in self._below(schema, step, child)]
                if below:
                    yield from self._tables(child, below, (*path, step))

    def _fitting(self, schema: Schema, node: Node | None) -> list[Schema]:
        """The alternatives of a schema without references, unions and null."""
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].rpartition("/")[2]]
        if "discriminator" in schema and node is not None:
            chosen = schema["discriminator"]["mapping"].get(node.text(schema["discriminator"]["propertyName"]))
            if chosen is not None:
                return self._fitting({"$ref": chosen}, node)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return [found for part in schema[union] for found in self._fitting(part, node)]
        return [] if schema.get("type") == "null" else [schema]

    def _below(self, schema: Schema, step: str | int, node: Node | None) -> list[Schema]:
        if isinstance(step, int):
            inner = schema.get("items")
        else:
            inner = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
        return self._fitting(inner, node) if isinstance(inner, dict) else []


def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of a model, made once, and anew when extensions have added to it."""
    return _shape_of(model, ADDED.edition)


@lru_cache
def _shape_of(model: type[BaseModel], _: int) -> Shape:
    return Shape(model)


def is_table(schema: Schema) -> bool:
    """Whether a table of values by interval stands here."""
    return schema.get("title") == ByInterval.__name__


def known_keys(schemas: list[Schema]) -> list[str]:
    """The keys that mappings of these shapes may have; nothing where any name will do."""
    names = [name for schema in schemas for name in schema.get("properties", {})]
    if any(is_table(schema) for schema in schemas):
        names.extend(TABLE_KEYS)
    return list(dict.fromkeys(names))


def expected(schemas: list[Schema]) -> str:
    """What is expected here, with an example where there is one."""
    for schema in schemas:
        if schema.get("examples"):
            return f"{schema.get('description', 'a text')} such as '{schema['examples'][0]}'"
    needs = [set(schema.get("required", ())) for schema in schemas if schema.get("type") == "object"]
    if len(needs) > 1 and len(needs) == len(schemas) and set.intersection(*needs):
        return f"a mapping with {', '.join(sorted(set.intersection(*needs)))} and what belongs to it"
    return " or ".join(dict.fromkeys(_kind(schema) for schema in schemas)) or "a value"


def _kind(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return " or ".join(str(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "string":
        return "a date such as 2026-03-01" if schema.get("format") == "date" else "a text"
    if schema.get("type") == "object":
        needed = schema.get("required")
        return f"a mapping with {', '.join(needed)}" if needed else "a mapping"
    named = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list"}
    return named.get(str(schema.get("type")), "a value")


_TIMES = ((YEAR, " years"), (DAY, " days"), (HOUR, " h"), (MINUTE, " min"))
_UNITS = {
    "a share": (0.01, " %"),
    "a percentage, may exceed 100 %": (0.01, " %"),
    "a growth": (0.01 / YEAR, " % per year"),
    "a rate": (1.0 / YEAR, " per year"),
    "an amount per period": (1.0 / MONTH, " per month"),
}


def in_unit(number: float, schemas: list[Schema]) -> str:
    """A bound in internal units as the file would write it."""
    described = str(schemas[0].get("description", "")) if schemas else ""
    size, unit = _UNITS.get(described, (1.0, ""))
    if described == "a time of day":
        return clock(number)
    if described == "a duration":
        size, unit = next((pair for pair in _TIMES if number and number % pair[0] == 0), (1.0, " s"))
    return f"{number / size:g}{unit}"


def clock(seconds: float) -> str:
    """A time of day: 08:30."""
    return f"{int(seconds // HOUR):02d}:{int(seconds % HOUR // MINUTE):02d}"
