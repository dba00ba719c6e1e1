"""``frontline report`` as a person uses it: from a real stored study to a page, without simulating anything."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import sim
from sim.cli import app
from sim.experiment.store import Store
from sim.report.folder import FolderRefused
from sim.report.numbers import with_half_width
from sim.report.reopened import Unfilled

TINY = """
frontline: 1
extends: scenario.yaml
name: tiny
calendar: {warm_up: 7 days, horizon: 63 days}
"""
STUDY = """
frontline: 1
study: tiny
title: A tiny study
scenario: tiny.yaml
replications: 3
seed: 5
policies:
  fee_up: {title: Raise the fee, changes: {pricing.fee.office: {multiply: 1.1}}, costs: {one_off: 500 EUR}}
  nothing: {title: Change nothing}
"""
SWEEP = """
frontline: 1
study: tiny-sweep
kind: sweep
title: Fee <b>and</b> nothing else
scenario: tiny.yaml
replications: 2
seed: 5
design: grid
changes: {fee: [+0 %, +8 %]}
"""
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} \"quoted\" 'single' & </style></script>",
    "料金を上げる — رفع الرسوم — Gebühr für 日本語テキスト",
    "W" * 150,
)
VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """A page as a parser sees it: its elements, its text, the cells of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-4:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def said(self, tag: str) -> list[str]:
        return [text.strip() for text in self.texts.get(tag, [])]


class Browser:
    """A headless Chromium, spoken to over two pipes: no port is opened, and no library is needed."""

    FLAGS = (
        "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    )  # fmt: skip

    def __init__(self, program: str, folder: Path) -> None:
        (reads, self._to), (self._from, writes) = os.pipe(), os.pipe()
        # The browser reads from 3 and writes to 4; the numbers here may be those already.
        places = f"{reads}, 13), ({writes}, 14), (13, 3), (14, 4)"
        begin = f"import os, sys\nfor one in (({places}): os.dup2(*one)\nos.execv(sys.argv[1], sys.argv[1:])"
        self._process = subprocess.Popen(
            [sys.executable, "-c", begin, program, *self.FLAGS, f"--user-data-dir={folder}"],
            pass_fds=(reads, writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reads)
        os.close(writes)
        self._left, self._number, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": given}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                found: dict[str, Any] = answer["result"]
                return found
            self.events.append(answer)

    def open(self, path: Path, width: int) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Page.navigate", url=path.as_uri())
        while not any(each.get("method") == "Page.loadEventFired" for each in self.events):
            self.events.append(self._next())

    def run(self, script: str) -> Any:
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def complaints(self) -> list[Any]:
        """Everything that was logged as an error or a warning, or thrown."""
        wrong = []
        for each in self.events:
            found = each.get("params", {})
            if each.get("method") == "Runtime.exceptionThrown":
                wrong.append(found)
            if each.get("method") == "Log.entryAdded" and found["entry"]["level"] in ("error", "warning"):
                wrong.append(found["entry"])
            if each.get("method") == "Runtime.consoleAPICalled" and found["type"] in ("error", "warning", "assert"):
                wrong.append(found)
        return wrong

    def requests(self) -> list[str]:
        sent = [each["params"] for each in self.events if each.get("method") == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent]

    def close(self) -> None:
        os.close(self._to)
        os.close(self._from)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._from], [], [], 240)
            assert ready, "the browser does not answer"
            part = os.read(self._from, 1 << 20)
            assert part, "the browser has ended"
            self._left += part
        message, _, self._left = self._left.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None or os.name != "posix":
        pytest.skip("needs Chromium")
    found = Browser(program, tmp_path / "browser")
    yield found
    found.close()


