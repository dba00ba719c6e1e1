"""What a scenario implies before it is run: contacts, load and agents on duty by half-hour of the week.

First-order arithmetic without queues: customers neither come nor go, agents are fully proficient, seasons and busy
days average out, nobody gives up. Half-hours are counted from Monday, 0:00.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sim.core.calendar import WEEKDAYS, Calendar
from sim.core.hours import Week, by_weekday
from sim.core.units import DAY, HOUR, WEEK, YEAR, parse_clock
from sim.mechanisms.arrivals import StreamSettings
from sim.mechanisms.channels import ANY, ChannelSettings, OpenHours
from sim.mechanisms.chat import paces_of
from sim.mechanisms.staffing import RosterSettings, ShiftSettings
from sim.mechanisms.workforce import GroupSettings
from sim.ordered import Asked, issues_of_orders
from sim.scenario import Scenario

HALF_HOUR = 1800.0
PER_DAY = 48
WEEKS_PER_YEAR = YEAR / WEEK


@dataclass(frozen=True)
class Flow:
    """Contacts per year of one kind on one channel, repeats included."""

    channel: str
    kind: str
    per_year: float


def flows(scenario: Scenario) -> tuple[Flow, ...]:
    """Expected contacts by channel and kind: issues x contacts per issue, along the choice of channels.

    Of each contact, (1 - f) r comes back, f being the share resolved at the first contact and r the share of
    the unresolved that returns (of those that no other department takes); a repeat changes its channel as
    ``switch_on_repeat`` says.
    """
    found: dict[tuple[str, str], float] = {}
    for kind, shares, per_year in _first_contacts(scenario):
        reaching = per_year * _reaching_staff(scenario, kind)
        for channel, count in _with_repeats(scenario, kind, shares, reaching).items():
            found[channel, kind] = found.get((channel, kind), 0.0) + count
    return tuple(Flow(channel, kind, count) for (channel, kind), count in sorted(found.items()) if count > 0)


def _reaching_staff(scenario: Scenario, kind: str) -> float:
    """Share of issues that self-service neither ends nor makes customers give up."""
    own = scenario.self_service.kinds.get(kind) if scenario.self_service else None
    if own is None or scenario.self_service is None:
        return 1.0
    return 1.0 - own.tried * (own.contained + (1.0 - own.contained) * scenario.self_service.gives_up)


def handle_time(scenario: Scenario, channel: str, kind: str) -> float | None:
    """Mean handle time (s) of a fully proficient agent; None where none is given for the kind."""
    law = scenario.agents.handle_time.get(kind)
    return None if law is None else law.mean_value * scenario.agents.channel_factor.get(channel, 1.0)


def arrival_profile(scenario: Scenario, channel: str) -> list[float]:
    """Share of a channel's weekly contacts that come in each half-hour of the week; repeats as the first contacts."""
    base = _base_profile(scenario, scenario.channels.channels[channel])
    weekly = _issues_of_the_base(scenario, channel) / WEEKS_PER_YEAR / max(sum(base), 1e-9)
    streams = scenario.arrivals.streams if scenario.arrivals else {}
    own = [_stream_profile(scenario, stream) for stream in streams.values() if stream.channel == channel]
    total = [sum(parts) for parts in zip([weekly * part for part in base], *own, strict=True)]
    whole = sum(total)
    return [part / whole for part in total] if whole > 0 else total


def open_profile(settings: ChannelSettings) -> list[float]:
    """Share of each half-hour of the week in which a channel is open."""
    profile: list[float] = []
    for hours in by_weekday(settings.hours):
        span = (hours.opens, hours.closes) if hours else (0.0, 0.0)
        profile += [_overlap(slot, *span) for slot in range(PER_DAY)]
    return profile


def on_duty(scenario: Scenario, groups: Sequence[str]) -> list[float]:
    """Average agents of these groups on duty in each half-hour of the week, less breaks, absence and other work."""
    total = [0.0] * (7 * PER_DAY)
    for name in groups:
        roster = scenario.staffing.rosters.get(name)
        if roster is None:
            continue
        for place, agents in enumerate(_group_on_duty(scenario, scenario.workforce.groups[name], roster)):
            total[place] += agents
    return total


def at_once(scenario: Scenario, channel: str) -> tuple[int, float]:
    """Contacts of a channel that an agent has at a time, and how much work that is, relative to one."""
    if scenario.chat is None or scenario.channels.channels[channel].kind != "chat":
        return 1, 1.0
    return scenario.chat.most, paces_of(scenario.chat)[-1]


def work_of(scenario: Scenario, flow: Flow) -> float:
    """Seconds a year that agents are busy with the contacts of a flow."""
    return flow.per_year * (handle_time(scenario, flow.channel, flow.kind) or 0.0) / at_once(scenario, flow.channel)[1]


