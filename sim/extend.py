"""Adding to the model from a script of one's own: mechanisms, laws, routing rules, measures and levers.

    from sim import extend

    @extend.mechanism("heat", HeatSettings, after="arrivals")
    class Heat(extend.Mechanism[HeatSettings]): ...

A script is named on the command line (``frontline --with heat.py compare study.yaml``) or loaded from Python
(``extend.load("heat.py")``), or it is the program that runs. A scenario is data and never names one. What a script
needs stands here too, so that ``sim.extend`` is all that it imports of Frontline; see docs/extending.md.
"""

from __future__ import annotations

import contextlib
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import numpy as np
from pydantic import Field, model_validator

from sim.core import elementary, streams
from sim.core.calendar import Day
from sim.core.distributions import LAWS, Array
from sim.core.distributions import Law as AnyLaw
from sim.core.entities import Agent, Contact, Group, Issue
from sim.core.facts import Facts, Posting
from sim.core.measures import Measure
from sim.core.ports import Ports
from sim.core.registry import ADDED, Extension, ExtensionProblem, Section
from sim.core.units import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    WEEK,
    YEAR,
    Clock,
    Date,
    Duration,
    Growth,
    Money,
    MoneyRate,
    Percent,
    Rate,
    Settings,
    Several,
    Share,
    Span,
)
from sim.core.world import Mechanism, World
from sim.levers import LEVERS, Evidence, Lever, Move
from sim.mechanisms.routing import KINDS
from sim.model import MECHANISMS
from sim.rules import Rule
from sim.scenario import Scenario, may_change

__all__ = [
    "DAY", "HOUR", "MINUTE", "MONTH", "WEEK", "YEAR", "Agent", "AnyLaw", "Array", "Clock", "Contact", "Date", "Day",
    "Duration", "Evidence", "Extension", "ExtensionProblem", "Field", "Group", "Growth", "Issue", "Law", "Lever",
    "Measure", "Mechanism", "Money", "MoneyRate", "Move", "Percent", "Posting", "Rate", "Rule", "Settings",
    "Several", "Share", "Span", "World", "elementary", "forget", "law", "lever", "load", "measure", "mechanism",
    "routing_rule", "streams",
]  # fmt: skip

C = TypeVar("C", bound=type[Any])
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TAKEN = {"extends", "policy", "service", "study"}
"""Words of files and commands that are no sections."""
_TRIED = np.array([0.01, 0.25, 0.5, 0.75, 0.99])


class Law(Settings):
    """A law of a positive quantity, such as a duration in seconds: give ``law``, ``mean_value`` and ``quantile``.

    Whenever one is read, its quantiles are tried: numbers that do not fall, the same one by one and over an array.
    """

    @property
    def mean_value(self) -> float:
        """Mean of the law."""
        raise NotImplementedError

    def quantile(self, u: float) -> float:
        """The value at probability u, between 0 and 1."""
        raise NotImplementedError

    def quantiles(self, u: Array) -> Array:
        """``quantile`` of each element; a law that does it in one step over the array is faster."""
        return np.array([self.quantile(value) for value in u.tolist()], dtype=np.float64)

    @model_validator(mode="after")
    def _quantiles_agree(self) -> Law:
        try:
            one_by_one = [self.quantile(u) for u in _TRIED.tolist()]
            together = self.quantiles(_TRIED).tolist()
            rows = ([0.0, *one_by_one, sys.float_info.max], [0.0, self.mean_value, sys.float_info.max])
            in_order = all(low <= high for row in rows for low, high in pairwise(row))
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ValueError(f"has a law that gives no value: {error}") from None
        if together != one_by_one:
            raise ValueError("has a law whose quantiles over an array are not those one by one, to the last bit")
        if not in_order:
            raise ValueError("has a law whose quantiles fall or are below zero, or whose mean is")
        return self


