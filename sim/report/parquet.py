"""Tables as Parquet, where pyarrow is installed; without it there is only CSV."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from typing import Any


def parquet_of(records: Sequence[dict[str, Any]]) -> bytes | None:
    """Records of the same keys as the bytes of a Parquet file; None where pyarrow is not installed or there are
    none."""
    if not records:
        return None
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        return None
    out = io.BytesIO()
    columns = {name: [record[name] for record in records] for name in records[0]}
    parquet.write_table(arrow.table(columns), out)
    return out.getvalue()
