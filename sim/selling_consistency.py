"""What must fit together of care, campaigns, sales and spend: the part of ``consistency`` on turning to customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.core.errands import WorkSettings
from sim.mechanisms.care import TouchSettings
from sim.mechanisms.outbound import CampaignSettings
from sim.names import SAFE, Problem, unknown_in_list, unknown_names

if TYPE_CHECKING:
    from sim.scenario import Scenario


def problems_of_selling(scenario: Scenario) -> Iterator[Problem]:
    """All that does not fit of care, campaigns, sales and spend."""
    if scenario.customers is None:
        return
    for check in (_care, _errands, _spend, _sales, _campaigns):
        yield from check(scenario)


def errands(scenario: Scenario) -> Iterator[tuple[str, WorkSettings]]:
    """Work that the firm gives its own agents, with the path at which it stands."""
    if scenario.care is not None:
        touches: dict[str, TouchSettings] = {f"rounds.{name}": one for name, one in scenario.care.rounds.items()}
        if scenario.care.follow_up is not None:
            touches["follow_up"] = scenario.care.follow_up
        for name, one in touches.items():
            if one.work is not None:
                yield f"care.{name}.work", one.work
    if scenario.outbound is not None:
        for name, campaign in scenario.outbound.campaigns.items():
            yield f"outbound.campaigns.{name}.work", campaign.work


def _care(scenario: Scenario) -> Iterator[Problem]:
    if scenario.care is None or scenario.customers is None:
        return
    for name, one in scenario.care.rounds.items():
        yield from unknown_names(f"care.rounds.{name}.rate", one.rate, scenario.customers.segments, "segment")
        if SAFE.fullmatch(name) is None or name == "follow_up":
            yield f"care.rounds.{name}", f"is called {name!r}; a name has letters, digits, - and _", ()


def _errands(scenario: Scenario) -> Iterator[Problem]:
    """Errands are done in writing, wait as long as it takes, and are done once."""
    channels, kinds = scenario.channels.channels, tuple(scenario.agents.handle_time)
    for path, work in errands(scenario):
        channel = channels.get(work.channel)
        if channel is None or channel.kind != "written" or channel.lines is not None:
            known = tuple(name for name, one in channels.items() if one.kind == "written")
            yield f"{path}.channel", f"is {work.channel!r}, which is no channel in writing without limit", known
        elif work.channel in scenario.patience.channels:
            yield f"{path}.channel", f"is {work.channel!r}, where contacts give up; such work does not", ()
        if work.kind not in kinds:
            yield f"{path}.kind", f"is {work.kind!r}, a kind without a handle time", kinds
        elif scenario.resolution is not None and scenario.resolution.first_contact.get(work.kind, 1.0) < 1.0:
            yield f"{path}.kind", f"is {work.kind!r}, which must be resolved at 100 % of first contacts", ()
        elif scenario.self_service is not None and work.kind in scenario.self_service.kinds:
            yield f"{path}.kind", f"is {work.kind!r}, which customers can settle by themselves", ()


def _spend(scenario: Scenario) -> Iterator[Problem]:
    if scenario.spend is None or scenario.customers is None:
        return
    segments = tuple(scenario.customers.segments)
    for name, product in scenario.spend.products.items():
        for field in ("at_start", "at_joining", "bought"):
            yield from unknown_names(f"spend.products.{name}.{field}", getattr(product, field), segments, "segment")
    yield from unknown_names("spend.usage", scenario.spend.usage, segments, "segment")
    pricing = scenario.pricing
    if pricing is not None and pricing.sensitivity is not None and pricing.sensitivity.several_products:
        path = "pricing.sensitivity.several_products"
        yield path, "is not needed: who holds several products is known from the section 'spend'", ()


def _sales(scenario: Scenario) -> Iterator[Problem]:
    sales, spend, fulfilment = scenario.sales, scenario.spend, scenario.fulfilment
    if sales is None or scenario.customers is None:
        return
    held, shipped = tuple(spend.products if spend else ()), tuple(fulfilment.products if fulfilment else ())
    for name, product in sales.products.items():
        path = f"sales.products.{name}"
        yield from unknown_names(f"{path}.share", product.share, scenario.customers.segments, "segment")
        if product.kinds != "any":
            yield from unknown_in_list(f"{path}.kinds", product.kinds, scenario.agents.handle_time, "kind")
        if product.holds is not None and product.holds not in held:
            yield f"{path}.holds", f"is {product.holds!r}, which is no product of 'spend'", held
        if product.order is not None and product.order not in shipped:
            yield f"{path}.order", f"is {product.order!r}, which is no product of 'fulfilment'", shipped
    yield from unknown_in_list("sales.channels", sales.channels, scenario.channels.channels, "channel")


def _campaigns(scenario: Scenario) -> Iterator[Problem]:
    if scenario.outbound is None or scenario.customers is None:
        return
    rounds = tuple(scenario.care.rounds) if scenario.care is not None else ()
    for name, campaign in scenario.outbound.campaigns.items():
        path = f"outbound.campaigns.{name}"
        if name in (*rounds, "follow_up"):
            yield path, f"is called {name!r}, as a round of care is; choose another name", ()
        segments = scenario.customers.segments
        yield from unknown_in_list(f"{path}.whom.segments", campaign.whom.segments or (), segments, "segment")
        for field, section in _sections_of(campaign):
            if getattr(scenario, section) is None:
                yield f"{path}.{field}", f"needs the section {section!r}, which is missing", ()
        products = tuple(scenario.sales.products) if scenario.sales is not None else ()
        if products and campaign.sells is not None and campaign.sells not in products:
            yield f"{path}.sells", f"is {campaign.sells!r}, which is no product of 'sales'", products


def _sections_of(campaign: CampaignSettings) -> Iterator[tuple[str, str]]:
    """Settings of a campaign that are given, and the section that each needs."""
    whom = campaign.whom
    needs = (
        ("whom.satisfaction_below", whom.satisfaction_below, "satisfaction"),
        ("whom.satisfaction_from", whom.satisfaction_from, "satisfaction"),
        ("whom.renews_within", whom.renews_within, "pricing"),
        ("whom.price_above", whom.price_above, "pricing"),
        ("explains", campaign.explains, "pricing"),
        ("retains", campaign.retains or None, "retention"),
        ("sells", campaign.sells, "sales"),
    )
    yield from ((field, section) for field, value, section in needs if value is not None)
