"""What must fit together across mechanisms: every name that one uses must be known to the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.handover_consistency import problems_of_handing_over
from sim.mechanisms.channels import chosen_shares
from sim.names import SAFE, Problem, missing_names, unknown_in_list, unknown_names
from sim.selling_consistency import errands, problems_of_selling
from sim.staff_consistency import problems_of_staff
from sim.waiting_consistency import problems_of_waiting

if TYPE_CHECKING:
    from sim.scenario import Scenario

ANY = "any"
_TAKEN = (
    "acquisition", "agents", "announced", "avoidance", "callback", "care", "cause_left", "chats", "coaching",
    "contacts", "customers", "department", "departments", "episodes", "equity", "expectations", "experience",
    "feedback", "fees", "flexing", "forgetting", "incentives", "issues", "ledger", "losses", "management", "morale",
    "moved", "newcomers", "orders", "outbound", "ownership", "point", "points", "policies", "pressure", "products",
    "records", "recruitment", "sales", "satisfaction", "self_service", "spend", "staff_survey", "survey", "systems",
    "ties", "transfers", "value", "voice_mail", "win_back",
)  # fmt: skip


def problems_of(scenario: Scenario) -> list[Problem]:
    """All that does not fit: (dotted path, what is wrong, names that would be right)."""
    found: list[Problem] = []
    checks = (
        _names, _reserved, _demand, _segments, _kinds, _channels, problems_of_staff, problems_of_handing_over,
        _needed_sections, _points, _programme, problems_of_selling, problems_of_waiting, _unchosen,
    )  # fmt: skip
    for check in checks:
        found += check(scenario)
    return found if found else list(_unserved(scenario))


def _names(scenario: Scenario) -> Iterator[Problem]:
    """Names become parts of dotted paths and of measures, so they hold no dots and no spaces."""
    named: dict[str, Iterable[str]] = {
        "channels.channels": scenario.channels.channels,
        "agents.handle_time": scenario.agents.handle_time,
        "workforce.groups": scenario.workforce.groups,
        "staffing.shifts": scenario.staffing.shifts,
        "customers.segments": scenario.customers.segments if scenario.customers else {},
        "arrivals.streams": scenario.arrivals.streams if scenario.arrivals else {},
        "fulfilment.products": scenario.fulfilment.products if scenario.fulfilment else {},
        "fulfilment.locations": scenario.fulfilment.locations if scenario.fulfilment else {},
        "fulfilment.errors": scenario.fulfilment.errors if scenario.fulfilment else {},
        "systems": scenario.systems or {},
        "spend.products": scenario.spend.products if scenario.spend else {},
        "sales.products": scenario.sales.products if scenario.sales else {},
        "outbound.campaigns": scenario.outbound.campaigns if scenario.outbound else {},
    }
    for path, names in named.items():
        for name in names:
            if SAFE.fullmatch(name) is None or name == ANY:
                yield f"{path}.{name}", f"is called {name!r}; a name has letters, digits, - and _, and is not 'any'", ()


def _reserved(scenario: Scenario) -> Iterator[Problem]:
    """Channels give their names to measures, beside words that have a meaning of their own there."""
    for name in scenario.channels.channels:
        if name in _TAKEN:
            yield f"channels.channels.{name}", f"is called {name!r}, a word that reports use; choose another name", ()


def _demand(scenario: Scenario) -> Iterator[Problem]:
    if scenario.needs is None and scenario.arrivals is None:
        yield "", "needs some demand: either 'needs' of a customer base or 'arrivals'", ("needs", "arrivals")


def _needed_sections(scenario: Scenario) -> Iterator[Problem]:
    pairs = (
        ("pricing", "customers"), ("satisfaction", "customers"), ("churn", "pricing"), ("acquisition", "customers"),
        ("needs", "customers"), ("competition", "pricing"), ("retention", "pricing"), ("billing", "pricing"),
        ("expectations", "satisfaction"), ("ties", "satisfaction"), ("management", "satisfaction"),
        ("care", "customers"), ("win_back", "churn"), ("flexing", "pressure"), ("fulfilment", "customers"),
        ("contact_points", "customers"), ("spend", "customers"), ("sales", "customers"), ("outbound", "customers"),
        ("departments", "resolution"), ("ownership", "resolution"), ("records", "resolution"),
    )  # fmt: skip
    for section, needed in pairs:
        if getattr(scenario, section) is not None and getattr(scenario, needed) is None:
            yield section, f"needs the section {needed!r}, which is missing", ()
    if scenario.needs is not None and scenario.channels.choice is None:
        yield "channels", "needs 'choice', the channels that customers use for each kind of need", ()
    if scenario.economics and scenario.economics.customer_value is not None and scenario.pricing is None:
        yield "economics.customer_value", "needs the section 'pricing', which is missing", ()
    chats = [name for name, channel in scenario.channels.channels.items() if channel.kind == "chat"]
    if chats and scenario.chat is None:
        yield (
            f"channels.channels.{chats[0]}",
            "is a chat; say how many an agent has at a time in the section 'chat'",
            (),
        )
    if scenario.chat is not None and not chats:
        yield "chat", "needs a channel of the kind 'chat'", ()
    if scenario.workforce.attrition is not None and scenario.workforce.hiring is None:
        yield "workforce", "has attrition but no 'hiring': say how a vacancy is filled", ()


def _segments(scenario: Scenario) -> Iterator[Problem]:
    if scenario.customers is None:
        return
    known = tuple(scenario.customers.segments)
    if scenario.needs is not None:
        for kind, need in scenario.needs.kinds.items():
            yield from unknown_names(f"needs.kinds.{kind}.rate", need.rate, known, "segment")
    if scenario.pricing is not None:
        yield from unknown_names("pricing.fee", scenario.pricing.fee, known, "segment")
        yield from missing_names("pricing.fee", scenario.pricing.fee, known, "segment")
        yield from _segments_of_prices(scenario, known)
    if scenario.satisfaction is not None:
        yield from unknown_names("satisfaction.resting", scenario.satisfaction.resting, known, "segment")
        yield from missing_names("satisfaction.resting", scenario.satisfaction.resting, known, "segment")
        yield from unknown_names("satisfaction.at_start", scenario.satisfaction.at_start or (), known, "segment")
    if scenario.expectations is not None:
        yield from unknown_names("expectations.at_start", scenario.expectations.at_start, known, "segment")
        yield from missing_names("expectations.at_start", scenario.expectations.at_start, known, "segment")
    if scenario.fulfilment is not None:
        for name, product in scenario.fulfilment.products.items():
            yield from unknown_names(f"fulfilment.products.{name}.rate", product.rate, known, "segment")
        sources = scenario.fulfilment.sources
        yield from unknown_names("fulfilment.sources", sources, (*known, ANY), "segment")
        if ANY not in sources:
            yield from missing_names("fulfilment.sources", sources, known, "segment")
    if scenario.acquisition is not None:
        yield from unknown_names("acquisition.mix", scenario.acquisition.mix, known, "segment")
    yield from unknown_names("channels.choice", scenario.channels.choice or {}, (*known, ANY), "segment")


def _segments_of_prices(scenario: Scenario, known: tuple[str, ...]) -> Iterator[Problem]:
    """Segments named by exemptions, by who holds several products, and by competitors' prices."""
    pricing, market = scenario.pricing, scenario.competition
    for place, rule in enumerate(pricing.exemptions if pricing else ()):
        yield from unknown_in_list(f"pricing.exemptions.{place}.segments", rule.segments or (), known, "segment")
    if pricing is not None and pricing.sensitivity is not None:
        path = "pricing.sensitivity.several_products"
        yield from unknown_names(path, pricing.sensitivity.several_products, known, "segment")
    yield from unknown_names("competition.drift", market.drift if market else (), known, "segment")


