"""The simulated world on one screen: one field per mechanism, in the order in which a day happens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError, create_model
from pydantic_core import InitErrorDetails

from sim.consistency import problems_of
from sim.core.calendar import CalendarSettings
from sim.core.registry import ADDED
from sim.core.units import INTERNAL, Settings, Several
from sim.core.widened import Widened
from sim.evidence import EvidenceSettings, matches, number_at, numbers
from sim.mechanisms.acquisition import AcquisitionSettings
from sim.mechanisms.agents import AgentSettings
from sim.mechanisms.announcements import AnnouncementSettings
from sim.mechanisms.arrivals import ArrivalSettings
from sim.mechanisms.avoidance import AvoidanceSettings
from sim.mechanisms.billing import BillingSettings
from sim.mechanisms.callback import CallbackSettings
from sim.mechanisms.care import CareSettings
from sim.mechanisms.channels import ChannelsSettings
from sim.mechanisms.chat import ChatSettings
from sim.mechanisms.churn import ChurnSettings
from sim.mechanisms.coaching import CoachingSettings
from sim.mechanisms.competition import CompetitionSettings
from sim.mechanisms.contact_points import ContactPointsSettings
from sim.mechanisms.customers import CustomerSettings
from sim.mechanisms.departments import DepartmentsSettings
from sim.mechanisms.economics import EconomicSettings
from sim.mechanisms.expectations import ExpectationSettings
from sim.mechanisms.feedback import FeedbackSettings
from sim.mechanisms.flexing import FlexingSettings
from sim.mechanisms.forgetting import ForgettingSettings
from sim.mechanisms.fulfilment import FulfilmentSettings
from sim.mechanisms.incentives import IncentiveSettings
from sim.mechanisms.interventions import (
    Change,
    PolicyProblem,
    PolicySettings,
    changed_value,
    put_at,
    setting_at,
)
from sim.mechanisms.management import ManagementSettings
from sim.mechanisms.morale import MoraleSettings
from sim.mechanisms.needs import NeedsSettings
from sim.mechanisms.outbound import OutboundSettings
from sim.mechanisms.ownership import OwnershipSettings
from sim.mechanisms.patience import PatienceSettings
from sim.mechanisms.pressure import PressureSettings
from sim.mechanisms.pricing import PricingSettings
from sim.mechanisms.records import RecordSettings
from sim.mechanisms.recruitment import RecruitmentSettings
from sim.mechanisms.resolution import ResolutionSettings
from sim.mechanisms.retention import RetentionSettings
from sim.mechanisms.routing import RoutingSettings
from sim.mechanisms.sales import SalesSettings
from sim.mechanisms.satisfaction import SatisfactionSettings
from sim.mechanisms.self_service import SelfServiceSettings
from sim.mechanisms.spend import SpendSettings
from sim.mechanisms.staff_survey import StaffSurveySettings
from sim.mechanisms.staffing import StaffingSettings
from sim.mechanisms.systems import SystemSettings
from sim.mechanisms.ties import TieSettings
from sim.mechanisms.transfers import TransferSettings
from sim.mechanisms.voice_mail import VoiceMailSettings
from sim.mechanisms.win_back import WinBackSettings
from sim.mechanisms.workforce import WorkforceSettings

FORMAT = 1
_NOT_FOR_POLICIES = (
    "frontline", "name", "title", "currency", "calendar", "evidence", "policies", "churn.grievance", "churn.half_life",
    "churn.involuntary", "churn.neglect", "churn.reference", "churn.unresolved", "competition",
    "contact_points.premises.at_start", "customers", "economics.customer_value", "expectations", "feedback.errors",
    "feedback.needs", "management.good_from", "morale.reference", "needs.one_at_a_time", "recruitment.people", "ties",
    "workforce.attrition.half_life", "workforce.attrition.reference",
)  # fmt: skip
"""What describes people and place: no policy changes it, and base hazards stay as they were solved."""

_SAME_NAMES = ("care.rounds", "fulfilment.products", "outbound.campaigns", "sales.products", "spend.products")
"""Tables whose entries each customer has a place for: a policy may change what stands in them, not what there is."""


class Scenario(Settings):
    """An operation: everything that the simulation knows about a firm."""

    frontline: Literal[1]
    name: str = Field(min_length=1, max_length=80)
    title: str = Field(default="", max_length=200)
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    calendar: CalendarSettings
    evidence: Several[EvidenceSettings] = ()
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    economics: EconomicSettings | None = None
    customers: CustomerSettings | None = None
    competition: CompetitionSettings | None = None
    billing: BillingSettings | None = None
    pricing: PricingSettings | None = None
    retention: RetentionSettings | None = None
    expectations: ExpectationSettings | None = None
    satisfaction: SatisfactionSettings | None = None
    management: ManagementSettings | None = None
    ties: TieSettings | None = None
    churn: ChurnSettings | None = None
    spend: SpendSettings | None = None
    sales: SalesSettings | None = None
    care: CareSettings | None = None
    outbound: OutboundSettings | None = None
    win_back: WinBackSettings | None = None
    acquisition: AcquisitionSettings | None = None
    needs: NeedsSettings | None = None
    fulfilment: FulfilmentSettings | None = None
    contact_points: ContactPointsSettings | None = None
    feedback: FeedbackSettings | None = None
    arrivals: ArrivalSettings | None = None
    channels: ChannelsSettings
    avoidance: AvoidanceSettings | None = None
    self_service: SelfServiceSettings | None = None
    voice_mail: VoiceMailSettings | None = None
    announcements: AnnouncementSettings | None = None
    callback: CallbackSettings | None = None
    patience: PatienceSettings = PatienceSettings()
    routing: RoutingSettings
    chat: ChatSettings | None = None
    departments: DepartmentsSettings | None = None
    transfers: TransferSettings | None = None
    ownership: OwnershipSettings | None = None
    records: RecordSettings | None = None
    systems: Annotated[dict[str, SystemSettings], Field(min_length=1)] | None = None
    workforce: WorkforceSettings
    recruitment: RecruitmentSettings | None = None
    coaching: CoachingSettings | None = None
    forgetting: ForgettingSettings | None = None
    morale: MoraleSettings | None = None
    staff_survey: StaffSurveySettings | None = None
    incentives: IncentiveSettings | None = None
    agents: AgentSettings
    resolution: ResolutionSettings | None = None
    pressure: PressureSettings | None = None
    staffing: StaffingSettings
    flexing: FlexingSettings | None = None

    def problems(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """What does not fit together: (dotted path, what is wrong, names that would be right)."""
        added = [section for name, section in ADDED.sections.items() if getattr(self, name, None) is not None]
        own = [problem for section in added for problem in section.mechanism.problems(self)]
        return [*problems_of(self), *own, *_problems_of_evidence(self)]

    def numbers(self) -> tuple[str, ...]:
        """Dotted paths of the numbers that the file gives of the firm."""
        return tuple(numbers(self.model_dump(mode="json", by_alias=True, exclude_unset=True)))

    def with_changes(self, changes: Sequence[tuple[str, Change, float]]) -> Scenario:
        """The scenario with shares of changes in force, one after the other: (dotted path, change, share).

        Raises PolicyProblem where a path is no setting or a value does not fit it. Evidence is about the numbers of the
        file, and is left out.
        """
        plain = self.plain() | {"evidence": []}
        for path, change, share in changes:
            if share:
                if _is_fixed(path):
                    raise PolicyProblem(path, "is no setting that can change while the operation runs")
                old = setting_at(plain, path)
                put_at(plain, path, changed_value(path, old, change, share, _reader(self.currency)))
        found = self.from_plain(plain)
        for path in _SAME_NAMES:
            if _names_at(found, path) != _names_at(self, path):
                raise PolicyProblem(path, "has to keep its names while the operation runs")
        return found

    def with_settings(self, changes: Mapping[str, Change]) -> Scenario:
        """The scenario with settings changed from the start, those too that no policy may change: path -> change.

        A dotted path may lead into a list, by number. Raises as ``with_changes``; evidence is left out likewise.
        """
        plain = self.plain() | {"evidence": []}
        for path, change in changes.items():
            old = setting_at(plain, path)
            put_at(plain, path, changed_value(path, old, change, 1.0, _reader(self.currency)))
        return self.from_plain(plain)

    def digest(self) -> str:
        """SHA-256 of the canonical form of all settings, policies included, evidence left out: it changes nothing."""
        plain = self.model_dump(mode="json", by_alias=True, exclude={"evidence"})
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """The settings as plain data in internal units; ``Scenario.from_plain`` reads them back."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Scenario:
        """A scenario from data in internal units; texts with a unit are read too."""
        return scenario_model().model_validate(plain, context=_internal(plain.get("currency", "EUR")))


