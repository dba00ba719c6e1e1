"""Tables as data frames and figures by name, for whatever a result offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def frame_of(tables: Mapping[str, Callable[[], Iterable[Mapping[str, Any]]]], table: str | None = None) -> pd.DataFrame:
    """One of several tables of records as a data frame; None: the first.

    Raises ValueError where there is no such table, ImportError, with what to install, where pandas is absent.
    """
    name = next(iter(tables)) if table is None else table
    if name not in tables:
        raise ValueError(f"table is {name!r}; known tables: {', '.join(tables)}")
    try:
        import pandas as pd  # noqa: PLC0415 - on demand, as all that only some need
    except ImportError:
        raise ImportError("to_frame needs pandas: pip install 'frontline-sim[tables]'") from None
    return pd.DataFrame.from_records(list(tables[name]()))


def figure_of(drawn: Mapping[str, Figure], figure: str | None = None) -> Figure:
    """One of several figures; None: the first. Raises ValueError where there is none of this name, or none at all."""
    name = figure or next(iter(drawn), "")
    if name not in drawn:
        raise ValueError(f"there is no figure {name!r} of this result; drawn: {', '.join(drawn) or 'none'}")
    return drawn[name]
