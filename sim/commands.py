"""What the commands do, one function each; what goes wrong becomes a message and an exit code here."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from sim.check import check, check_study
from sim.core.registry import ADDED, ExtensionProblem
from sim.door import is_study
from sim.experiment.comparison import Result, TooLarge, UnknownMeasure, reported, uncounted
from sim.experiment.execution import ReplicationFailed, cores
from sim.experiment.plan import REPLICATIONS, SEED, Plan, plan_of_scenario, plan_of_study
from sim.experiment.pool import WorkersDied
from sim.experiment.precision import execute_precisely
from sim.experiment.store import Store, StoreFailed, StoreRefused
from sim.files import FileProblem, load_scenario, load_study, scenario_schema, study_schema
from sim.options import BadUsage, Count, Options, within
from sim.report.checks import check_document, render_check
from sim.report.folder import FolderRefused, ResultFolder, elapsed, kept_plan, save
from sim.report.progress import ProgressBar
from sim.report.tables import document, json_text
from sim.report.terminal import WIDTH, render

DONE, FAILED, BAD, INTERRUPTED = 0, 1, 2, 130
_NARROWEST = 60


def run_scenario(file: Path, options: Options) -> None:
    """``frontline run``."""
    overrides = _overrides(options.checked().changes)
    kept = kept_plan(file)
    if kept is not None:
        _refuse(overrides, "a result is repeated as it was; change the scenario file")
    _simulate(kept or plan_of_scenario(load_scenario(_file(file), overrides)), options)


def compare_study(file: Path, options: Options) -> None:
    """``frontline compare``."""
    options.checked()
    _simulate(kept_plan(file) or plan_of_study(load_study(_file(file))), options)


def what_if(file: Path, varied: Sequence[str], saved: Path | None, options: Options) -> None:
    """``frontline whatif``."""
    from sim.files.shorthand import Unclear  # noqa: PLC0415 - needed here alone
    from sim.files.whatif import study_of, study_text  # noqa: PLC0415

    options.checked()
    scenario = load_scenario(_file(file))
    replications = REPLICATIONS if options.replications is None else options.replications
    seed = SEED if options.seed is None else options.seed
    try:
        study = study_of(scenario, file, options.changes, varied, replications=replications, seed=seed)
    except Unclear as problem:
        raise BadUsage(str(problem)) from None
    if saved is not None:
        _write_new(saved, study_text(study, os.path.relpath(file, saved.parent)))
        _remark(f"wrote {_near(saved)}: frontline compare {shlex.quote(str(saved))}")
    _simulate(plan_of_study(study), options)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadUsage(f"{path}: exists already and is not overwritten; choose another file") from None
    except OSError as error:
        raise BadUsage(f"{path}: cannot be written: {error.strerror or error}") from None


def check_file(file: Path, changes: Sequence[str], as_json: bool, quiet: bool) -> None:
    """``frontline check``."""
    overrides = _overrides(changes)
    _check_no_folder(file)
    if is_study(file):
        _refuse(overrides, "a study is checked as it is; change its file")
        report = check_study(load_study(file))
    else:
        report = check(load_scenario(file, overrides))
    if as_json:
        _print_json(json_text(check_document(report)))
    elif not quiet:
        _print(render_check(report, colour=_in_colour()))


def print_schema(kind: str) -> None:
    """``frontline schema``."""
    schemas = {"scenario": scenario_schema, "study": study_schema}
    if kind not in schemas:
        raise BadUsage(f"{kind!r} has no schema; known: {', '.join(schemas)}")
    _print_json(json_text(schemas[kind]()))


def diff_files(one: str, other: str, as_json: bool) -> None:
    """``frontline diff``."""
    from sim.files.differences import differences, side  # noqa: PLC0415 - needed here alone
    from sim.report.differences import differences_document, render_differences  # noqa: PLC0415

    for reference in (one, other):
        _check_no_folder(Path(reference))
    first, second = side(one), side(other)
    found = differences(first, second)
    if as_json:
        _print_json(json_text(differences_document(first, second, found)))
    else:
        _print(render_differences(first, second, found, colour=_in_colour(), width=_columns()))


def trace_scenario(file: Path, subject: str | None, replication: int, log: Path | None, options: Options) -> None:
    """``frontline trace``."""
    from sim.experiment.tracing import UnknownSubject, trace  # noqa: PLC0415 - needed here alone
    from sim.report.story import NoParquet, can_write, render_trace, trace_document, write_log  # noqa: PLC0415

    overrides = _overrides(options.checked().changes)
    within("--replication", replication, 1, 1_000_000)
    scenario = load_scenario(_file(file), overrides)
    seed = SEED if options.seed is None else options.seed
    try:
        if log is not None:
            can_write(log)
        found = trace(scenario, seed, replication, subject, whole=log is not None)
        if log is not None:
            write_log(log, scenario, found.all_events)
    except (UnknownSubject, NoParquet) as error:
        raise BadUsage(str(error)) from None
    if options.as_json:
        _print_json(json_text(trace_document(found)))
        return
    _print(render_trace(found, colour=_in_colour()))
    if log is not None and not options.quiet:
        _remark(f"{len(found.all_events):,} events: {_near(log)}")


def one_subject(customer: int | None, issue: str | None, contact: str | None) -> str | None:
    """The path of the one thing to follow; raises BadUsage where several are named."""
    given = [str(each) for each in (customer, issue, contact) if each is not None]
    if len(given) > 1:
        raise BadUsage("--customer, --issue and --contact: name one of them")
    return given[0] if given else None


def list_levers(as_json: bool, markdown: bool) -> None:
    """``frontline levers``."""
    from sim.report.levers import levers_document, levers_page, render_levers  # noqa: PLC0415 - needed here alone

    if as_json:
        _print_json(json_text(levers_document()))
    else:
        _print(levers_page() if markdown else render_levers(colour=_in_colour(), width=_columns()))


def init_folder(folder: Path) -> None:
    """``frontline init``."""
    from sim.templates import write_templates  # noqa: PLC0415 - read from the package only when asked

    try:
        written = write_templates(folder)
    except FileExistsError as error:
        raise BadUsage(f"{error.filename}: exists already and is not overwritten; choose another folder") from None
    except OSError as error:
        raise BadUsage(f"{error.filename or folder}: cannot be written: {error.strerror}") from None
    study = next(path for path in written if path.name == "study.yaml")
    lines = [*(f"wrote {path}" for path in written), f"next: frontline compare {shlex.quote(str(study))}"]
    _print("\n".join(lines) + "\n")


@contextlib.contextmanager
def outcome() -> Iterator[None]:
    """Run a command; whatever happens becomes one clear message and an exit code."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    earlier = signal.getsignal(signal.SIGINT)
    if callable(earlier):  # where it is ignored, as in the background of a shell, it stays so
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
        sys.stdout.flush()
    except (FileProblem, BadUsage, ExtensionProblem, FolderRefused, StoreRefused, UnknownMeasure, TooLarge) as error:
        _end(str(error), BAD)
    except (ReplicationFailed, StoreFailed, WorkersDied) as error:
        _end(f"{error}{_trace(error)}", FAILED)
    except KeyboardInterrupt:
        _end("interrupted; nothing was written", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        _end(f"{error.filename or 'the result'}: {error.strerror or error}", FAILED)
    except MemoryError:
        _end("not enough memory", FAILED)
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, earlier)


