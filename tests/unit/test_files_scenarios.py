"""Every way in which a scenario file goes wrong ends in one clear line with file, line and the nearest name."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sim.core.units import DAY, HOUR
from sim.files import FileProblem, load_scenario
from sim.scenario import Scenario

SMALL = Path(__file__).parents[1] / "behaviour" / "small.yaml"
VOLUMES = SMALL.with_name("small_volumes.csv")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small scenario, which is also where we are."""
    (tmp_path / "small.yaml").write_text(SMALL.read_text("utf-8"), "utf-8")
    (tmp_path / VOLUMES.name).write_text(VOLUMES.read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def damaged(folder: Path, old: str, new: str, name: str = "small.yaml") -> int:
    """Replaces a text that stands once in a file; returns the line in which it begins."""
    text = (folder / name).read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    (folder / name).write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def complaints(name: str = "small.yaml", overrides: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(FileProblem) as caught:
        load_scenario(name, overrides or {})
    return str(caught.value).splitlines()


def test_the_small_scenario_is_read_whole(folder: Path) -> None:
    scenario = load_scenario("small.yaml")
    assert scenario == load_scenario(folder / "small.yaml")
    assert Scenario.from_plain(scenario.plain()).digest() == scenario.digest()
    given = re.findall(r"^(\w+):", (folder / "small.yaml").read_text("utf-8"), re.MULTILINE)
    assert len(given) > 15
    assert all(getattr(scenario, name) is not None for name in given)


# One complaint each: what is replaced, by what, and the line after "small.yaml:<line>: "
DAMAGES = [
    ("kind: longest_idle", "kind: longest-idle",
     'routing.kind is "longest-idle"; known kinds: longest_idle, fewest_skills — did you mean longest_idle?'),
    ("head_start: {", "headstart: {",
     "routing.headstart is not known here; known: kind, priority, head_start, reserve, overflow "
     "— did you mean head_start?"),
    ("renewal: 30 days", "renewals: 30 days",
     "pricing.renewals is not known here; known: fee, renewal, adaptation, reactions, exemptions, most_rise, "
     "justification, sensitivity — did you mean renewal?"),
    ("adaptation: 180 days", "adaptation: 180",
     "pricing.adaptation needs a unit of time, such as '180 min' or '180 days' (found 180)"),
    ("adaptation: 180 days", "adaptation: 6 months",
     'pricing.adaptation: a month has no fixed length; say it in days or weeks (found "6 months")'),
    ("adaptation: 180 days", "adaptation: 180 %",
     "pricing.adaptation needs a unit of time, such as '180 min' or '180 days' (found \"180 %\")"),
    ("adaptation: 180 days", "adaptation: P1M", "pricing.adaptation is no quantity; write it like "
     "'20 s', '4 min', '3 h', '30 days' (found \"P1M\")"),
    ("adaptation: 180 days", "adaptation: 0 days", 'pricing.adaptation is "0 days"; it must be more than 0 s'),
    ("away: 10 %", "away: 0.1", "staffing.away needs a percent sign, such as '10 %' (found 0.1)"),
    ("away: 10 %", "away: 110 %", 'staffing.away is "110 %"; it must be at most 80 %'),
    ("away: 10 %", "away: -1 %", 'staffing.away is "-1 %"; it must be at least 0 %'),
    ("away: 10 %", "away: [10 %]", "staffing.away is a list; it must be a share such as '12 %'"),
    ("away: 10 %", "away: !!int 10", "tags (!) are not taken; put a text that begins with ! in quotes"),
    ("spread: 0.15", "spread: .nan", 'agents.spread is ".nan"; it must be a number'),
    ("spread: 0.15", "spread: -.inf", 'agents.spread is "-.inf"; it must be a number'),
    ("spread: 0.15", "spread: 1e400", "the number 1e400 is too large"),
    ("spread: 0.15", "spread: 1e3", "agents.spread is 1000.0; it must be at most 1"),
    ("spread: 0.15", "spread: true", "agents.spread is true; it must be a number"),
    ("spread: 0.15", "spread: 15 %", 'agents.spread is "15 %"; it must be a number, without a unit'),
    ("lines: 20", "lines: no", 'channels.channels.telephone.lines is "no"; it must be a whole number'),
    ("lines: 20", "lines: 010",
     'channels.channels.telephone.lines is "010"; it must be a whole number, without commas, quotes or leading zeros'),
    ("lines: 20", "lines: 20.5", "channels.channels.telephone.lines is 20.5; it must be a whole number"),
    ("lines: 20", "lines: 0", "channels.channels.telephone.lines is 0; it must be at least 1"),
    ("open_on_holidays: false", "open_on_holidays: no",
     'channels.channels.mail.open_on_holidays is "no"; it must be true or false — did you mean false?'),
    ('opens: "10:00"', "opens: 930",
     "channels.channels.shop.hours.saturday.opens is no time of day; write it like '08:30' (found 930)"),
    ('opens: "10:00"', "opens: 17:30", "channels.channels.shop.hours.saturday closes before it opens"),
    ('saturday: {opens: "10:00"', 'saterday: {opens: "10:00"',
     "channels.channels.shop.hours.saterday is not known here; known: monday, tuesday, wednesday, thursday, friday, "
     "saturday, sunday, every_day — did you mean saturday?"),
    ("start: 2026-01-05", "start: 2026-02-30",
     'calendar.start is no date; write it like 2026-03-01 (found "2026-02-30")'),
    ("start: 2026-01-05", "start: 20260105", "calendar.start is 20260105; it must be a date such as 2026-03-01"),
    ("Europe/Amsterdam", "Amsterdam",
     "calendar.time_zone is no time zone; write it like 'Europe/Amsterdam' or 'UTC' (found \"Amsterdam\") "
     "— did you mean Europe/Amsterdam?"),
    ("Europe/Amsterdam", "Europe/Amsterdm",
     "calendar.time_zone is no time zone; write it like 'Europe/Amsterdam' or 'UTC' (found \"Europe/Amsterdm\") "
     "— did you mean Europe/Amsterdam?"),
    ("name: small", "name: ../small", 'name is "../small", and needs a name of letters, digits, - and _, '
     "because results are kept in a folder of that name"),
    ("name: small", "name: " + "x" * 70, f'name is "{"x" * 47}...{"x" * 10}", and needs a name of at most 64 '
     "characters, because results are kept in a folder of that name"),
    ("adaptation: 180 days", "adaptation: 1.8e2 days",
     "pricing.adaptation has a number with an exponent; write it out, such as '180 days' (found \"1.8e2 days\")"),
    ("adaptation: 180 days", "adaptation: 1e300 days",
     'pricing.adaptation has a number with an exponent; write it out (found "1e300 days")'),
    ("lines: 20", "lines: 2e3", "channels.channels.telephone.lines is 2000.0; it must be a whole number "
     "— did you mean 2000?"),
    ("mix: {home: 90 %", "mix: {hoem: 90 %",
     "acquisition.mix.hoem names 'hoem', which is no segment of this scenario; known: home, business "
     "— did you mean home?"),
    ("    december: 1.1\n", "", "calendar.month gives no weight for december"),
    ("currency: EUR", "currency: euro", 'currency is "euro"; it must be three capital letters, such as EUR'),
    ("joining_cost: 60 EUR", "joining_cost: 60 USD",
     'acquisition.joining_cost is in USD, but the scenario counts in EUR (found "60 USD")'),
    ("joining_cost: 60 EUR", "joining_cost: 60",
     "acquisition.joining_cost needs a currency of three capitals, such as '32.50 EUR' (found 60)"),
    ('{one_off: "1,000 EUR",', "{one_off: 1,000 EUR,",
     "the comma before '000 EUR' ends the value; put the number in quotes: '5,000 EUR'"),
    ('{rent: "2,000 EUR per month"}', "{rent: 2,500 EUR per month}",
     "the comma before '500 EUR per month' ends the value; put the number in quotes: '5,500 EUR per month'"),
    ("mix: {home: 90 %", "mix: {home: 80 %", "acquisition: the mix of segments adds up to 90 %, not to 100 %"),
    ("{law: weibull, mean", "{law: weibul, mean",
     'patience.channels.telephone.patience.law is "weibul"; known laws: constant, exponential, lognormal, weibull, '
     "hyperexponential — did you mean weibull?"),
    ("{law: weibull, mean: 6 min, shape: 0.9}", "{mean: 6 min}",
     "patience.channels.telephone.patience.law is missing; it says which law this is"),
    ("{law: weibull, mean: 6 min, shape: 0.9}", "6 min",
     'patience.channels.telephone.patience is "6 min"; it must be a mapping with law and what belongs to it'),
    ("{law: weibull, mean: 6 min, shape: 0.9}", "{law: weibull, mean: 6 min}",
     "patience.channels.telephone.patience.shape is missing; it must be a number"),
    ("{share: 80 %, within: 30 s}", "{share: 80 %}",
     "channels.channels.telephone.target.within is missing; it must be a duration such as '20 s'"),
    ("channels: [telephone, mail, web]", "channels: telephone",
     'workforce.groups.desk.channels is "telephone"; it must be a list, such as [telephone]'),
    ("channels: [telephone, mail, web]", "channels: []",
     "workforce.groups.desk.channels has 0 entries; it must have at least 1 entry"),
    ("kinds: any", "kinds: all", 'workforce.groups.desk.kinds is "all"; it must be any or a list'),
    ("kinds: [billing, change]", "kinds: [1]",
     "workforce.groups.shop.kinds.0 is 1; it must be a text (put it in quotes)"),
    ("headcount: 6", "headcount: 1,006",
     'workforce.groups.desk.headcount is "1,006"; it must be a whole number, without commas, quotes or leading zeros'),
    ("volumes: {table: small_volumes.csv, column: calls}", "rates: 3 per hour",
     "arrivals.streams.callers.rates is not known here; known: kind, channel, rate, volumes, follow_calendar "
     "— did you mean rate?"),
    ("      channel: telephone\n      volumes: {table: small_volumes.csv, column: calls}", "      channel: telephone",
     "arrivals.streams.callers needs either a rate or volumes, and not both"),
    ("column: calls}", "colum: calls}",
     "arrivals.streams.callers.volumes.colum is not known here; known: table, column — did you mean column?"),
    ("column: calls}", "column: cals}",
     'arrivals.streams.callers.volumes.column is "cals", which small_volumes.csv does not have; known: calls, visits '
     "— did you mean calls?"),
    ("table: small_volumes.csv", "table: small_volume.csv",
     'arrivals.streams.callers.volumes.table is "small_volume.csv", which does not exist '
     "— did you mean small_volumes.csv?"),
    ("table: small_volumes.csv", "table: ../elsewhere.csv",
     'arrivals.streams.callers.volumes.table is "../elsewhere.csv", which lies outside the folder of the file that '
     "was asked for (.)"),
    ("table: small_volumes.csv", "table: /etc/passwd",
     'arrivals.streams.callers.volumes.table is "/etc/passwd"; name the file relative to this one'),
    ("late: {days", "early: {days", "early stands twice in one mapping; first in line 165"),
    ("routing:\n", "<<: {a: 1}\nrouting:\n", "merge keys (<<) are not taken; write the values out, or use 'extends'"),
    ("routing:\n", "1: 2\nrouting:\n", "a key is 1; a key must be a text, if need be in quotes"),
    ("routing:\n", "true: 2\nrouting:\n", "a key is true; a key must be a text, if need be in quotes"),
    ("routing:\n", "? [a, b]\n: 2\nrouting:\n", "a key is a list; a key must be a text, if need be in quotes"),
    ("kind: longest_idle", "\tkind: longest_idle", "the line is indented with a tab; use spaces"),
    ("kind: longest_idle", "kind: *idle",
     "*idle: anchors and aliases (& and *) are not taken; write the values out, and put a text that begins with * "
     "in quotes"),
    ("kind: longest_idle", "kind: &idle longest_idle",
     "&idle: anchors and aliases (& and *) are not taken; write the values out, and put a text that begins with & "
     "in quotes"),
    ("kind: longest_idle", "kind: !!python/object/apply:os.system [ls]",
     "tags (!) are not taken; put a text that begins with ! in quotes"),
    ("kind: longest_idle", "kind: long: idle",
     "the line has a colon where none can be; indent evenly, put a text with ': ' in quotes"),
    ("title: Small provider", "title: " + "x" * 600, "a text has 600 characters; at most 500 are taken"),
    ("title: Small provider", "title: " + "x" * 300, "title has 300 characters; it must have at most 200 characters"),
    ("frontline: 1", "frontline: 0", "frontline is 0; this version of Frontline (0.1.0) reads format 1; the file is "
     "older: see the changelog for what to change in it"),
    ("frontline: 1", "frontline: 7", "frontline is 7; this version of Frontline (0.1.0) reads format 1; the file is "
     "newer: install a newer Frontline"),
    ("frontline: 1", "frontline: one", 'frontline is "one"; this version of Frontline (0.1.0) reads format 1, '
     "written as 'frontline: 1'"),
    ("frontline: 1", "frontline: true", "frontline is true; this version of Frontline (0.1.0) reads format 1, "
     "written as 'frontline: 1'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), DAMAGES, ids=[str(i) for i in range(len(DAMAGES))])
def test_a_wrong_line_is_told_with_its_place(folder: Path, old: str, new: str, message: str) -> None:
    damaged(folder, old, new)
    found = complaints()
    assert len(found) == 1, found
    file, line, text = found[0].split(":", 2)
    assert file == "small.yaml"
    assert text.strip() == message
    lines = (folder / "small.yaml").read_text("utf-8").splitlines()
    assert 1 <= int(line) <= len(lines)


def test_the_line_is_that_of_the_mistake(folder: Path) -> None:
    line = damaged(folder, "away: 10 %", "away: 10")
    assert complaints()[-1].startswith(f"small.yaml:{line}: staffing.away ")
    line = damaged(folder, "{share: 95 %, within: 1 days}", "{share: 95 %}")
    assert any(text.startswith(f"small.yaml:{line}: channels.channels.mail.target.within is") for text in complaints())


def test_a_time_without_quotes_stays_a_time(folder: Path) -> None:
    damaged(folder, 'opens: "10:00"', "opens: 9:30")
    scenario = load_scenario("small.yaml")
    assert scenario.channels.channels["shop"].hours["saturday"].opens == 9.5 * HOUR


def test_yes_and_no_stay_texts(folder: Path) -> None:
    damaged(folder, "title: Small provider", "title: no")
    assert load_scenario("small.yaml").title == "no"


def test_a_dozen_mistakes_are_told_at_once_and_more_are_counted(folder: Path) -> None:
    text = SMALL.read_text("utf-8").replace(" %", "")
    (folder / "small.yaml").write_text(text, "utf-8")
    found = complaints()
    assert len(found) == 21
    assert found[-1].startswith("and ")
    assert found[-1].endswith(" more")
    lines = [int(line.split(":")[1]) for line in found[:-1]]
    assert lines == sorted(lines)


def test_names_that_nothing_defines_are_found(folder: Path) -> None:
    line = damaged(folder, "channels: [telephone, mail, web]", "channels: [telefone, mail]")
    found = [text for text in complaints() if "telefone" in text]
    assert len(found) == 1
    assert found[0].startswith(f"small.yaml:{line}: workforce.groups.desk.channels")
    assert found[0].endswith("— did you mean telephone?")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"# nothing\n", "is empty"),
        (b"- 1\n", ":1: the file is no scenario: it holds a list instead of 'key: value' lines"),
        (b"hello\n", ":1: the file is no scenario: it holds \"hello\" instead of 'key: value' lines"),
        (b"services: {web: 1}\n", ":1: frontline is missing; a scenario begins with the line 'frontline: 1', the "
         "version of its format"),
        (b"frontline: 1\n---\nfrontline: 1\n", ":2: a second document begins ('---'); a file holds one"),
        (b"frontline: 1\nname: \xff\n", ":2: the line is not UTF-8; save the file as UTF-8"),
        ("frontline: 1\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"frontline: 1\nname: a\0b\n", "is no text: it holds NUL bytes"),
        (b"frontline: 1\nname: a\x1bb\n", ":2: has the control character U+001B"),
        (b'frontline: 1\nname: "a\\eb"\n', ":2: a text has a control character"),
        (b"frontline: 1\n" + b"# padding\n" * 100_001, "is larger than 1 MB"),
        (b"frontline: 1\nname: " + b"[" * 5000, ":2: more than 50 levels are nested"),
        (b"frontline: 1\nname: 'open\n", ":2: the line has a quote that is not closed"),
        (b"frontline: 1\nstudy: a\nscenario: b\n", ":2: study stands in a study; here a scenario is expected"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_scenario_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "odd.yaml").write_bytes(content)
    found = complaints("odd.yaml")
    assert len(found) == 1, found
    assert found[0].removeprefix("odd.yaml").removeprefix(": ") == message


def test_an_alias_bomb_is_refused_at_once(folder: Path) -> None:
    levels = ["frontline: 1", "a0: &a0 [x, x]"]
    levels += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    (folder / "bomb.yaml").write_text("\n".join(levels), "utf-8")
    assert "anchors and aliases" in complaints("bomb.yaml")[0]


def test_a_missing_file_names_its_neighbour(folder: Path) -> None:
    assert complaints("smal.yaml") == ["smal.yaml: does not exist — did you mean small.yaml?"]


def test_a_directory_names_the_files_in_it(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "a.yaml").write_text("x")
    assert complaints("inner") == ["inner: is a directory, not a file — did you mean inner/a.yaml?"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo("pipe.yaml")
    assert complaints("pipe.yaml") == ["pipe.yaml: is no regular file"]


def test_what_a_terminal_might_obey_is_written_as_an_escape(folder: Path) -> None:
    damaged(folder, "kind: longest_idle", "kind: a\u202eb")
    found = complaints()
    assert "\u202e" not in found[0]
    assert "\\u202e" in found[0]


def test_a_very_long_value_is_cut_in_the_message(folder: Path) -> None:
    damaged(folder, "kind: longest_idle", f"kind: {'x' * 400}")
    assert len(complaints()[0]) < 250


def test_a_scenario_extends_another(folder: Path) -> None:
    (folder / "variant.yaml").write_text(
        "frontline: 1\nextends: small.yaml\nname: variant\n"
        "channels: {channels: {telephone: {lines: 7}}}\n"
        "patience: {channels: {telephone: {patience: {law: exponential, mean: 3 min}}}}\n"
        "acquisition:\ncalendar: {holidays: [2026-12-25]}\n",
        "utf-8",
    )
    scenario = load_scenario("variant.yaml")
    assert scenario.name == "variant"
    assert scenario.channels.channels["telephone"].lines == 7
    assert scenario.channels.channels["telephone"].priority == 0
    assert scenario.acquisition is None
    assert len(scenario.calendar.holidays) == 1


def test_a_mistake_in_the_base_is_told_in_the_base(folder: Path) -> None:
    (folder / "variant.yaml").write_text("frontline: 1\nextends: small.yaml\naway: 3\n", "utf-8")
    line = damaged(folder, "away: 10 %", "away: 10")
    found = complaints("variant.yaml")
    assert found[0].startswith(f"small.yaml:{line}: staffing.away needs a percent sign")
    assert found[1].startswith("variant.yaml:3: away is not known here")


def test_a_circle_of_extends_is_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text("frontline: 1\nextends: b.yaml\n", "utf-8")
    (folder / "b.yaml").write_text("frontline: 1\nextends: a.yaml\n", "utf-8")
    message = 'extends is "a.yaml", which extends this file in turn; a circle has no beginning'
    assert complaints("a.yaml") == [f"b.yaml:2: {message}"]


def test_extends_stays_within_the_folder(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "a.yaml").write_text("frontline: 1\nextends: ../small.yaml\n", "utf-8")
    found = complaints("inner/a.yaml")
    assert found[0].startswith('inner/a.yaml:2: extends is "../small.yaml", which lies outside the folder')


def test_overrides_come_last_and_may_name_any_setting(folder: Path) -> None:
    change = "policies.spring_training.changes.workforce.training.hours.to"
    scenario = load_scenario(
        "small.yaml",
        {"routing.kind": "fewest_skills", "staffing.rosters.desk.rota.1": "late", change: "3 h", "acquisition": ""},
    )
    assert scenario.routing.kind == "fewest_skills"
    assert scenario.staffing.rosters["desk"].rota == ("early", "late", "late")
    assert scenario.policies["spring_training"].changes["workforce.training.hours"].to == "3 h"
    assert scenario.acquisition is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("channels.channels.phone.lines", "3", "channels.channels.phone.lines names no setting: there is no phone in "
         "channels.channels; known: telephone, shop, mail, web — did you mean telephone?"),
        ("routing.knd", "x", "routing.knd is not known here; known: kind, priority, head_start, reserve, overflow "
         "— did you mean kind?"),
        ("routing..kind", "x", "routing..kind is no path of settings; write it like routing.kind=longest_idle"),
        ("staffing.away", "10", "staffing.away needs a percent sign, such as '10 %' (found 10)"),
        ("staffing.away", "[1", "staffing.away: the line has a list in [brackets] that is not closed or lacks a comma"),
    ],
)  # fmt: skip
def test_a_wrong_override_is_told(folder: Path, path: str, value: str, message: str) -> None:
    assert complaints(overrides={path: value}) == [f"--set: {message}"]


def test_policies_may_stand_in_a_file_of_their_own(folder: Path) -> None:
    (folder / "policies.yaml").write_text(
        "frontline: 1\npolicies:\n  more:\n    title: More lines\n"
        "    changes: {channels.channels.telephone.lines: {multiply: 2}}\n",
        "utf-8",
    )
    scenario = load_scenario("small.yaml", {"policies": "policies.yaml"})
    assert list(scenario.policies) == ["more"]
    (folder / "policies.yaml").write_text("frontline: 1\npolicy: {}\n", "utf-8")
    assert complaints(overrides={"policies": "policies.yaml"})[0].startswith("policies.yaml:1: policies is missing")


def test_a_policy_names_a_setting_that_exists(folder: Path) -> None:
    line = damaged(folder, "workforce.training.hours:", "workforce.traning.hours:")
    found = complaints()
    assert len(found) == 1
    assert found[0].startswith(f"small.yaml:{line}: policies.spring_training.changes.workforce.traning.hours ")
    assert found[0].endswith("— did you mean workforce.training.hours?")


def test_a_policy_changes_a_setting_to_what_it_may_be(folder: Path) -> None:
    line = damaged(folder, "{to: 4 h,", "{to: 90 h,")
    found = complaints()
    assert len(found) == 1
    where = "policies.spring_training.changes.workforce.training.hours"
    assert found == [f'small.yaml:{line}: {where} is "90 h"; it must be at most 40 h']


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("workforce.training.hours: {to: 5}", "workforce.training.hours.to is 5; it must be a duration such as '20 s'"),
        ("workforce.training.hours: {add: 5}",
         "workforce.training.hours.add is 5; it must be a duration such as '20 s'"),
        ("workforce.training.hours: {multiply: 30}", 'workforce.training.hours is "60 h"; it must be at most 40 h'),
        ("staffing.away: {add: 90 %}", 'staffing.away is "10 % + 90 %"; it must be at most 80 %'),
        ("routing.kind: {multiply: 2}", "routing.kind is no number: say what to set it to with 'to'"),
        ("routing.kind: {to: longest-idle}",
         'routing.kind is "longest-idle"; known kinds: longest_idle, fewest_skills — did you mean longest_idle?'),
        ("agents.handle_time.fault: {to: {law: lognorm, mean: 3 min}}",
         'agents.handle_time.fault.law is "lognorm"; known laws: constant, exponential, lognormal, weibull, '
         "hyperexponential — did you mean lognormal?"),
        ("agents.handle_time.fault: {to: {law: constant, mean: 3}}",
         "agents.handle_time.fault.to.mean is 3; it must be a duration such as '20 s'"),
        ("staffing.away: {}", "staffing.away needs exactly one of to, add and multiply"),
        ("staffing.away: {too: 3 %}",
         "staffing.away.too is not known here; known: to, add, multiply, from, until, ramp — did you mean to?"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_told(folder: Path, change: str, message: str) -> None:
    found = complaints(overrides={"policies.spring_training.changes": f"{{{change}}}"})
    assert found == [f"--set: policies.spring_training.changes.{message}"]


def test_every_wrong_change_of_a_policy_is_told(folder: Path) -> None:
    changes = "{staffing.awya: {to: 1 %}, routing.kind: {to: a}, staffing.absence: {to: 3 %}}"
    found = complaints(overrides={"policies.spring_training.changes": changes})
    assert [text.split()[1].rpartition("changes.")[2] for text in found] == ["routing.kind", "staffing.awya"]


def test_a_policy_has_a_name_that_a_folder_can_have(folder: Path) -> None:
    damaged(folder, "  spring_training:", "  spring/../training:")
    assert "needs a name of letters, digits, - and _" in complaints()[0]


def test_a_policy_may_change_a_table(folder: Path) -> None:
    change = "{arrivals.streams.callers.volumes: {to: {table: small_volumes.csv, column: visits}}}"
    scenario = load_scenario("small.yaml", {"policies.spring_training.changes": change})
    rows = scenario.policies["spring_training"].changes["arrivals.streams.callers.volumes"].to
    assert isinstance(rows, dict)
    assert rows["interval"] == "1800 s"


def test_a_table_counts_what_is_missing_as_nothing(folder: Path) -> None:
    volumes = load_scenario("small.yaml").arrivals.streams["callers"].volumes
    assert volumes.interval == 1800
    assert volumes.rows["monday"][16:20] == (4, 6, 5.5, 0)
    assert sum(volumes.rows["friday"]) == 5
    assert len(volumes.rows["holiday"]) == DAY / 1800


TABLES = [
    ("monday,08:30,6,1", "monday,08:30,six,1", 'calls is "six"; it must be a number of 0 or more, without commas'),
    ("monday,08:30,6,1", "monday,08:30,-6,1", 'calls is "-6"; it must be a number of 0 or more, without commas'),
    ("monday,08:30,6,1", "mondag,08:30,6,1", 'weekday is "mondag"; known: monday, tuesday, wednesday, thursday, '
     "friday, saturday, sunday, every_day, holiday — did you mean monday?"),
    ("monday,08:30,6,1", "monday,25:30,6,1", 'time is "25:30"; it must be a time of day such as 08:30'),
    ("monday,08:30,6,1", "monday,08:00,6,1", "the line gives monday 08:00 again; first in line 3"),
    ("monday,08:30,6,1", "monday,08:30,6", "the line has 3 cells, but the header has 4"),
    ('monday,08:30,6,1', 'monday,"08:30,6,1', "the line is no CSV: unexpected end of data"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), TABLES)
def test_a_wrong_line_of_a_table_is_told(folder: Path, old: str, new: str, message: str) -> None:
    line = damaged(folder, old, new, VOLUMES.name)
    found = complaints()
    assert len(found) == 1, found
    assert found[0].startswith(f"small_volumes.csv:{line}: ") or "unexpected end" in message
    assert found[0].endswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("weekday;time;calls\n", ":1: the table is separated by semicolons; save it with commas"),
        ("weekday\ttime\tcalls\n", ":1: the table is separated by tabs; save it with commas"),
        ("day,time,calls\n",
         ":1: the header needs the columns 'time' and either 'date' or 'weekday'; found: day, time, calls"),
        ("weekday,time,calls,calls\n", ':1: the header names "calls" twice'),
        ("weekday,time,calls\n", "has no lines of values"),
        ("date,time,calls\n2026-02-30,08:00,1\n", ':2: date is "2026-02-30"; it must be a date such as 2026-03-01'),
        ("weekday,time,calls\nmonday,08:15,1\nmonday,08:45,1\n", ":2: time is 08:15; the smallest spacing is 30 min, "
         "and this is no multiple of it"),
        ("weekday,time,calls\nmonday,07:00,1\nmonday,14:00,1\n",
         "has times 420 min apart, which does not divide the day"),
        ("date,time,calls\n" + "".join(f"{2000 + n}-01-01,00:0{n % 2},1\n" for n in range(400)),
         "has 400 days of intervals of 1 min, more than 500,000 numbers"),
    ],
)  # fmt: skip
def test_a_table_of_another_form_is_refused(folder: Path, content: str, message: str) -> None:
    (folder / VOLUMES.name).write_text(content, "utf-8")
    found = complaints()
    assert found[0].removeprefix("small_volumes.csv").removeprefix(": ") == message


def test_a_file_without_its_format_is_told_at_its_beginning(folder: Path) -> None:
    damaged(folder, "frontline: 1\n", "")
    first = next(
        line
        for line, text in enumerate((folder / "small.yaml").read_text("utf-8").splitlines(), 1)
        if text[:1].isalpha()
    )
    assert complaints() == [
        f"small.yaml:{first}: frontline is missing; a scenario begins with the line 'frontline: 1', the version of "
        "its format"
    ]


def test_a_quote_that_is_not_closed_is_guessed(folder: Path) -> None:
    damaged(folder, "title: Small provider", 'title: "Small provider')
    assert "is its quote not closed?" in complaints()[0]


def test_an_override_may_leave_the_range_of_the_evidence_which_is_about_the_number_of_the_file() -> None:
    path = "customers.segments.home.count"
    broadband = Path(__file__).parents[2] / "scenarios" / "broadband.yaml"
    assert load_scenario(broadband, {path: "500"}).customers.segments["home"].count == 500