def _kinds(scenario: Scenario) -> Iterator[Problem]:
    known = tuple(scenario.agents.handle_time)
    yield from _kinds_that_arise(scenario, known)
    yield from _kinds_that_are_served(scenario, known)


def _kinds_that_arise(scenario: Scenario, known: tuple[str, ...]) -> Iterator[Problem]:
    if scenario.needs is not None:
        yield from unknown_names(
            "needs.kinds", scenario.needs.kinds, known, "kind with a handle time (agents.handle_time)"
        )
    if scenario.pricing is not None:
        yield from unknown_names("pricing.reactions", scenario.pricing.reactions, known, "kind with a handle time")
        if scenario.channels.choice is None and _raised_by_prices(scenario):
            yield "pricing.reactions", "needs channels.choice", ()
    if scenario.fulfilment is not None:
        yield from unknown_names(
            "fulfilment.placed_by", scenario.fulfilment.placed_by, known, "kind with a handle time"
        )
    for path, causes in _causes(scenario):
        yield from unknown_names(path, causes, known, "kind with a handle time")
        if scenario.channels.choice is None and causes:
            yield path, "needs channels.choice", ()
    yield from unknown_names("billing.shock.reactions", _raised_by_bills(scenario), known, "kind")
    if scenario.retention is not None:
        yield from unknown_names("retention.callers", scenario.retention.callers, known, "kind")
        yield from unknown_names("retention.goodwill", scenario.retention.goodwill, known, "kind")
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        if stream.kind not in known:
            yield f"arrivals.streams.{name}.kind", f"is {stream.kind!r}, a kind without a handle time", known