def mechanism(
    name: str, settings: type[Settings], *, before: str | None = None, after: str | None = None
) -> Callable[[C], C]:
    """Decorates the class of a mechanism with a section of a scenario of its own.

    name: of the section and of the mechanism. before, after: the mechanism beside which it stands in a day and hears
    facts; at the end of the day where neither is given. Its measures, counts and balances are taken like those of any
    other. Raises ExtensionProblem, as all of this module does, where something is in the way.
    """

    def register(kind: C) -> C:
        _check_name("section", name, ADDED.sections)
        if name in _TAKEN or hasattr(Scenario, name) or name in Scenario.model_fields:
            raise ExtensionProblem(f"the section {name!r} is built in; give yours another name")
        _check_class(kind, Mechanism, "a mechanism")
        _check_class(settings, Settings, "settings")
        _check_known("answers", kind.answers, Ports.__annotations__)
        _check_known("hears", [each[3:] for each in dir(kind) if each.startswith("on_")], Facts.__annotations__)
        if before is not None and after is not None:
            raise ExtensionProblem(f"the mechanism {name!r} stands before or after another one, not both")
        _check_known("stands beside", [each for each in (before, after) if each], {**MECHANISMS, **ADDED.sections})
        _add(ADDED.sections, name, Section(name, settings, kind, before, after))
        return kind

    return register


def law(kind: C) -> C:
    """Decorates a class of Law: its field ``law``, such as ``law: Literal["lomax"]``, says how files call it."""
    _check_class(kind, Law, "a law")
    field = kind.model_fields.get("law")
    names = get_args(field.annotation) if field is not None and get_origin(field.annotation) is Literal else ()
    if len(names) != 1:
        raise ExtensionProblem(f'{kind.__name__} needs a field that names the law, such as law: Literal["lomax"]')
    name = str(names[0])
    _check_name("law", name, ADDED.laws)
    if name in [get_args(one.model_fields["law"].annotation)[0] for one in LAWS]:
        raise ExtensionProblem(f"the law {name!r} is built in; give yours another name")
    for needed in ("mean_value", "quantile"):
        if getattr(kind, needed) is getattr(Law, needed):
            raise ExtensionProblem(f"the law {name!r} has no {needed} of its own")
    _add(ADDED.laws, name, kind)
    return kind


def routing_rule(name: str) -> Callable[[C], C]:
    """Decorates a class of Rule: a ``routing.kind`` of that name."""

    def register(kind: C) -> C:
        _check_name("routing rule", name, ADDED.rules)
        if name in KINDS:
            raise ExtensionProblem(f"the routing rule {name!r} is built in; give yours another name")
        _check_class(kind, Rule, "a routing rule")
        _add(ADDED.rules, name, kind)
        return kind

    return register


def measure(found: Measure) -> Measure:
    """Adds a measure made of what is counted already: totals by name, as replications.csv and the pages name them."""
    if not isinstance(found, Measure):
        raise ExtensionProblem(f"{found!r} is no extend.Measure")
    if found.name in ADDED.measures:
        raise ExtensionProblem(f"the measure {found.name!r} is registered twice")
    _add(ADDED.measures, found.name, found)
    return found


def lever(found: Lever) -> Lever:
    """Adds a lever to those that ``frontline levers`` lists; the settings that it changes must be there."""
    if not isinstance(found, Lever):
        raise ExtensionProblem(f"{found!r} is no extend.Lever")
    _check_name("lever", found.name, ADDED.levers)
    if found.name in [one.name for one in LEVERS]:
        raise ExtensionProblem(f"the lever {found.name!r} is built in; give yours another name")
    for path in found.paths:
        if not may_change(path.replace("*", "any")):
            raise ExtensionProblem(f"the lever {found.name!r} changes {path}, which is no setting for policies")
    _add(ADDED.levers, found.name, found)
    return found