def scenario_model() -> type[Scenario]:
    """What a scenario file is read as: Scenario, with a further field for each section that extensions have added."""
    return _with_sections(ADDED.edition) if ADDED.sections else Scenario


@lru_cache(maxsize=1)
def _with_sections(_: int) -> type[Scenario]:
    fields: dict[str, Any] = {name: (section.settings | None, None) for name, section in ADDED.sections.items()}
    return create_model("Scenario", __base__=Scenario, __doc__=Scenario.__doc__, **fields)


def _names_at(scenario: Scenario, path: str) -> list[str] | None:
    """The names in a table of a section, in their order; None where the section is absent."""
    section, _, table = path.partition(".")
    settings = getattr(scenario, section)
    return None if settings is None else list(getattr(settings, table))


def _problems_of_evidence(scenario: Scenario) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Patterns that name no number, and ranges that do not hold the number they are about."""
    paths, plain = scenario.numbers() if scenario.evidence else (), scenario.plain()
    read = _reader(scenario.currency)
    for place, entry in enumerate(scenario.evidence):
        for index, pattern in enumerate(entry.settings):
            if not any(matches(pattern, path) for path in paths):
                yield f"evidence.{place}.settings.{index}", f"names {pattern!r}, which is no number of the file", paths
            elif entry.range is not None:
                try:
                    low, high = (read(pattern, bound) for bound in entry.range)
                except (ValidationError, PolicyProblem):
                    yield f"evidence.{place}.range", f"is not written like {pattern}", ()
                    continue
                if not low <= number_at(plain, pattern) <= high:
                    yield f"evidence.{place}.range", f"does not hold the value of {pattern}", ()


def _reader(currency: str) -> Callable[[str, Any], Any]:
    """Reads a text with its unit as the setting at a path would."""

    def read(path: str, value: Any) -> Any:
        negative = isinstance(value, str) and value.startswith("-")
        setting = TypeAdapter(_setting(path))
        try:
            found = setting.validate_python(value[1:].strip() if negative else value, context=_internal(currency))
        except ValidationError as error:
            raise _within(path, error) from None
        plain = setting.dump_python(found, mode="json", by_alias=True)
        if negative and not isinstance(plain, int | float):
            raise PolicyProblem(path, "is no number, so nothing can be taken from it")
        return -plain if negative else plain

    return read


def _within(path: str, error: ValidationError) -> ValidationError:
    """The error of a setting as that of the scenario in which it stands."""
    steps = tuple(path.split("."))
    details = [
        InitErrorDetails(type=one["type"], loc=(*steps, *one["loc"]), input=one["input"], ctx=one.get("ctx", {}))
        for one in error.errors()
    ]
    return ValidationError.from_exception_data("Scenario", details)


def _internal(currency: str) -> dict[str, str]:
    return {**INTERNAL, "currency": currency}


def may_change(path: str) -> bool:
    """Whether a dotted path names a setting that policies may change."""
    try:
        return _setting(path) is not None and not _is_fixed(path)
    except PolicyProblem:
        return False


def _is_fixed(path: str) -> bool:
    return any(f"{path}.".startswith(f"{fixed}.") for fixed in _NOT_FOR_POLICIES)


def _setting(path: str) -> Any:
    """The annotation of the setting at a dotted path, with its bounds."""
    found: Any = scenario_model()
    for part in path.split("."):
        inner = [one for outer in _alternatives(found) if (one := _below(outer, part)) is not None]
        if not inner:
            raise PolicyProblem(path, "is no setting of the scenario")
        names = [name for one in inner if get_origin(one) is Literal for name in get_args(one)]
        found = Literal.__getitem__(tuple(names)) if names else inner[0]  # which of several laws, kinds or bases it is
    return found


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The annotation without Annotated and Union, and with what extensions have added to it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        wide = [mark.alternatives() for mark in marks if isinstance(mark, Widened)]
        yield from _alternatives(next((one for one in wide if one is not None), inner))
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _below(annotation: Any, part: str) -> Any:
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) is tuple and part.isdecimal():
        return get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        for name, field in annotation.model_fields.items():
            if part == (field.alias or name):
                return field.rebuild_annotation()
    return None