def groups_serving(scenario: Scenario, channel: str, kind: str | None = None) -> list[str]:
    """Groups with the skill for a channel, and for a kind if one is named."""
    return [
        name
        for name, group in scenario.workforce.groups.items()
        if channel in group.channels and (kind is None or group.kinds == "any" or kind in group.kinds)
    ]


def moment(place: int) -> str:
    """A half-hour of the week in words: "monday 09:30"."""
    minutes = place % PER_DAY * 30
    return f"{WEEKDAYS[place // PER_DAY]} {minutes // 60:02d}:{minutes % 60:02d}"


def _first_contacts(scenario: Scenario) -> list[tuple[str, dict[str, float], float]]:
    """Kind, shares of channels and issues per year of every source of issues."""
    found = _from_the_base(scenario)
    for stream in (scenario.arrivals.streams if scenario.arrivals else {}).values():
        shares = _with_messages(scenario, {stream.channel: 1.0})
        found.append((stream.kind, shares, sum(_stream_profile(scenario, stream)) * WEEKS_PER_YEAR))
    return found


def _from_the_base(scenario: Scenario) -> list[tuple[str, dict[str, float], float]]:
    """Of needs, and of what goes wrong with orders."""
    needed: list[Asked] = []
    if scenario.needs is not None and scenario.customers is not None:
        for kind, need in scenario.needs.kinds.items():
            for segment, rate in need.rate.items():
                size = scenario.customers.segments[segment].count if segment in scenario.customers.segments else 0
                needed.append((segment, kind, size * rate * YEAR))
    found = [*needed, *issues_of_orders(scenario, needed)]
    return [(kind, _choice(scenario, segment, kind), count) for segment, kind, count in found]


def _issues_of_the_base(scenario: Scenario, channel: str) -> float:
    return sum(shares.get(channel, 0.0) * per_year for _, shares, per_year in _from_the_base(scenario))


def _choice(scenario: Scenario, segment: str, kind: str) -> dict[str, float]:
    choice = scenario.channels.choice
    if choice is None:
        return {next(iter(scenario.channels.channels)): 1.0}
    by_kind = choice.get(segment, choice.get(ANY, {}))
    return _with_messages(scenario, dict(by_kind.get(kind, by_kind.get(ANY, {}))))


def _with_messages(scenario: Scenario, shares: dict[str, float]) -> dict[str, float]:
    """Shares of channels after some of those who call out of hours leave a message, or give up."""
    for name, mail in (scenario.voice_mail.channels if scenario.voice_mail else {}).items():
        if name in shares:
            leaves = mail.leaves if mail.offered else 0.0
            messages = shares[name] * mail.out_of_hours * leaves
            shares[mail.messages] = shares.get(mail.messages, 0.0) + messages
            shares[name] *= 1.0 - mail.out_of_hours * (leaves + (1.0 - leaves) * mail.gives_up)
    return shares


def _with_repeats(scenario: Scenario, kind: str, shares: dict[str, float], issues: float) -> dict[str, float]:
    contacts = {channel: issues * share for channel, share in shares.items()}
    total = dict(contacts)
    resolution = scenario.resolution
    if resolution is None:
        return total
    resting = sum(part for _, part in _taken_by_departments(scenario, kind))
    returning = (1.0 - resolution.first_contact.get(kind, 1.0)) * (1.0 - resting) * resolution.returns.share
    for _ in range(min(resolution.returns.most_contacts, 200) - 1):
        contacts = _repeats(contacts, shares, scenario.channels.switch_on_repeat, returning)
        for channel, count in contacts.items():
            total[channel] += count
    return total


def _taken_by_departments(scenario: Scenario, kind: str) -> Iterator[tuple[str, float]]:
    """What part of the unresolved contacts of a kind goes to each department, at the reference of authority."""
    left = 1.0
    for name, one in scenario.departments.departments.items() if scenario.departments else ():
        share = one.takes.get(kind, 0.0)
        yield name, left * share
        left *= 1.0 - share


def cases(scenario: Scenario, expected: Sequence[Flow]) -> dict[str, float]:
    """Cases a year that come to each department, those included that another one passes on."""
    departments = scenario.departments.departments if scenario.departments else {}
    found = dict.fromkeys(departments, 0.0)
    coming: list[tuple[str, float]] = []
    for flow in expected:
        unresolved = (
            flow.per_year * (1.0 - scenario.resolution.first_contact[flow.kind]) if scenario.resolution else 0.0
        )
        coming += [(name, unresolved * part) for name, part in _taken_by_departments(scenario, flow.kind)]
    while coming:
        name, count = coming.pop()
        found[name] += count
        then = departments[name].then
        if then is not None:
            coming.append((then.to, count * then.share))
    return found


def hours_of_work(hours: Week | None) -> float:
    """Hours of a week in which somebody works who keeps these hours; without hours all of them."""
    if hours is None:
        return WEEK / HOUR
    return sum((day.closes - day.opens) / HOUR for day in by_weekday(hours) if day is not None)