def load(path: str | Path) -> Extension:
    """Run a script that adds to the model, once, in this process; worker processes run the same text.

    Raises ExtensionProblem, and has added nothing, where the script cannot be read or ends with an error.
    """
    file = str(path)
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise ExtensionProblem(f"{file}: cannot be read: {error.strerror or error}") from None
    extension = Extension(Path(path).stem, file, source)
    install(extension)
    return extension


def load_only(paths: Sequence[str | Path]) -> Callable[[], None]:
    """Load these scripts and no others; returns ``forget``, for when what needs them is done."""
    forget()
    with contextlib.ExitStack() as undo:
        undo.callback(forget)
        for path in paths:
            load(path)
        undo.pop_all()
    return forget


def install(extension: Extension) -> None:
    """Run the text of an extension; what it prints goes to standard error."""
    known = ADDED.extensions.get(extension.name)
    if known is not None and known.source == extension.source and ADDED.loading is not None:
        return  # a program that loads extensions, run by a worker that has them
    if known is not None:
        again = "is loaded already" if known.file == extension.file else f"has the same name as {known.file}"
        raise ExtensionProblem(f"{extension.file}: {again}")
    before, outer = ADDED.snapshot(), ADDED.loading
    module = types.ModuleType(f"frontline_extension_{extension.name}")
    module.__file__ = extension.file
    sys.modules[module.__name__] = module  # annotations of its classes are looked up there
    ADDED.extensions[extension.name] = ADDED.loading = extension
    ADDED.edition += 1
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(extension.source or b"", extension.file, "exec"), module.__dict__)
        ADDED.extensions[extension.name] = ADDED.extensions.pop(extension.name)  # after those that it has loaded
    except (Exception, SystemExit) as error:
        ADDED.restore(before)
        raise ExtensionProblem(_told(error, extension.file)) from None
    except BaseException:
        ADDED.restore(before)
        raise
    finally:
        ADDED.loading = outer


def forget() -> None:
    """Take back all that was added; in a notebook, before what follows is registered again."""
    ADDED.restore({})


def _told(error: BaseException, file: str) -> str:
    """What went wrong in a script, with the line of the script that led to it."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == file else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    words = str(error.msg if isinstance(error, SyntaxError) else error).partition("\n")[0]
    if isinstance(error, SystemExit):
        words = "the script ends the program; a script that adds to the model runs to its end"
    elif not isinstance(error, ExtensionProblem):
        words = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return f"{file}:{line}: {words}" if line else f"{file}: {words}"


def _add(kind: dict[str, Any], name: str, what: Any) -> None:
    owner = ADDED.loading or _caller()
    ADDED.extensions.setdefault(owner.name, owner)
    kind[name] = what
    ADDED.edition += 1


def _caller() -> Extension:
    """Whoever registers without having been loaded: the program that runs, or a notebook."""
    frames = _frames()
    own = next(frame for frame in frames if frame.f_globals["__name__"] != __name__)
    file = own.f_globals.get("__file__")
    if file is None or not Path(file).is_file():
        return Extension(str(own.f_globals.get("__name__", "")), "", None)
    return Extension(Path(file).stem, str(file), Path(file).read_bytes())


def _frames() -> Iterator[types.FrameType]:
    frame: types.FrameType | None = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def _check_name(what: str, name: str, known: dict[str, Any]) -> None:
    if _NAME.fullmatch(name) is None:
        raise ExtensionProblem(f"the {what} {name!r} needs a name of small letters, digits and _")
    if name in known:
        raise ExtensionProblem(f"the {what} {name!r} is registered twice")


def _check_class(kind: Any, base: type[Any], what: str) -> None:
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise ExtensionProblem(
            f"{getattr(kind, '__name__', kind)} is no class of extend.{base.__name__}, so not {what}"
        )


def _check_known(verb: str, names: Any, known: Any) -> None:
    import difflib  # noqa: PLC0415 - only for the message

    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            guess = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise ExtensionProblem(f"it {verb} {name!r}, which there is not; {guess}")
