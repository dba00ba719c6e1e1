"""``frontline trace``: one customer's story, and the log of all events, without touching what happens."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.experiment.tracing import Trace, Tracer, trace
from sim.files import load_scenario
from sim.model import Model
from sim.scenario import Scenario

FIRM = Path(__file__).parents[1] / "behaviour" / "firm.yaml"
SHORT = {"calendar.warm_up": "7 days", "calendar.horizon": "56 days"}
SET = [word for path, value in SHORT.items() for word in ("--set", f"{path}={value}")]


def told(*words: object) -> Result:
    return CliRunner().invoke(app, ["trace", str(FIRM), *SET, *(str(word) for word in words)])


@pytest.fixture(scope="module")
def firm() -> Scenario:
    return load_scenario(FIRM, SHORT)


@pytest.fixture(scope="module")
def whole(firm: Scenario) -> Trace:
    return trace(firm, 1, 1, whole=True)


def test_looking_on_changes_nothing(firm: Scenario) -> None:
    assert Model(firm, 1, 1, probes=[Tracer()]).run() == Model(firm, 1, 1).run()


def test_the_customer_with_most_contacts_is_followed_with_and_without_a_log(firm: Scenario, whole: Trace) -> None:
    alone = trace(firm, 1, 1)
    assert alone.events == whole.events
    assert (alone.subject, alone.contacts) == (whole.subject, whole.contacts)
    counts = Counter(event.customer for event in whole.all_events if event.fact == "contact_offered")
    assert counts[alone.subject] == alone.contacts == max(counts.values())


def test_the_log_agrees_with_what_is_counted(firm: Scenario, whole: Trace) -> None:
    totals = Model(firm, 1, 1).run().totals
    counted = [event for event in whole.all_events if event.time >= 7 * 86_400]
    facts = Counter(event.fact for event in counted)
    for fact, total in (
        ("contact_offered", "contacts.offered"),
        ("contact_answered", "contacts.answered"),
        ("contact_abandoned", "contacts.abandoned"),
        ("contact_handled", "contacts.handled"),
        ("issue_resolved", "issues.resolved"),
        ("customers_left", "customers.left"),
        ("customers_joined", "customers.joined"),
    ):
        assert facts[fact] == totals[total] > 0
    waits = sum(event.wait or 0.0 for event in counted if event.fact == "contact_answered")
    assert waits == pytest.approx(totals["contacts.wait_answered"])


def test_events_are_in_the_order_of_time_and_causes_come_before_what_follows(whole: Trace) -> None:
    times = [event.time for event in whole.all_events]
    assert times == sorted(times)
    seen: set[str] = set()
    ended: set[str] = set()
    for event in whole.all_events:
        if event.fact in ("issue_resolved", "issue_given_up", "contact_offered"):
            assert event.issue in seen
            assert event.issue not in ended
        if event.issue:
            seen.add(event.issue)
        if event.fact in ("issue_resolved", "issue_given_up"):
            ended.add(event.issue)
    ends = [event for event in whole.all_events if event.fact == "issue_given_up"]
    later = {(event.time, event.issue): place for place, event in enumerate(whole.all_events) if event.contact}
    places = {id(event): place for place, event in enumerate(whole.all_events)}
    assert ends
    assert all(later[event.time, event.issue] < places[id(event)] for event in ends)


def test_an_issue_and_a_contact_can_be_followed_alone(firm: Scenario, whole: Trace) -> None:
    contact = next(event.contact for event in whole.events if event.contact)
    issue = contact.rpartition(".")[0]
    of_issue = trace(firm, 1, 1, issue)
    assert {event.issue for event in of_issue.events} == {issue}
    of_contact = trace(firm, 1, 1, contact)
    assert {event.contact for event in of_contact.events if event.contact} == {contact}
    assert set(of_contact.events) < set(of_issue.events)


def test_the_story_has_dates_and_times_of_the_scenario_and_names_what_happened(whole: Trace) -> None:
    story = told("--customer", whole.subject).stdout
    assert f"Customer {whole.subject} (" in story
    assert "times of Europe/Amsterdam" in story
    assert "Monday 2026-01-05" in story
    assert "is a customer when the simulation begins" in story
    assert "makes contact by telephone about" in story
    assert "is resolved" in story


def test_the_document_has_the_same_events(whole: Trace) -> None:
    found = told("--json")
    document = json.loads(found.stdout)
    assert (document["format"], document["kind"], document["subject"]) == (1, "trace", whole.subject)
    assert len(document["events"]) == len(whole.events)
    assert found.stderr == ""


def test_the_log_has_a_row_for_each_event_with_time_and_offset(whole: Trace, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    found = told("--log", file, "--quiet")
    assert (found.exit_code, found.stderr) == (0, "")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(whole.all_events)
    assert list(rows[0]) == ["time", "fact", "customer", "issue", "contact", "channel", "kind", "agent", "wait"]
    assert dt.datetime.fromisoformat(rows[0]["time"]) == dt.datetime(
        2026, 1, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))
    )


def test_a_parquet_file_is_written_or_what_it_needs_is_said(tmp_path: Path) -> None:
    file = tmp_path / "events.parquet"
    found = told("--log", file)
    if importlib.util.find_spec("pyarrow") is None:
        assert found.exit_code == 2
        assert "needs pyarrow" in found.stderr
        assert not file.exists()
    else:
        assert found.exit_code == 0
        assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--customer", 999_999), "there is no customer 999999"),
        (("--issue", "1.fault.99"), "nothing happens to 1.fault.99"),
        (("--customer", 1, "--issue", "1.fault.1"), "name one of them"),
        (("--replication", 0), "--replication is 0"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words(words: tuple[object, ...], said: str) -> None:
    found = told(*words)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.output


def test_arrivals_without_customers_have_a_story_too(firm: Scenario) -> None:
    plain = firm.plain() | dict.fromkeys(("customers", "pricing", "satisfaction", "churn", "acquisition", "needs"))
    plain["arrivals"] = {"streams": {"calls": {"kind": "fault", "channel": "telephone", "rate": "40 per day"}}}
    found = trace(Scenario.from_plain(plain), 1, 1, "-.fault.1")
    assert found.events[0].fact == "issue_raised"
