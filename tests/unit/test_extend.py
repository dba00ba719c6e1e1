"""Registering: what fits is there, what does not is refused in words, and all can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from sim import extend
from sim.core.distributions import Law
from sim.core.registry import ADDED
from sim.core.widened import Widened
from sim.experiment.execution import Arm, simulate
from sim.experiment.identity import model_version
from sim.files import load_scenario, scenario_schema
from sim.files.shape import shape_of
from sim.levers import LEVERS, levers
from sim.scenario import Scenario, may_change, scenario_model

ROOT = Path(__file__).parents[2]
FIRM = ROOT / "tests" / "behaviour" / "firm.yaml"
HEAD = "from typing import Literal\nfrom sim import extend\n"
OWN = '"own", extend.Settings'
MECHANISM = "@extend.mechanism({})\nclass Own(extend.Mechanism[extend.Settings]):\n    {}\n"
LAW = """
@extend.law
class Even(extend.Law):
    law: Literal["{name}"]
    most: extend.Duration

    @property
    def mean_value(self): return self.most / 2

    def quantile(self, u): return {value}
"""
LEVER = (
    'extend.lever(extend.Lever("{}", "Do it", "g", (extend.Move("{}", multiply=1.1),), "profit", "lower", "", "", "", '
    'extend.Evidence("convention", "assumed")))'
)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    extend.forget()


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "own") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + text)
        return path

    return write


def refusal(path: Path) -> str:
    """What is said of a script, without its path; nothing of it stays."""
    before = ADDED.snapshot()
    with pytest.raises(extend.ExtensionProblem) as found:
        extend.load(path)
    assert ADDED.snapshot() == before
    assert ADDED.loading is None
    return str(found.value).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MECHANISM.format('"pricing", extend.Settings', "pass"), "3: the section 'pricing' is built in; give yours"),
        (MECHANISM.format('"digest", extend.Settings', "pass"), "3: the section 'digest' is built in"),
        (MECHANISM.format('"Own", extend.Settings', "pass"), "3: the section 'Own' needs a name of small letters"),
        (MECHANISM.format('"own", int', "pass"), "3: int is no class of extend.Settings, so not settings"),
        (
            MECHANISM.format(f'{OWN}, after="need"', "pass"),
            "3: it stands beside 'need', which there is not; did you mean",
        ),
        (
            MECHANISM.format(f'{OWN}, after="needs", before="needs"', "pass"),
            "3: the mechanism 'own' stands before or after",
        ),
        (
            MECHANISM.format(OWN, "def on_day_begun(self, day): pass"),
            "3: it hears 'day_begun', which there is not; did you mean 'day_began'?",
        ),
        (
            MECHANISM.format(OWN, 'answers = ("spirits",)'),
            "3: it answers 'spirits', which there is not; did you mean 'spirit'?",
        ),
        (2 * MECHANISM.format(OWN, "pass"), "6: the section 'own' is registered twice"),
        ('@extend.mechanism("own", extend.Settings)\nclass Own: pass', "3: Own is no class of extend.Mechanism"),
        (LAW.format(name="weibull", value="u"), "4: the law 'weibull' is built in"),
        (2 * LAW.format(name="even", value="u"), "14: the law 'even' is registered twice"),
        ("@extend.law\nclass Odd(extend.Law): pass", "3: Odd needs a field that names the law"),
        ('@extend.law\nclass Odd(extend.Law):\n    law: Literal["odd"]', "3: the law 'odd' has no mean_value"),
        ('@extend.routing_rule("longest_idle")\nclass R(extend.Rule): pass', "3: the routing rule 'longest_idle'"),
        (2 * '@extend.routing_rule("r")\nclass R(extend.Rule): pass\n', "5: the routing rule 'r' is registered twice"),
        (2 * 'extend.measure(extend.Measure("m", "m", "", "x"))\n', "4: the measure 'm' is registered twice"),
        ('extend.measure("m")', "3: 'm' is no extend.Measure"),
        (LEVER.format("fee", "pricing.fee.*"), "3: the lever 'fee' is built in"),
        (LEVER.format("own", "pricing.fees"), "3: the lever 'own' changes pricing.fees, which is no"),
        (LEVER.format("own", "customers.segments.home.count"), "3: the lever 'own' changes customers.segments"),
        ("\ndef deep():\n    return nowhere\n\ndeep()", "5: NameError: name 'nowhere' is not defined"),
        ("def (", "3: SyntaxError: "),
        ("raise SystemExit(3)", "3: the script ends the program"),
        ("import no_such_module", "3: ModuleNotFoundError: No module named 'no_such_module'"),
        ("class S(extend.Settings):\n    x = 3", "3: PydanticUserError: A non-annotated attribute was detected"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_line_of_the_script(script: Any, text: str, said: str) -> None:
    assert refusal(script(text)).startswith(said)


def test_a_script_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.py") == " cannot be read: No such file or directory"


def test_a_script_is_loaded_once_and_its_name_is_its_own(script: Any, tmp_path: Path) -> None:
    path = script("")
    extend.load(path)
    assert refusal(path) == " is loaded already"
    (tmp_path / "deeper").mkdir()
    other = tmp_path / "deeper" / "own.py"
    other.write_text("")
    assert refusal(other) == f" has the same name as {path}"


def test_the_names_of_two_scripts_must_differ_too(script: Any) -> None:
    extend.load(script(LAW.format(name="even", value="u"), "one"))
    assert refusal(script(LAW.format(name="even", value="u"), "two")) == "4: the law 'even' is registered twice"


def test_an_interrupted_script_leaves_nothing(script: Any) -> None:
    before = ADDED.snapshot()
    with pytest.raises(KeyboardInterrupt):
        extend.load(script(LAW.format(name="even", value="u") + "raise KeyboardInterrupt"))
    assert ADDED.snapshot() == before


def test_what_a_script_prints_does_not_mix_with_results(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    extend.load(script("print('loading')"))
    found = capsys.readouterr()
    assert (found.out, found.err) == ("", "loading\n")


def test_a_script_is_not_the_main_program(script: Any) -> None:
    extend.load(script("if __name__ == '__main__':\n    raise ValueError"))


def test_a_script_must_not_simulate_while_it_is_loaded(script: Any) -> None:
    said = refusal(script("from sim.experiment.execution import simulate\nsimulate([], 1, 1)"))
    assert said.startswith("4: simulates while it is loaded as an extension")
    assert "if __name__ == '__main__':" in said


def test_what_is_registered_outside_a_script_is_known_by_its_file() -> None:
    extend.routing_rule("own_rule")(type("Own", (extend.Rule,), {}))
    (found,) = ADDED.extensions.values()
    assert (found.name, found.source) == ("test_extend", Path(__file__).read_bytes())


def test_what_stands_in_no_file_reaches_no_worker_and_no_store() -> None:
    exec(  # as a notebook does
        'from sim import extend\n@extend.routing_rule("r")\nclass R(extend.Rule): pass\n', {"__name__": "__main__"}
    )
    arm = Arm("a", "An arm", load_scenario(FIRM))
    with pytest.raises(extend.ExtensionProblem, match="stands in no file, so worker processes cannot have it"):
        simulate([arm], 2, 1, workers=2)
    with pytest.raises(extend.ExtensionProblem, match="do without a store"):
        model_version()


def test_another_text_is_another_model(script: Any) -> None:
    versions = [model_version()]
    for text in ("", "# edited"):
        extend.load(script(text))
        versions.append(model_version())
        extend.forget()
    assert len(set(versions)) == 3
    assert model_version() == versions[0]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("self.most * u", None),
        ("self.most * (1 - u)", "quantiles fall or are below zero"),
        ("self.most * u - 1", "quantiles fall or are below zero"),
        ("float('nan')", "quantiles fall or are below zero|not those one by one"),
        ("1 / 0", "gives no value: division by zero"),
        ("'x'", "gives no value"),
    ],
)
def test_a_law_is_tried_when_it_is_read(script: Any, value: str, said: str | None) -> None:
    extend.load(script(LAW.format(name="even", value=value)))
    read = lambda: TypeAdapter(Law).validate_python({"law": "even", "most": "10 s"})  # noqa: E731
    if said is None:
        assert read().quantiles(np.array([0.5])).tolist() == [5.0]
    else:
        with pytest.raises(ValidationError, match=said):
            read()


def test_a_law_that_is_another_one_over_an_array_is_refused(script: Any) -> None:
    extend.load(
        script(
            LAW.format(name="even", value="self.most * u") + "    def quantiles(self, u): return u * self.most * 1.1\n"
        )
    )
    with pytest.raises(ValidationError, match="not those one by one"):
        TypeAdapter(Law).validate_python({"law": "even", "most": "10 s"})


def test_a_law_is_written_and_read_like_one_that_is_built_in(script: Any) -> None:
    extend.load(script(LAW.format(name="even", value="self.most * u")))
    laws = TypeAdapter(dict[str, Law])
    found = laws.validate_python({"a": {"law": "even", "most": "10 s"}, "b": {"law": "constant", "mean": "3 s"}})
    plain = laws.dump_python(found, mode="json")
    assert plain == {"a": {"law": "even", "most": 10.0}, "b": {"law": "constant", "mean": 3.0}}
    assert laws.validate_python(plain, context={"units": "internal"}) == found


def test_settings_of_an_extension_may_be_changed_by_policies(script: Any) -> None:
    assert not may_change("own.size")
    extend.load(script("class S(extend.Settings):\n    size: extend.Share\n" + MECHANISM.format('"own", S', "pass")))
    extend.load(script(LAW.format(name="even", value="self.most * u"), "law"))
    assert may_change("own.size")
    assert may_change("agents.handle_time.any.most")
    assert not may_change("own.sizes")


def test_the_schema_has_what_was_added_and_is_as_before_afterwards(script: Any) -> None:
    before = scenario_schema()
    extend.load(script(MECHANISM.format(OWN, "pass") + LAW.format(name="even", value="u")))
    extend.load(script('@extend.routing_rule("mine")\nclass R(extend.Rule): pass', "rule"))
    schema = scenario_schema()
    assert "own" in schema["else"]["properties"]
    assert "Even" in schema["$defs"]
    assert schema["$defs"]["RoutingSettings"]["properties"]["kind"]["enum"][-1] == "mine"
    assert schema["else"]["properties"]["title"] == before["else"]["properties"]["title"]
    extend.forget()
    assert scenario_schema() == before


def test_what_messages_say_of_settings_knows_what_was_added(script: Any) -> None:
    assert "Even" not in shape_of(Scenario).root["$defs"]
    extend.load(script(LAW.format(name="even", value="self.most * u")))
    assert "Even" in shape_of(Scenario).root["$defs"]
    extend.forget()
    assert "Even" not in shape_of(Scenario).root["$defs"]


def test_a_scenario_without_the_section_is_as_before(script: Any) -> None:
    before = load_scenario(FIRM)
    assert scenario_model() is Scenario
    extend.load(script(MECHANISM.format(OWN, "pass")))
    after = load_scenario(FIRM)
    assert after.plain() == {**before.plain(), "own": None}
    assert isinstance(after, Scenario)
    extend.forget()
    assert load_scenario(FIRM) == before


def test_a_widened_annotation_reads_as_before_until_something_is_added() -> None:
    wide: list[Any] = []
    kind = Annotated[Literal["a", "b"], Widened(lambda: Literal[("a", "b", *wide)] if wide else None)]  # type: ignore[valid-type]
    adapter = TypeAdapter(kind)
    with pytest.raises(ValidationError, match="'a' or 'b'"):
        adapter.validate_python("c")
    wide.append("c")
    ADDED.edition += 1
    assert adapter.validate_python("c") == "c"
    with pytest.raises(ValidationError, match="'a', 'b' or 'c'"):
        adapter.validate_python("d")
    assert adapter.json_schema()["enum"] == ["a", "b", "c"]


def test_levers_come_after_those_built_in(script: Any) -> None:
    assert levers() == LEVERS
    extend.load(script(LEVER.format("own", "pricing.fee.*")))
    assert [one.name for one in levers()] == [*(one.name for one in LEVERS), "own"]
