"""JSON Schema (draft 2020-12) of scenario and study files, for editors that complete and check while one writes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sim.core.tables import ByInterval
from sim.files.header import HeaderSettings
from sim.files.studies import StudySettings
from sim.scenario import scenario_model

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_REQUIRED = "required"
_TABLE: Schema = {
    "title": "TableReference",
    "description": "A column of a CSV file beside this one, with the columns date or weekday, and time.",
    "type": "object",
    "properties": {"table": {"type": "string", "examples": ["volumes.csv"]}, "column": {"type": "string"}},
    "required": ["table", "column"],
    "additionalProperties": False,
}
_FILE: Schema = {"type": "string", "description": "a YAML file beside this one", "examples": ["policies.yaml"]}
_PARTIAL = "Part"


def scenario_schema() -> Schema:
    """What a scenario file may hold; one that extends another need not say everything."""
    whole = _with_files(scenario_model().model_json_schema())
    definitions = whole.pop("$defs")
    whole["properties"]["extends"] = {**_FILE, "description": "the scenario that this one is laid over"}
    partial = _partial(whole)
    partial["required"] = ["frontline", "extends"]
    parts = {f"{name}{_PARTIAL}": _partial(definition) for name, definition in definitions.items()}
    return {
        "$schema": DIALECT,
        "title": whole.pop("title"),
        "description": whole.pop("description"),
        "type": "object",
        "if": {"type": "object", "required": ["extends"]},
        "then": partial,
        "else": whole,
        "$defs": definitions | parts,
    }


def study_schema(settings: type[HeaderSettings] = StudySettings) -> Schema:
    """What a study file of a kind may hold."""
    whole = _with_files(settings.model_json_schema())
    if "policies" in whole["properties"]:
        whole["properties"]["policies"]["anyOf"][0]["properties"] = {"file": _FILE}
    return {"$schema": DIALECT, **whole}


def _with_files(schema: Schema) -> Schema:
    """The schema of a file: tables and policies may stand in files of their own."""
    schema = _tidied(schema)
    written_out = schema.get("$defs", {}).get(ByInterval.__name__)
    if written_out is not None:
        schema["$defs"][ByInterval.__name__] = {
            "title": ByInterval.__name__,
            "description": written_out["description"],
            "anyOf": [{**written_out, "title": "TableWrittenOut"}, deepcopy(_TABLE)],
        }
    policies = schema["properties"].get("policies")
    if policies is None:
        return schema
    title = policies.pop("title", "Policies")
    schema["properties"]["policies"] = {"title": title, "anyOf": [policies, deepcopy(_FILE)]}
    return schema


def _tidied(part: Any) -> Any:
    """Without what means nothing to a JSON Schema: bounds of texts, defaults in internal units, ``discriminator``."""
    if isinstance(part, list):
        return [_tidied(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    dropped = {"discriminator"} if "oneOf" in part else set()
    if part.get("type") == "string":
        dropped |= {*_BOUNDS, *(["default"] if not isinstance(part.get("default"), str) else [])}
    elif "$ref" in part or isinstance(part.get("default"), dict):
        dropped |= {"default"}
    return {key: _tidied(value) for key, value in part.items() if key not in dropped}


def _partial(part: Any) -> Any:
    """The schema of a part of such a thing: nothing is required, and what it refers to is partial too."""
    if isinstance(part, list):
        return [_partial(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    found: Schema = {}
    for key, value in part.items():
        if key == _REQUIRED and isinstance(value, list):
            continue
        if key == "$ref" and isinstance(value, str):
            found[key] = value + _PARTIAL
        elif key == "oneOf":
            found["anyOf"] = _partial(value)
        elif key == "properties":
            found[key] = {name: {"anyOf": [_partial(inner), {"type": "null"}]} for name, inner in value.items()}
        else:
            found[key] = _partial(value)
    return found