def frontline(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def studied(folder: Path, study: str) -> Path:
    """A study in a folder of its own, carried out; the folder of its result."""
    assert frontline("init", folder).exit_code == 0
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (folder / "tiny_study.yaml").write_text(study, encoding="utf-8")
    store = folder / "results" / "replications.sqlite"
    out = folder / "results" / "tiny"
    found = frontline("compare", folder / "tiny_study.yaml", "--workers", 1, "--out", out, "--store", store, "--quiet")
    assert found.exit_code == 0, found.output
    return out


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studied(tmp_path_factory.mktemp("work") / "shop", STUDY)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policies = "\n".join(
        f"  p{place}: {{title: {json.dumps(title, ensure_ascii=False)}, "
        f"changes: {{pricing.fee.office: {{multiply: 1.{place}}}}}}}"
        for place, title in enumerate(HOSTILE)
    )
    study = STUDY.partition("policies:")[0].replace("A tiny study", json.dumps(HOSTILE[0])).replace("3", "2")
    return studied(tmp_path_factory.mktemp("work") / "shop", f"{study}policies:\n{policies}\n")


@pytest.fixture(scope="module")
def swept(result: Path) -> Path:
    """A sweep of the same scenario, beside the comparison."""
    shop, out = result.parent.parent, result.parent / "tiny-sweep"
    (shop / "sweep.yaml").write_text(SWEEP, encoding="utf-8")
    store = result.parent / "replications.sqlite"
    found = frontline("sweep", shop / "sweep.yaml", "--workers", 1, "--out", out, "--store", store, "--quiet")
    assert found.exit_code == 0, found.output
    return out


@pytest.fixture(autouse=True)
def nothing_is_simulated(
    result: Path, hostile: Path, swept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a replication was simulated")

    monkeypatch.setattr("sim.experiment.execution._run_model", refuse)


def page_of(result: Path, out: Path) -> tuple[str, Page]:
    found = frontline("report", result, "--out", out)
    assert found.exit_code == 0, found.output
    text = (out / "tiny.html").read_text(encoding="utf-8")
    return text, Page(text)


def test_a_stored_result_is_found_again_whole_without_simulating(result: Path) -> None:
    found = sim.load_result(result)
    assert isinstance(found, sim.Findings)
    assert found.to_json() == json.loads((result / "result.json").read_text(encoding="utf-8"))


def test_the_report_stands_beside_the_result_and_can_be_made_again(result: Path) -> None:
    found = frontline("report", result, "--json")
    assert found.exit_code == 0, found.output
    (file,) = json.loads(found.stdout)["files"]
    path = result.parent / "tiny-report" / "tiny.html"
    assert Path(file["path"]) == path
    before = path.read_bytes()
    assert file["bytes"] == len(before)
    assert frontline("report", result).exit_code == 0
    assert path.read_bytes() == before


def test_the_page_has_every_section_and_the_stored_numbers(result: Path, tmp_path: Path) -> None:
    _, page = page_of(result, tmp_path / "out")
    sections = {each["id"] for tag, each in page.elements if tag == "section"}
    assert sections == {
        "answer", "question", "outcomes", "policies", "money", "links", "course", "operation", "customers", "staff",
        "hangs", "assumptions", "checks", "repeat",
    }  # fmt: skip
    links = {str(each["href"])[1:] for tag, each in page.elements if tag == "a"}
    assert links == sections
    cells = page.said("td")
    found = sim.load_result(result)
    assert isinstance(found, sim.Findings)
    for row in found.result.table:
        assert with_half_width(row.baseline) in cells
        for change in row.changes.values():
            assert change is not None
            assert with_half_width(change.estimate, sign=True) in cells
    assert found.result.plan.baseline.scenario.digest() in cells


def test_the_page_asks_nothing_of_anybody(result: Path, tmp_path: Path) -> None:
    text, page = page_of(result, tmp_path / "out")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    policy = next(each["content"] for tag, each in page.elements if tag == "meta" and "http-equiv" in each)
    assert policy is not None and policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert not {name for name in attributes if name.startswith("on") or name in ("style", "src")}, (tag, attributes)
        assert str(attributes.get("href", "#")).startswith("#")
    ids = [each["id"] for _, each in page.elements if each.get("id")]
    assert len(ids) == len(set(ids))
    references = {
        found
        for _, each in page.elements
        for value in each.values()
        for found in re.findall(r"url\(#([^)]+)\)", value or "")
    }
    assert references <= set(ids)


def test_hostile_names_are_shown_as_text(hostile: Path, tmp_path: Path) -> None:
    text, page = page_of(hostile, tmp_path / "out")
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1
    assert tags.count("style") == 1
    assert "img" not in tags
    assert HOSTILE[0] in page.said("h1")
    assert page.said("title")[0] == HOSTILE[0]
    assert set(HOSTILE) <= set(page.said("h3"))
    assert "49" not in page.said("h3")
    assert len(text) < 5_000_000


@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_opens_in_a_browser_without_a_word_or_a_request_and_fits(
    result: Path, hostile: Path, tmp_path: Path, browser: Browser, width: int
) -> None:
    page_of(hostile, tmp_path / "hostile")
    page_of(result, tmp_path / "plain")
    for name in ("hostile", "plain"):
        browser.events.clear()
        file = tmp_path / name / "tiny.html"
        browser.open(file, width)
        assert browser.complaints() == []
        assert browser.requests() == [file.as_uri()]
        assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert browser.run("document.title") == (HOSTILE[0] if name == "hostile" else "A tiny study")


def test_charts_scroll_on_a_phone_rather_than_shrink_and_keys_bring_a_month_into_sight(
    result: Path, tmp_path: Path, browser: Browser
) -> None:
    page_of(result, tmp_path / "out")
    browser.open(tmp_path / "out" / "tiny.html", 390)
    widths = "Array.from(document.querySelectorAll('figure svg')).map((one) => one.getBoundingClientRect().width)"
    assert min(width for width in browser.run(widths) if width) >= 500
    sight = browser.run(
        "(() => { const figure = document.querySelector('#course figure.told'), chart = figure.firstElementChild;"
        "figure.told.places.forEach(() =>"
        " figure.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', cancelable: true })));"
        "const box = chart.getBoundingClientRect(), at = figure.cursor.getBoundingClientRect().left;"
        "return [chart.scrollLeft > 0, at >= box.left && at <= box.right, figure.place]; })()"
    )
    assert sight[:2] == [True, True]
    assert sight[2] > 0
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert browser.complaints() == []


def test_a_page_that_asks_for_something_would_be_found_out(result: Path, tmp_path: Path, browser: Browser) -> None:
    text, _ = page_of(result, tmp_path / "out")
    file = tmp_path / "wrong.html"
    file.write_text(text.replace("<main>", '<main><img src="other.png" style="color: red">'), encoding="utf-8")
    browser.open(file, 800)
    assert len(browser.complaints()) >= 2


def test_the_controls_of_the_page_work(result: Path, tmp_path: Path, browser: Browser) -> None:
    page_of(result, tmp_path / "out")
    browser.open(tmp_path / "out" / "tiny.html", 1200)
    shown = "Array.from(document.querySelectorAll('#policies .option')).map((one) => one.offsetHeight > 0)"
    assert browser.run(shown) == [True, False]
    browser.run(
        "const chosen = document.querySelector('#policies .choice select');"
        "chosen.value = 1; chosen.dispatchEvent(new Event('change')); 0"
    )
    assert browser.run(shown) == [False, True]
    measures = "document.querySelector('.explorer select').options.length"
    assert browser.run(measures) > 20
    before = browser.run("document.querySelector('.explorer svg').outerHTML")
    browser.run(
        "const other = document.querySelector('.explorer select');"
        "other.value = 8; other.dispatchEvent(new Event('change')); 0"
    )
    assert browser.run("document.querySelector('.explorer svg').outerHTML") != before
    gone = (
        "Array.from(document.querySelectorAll('svg .arm-1')).every((one) => getComputedStyle(one).display === 'none')"
    )
    assert not browser.run(gone)
    browser.run("document.querySelector('button.arm[data-arm=\"1\"]').click()")
    assert browser.run(gone)
    browser.run("document.querySelector('button.arm[data-arm=\"1\"]').click()")
    place = browser.run(
        "(() => { const box = document.querySelector('#course figure.told'); box.scrollIntoView({block: 'center'});"
        "const at = box.getBoundingClientRect(); return [at.left + at.width / 2, at.top + at.height / 3]; })()"
    )
    browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
    told = browser.run("document.getElementById('tip').hidden ? '' : document.getElementById('tip').innerText")
    assert re.match(r"\d{4}-\d\d", told)
    assert "Raise the fee" in told
    assert browser.complaints() == []


def test_a_result_shows_itself_in_a_notebook_with_its_names_as_text(result: Path, hostile: Path) -> None:
    for folder in (result, hostile):
        found = sim.load_result(folder)
        assert isinstance(found, sim.Findings)
        page = Page(found._repr_html_())
        tags = [tag for tag, _ in page.elements]
        assert "script" not in tags
        assert tags.count("img") == 1
        assert page.said("b") == [found.result.plan.title]
        cells = page.said("td")
        assert all(with_half_width(row.baseline) in cells for row in found.result.table)
        assert page.said("li") == list(found.sentences().values())


def test_a_study_of_another_kind_has_its_report_too(swept: Path, tmp_path: Path) -> None:
    found = frontline("report", swept, "--format", "html,pdf", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    page = Page((tmp_path / "out" / "tiny-sweep.html").read_text(encoding="utf-8"))
    assert page.said("h1") == ["Fee <b>and</b> nothing else"]
    assert {each["id"] for tag, each in page.elements if tag == "section"} == {"answer", "pictures", "tables"}
    known = sim.load_result(swept)
    assert str(known).split() == page.said("pre")[0].split()
    frame = known.to_frame()
    assert [name for name in page.said("th") if name == frame.columns[0]]
    shown = Page(known._repr_html_())
    assert shown.said("b") == ["Fee <b>and</b> nothing else"]
    assert "Fee <b>and</b>" in " ".join(pages_of((tmp_path / "out" / "tiny-sweep.pdf").read_bytes(), tmp_path))


def test_a_study_beside_the_result_tells_what_the_answer_hangs_on(result: Path, swept: Path, tmp_path: Path) -> None:
    text, _ = page_of(result, tmp_path / "out")
    section = text.partition('<section id="hangs">')[2].partition("</section>")[0]
    assert "Fee &lt;b&gt;and&lt;/b&gt; nothing else" in section
    assert "<svg" in section
    lacking = re.findall(r"frontline ([\w-]+) STUDY", section)
    assert lacking == ["sensitivity", "uncertainty", "break-even"]


def pages_of(content: bytes, folder: Path) -> list[str]:
    """The text of every page of a PDF, by a reader that is not ours."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    (folder / "read.pdf").write_bytes(content)
    found = subprocess.run(["pdftotext", "-layout", "read.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return found.stdout.decode("utf-8").split("\f")[:-1]


def test_the_pdf_has_the_same_sections_and_numbers(result: Path, tmp_path: Path) -> None:
    found = frontline("report", result, "--format", "pdf,html", "--out", tmp_path / "out", "--json")
    assert found.exit_code == 0, found.output
    assert [Path(each["path"]).name for each in json.loads(found.stdout)["files"]] == ["tiny.pdf", "tiny.html"]
    content = (tmp_path / "out" / "tiny.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    pages = pages_of(content, tmp_path)
    text = re.sub(r"\s+", " ", " ".join(pages))
    page = Page((tmp_path / "out" / "tiny.html").read_text(encoding="utf-8"))
    for title in page.said("h2"):
        assert title in text
    known = sim.load_result(result)
    assert isinstance(known, sim.Findings)
    for row in known.result.table:
        assert with_half_width(row.baseline) in text
    assert all(page.strip() for page in pages)


def test_hostile_names_do_no_harm_to_the_pdf(hostile: Path, tmp_path: Path) -> None:
    found = frontline("report", hostile, "--format", "pdf", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    text = "".join("".join(pages_of((tmp_path / "out" / "tiny.pdf").read_bytes(), tmp_path)).split())
    assert "<script>document.title='owned'</script>" in text
    assert "{{7*7}}" in text
    assert HOSTILE[3][:60] in text


def test_a_lacking_replication_is_one_line_with_the_command_that_fills_it(result: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    Store(empty).close()
    found = frontline("report", result, "--store", empty)
    assert found.exit_code == 2
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert "9 of 9 replications are not in" in line
    assert line.endswith(shlex.join(["frontline", "compare", str(result), "--out", str(result), "--store", str(empty)]))
    none = frontline("report", result, "--store", tmp_path / "none.sqlite")
    assert none.exit_code == 2
    assert "there is no store" in none.stderr
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(Unfilled):
        sim.load_result(result, store=empty)


def test_what_is_no_result_is_refused(result: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none", result.parent.parent / "tiny.yaml"):
        found = frontline("report", place)
        assert found.exit_code == 2
        assert "is no result of Frontline" in found.stderr
    with pytest.raises(FolderRefused):
        sim.load_result(tmp_path)
    found = frontline("report", result, "--format", "powerpoint")
    assert found.exit_code == 2
    assert "known formats: html" in found.stderr
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "manifest.json").write_text('{"frontline": "0"}')
    (damaged / "plan.json").write_text("{")
    assert "is damaged" in frontline("report", damaged).stderr


def test_nobody_elses_folder_is_written_to(result: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    found = frontline("report", result, "--out", mine)
    assert found.exit_code == 2
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]
    inside = frontline("report", result, "--out", result)
    assert inside.exit_code == 2
