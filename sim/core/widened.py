"""Settings that extensions may widen: a union, or a choice of names, with more alternatives than those built in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import CoreSchema, core_schema

from sim.core.registry import ADDED


class Widened:
    """Marks an annotation; alternatives: all of them as one annotation, or None where nothing was added.

    Settings classes are made once, extensions come later: so what they add is looked up when a value is read. Without
    any, a value is read as if it were not marked.
    """

    def __init__(self, alternatives: Callable[[], Any]) -> None:
        self.alternatives = alternatives
        self._adapter: TypeAdapter[Any] | None = None
        self._edition = -1

    def _in_force(self) -> TypeAdapter[Any] | None:
        if self._edition != ADDED.edition:
            wide = self.alternatives()
            self._adapter = None if wide is None else TypeAdapter(wide)
            self._edition = ADDED.edition
        return self._adapter

    def _read(self, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        adapter = self._in_force()
        return handler(value) if adapter is None else adapter.validate_python(value, context=info.context)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        by_type = core_schema.simple_ser_schema("any")  # what was added is written like what is built in
        return core_schema.with_info_wrap_validator_function(self._read, handler(source), serialization=by_type)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        adapter = self._in_force()
        return handler(schema if adapter is None else adapter.core_schema)
