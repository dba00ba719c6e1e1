"""What the commands do, one function each; what goes wrong becomes a message and an exit code here."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sim.check import CheckReport, check, check_study
from sim.conduct import carry_out, circumstances, file_of, looking_on
from sim.console import (
    BAD,
    FAILED,
    INTERRUPTED,
    columns,
    end_with,
    in_colour,
    interrupt,
    marks,
    near,
    print_json,
    print_text,
    remark,
)
from sim.core.registry import ADDED, ExtensionProblem
from sim.door import is_study
from sim.experiment.comparison import Result, TooLarge, UnknownMeasure, reported, uncounted
from sim.experiment.crews import NoCrew
from sim.experiment.execution import ReplicationFailed
from sim.experiment.plan import REPLICATIONS, SEED, Plan, UnknownLink, plan_of_scenario, plan_of_study
from sim.experiment.pool import WorkersDied
from sim.experiment.precision import execute_precisely
from sim.experiment.settling import still_settling
from sim.experiment.store import StoreFailed, StoreRefused
from sim.experiment.warming import NoWarmUp
from sim.files import FileProblem, load_scenario, load_study, scenario_schema, study_schema
from sim.files.header import kind_of_study
from sim.files.libraries import NotInstalled
from sim.files.reading import is_workbook
from sim.laws.cases import LawbookProblem
from sim.options import BadUsage, Options, within
from sim.report.checks import check_document, render_check
from sim.report.folder import FolderRefused, ResultFolder, kept_plan, save
from sim.report.kinds import HOMES, kind_named
from sim.report.tables import FORMAT, document, json_text
from sim.report.terminal import render

_BAD_INPUT = (
    FileProblem,
    BadUsage,
    ExtensionProblem,
    FolderRefused,
    LawbookProblem,
    NoCrew,
    NoWarmUp,
    NotInstalled,
    StoreRefused,
    TooLarge,
    UnknownMeasure,
)


def run_scenario(file: Path, options: Options) -> None:
    """``frontline run``."""
    overrides = overrides_of(options.checked().changes)
    kept = kept_plan(file)
    if kept is not None:
        _refuse(overrides, "a result is repeated as it was; change the scenario file")
    _simulate(kept or plan_of_scenario(load_scenario(file_of(file), overrides)), options)


def compare_study(file: Path, options: Options, explain: bool = False, links: Sequence[str] = ()) -> None:
    """``frontline compare``."""
    options.checked()
    plan = kept_plan(file) or plan_of_study(load_study(file_of(file)))
    if explain or links:
        try:
            plan = plan.explained(links or None)
        except UnknownLink as error:
            raise BadUsage(f"{'--link' if links else '--explain'} {error}") from None
    _simulate(plan, options)


def what_if(file: Path, varied: Sequence[str], saved: Path | None, options: Options) -> None:
    """``frontline whatif``."""
    from sim.files.shorthand import Unclear  # noqa: PLC0415 - needed here alone
    from sim.files.whatif import study_of, study_text  # noqa: PLC0415

    options.checked()
    scenario = load_scenario(file_of(file))
    replications = REPLICATIONS if options.replications is None else options.replications
    seed = SEED if options.seed is None else options.seed
    try:
        study = study_of(scenario, file, options.changes, varied, replications=replications, seed=seed)
    except Unclear as problem:
        raise BadUsage(str(problem)) from None
    if saved is not None:
        _write_new(saved, study_text(study, os.path.relpath(file, saved.parent)))
        remark(f"wrote {near(saved)}: frontline compare {shlex.quote(str(saved))}")
    _simulate(plan_of_study(study), options)


def convert_inputs(file: Path, out: Path | None, as_json: bool) -> None:
    """``frontline inputs``."""
    from sim.files.scenarios import scenario_tree  # noqa: PLC0415 - needed here alone
    from sim.files.writing import scenario_text  # noqa: PLC0415
    from sim.report.inputs import inputs  # noqa: PLC0415

    scenario = load_scenario(file_of(file))
    written, _ = scenario_tree(file)
    target = out or file.with_suffix(".yaml" if is_workbook(file) else ".xlsx")
    if is_workbook(target):
        _write_new(target, inputs(scenario, written))
    elif target.suffix.lower() in (".yaml", ".yml"):
        _write_new(target, scenario_text(scenario, written))
    else:
        raise BadUsage(f"--out {target}: name a workbook (.xlsx) or a scenario file (.yaml)")
    if as_json:
        told = {"name": scenario.name, "digest": scenario.digest(), "file": str(target)}
        print_json(json_text({"format": FORMAT, "kind": "inputs", **told}))
    else:
        remark(f"wrote {near(target)}: frontline check {shlex.quote(str(target))}")


def _write_new(path: Path, content: str | bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except FileExistsError:
        raise BadUsage(f"{path}: exists already and is not overwritten; choose another file") from None
    except OSError as error:
        raise BadUsage(f"{path}: cannot be written: {error.strerror or error}") from None


def check_file(file: Path, changes: Sequence[str], as_json: bool, quiet: bool) -> None:
    """``frontline check``."""
    overrides = overrides_of(changes)
    _check_no_folder(file)
    if is_study(file):
        _refuse(overrides, "a study is checked as it is; change its file")
        report = _check_study(file)
    else:
        report = check(load_scenario(file, overrides))
    if as_json:
        print_json(json_text(check_document(report)))
    elif not quiet:
        print_text(render_check(report, colour=in_colour()))


def _check_study(file: Path) -> CheckReport:
    kind = kind_of_study(file)
    if kind not in HOMES:
        return check_study(load_study(file))
    asked = kind_named(kind).load(file)
    return replace(check(asked.scenario), name=asked.name, title=asked.title)


def print_schema(kind: str) -> None:
    """``frontline schema``."""
    if kind in HOMES:
        print_json(json_text(study_schema(kind_named(kind).settings)))
        return
    schemas = {"scenario": scenario_schema, "study": study_schema}
    if kind not in schemas:
        raise BadUsage(f"{kind!r} has no schema; known: {', '.join([*schemas, *HOMES])}")
    print_json(json_text(schemas[kind]()))


def diff_files(one: str, other: str, as_json: bool) -> None:
    """``frontline diff``."""
    from sim.files.differences import differences, side  # noqa: PLC0415 - needed here alone
    from sim.report.differences import differences_document, render_differences  # noqa: PLC0415

    for reference in (one, other):
        _check_no_folder(Path(reference))
    first, second = side(one), side(other)
    found = differences(first, second)
    if as_json:
        print_json(json_text(differences_document(first, second, found)))
    else:
        print_text(render_differences(first, second, found, colour=in_colour(), width=columns()))


def trace_scenario(file: Path, subject: str | None, replication: int, log: Path | None, options: Options) -> None:
    """``frontline trace``."""
    from sim.experiment.tracing import UnknownSubject, trace  # noqa: PLC0415 - needed here alone
    from sim.report.story import NoParquet, can_write, render_trace, trace_document, write_log  # noqa: PLC0415

    overrides = overrides_of(options.checked().changes)
    within("--replication", replication, 1, 1_000_000)
    scenario = load_scenario(file_of(file), overrides)
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
        print_json(json_text(trace_document(found)))
        return
    print_text(render_trace(found, colour=in_colour()))
    if log is not None and not options.quiet:
        remark(f"{len(found.all_events):,} events: {near(log)}")


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
        print_json(json_text(levers_document()))
    else:
        print_text(levers_page() if markdown else render_levers(colour=in_colour(), width=columns()))


def init_folder(folder: Path, as_json: bool) -> None:
    """``frontline init``."""
    from sim.templates import write_templates  # noqa: PLC0415 - read from the package only when asked

    try:
        written = write_templates(folder)
    except FileExistsError as error:
        raise BadUsage(f"{error.filename}: exists already and is not overwritten; choose another folder") from None
    except OSError as error:
        raise BadUsage(f"{error.filename or folder}: cannot be written: {error.strerror}") from None
    if as_json:
        print_json(json_text({"format": FORMAT, "kind": "init", "files": [str(path) for path in written]}))
        return
    study = next(path for path in written if path.name == "study.yaml")
    lines = [*(f"wrote {path}" for path in written), f"next: frontline compare {shlex.quote(str(study))}"]
    print_text("\n".join(lines) + "\n")


@contextlib.contextmanager
def outcome() -> Iterator[None]:
    """Run a command; whatever happens becomes one clear message and an exit code."""
    before = signal.signal(signal.SIGTERM, interrupt)
    earlier = signal.getsignal(signal.SIGINT)
    if callable(earlier):  # where it is ignored, as in the background of a shell, it stays so
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
        sys.stdout.flush()
    except _BAD_INPUT as error:
        end_with(str(error), BAD)
    except (ReplicationFailed, StoreFailed, WorkersDied) as error:
        end_with(f"{error}{_trace(error)}", FAILED)
    except KeyboardInterrupt:
        end_with("interrupted; nothing was written", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        end_with(f"{error.filename or 'the result'}: {error.strerror or error}", FAILED)
    except MemoryError:
        end_with("not enough memory", FAILED)
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, earlier)


def _simulate(plan: Plan, options: Options) -> None:
    plan = plan.altered(options.replications, options.seed)
    known = reported(plan)
    plan = options.precisely(plan, known)
    started = time.perf_counter()

    def keep(result: Result, folder: ResultFolder) -> None:
        _save(result, folder, options, started)

    carry_out(
        lambda on: execute_precisely(plan, on.workers, on.progress, on.store, on.watch),
        keep=keep,
        show=lambda result: _show(result, options),
        place=_place(plan),
        total=len(plan.every_arm) * plan.replications,
        options=options,
        watching=looking_on(options, lambda: known, plan.confidence, plan.best),
    )


def _show(result: Result, options: Options) -> None:
    if options.as_json:
        print_json(json_text(document(result)))
        return
    print_text(render(result, in_colour(), columns(), marks(options.draws)))
    if not options.quiet:
        for text in (*uncounted(result), *still_settling(result)):
            remark(text)


def _place(plan: Plan) -> Path:
    """A run and a comparison of the same name do not replace each other."""
    return Path("results") / (plan.name if plan.kind == "comparison" else f"{plan.name}-run")


def _save(result: Result, folder: ResultFolder, options: Options, started: float) -> None:
    from sim.report.figures import letters_lacking, pictures  # noqa: PLC0415 - half a second of imports, after the workers' work

    save(result, folder, pictures(result), circumstances(options, started))
    lacking = letters_lacking(result)
    if lacking and not options.quiet:
        remark(f"the font of the figures lacks some letters and shows boxes for them: {lacking[:20]}")


def overrides_of(changes: Sequence[str]) -> dict[str, str]:
    """Dotted path -> value of each ``--set PATH=VALUE``; raises BadUsage."""
    found: dict[str, str] = {}
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path.strip():
            raise BadUsage(f"--set {change!r}: write it like --set workforce.groups.desk.headcount=8")
        found[path.strip()] = value.strip()
    return found


def _check_no_folder(path: Path) -> None:
    if path.is_dir():
        raise BadUsage(f"{path}: is a folder; name the file of a scenario or a study")


def _refuse(overrides: dict[str, str], reason: str) -> None:
    if overrides:
        raise BadUsage(f"--set: {reason} instead")


def _trace(error: Exception) -> str:
    """Where in the code a replication failed; it is our fault, not the user's, so it helps to know."""
    if not isinstance(error, ReplicationFailed):
        return ""
    loads = "".join(f"sim.extend.load({one.file!r}); " for one in ADDED.extensions.values())
    return (
        f"\nto run it alone, in Python: {loads}sim.replicate(FILE, replication={error.replication}, seed={error.seed}, "
        f"arm={error.arm.name!r})"
    )