def _repeats(contacts: dict[str, float], shares: dict[str, float], switch: float, returning: float) -> dict[str, float]:
    """The next contacts of the same issues, of which some change to another channel."""
    found = dict.fromkeys(contacts, 0.0)
    for channel, count in contacts.items():
        others = sum(share for name, share in shares.items() if name != channel)
        moving = switch if others > 0 else 0.0
        for name, share in shares.items():
            part = 1.0 - moving if name == channel else moving * share / others
            found[name] += count * returning * part
    return found


def _base_profile(scenario: Scenario, settings: ChannelSettings) -> list[float]:
    """Demand of closed days comes on the next open one."""
    weights = scenario.calendar.day_of_week
    times = {parse_clock(time): weight for time, weight in (settings.time_of_day or {}).items()}
    hours = by_weekday(settings.hours)
    masses = [0.0] * 7
    for day, name in enumerate(WEEKDAYS):
        landing = next((then for then in range(day, day + 7) if hours[then % 7] is not None), day)
        masses[landing % 7] += weights[name] if weights else 1.0
    profile: list[float] = []
    for mass, opened in zip(masses, hours, strict=True):
        spread = OpenHours(opened, times) if opened else None
        profile += [mass * (_within(spread, slot) if spread else 0.0) for slot in range(PER_DAY)]
    return profile


def _within(hours: OpenHours, slot: int) -> float:
    """Share of a day's demand that comes in a half-hour."""
    begin, end = slot * HALF_HOUR, (slot + 1) * HALF_HOUR
    found, before = 0.0, 0.0
    for start, stop, cumulated in zip(hours.starts, hours.ends, hours.cumulated, strict=True):
        overlap = max(0.0, min(end, stop) - max(begin, start))
        found += (cumulated - before) * overlap / (stop - start)
        before = cumulated
    return found


def _stream_profile(scenario: Scenario, stream: StreamSettings) -> list[float]:
    """Contacts of a stream in each half-hour of an average week of the horizon."""
    calendar = Calendar(scenario.calendar, 0)
    sums, days = [0.0] * (7 * PER_DAY), [0] * 7
    for index in range(calendar.first_counted, calendar.days):
        weekday = calendar.date(index).weekday()
        days[weekday] += 1
        row = ((stream.rate or 0.0) * DAY,) if stream.volumes is None else stream.volumes.row(calendar, index)
        weight = calendar.weight(index) if stream.follow_calendar else 1.0
        for slot, count in enumerate(_in_half_hours(row)):
            sums[weekday * PER_DAY + slot] += count * weight
    return [count / max(days[place // PER_DAY], 1) for place, count in enumerate(sums)]


def _in_half_hours(row: tuple[float, ...]) -> list[float]:
    found = [0.0] * PER_DAY
    for place, count in enumerate(row):
        width = PER_DAY / len(row)
        first, last = place * width, (place + 1) * width
        for slot in range(int(first), min(PER_DAY, int(-(-last // 1)))):
            found[slot] += count * (min(last, slot + 1) - max(first, slot)) / width
    return found


def _group_on_duty(scenario: Scenario, group: GroupSettings, roster: RosterSettings) -> list[float]:
    staffing = scenario.staffing
    if roster.on_duty is not None:
        return [agents for place in range(7) for agents in _levels(_typical(roster.on_duty.rows, place))]
    present = (1.0 - staffing.absence) * (1.0 - staffing.away)
    total = [0.0] * (7 * PER_DAY)
    rota = roster.rota or ()
    for seat in range(group.headcount):
        for name in rota[seat % len(rota)].split("+"):
            for place, share in enumerate(_shift_profile(staffing.shifts[name])):
                total[place] += share * present
    return total


def _typical(rows: dict[str, tuple[float, ...]], place: int) -> tuple[float, ...]:
    """The row of a weekday: its own, that of every day, or the mean over the dates that fall on it."""
    named = rows.get(WEEKDAYS[place], rows.get("every_day"))
    if named is not None:
        return named
    dated = [row for name, row in rows.items() if name[:1].isdigit() and date.fromisoformat(name).weekday() == place]
    return tuple(sum(level) / len(dated) for level in zip(*dated, strict=True))


def _levels(row: tuple[float, ...]) -> list[float]:
    """Average level in each half-hour of a row of levels."""
    return [count * PER_DAY / len(row) for count in _in_half_hours(row)] if row else [0.0] * PER_DAY


def _shift_profile(shift: ShiftSettings) -> list[float]:
    day = [_overlap(slot, shift.start, shift.end) for slot in range(PER_DAY)]
    for pause in shift.breaks:
        day = [here - _overlap(slot, pause.start, pause.start + pause.length) for slot, here in enumerate(day)]
    return [share if weekday in shift.days else 0.0 for weekday in WEEKDAYS for share in day]


def _overlap(slot: int, start: float, end: float) -> float:
    """Share of a half-hour of the day that lies between two times of day."""
    return max(0.0, min(end, (slot + 1) * HALF_HOUR) - max(start, slot * HALF_HOUR)) / HALF_HOUR