def _causes(scenario: Scenario) -> Iterator[tuple[str, Iterable[str]]]:
    """Kinds of issue that contact points cause, with the path at which they stand."""
    for section in ("fulfilment", "contact_points", "departments", "callback", "voice_mail"):
        settings = getattr(scenario, section)
        for name, point in settings.points().items() if settings else ():
            yield f"{section}.{name}", tuple(point.causes)


def _kinds_that_are_served(scenario: Scenario, known: tuple[str, ...]) -> Iterator[Problem]:
    if scenario.resolution is not None:
        yield from unknown_names("resolution.first_contact", scenario.resolution.first_contact, known, "kind")
        yield from missing_names("resolution.first_contact", scenario.resolution.first_contact, known, "kind")
    if scenario.self_service is not None:
        yield from unknown_names("self_service.kinds", scenario.self_service.kinds, known, "kind")
    yield from unknown_names("routing.priority", scenario.routing.priority, known, "kind")
    yield from unknown_names("routing.head_start", scenario.routing.head_start, known, "kind")
    for place, entry in enumerate(scenario.routing.overflow):
        if entry.kinds != "any":
            yield from unknown_names(f"routing.overflow.{place}.kinds", entry.kinds, known, "kind")
    for segment, by_kind in (scenario.channels.choice or {}).items():
        yield from unknown_names(f"channels.choice.{segment}", by_kind, (*known, ANY), "kind")
    for name, patience in (scenario.patience.channels if scenario.patience else {}).items():
        yield from unknown_names(f"patience.channels.{name}.by_kind", patience.by_kind, known, "kind")
    for name, group in scenario.workforce.groups.items():
        if group.kinds != "any":
            yield from unknown_in_list(f"workforce.groups.{name}.kinds", group.kinds, known, "kind")


def _points(scenario: Scenario) -> Iterator[Problem]:
    """Contact points name channels and kinds, and each has a name of its own."""
    settings = scenario.contact_points
    if settings is None:
        return
    channels, kinds = tuple(scenario.channels.channels), tuple(scenario.agents.handle_time)
    for group in ("waits", "lines", "promises", "endings"):
        for name, point in getattr(settings, group).items():
            path = f"contact_points.{group}.{name}"
            yield from unknown_names(f"{path}.channels", getattr(point, "channels", ()), channels, "channel")
            yield from unknown_names(f"{path}.kinds", getattr(point, "kinds", ()), kinds, "kind")
    if settings.premises is not None:
        yield from unknown_names("contact_points.premises.channels", settings.premises.channels, channels, "channel")
    given = [*settings.waits, *settings.lines, *settings.endings, *(["premises"] if settings.premises else ())]
    given += [f"{name}_{ending}" for name in settings.promises for ending in ("kept", "broken")]
    for name in dict.fromkeys(given):
        if given.count(name) > 1 or (scenario.fulfilment and name in scenario.fulfilment.points()):
            yield "contact_points", f"has two contact points of the name {name!r}", ()
        if SAFE.fullmatch(name) is None:
            yield "contact_points", f"has a point called {name!r}; a name has letters, digits, - and _", ()