def _simulate(plan: Plan, options: Options) -> None:
    plan = plan.altered(options.replications, options.seed)
    plan = options.precisely(plan, reported(plan))
    started = time.perf_counter()
    folder = ResultFolder(options.out or _place(plan))
    count = Count(len(plan.arms) * plan.replications)
    try:
        with folder, _store(options) as store:
            with ProgressBar(not options.quiet and not options.as_json) as bar:
                result = execute_precisely(plan, options.workers, count.passing_on(bar.update), store)
            _save(result, folder, options, started)
        _show(result, folder.path, count, options)
    except KeyboardInterrupt:
        if folder.committed:
            _end(f"interrupted; the result stands in {_near(folder.path)}", INTERRUPTED)
        if options.store is None or not count.done:
            raise
        _end(f"interrupted; {count} stand in {_near(options.store)}: the same command goes on from there", INTERRUPTED)


def _store(options: Options) -> contextlib.AbstractContextManager[Store | None]:
    """The store of finished replications, if one is wanted; it is made where there is none."""
    return contextlib.nullcontext() if options.store is None else Store(options.store)


def _show(result: Result, path: Path, count: Count, options: Options) -> None:
    if options.as_json:
        _print_json(json_text(document(result)))
        return
    _print(render(result, colour=_in_colour(), width=_columns()))
    if not options.quiet:
        if count.known and options.store is not None:
            _remark(f"{count.known} of {count.total} replications were known already: {_near(options.store)}")
        for remark in uncounted(result):
            _remark(remark)
        _remark(f"tables, figures and manifest: {_near(path)}")


def _place(plan: Plan) -> Path:
    """A run and a comparison of the same name do not replace each other."""
    return Path("results") / (plan.name if plan.kind == "comparison" else f"{plan.name}-run")


def _save(result: Result, folder: ResultFolder, options: Options, started: float) -> None:
    from sim.report.figures import letters_lacking, pictures  # noqa: PLC0415 - half a second of imports, after the workers' work

    circumstances: dict[str, Any] = {
        "command": shlex.join(["frontline", *sys.argv[1:]]),
        "workers": options.workers or cores(),
        "seconds": elapsed(started),
    }
    save(result, folder, pictures(result), circumstances)
    lacking = letters_lacking(result)
    if lacking and not options.quiet:
        _remark(f"the font of the figures lacks some letters and shows boxes for them: {lacking[:20]}")


def _overrides(changes: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path.strip():
            raise BadUsage(f"--set {change!r}: write it like --set workforce.groups.desk.headcount=8")
        found[path.strip()] = value.strip()
    return found


def _file(path: Path) -> Path:
    if path.is_dir():
        raise BadUsage(f"{path}: is a folder, but no result of Frontline that could be repeated; name a file")
    return path


def _check_no_folder(path: Path) -> None:
    if path.is_dir():
        raise BadUsage(f"{path}: is a folder; name the file of a scenario or a study")


def _refuse(overrides: dict[str, str], reason: str) -> None:
    if overrides:
        raise BadUsage(f"--set: {reason} instead")


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def _print_json(text: str) -> None:
    """JSON is UTF-8 with plain line ends, whatever the terminal or the system says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _remark(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _end(message: str, code: int) -> None:
    _remark(message)
    sys.exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _trace(error: Exception) -> str:
    """Where in the code a replication failed; it is our fault, not the user's, so it helps to know."""
    if not isinstance(error, ReplicationFailed):
        return ""
    loads = "".join(f"sim.extend.load({one.file!r}); " for one in ADDED.extensions.values())
    return (
        f"\nto run it alone, in Python: {loads}sim.replicate(FILE, replication={error.replication}, seed={error.seed}, "
        f"arm={error.arm.name!r})"
    )


def _in_colour() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return sys.stdout.isatty() and not plain


def _columns() -> int:
    """As wide as the terminal, but never so narrow that nothing fits; elsewhere always the same."""
    return max(_NARROWEST, min(WIDTH, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else WIDTH


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
