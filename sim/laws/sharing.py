"""Cases of work that is shared by open chats, and of a closed population of customers."""

from __future__ import annotations

from typing import Any

from sim.laws.cases import Case
from sim.laws.plans import Extra, Plan, Run, ratio
from sim.laws.probes import ChatsOfSize
from sim.laws.queues import ALL, controls, days_of_warm_up, load_of, moments_of, waiting
from sim.laws.settings import exponential, queue, rate, unit_for

MANY = 400
"""Chats open at a time where there is no limit: with an occupancy of 0.8 fewer than 1 in 10^38 find more."""
SIZE, WIDTH = 2.0, 1.0
"""Jobs of which the sojourn is read: it is linear in the size, so a window around it does as well as the size."""


def shared(case: Case) -> Plan:
    """PS: one agent whose chats share his work, with a pace for each number open, or one pace whatever is open."""
    inputs = case.inputs
    contacts, mean = float(inputs["lambda"]), float(inputs.get("mean_service", 1.0))
    paces = [float(one) for one in inputs.get("total_rate_by_open_chats", ())]
    unit = unit_for(contacts)
    pace: dict[str, Any] = {"pace": paces} if paces else {"slowdown": 1.0}
    chat = {"most": int(inputs.get("slots", MANY)), "assignment": "fewest_open", **pace}
    load = load_of(contacts, moments_of(mean, 1.0, "M"), 2 if paces else 1, unit)
    run = Run(
        lambda days: queue(
            case.id, days, unit, {"chat": contacts}, service={"chat": exponential(mean, unit)}, agents=1, kind="chat",
            chat=chat, warm_up=days_of_warm_up(load),
        ),
        lambda: (ChatsOfSize((SIZE - WIDTH) * unit, (SIZE + WIDTH) * unit), load.watch()),
    )  # fmt: skip
    readings = waiting(ALL, unit) | {
        "mean_sojourn": ratio({f"{ALL}.wait": 1.0, f"{ALL}.handle_time": 1.0}, f"{ALL}.handled", 1.0 / unit),
        "mean_in_system": ratio({f"{ALL}.queue_area": 1.0, "chats.open": 1.0}, "seconds"),
        "mean_sojourn_of_job_size_2": ratio("sized.sojourn", "sized.work", SIZE),
        "mean_chats_open": ratio("chats.open", "seconds"),
        "mean_chat_duration": ratio(f"{ALL}.handle_time", f"{ALL}.handled", 1.0 / unit),
        "p_idle": ratio({"agents.duty": 1.0, "agents.busy": -1.0}, "agents.duty"),
    }
    known = controls(contacts, mean, unit) | load.controls()
    known["mean handle time"] = Extra(ratio("chats.work", "chats.handled", 1.0 / unit), mean)
    return Plan({"": run}, {name: readings[name] for name in case.expected}, controls=known)


def closed_population(case: Case) -> Plan:
    """FS: few customers, each of whom has one issue at a time."""
    inputs = case.inputs
    count, agents = int(inputs["N"]), int(inputs["c"])
    idle, mean = float(inputs["alpha"]), 1.0 / float(inputs["mu"])
    unit = unit_for(case.expected["throughput"])
    needs = {"kinds": {"call": {"rate": {"all": rate(idle, unit)}}}, "one_at_a_time": True}

    def scenario(days: int) -> dict[str, Any]:
        plain = queue(case.id, days, unit, {}, service={"call": exponential(mean, unit)}, agents=agents)
        del plain["arrivals"]
        plain["channels"]["choice"] = {"any": {"any": {"line": "100 %"}}}
        return {**plain, "customers": {"segments": {"all": {"count": count}}}, "needs": needs}

    readings = waiting(ALL, unit)
    known = {"mean handle time": Extra(ratio("contacts.handle_time", "contacts.handled", 1.0 / unit), mean)}
    return Plan({"": Run(scenario)}, {name: readings[name] for name in case.expected}, controls=known)