def _programme(scenario: Scenario) -> Iterator[Problem]:
    """The causes that a feedback programme looks at, each of its own name."""
    errors = tuple(scenario.fulfilment.errors) if scenario.fulfilment else ()
    needs = tuple(scenario.needs.kinds) if scenario.needs else ()
    if scenario.feedback is None:
        return
    yield from unknown_names("feedback.errors", scenario.feedback.errors, errors, "error in orders")
    yield from unknown_names("feedback.needs", scenario.feedback.needs, needs, "kind of need")
    if scenario.feedback.needs and scenario.needs is not None and scenario.needs.one_at_a_time:
        yield "feedback.needs", "cannot be together with needs.one_at_a_time", ()
    causes = [*scenario.feedback.errors, *scenario.feedback.needs]
    for name in dict.fromkeys(causes):
        if causes.count(name) > 1 or (name in errors and name in needs):
            yield "feedback", f"cannot tell two causes of the name {name!r} apart", ()


def _channels(scenario: Scenario) -> Iterator[Problem]:
    known = tuple(scenario.channels.channels)
    for segment, by_kind in (scenario.channels.choice or {}).items():
        for kind, shares in by_kind.items():
            yield from unknown_names(f"channels.choice.{segment}.{kind}", shares, known, "channel")
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        if stream.channel not in known:
            yield f"arrivals.streams.{name}.channel", f"is {stream.channel!r}, which is no channel", known
    yield from unknown_names(
        "patience.channels", scenario.patience.channels if scenario.patience else {}, known, "channel"
    )
    yield from unknown_names("agents.channel_factor", scenario.agents.channel_factor, known, "channel")
    if scenario.economics is not None:
        yield from unknown_names("economics.contact_cost", scenario.economics.contact_cost, known, "channel")
    if scenario.satisfaction is not None:
        units = scenario.satisfaction.experience.wait_unit
        yield from unknown_names("satisfaction.experience.wait_unit", units, known, "channel")
        yield from missing_names("satisfaction.experience.wait_unit", units, known, "channel")
    if scenario.pressure is not None:
        yield from unknown_names("pressure.clear_within", scenario.pressure.clear_within, known, "channel")
        yield from missing_names("pressure.clear_within", scenario.pressure.clear_within, known, "channel")
    for name, group in scenario.workforce.groups.items():
        yield from unknown_in_list(f"workforce.groups.{name}.channels", group.channels, known, "channel")


def _unchosen(scenario: Scenario) -> Iterator[Problem]:
    """Kinds of issue for which a segment has no channel."""
    choice = scenario.channels.choice
    if choice is None or scenario.customers is None:
        return
    for segment in scenario.customers.segments:
        for kind in sorted(_raised(scenario)):
            if not chosen_shares(choice, segment, kind):
                yield "channels.choice", f"says nothing of the channels of {segment!r} for {kind!r}", ()


def _raised(scenario: Scenario) -> set[str]:
    needs = set(scenario.needs.kinds) if scenario.needs else set()
    caused = {kind for _, kinds in _causes(scenario) for kind in kinds}
    return needs | caused | _raised_by_prices(scenario)


def _raised_by_prices(scenario: Scenario) -> set[str]:
    return _raised_by_bills(scenario) | (set(scenario.pricing.reactions) if scenario.pricing else set())


def _raised_by_bills(scenario: Scenario) -> set[str]:
    shock = scenario.billing.shock if scenario.billing else None
    return set(shock.reactions) if shock else set()


def _unserved(scenario: Scenario) -> Iterator[Problem]:
    """Kinds that may come by a channel for which nobody has the skill; asked last, when all names are known."""
    mail = scenario.voice_mail.channels if scenario.voice_mail else {}
    possible = set(_possible(scenario))
    left = {(f"voice_mail.channels.{one}", mail[one].messages, kind) for _, one, kind in possible if one in mail}
    for path, channel, kind in sorted(possible | left):
        groups = scenario.workforce.groups.values()
        if not any(channel in one.channels and (one.kinds == "any" or kind in one.kinds) for one in groups):
            yield path, f"sends {kind!r} to {channel!r}, but no group of agents serves it there", ()


def _possible(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    for name, stream in (scenario.arrivals.streams if scenario.arrivals else {}).items():
        yield f"arrivals.streams.{name}", stream.channel, stream.kind
    for path, work in errands(scenario):
        yield path, work.channel, work.kind
    raised = sorted(_raised(scenario))
    choice = scenario.channels.choice or {}
    for segment in scenario.customers.segments if scenario.customers else ():
        for kind in raised:
            for channel, share in chosen_shares(choice, segment, kind).items():
                if share > 0:
                    yield "channels.choice", channel, kind
