"""YAML of the strict kind: one document of mappings, lists and scalars, without the language's traps.

Refused: anchors, aliases, merge keys, tags, duplicate keys, keys that are no texts, deep nesting. Of the scalars
only null, true, false and decimal numbers are read as such: ``9:30``, ``no``, ``on``, ``010``, ``0x1f`` and dates
stay texts, ``1e3`` is a number, ``.inf`` and ``.nan`` are texts that no setting takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from sim.files.problems import FileProblem, Place, Problem, shortened, shown
from sim.files.tree import Node, branch, leaf

DEEPEST = 50
LONGEST_TEXT = 500
_TOO_DEEP = f"more than {DEEPEST} levels are nested"
LARGEST_INTEGER = 2**63 - 1

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_POINTED = re.compile(r"[.eE]")
_REST_OF_NUMBER = re.compile(r"[0-9]{3}(?:\.[0-9]+)?(?: .*)?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SYNTAX = (
    ("that cannot start any token", "begins a value with a sign that YAML reserves; put the text in quotes"),
    ("mapping values are not allowed", "has a colon where none can be; indent evenly, put a text with ': ' in quotes"),
    ("could not find expected ':'", "is no 'key: value'; a colon with a space after it is missing"),
    ("did not find expected key", "is indented differently from the lines that it belongs to"),
    ("did not find expected '-' indicator", "is indented differently from the list that it belongs to"),
    ("did not find expected ',' or ']'", "has a list in [brackets] that is not closed or lacks a comma"),
    ("did not find expected ',' or '}'", "has a mapping in {braces} that is not closed or lacks a comma"),
    ("expected ',' or ']'", "has a list in [brackets] that is not closed or lacks a comma"),
    ("expected ',' or '}'", "has a mapping in {braces} that is not closed or lacks a comma"),
    ("unexpected end of stream", "has a quote that is not closed"),
    ("block sequence entries are not allowed", "has a list entry ('- ') where none can be"),
    ("did not find expected node content", "lacks a value, or has a sign that YAML reserves; put texts in quotes"),
    ("did not find expected <document start>", "does not belong to what stands above it; check the indentation"),
    ("unknown escape character", "has a backslash in double quotes; use single quotes"),
    ("undefined alias", "has an alias (*); write the values out"),
)  # fmt: skip


def compose(text: str, file: str) -> Node:
    """The tree of a YAML text; raises FileProblem with all that is wrong with its form."""
    bad = _UNPRINTABLE.search(text)
    if bad is not None:
        place = Place(file, text.count("\n", 0, bad.start()) + 1, 1)
        raise FileProblem([place.problem(f"has the control character U+{ord(bad.group()):04X}")])
    composer = _Composer(yaml.parse(text, Loader=_Loader), file)
    try:
        root = composer.document()
    except yaml.MarkedYAMLError as error:
        composer.problems.append(_syntax(error, file, text.splitlines()))
    except yaml.YAMLError:
        composer.problems.append(Place(file).problem("is no YAML that can be read"))
    except RecursionError:
        composer.problems.append(Place(file).problem("is nested too deeply"))
    if composer.problems:
        raise FileProblem(composer.problems)
    return root


def is_text(scalar: str) -> bool:
    """Whether a scalar without quotes is a text, and no number, truth value or nothing."""
    if scalar in _NULLS or scalar in _BOOLEANS or _INTEGER.fullmatch(scalar):
        return False
    return not (_POINTED.search(scalar) and _FLOAT.fullmatch(scalar))


def _syntax(error: yaml.MarkedYAMLError, file: str, lines: list[str]) -> Problem:
    found = error.problem or error.context or "cannot be read"
    words = next((said for part, said in _SYNTAX if part in found), f"is no valid YAML ({found})")
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and "not closed" in words:
        mark = error.context_mark
    if mark is None:
        return Place(file).problem(words)
    line = min(mark.line, len(lines) - 1)
    if "nesting depth" in found:  # some parsers have a limit of their own and meet it first
        return Place(file, line + 1, mark.column + 1).problem(_TOO_DEEP)
    if "that cannot start any token" in found and lines[line][mark.column : mark.column + 1] == "\t":
        words = "is indented with a tab; use spaces"
    return Place(file, line + 1, mark.column + 1).problem(words, "the line")


class _Composer:
    """Builds nodes out of the events of the parser; what is wrong goes to ``problems`` and becomes empty."""

    def __init__(self, events: Iterator[Any], file: str) -> None:
        self.problems: list[Problem] = []
        self._events = events
        self._file = file

    def document(self) -> Node:
        """The only document of the stream."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise FileProblem([Place(self._file).problem("is empty")])
        root = self._node(next(self._events), 1)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(self._place(after), "a second document begins ('---'); a file holds one")
        return root

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, place: Place, message: str, where: str = "") -> None:
        self.problems.append(place.problem(message, where))

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        if depth > DEEPEST:
            raise FileProblem([*self.problems, place.problem(_TOO_DEEP)])
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self._refuse(
                place,
                f"anchors and aliases (& and *) are not taken; write the values out, "
                f"and put a text that begins with {sign} in quotes",
                shortened(f"{sign}{event.anchor}:"),
            )
        if isinstance(event, yaml.AliasEvent):
            return leaf(None, place)
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            self._refuse(place, "tags (!) are not taken; put a text that begins with ! in quotes")
        if isinstance(event, yaml.MappingStartEvent):
            return branch(self._mapping(depth), place)
        if isinstance(event, yaml.SequenceStartEvent):
            return branch(self._sequence(depth), place)
        return leaf(self._scalar(event, place), place)

    def _sequence(self, depth: int) -> list[Node]:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if value.value is None and _REST_OF_NUMBER.fullmatch(getattr(event, "value", "")):
                rest = shortened(event.value)
                self._refuse(
                    key.place, f"the comma before '{rest}' ends the value; put the number in quotes: '5,{rest}'"
                )
                continue
            name = self._name(key, event)
            if name in found:
                first = found[name].key.line
                self._refuse(key.place, f"stands twice in one mapping; first in line {first}", shortened(name))
            elif name is not None:
                found[name] = Node(value.value, value.place, key.place)
        return found

    def _name(self, key: Node, event: Any) -> str | None:
        if isinstance(key.value, str):
            if key.value == "<<" and not event.style:
                self._refuse(key.place, "merge keys (<<) are not taken; write the values out, or use 'extends'")
                return None
            if key.value and key.value.isprintable() and key.value == key.value.strip():
                return key.value
        found = "empty" if key.value in (None, "") else shown(key.value)
        self._refuse(key.place, f"a key is {found}; a key must be a text, if need be in quotes")
        return None

    def _scalar(self, event: Any, place: Place) -> bool | int | float | str | None:
        text: str = event.value
        if len(text) > LONGEST_TEXT:
            quoted_over_lines = event.style in ("'", '"') and event.end_mark.line > event.start_mark.line
            guess = " — is its quote not closed?" if quoted_over_lines else ""
            self._refuse(place, f"a text has {len(text):,} characters; at most {LONGEST_TEXT} are taken{guess}")
            return None
        if event.style or event.tag is not None:
            if _UNPRINTABLE.search(text):
                self._refuse(place, "a text has a control character")
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        return self._number(text, place)

    def _number(self, text: str, place: Place) -> int | float | str | None:
        number: int | float
        if _INTEGER.fullmatch(text):
            number = int(text)
        elif _POINTED.search(text) and _FLOAT.fullmatch(text):
            number = float(text.replace("_", ""))
        else:
            return text
        if math.isinf(number) or (isinstance(number, int) and abs(number) > LARGEST_INTEGER):
            self._refuse(place, f"the number {shortened(text)} is too large")
            return None
        return number
