"""The simulated world on one screen: one field per mechanism, in the order in which a day happens."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError

from sim.consistency import problems_of
from sim.core.calendar import CalendarSettings
from sim.core.units import INTERNAL, Settings
from sim.mechanisms.acquisition import AcquisitionSettings
from sim.mechanisms.agents import AgentSettings
from sim.mechanisms.arrivals import ArrivalSettings
from sim.mechanisms.channels import ChannelsSettings
from sim.mechanisms.churn import ChurnSettings
from sim.mechanisms.customers import CustomerSettings
from sim.mechanisms.economics import EconomicSettings
from sim.mechanisms.interventions import (
    Change,
    PolicyProblem,
    PolicySettings,
    changed_value,
    put_at,
    setting_at,
)
from sim.mechanisms.needs import NeedsSettings
from sim.mechanisms.patience import PatienceSettings
from sim.mechanisms.pricing import PricingSettings
from sim.mechanisms.resolution import ResolutionSettings
from sim.mechanisms.routing import RoutingSettings
from sim.mechanisms.satisfaction import SatisfactionSettings
from sim.mechanisms.staffing import StaffingSettings
from sim.mechanisms.workforce import WorkforceSettings

FORMAT = 1


class Scenario(Settings):
    """An operation: everything that the simulation knows about a firm."""

    frontline: Literal[1]
    name: str = Field(min_length=1, max_length=80)
    title: str = Field(default="", max_length=200)
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    calendar: CalendarSettings
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    customers: CustomerSettings | None = None
    pricing: PricingSettings | None = None
    satisfaction: SatisfactionSettings | None = None
    churn: ChurnSettings | None = None
    acquisition: AcquisitionSettings | None = None
    needs: NeedsSettings | None = None
    arrivals: ArrivalSettings | None = None
    channels: ChannelsSettings
    patience: PatienceSettings | None = None
    routing: RoutingSettings
    workforce: WorkforceSettings
    agents: AgentSettings
    resolution: ResolutionSettings | None = None
    staffing: StaffingSettings
    economics: EconomicSettings | None = None

    def problems(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """What does not fit together: (dotted path, what is wrong, names that would be right)."""
        return problems_of(self)

    def with_changes(self, changes: Sequence[tuple[str, Change, float]]) -> Scenario:
        """The scenario with shares of changes in force, one after the other: (dotted path, change, share).

        Raises PolicyProblem where a path is no setting or a value does not fit it.
        """
        plain = self.plain()
        for path, change, share in changes:
            if share:
                old = setting_at(plain, path)
                put_at(plain, path, changed_value(path, old, change, share, _reader(plain)))
        return self.from_plain(plain)

    def with_policy(self, policy: PolicySettings) -> Scenario:
        """The scenario with all changes of a policy in full force.

        Raises PolicyProblem where a path is no setting or a value does not fit it.
        """
        fitted = self
        for path, change in policy.changes.items():
            try:
                fitted = fitted.with_changes([(path, change, 1.0)])
            except ValidationError as error:
                raise PolicyProblem(path, _plainly(error)) from None
        return fitted

    def digest(self) -> str:
        """SHA-256 of the canonical form of all settings, policies included."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """The settings as plain data in internal units; ``Scenario.from_plain`` reads them back."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Scenario:
        """A scenario from data in internal units; texts with a unit are read too."""
        return cls.model_validate(plain, context={**INTERNAL, "currency": plain.get("currency")})


def _reader(plain: dict[str, Any]) -> Callable[[str, Any], Any]:
    """Reads a text with its unit as the setting at a path would, by validating the scenario with it in place."""

    def read(path: str, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("-"):
            return -read(path, value[1:].strip())
        trial = copy.deepcopy(plain)
        put_at(trial, path, value)
        return setting_at(Scenario.from_plain(trial).plain(), path)

    return read


def _plainly(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"would not fit: {first['msg'].removeprefix('Value error, ')}"
