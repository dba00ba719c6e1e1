"""The JSON Schemas: valid, self-contained, and with the alternatives that only files have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.files import scenario_schema, study_schema
from sim.files.composing import compose
from sim.scenario import Scenario

SCHEMAS = [scenario_schema(), study_schema()]


def parts(schema: Any) -> list[dict[str, Any]]:
    found = [schema] if isinstance(schema, dict) else []
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        found += parts(inner)
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    names = {f"#/$defs/{name}" for name in schema["$defs"]}
    used = {part["$ref"] for part in parts(schema) if isinstance(part.get("$ref"), str)}
    assert used <= names


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_is_json_of_a_known_dialect(schema: dict[str, Any]) -> None:
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_texts_with_a_unit_have_no_bounds_of_numbers(schema: dict[str, Any]) -> None:
    texts = [part for part in parts(schema) if part.get("type") == "string"]
    assert texts
    assert not [part for part in texts if {"minimum", "exclusiveMinimum", "maximum"} & part.keys()]
    assert not [part for part in texts if not isinstance(part.get("default", ""), str)]


def test_a_scenario_may_refer_to_files() -> None:
    schema = scenario_schema()
    whole = schema["else"]["properties"]
    assert set(whole) == {*Scenario.model_fields, "extends"}
    assert "TableReference" in [kind.get("title") for kind in schema["$defs"]["ByInterval"]["anyOf"]]
    assert {"string", "object"} == {kind["type"] for kind in whole["policies"]["anyOf"]}


def test_every_class_of_settings_is_described() -> None:
    described = [part for part in scenario_schema()["$defs"].values() if part.get("type") == "object"]
    assert described
    assert all(part.get("description") for part in described)


def test_what_extends_another_need_not_say_everything() -> None:
    schema = scenario_schema()
    assert schema["then"]["required"] == ["frontline", "extends"]
    partial = [part for name, part in schema["$defs"].items() if name.endswith("Part")]
    assert partial
    assert not [part for part in partial if isinstance(part.get("required"), list)]


def test_the_small_scenario_fits_the_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="checks the schemas by an independent reader")
    small = compose((Path(__file__).parents[1] / "behaviour" / "small.yaml").read_text("utf-8"), "small.yaml").plain()
    for schema in SCHEMAS:
        jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(scenario_schema())
    assert not list(validator.iter_errors(small))
    variant = {"frontline": 1, "extends": "small.yaml", "channels": {"channels": {"telephone": {"lines": 7}}}}
    assert not list(validator.iter_errors(variant))
    assert list(validator.iter_errors({**variant, "chanels": {}}))
