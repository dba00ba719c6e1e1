"""Ports: questions with one answer, each answered by exactly one mechanism.

A mechanism names what it answers in ``answers``; a method of that name gives the answer. A question that nobody
answers has the answer of a world without that mechanism, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import answers
from sim.core.answers import Act, Array, Calls, Effort, Keys, Numbers, Slots
from sim.core.entities import Agent, Birth, Contact, Group, Issue, Lane


class Ports:
    """All questions by name.

    Kinds of issue and channels go by number where many are asked about at once, by name where one is.

    lane: the lane of a channel and a kind.
    moments: when the customers of fractions of the demand of days reach their channels.
    moment_after: the first moment at or after a time at which a channel is open, for the key of whoever waits
        for it.
    choose: channels for issues, by kind, customer's place and uniform; choose_one: for one.
    avoided: the channel that each of some customers would rather not use, by number, -1 for none, and the share of
        their issues that they take elsewhere, None where nobody does; avoided_one: of one customer.
    choose_again: the channel of an issue's next contact after the one with this key; choose_other: of those that are
        not the one it came by.
    closed_after: when a channel closes on the day of a time, and when it opens next.
    patience: what contacts bring of patience, in seconds; likewise work, luck, returns, asked (``_one`` for a
        single contact).
    tolerance: how long a line a contact accepts.
    promised: whether a contact, instead of waiting, will be called back.
    not_there: whether an agent who turns to a contact finds nobody there, or has to call first.
    discouraged: whether a contact leaves at once because of the wait that it is told.
    goes_elsewhere: whether it then knows what to do by itself.
    leaves_message: whether a contact that finds no line leaves a message.
    out_of_hours: channels and times of issues, and what they begin with, after some have called a line that is closed;
        out_of_hours_one: of one.
    usual_work: mean work of a contact of a lane.
    difficulty: what issues bring; difficulty_one: what one does.
    complexity: spread of the difficulty of issues.
    resolves: whether a contact ends its issue.
    edge: what an agent adds to the ability to resolve.
    first_steps: what issues begin with, by kind, key and difficulty, where contact is one of the ways; first_step:
        what one does.
    self_service_down: whether nobody can be helped by self-service now.
    make_contact: an issue begins with its first contact.
    births: what it takes to begin issues, by kind, channel, key, customer's place and time; birth: to begin one.
    bear: let births happen when their times come.
    raise_issues: births, and let them happen.
    contact_again: the next contact of an issue.
    open_issues: issues with a contact under way or to come.
    agent_for: an idle agent for a contact.
    owner_for: the agent who had its issue, if he is idle and should have it.
    knows: whether the agent of a contact had its issue last.
    awaited: whether an agent who has become free takes somebody who waits for him alone.
    join_queue: a contact waits in its queue; leave_queue: it does so no longer.
    take_idle: take an agent off the idle for a contact that he can serve.
    answer: an agent takes a contact.
    finish: a contact is done.
    part_done: an agent has done his part of it, and it is finished or handed on.
    break_off: a customer gives up after he was answered.
    part_broken_off: he leaves a chat that may have been handed on.
    burden: what being handed on takes from its score, on the logit scale.
    refers: whether its issue, not resolved, rests with another department.
    rests: whether an issue whose contact was not served does.
    resting: issues that do, without a contact under way or to come.
    leave_unresolved: what a contact did not resolve comes back or is given up.
    side_lane: a lane like another one, for contacts that only agents of some groups take.
    release: an agent has become free.
    first_waiting: the contact that a group would take next.
    serve_next: an agent takes it.
    desk_for: an agent for a chat.
    open_chat: he has it among those open.
    chat_on: a chat that was about to end goes on for some more work.
    gone_unseen: whether who loses patience leaves a chat's line without a word.
    found_gone: whether who is answered had done so.
    begin_duty: an agent comes on duty, or stays on, until a moment.
    end_duty: that moment has come.
    lend: a group helps another, until take_back.
    pressure: of work on a group.
    person: what an agent adds to edge and mood as the person he is, coached as he is.
    spirit: what his morale adds to mood.
    effort: what targets and rewards make of his contacts.
    absence: his share of shifts missed, given the usual one.
    support: 0 to 1, given that of a reference.
    unrest: what his morale adds to the log hazard of leaving; misfit: what a poor fit does.
    training_hours: off the contacts, of an agent in a week; lesson: of this one.
    coaching_hours: those of them with a team leader.
    attention: how much of that this one gets, relative to the mean.
    dismiss: an agent is paid off.
    deployed: agents of a group, by seat.
    add_customers: newcomers join, with keys, segments and origins (by number in ORIGINS).
    remove_customers: customers leave.
    satisfaction: of all places of the base, None where nobody keeps it.
    judged: the score of a contact in the eyes of the customer at a place.
    score: what a contact is like, 0 to 100, as it has ended or as far as it has gone.
    offer: how long an agent goes on at the end of a contact to make an offer, 0 if he makes none.
    sell_to: offer a product to the customer at a place: whether he takes it, None if it is not for him.
    live_through: customers live through something other than a contact.
    remember: customers who come back have their satisfaction and equity again.
    lose_equity: customers lose points of it.
    equity: of some customers.
    cause_of_loss: of customers who are just leaving.
    causes_left: the share of the causes of an error that is left.
    renewal_day: the index of the day on which customers renew next.
    explain_price: a share of what their price is above the reference price is taken as fair.
    offer_discount: offer it to the customer at a place, for the key of the occasion: whether it is taken.
    price_gap: of some customers, to their reference price; shock: gaps as they are felt.
    charges: bills relative to the price.
    billed: customers have paid bills so far above the usual.
    price_offered: what a newcomer is asked for beside the start, by segment; None where it has always been the same.
    market_level: what competitors ask beside the start, by segment.
    enter_market: customers accept a price beside the market's.
    market_gap: how far it has moved from that.
    discounts: of some customers, as shares of their fee.
    breadth: how many products customers hold beside their contract; holds: whether one of them does.
    bond: what they add to the log hazard of leaving, None where they add nothing.
    reprieve: how much hazard those who are about to leave, and why, stand from now on, 0 for who leaves.
    """

    lane: Callable[[str, str], Lane]
    moments: Callable[[Numbers, Numbers, Array], Array]
    moment_after: Callable[[str, float, int], float]
    choose: Callable[[Numbers, Slots, Array], Numbers]
    choose_one: Callable[[str, int, float], str]
    avoided: Callable[[Slots], tuple[Numbers, Array] | None] = staticmethod(answers.nothing_avoided)
    avoided_one: Callable[[int], tuple[int, float]] = staticmethod(answers.nothing_avoided_one)
    choose_again: Callable[[Issue, str, int], str] = staticmethod(answers.the_same)
    choose_other: Callable[[Issue, str, int], str] = staticmethod(answers.the_same)
    closed_after: Callable[[str, float], tuple[float, float]]
    patience: Callable[[Numbers, Numbers, Keys], Array] = staticmethod(answers.for_ever)
    patience_one: Callable[[Lane, int], float] = staticmethod(answers.for_ever_one)
    tolerance: Callable[[Lane, int], int]
    promised: Callable[[Contact], bool] = staticmethod(answers.does_not)
    not_there: Callable[[Contact, Agent], bool] = staticmethod(answers.there)
    discouraged: Callable[[Contact], bool] = staticmethod(answers.does_not)
    goes_elsewhere: Callable[[Contact], bool] = staticmethod(answers.does_not)
    leaves_message: Callable[[Contact], bool] = staticmethod(answers.does_not)
    out_of_hours: Callable[[Numbers, Keys, Array, list[Act]], Calls] = staticmethod(answers.in_hours)
    out_of_hours_one: Callable[[str, int, float, Act], tuple[str, float, Act]] = staticmethod(answers.one_in_hours)
    work: Callable[[Numbers, Keys], Array]
    work_one: Callable[[Lane, int], float]
    usual_work: Callable[[Lane], float]
    luck: Callable[[Keys], Array] = staticmethod(answers.zeros)
    luck_one: Callable[[int], float] = staticmethod(answers.zero)
    difficulty: Callable[[Keys], Array] = staticmethod(answers.zeros)
    difficulty_one: Callable[[int], float] = staticmethod(answers.zero)
    returns: Callable[[Keys], Array] = staticmethod(answers.never)
    returns_one: Callable[[int], float] = staticmethod(answers.never_one)
    asked: Callable[[Keys], npt.NDArray[np.bool_]] = staticmethod(answers.nobody_asked)
    asked_one: Callable[[int], bool] = staticmethod(answers.not_asked)
    resolves: Callable[[Contact], bool] = staticmethod(answers.always)
    edge: Callable[[Agent], float] = staticmethod(answers.no_edge)
    first_steps: Callable[[Numbers, Keys, Array, Act], list[Act]] = staticmethod(answers.contact_at_once)
    first_step: Callable[[str, int, float, Act], Act] = staticmethod(answers.contact_first)
    self_service_down: Callable[[], bool]
    complexity: Callable[[], float] = staticmethod(answers.none_at_all)
    make_contact: Callable[[Birth], None]
    births: Callable[[Numbers, Numbers, Keys, Slots, Array], list[Birth]]
    birth: Callable[[str, str, int, int, float], Birth]
    bear: Callable[[list[Birth]], None]
    raise_issues: Callable[[Numbers, Numbers, Keys, Slots, Array], None]
    contact_again: Callable[[Issue, float, str], None]
    open_issues: Callable[[], int]
    agent_for: Callable[[Contact], Agent | None]
    owner_for: Callable[[Contact], Agent | None] = staticmethod(answers.nobodys)
    knows: Callable[[Contact], bool] = staticmethod(answers.does_not)
    awaited: Callable[[Agent], bool]
    take_idle: Callable[[Agent, Contact], bool]
    answer: Callable[[Contact, Agent], None]
    part_done: Callable[[Contact], None]
    break_off: Callable[[Contact], None]
    part_broken_off: Callable[[Contact], None]
    burden: Callable[[Contact], float]
    refers: Callable[[Contact], bool]
    rests: Callable[[Issue], bool]
    resting: Callable[[], float] = staticmethod(answers.none_at_all)
    leave_unresolved: Callable[[Contact], None]
    side_lane: Callable[[Lane, tuple[str, ...]], Lane]
    join_queue: Callable[[Contact], None]
    leave_queue: Callable[[Contact], None]
    release: Callable[[Agent], None]
    finish: Callable[[Contact], None]
    first_waiting: Callable[[Group], Contact | None]
    serve_next: Callable[[Agent], None]
    desk_for: Callable[[Contact], Agent | None]
    open_chat: Callable[[Contact, Agent], None]
    chat_on: Callable[[Contact, float], None]
    gone_unseen: Callable[[Contact], bool]
    found_gone: Callable[[Contact, Agent], bool]
    begin_duty: Callable[[Agent, float], None]
    end_duty: Callable[[Agent], None]
    lend: Callable[[Group, Group], None]
    take_back: Callable[[Group, Group], None]
    training_hours: Callable[[], float] = staticmethod(answers.none_at_all)
    pressure: Callable[[Group], float] = staticmethod(answers.none_felt)
    lesson: Callable[[Agent], float] = staticmethod(answers.no_edge)
    coaching_hours: Callable[[], float] = staticmethod(answers.none_at_all)
    attention: Callable[[Agent], float] = staticmethod(answers.same_for_all)
    person: Callable[[Agent], tuple[float, float]] = staticmethod(answers.by_himself)
    spirit: Callable[[Agent], float] = staticmethod(answers.no_edge)
    effort: Callable[[Agent], Effort] = staticmethod(answers.at_ease)
    absence: Callable[[Agent, float], float] = staticmethod(answers.as_usual)
    support: Callable[[Agent, float], float] = staticmethod(answers.as_usual)
    unrest: Callable[[Agent], float] = staticmethod(answers.no_edge)
    misfit: Callable[[Agent], float] = staticmethod(answers.no_edge)
    dismiss: Callable[[Agent], None]
    deployed: Callable[[str], list[Agent]]
    add_customers: Callable[[Keys, npt.NDArray[np.int64], npt.NDArray[np.int8]], Slots]
    remove_customers: Callable[[Slots], None]
    satisfaction: Callable[[], Array | None] = staticmethod(answers.unknown)
    judged: Callable[[int, float], float] = staticmethod(answers.as_it_was)
    score: Callable[[Contact], float]
    offer: Callable[[Contact], float]
    sell_to: Callable[[str, int, int], bool | None]
    live_through: Callable[[str, Sequence[int], Sequence[float]], None] = staticmethod(answers.leaves_no_trace)
    remember: Callable[[Slots, Array, Array], None] = staticmethod(answers.forgotten)
    lose_equity: Callable[[Slots, Array], None] = staticmethod(answers.nothing_to_lose)
    causes_left: Callable[[str], float] = staticmethod(answers.all_of_them)
    equity: Callable[[Slots, float], Array] = staticmethod(answers.reference_equity)
    renewal_day: Callable[[Slots], Numbers]
    explain_price: Callable[[Slots, float], None] = staticmethod(answers.nothing_to_explain)
    offer_discount: Callable[[int, int], bool] = staticmethod(answers.not_to_be_had)
    price_gap: Callable[[Slots], Array] = staticmethod(answers.no_gap)
    shock: Callable[[Array], Array] = staticmethod(answers.as_it_is)
    charges: Callable[[Slots], Array | None] = staticmethod(answers.no_discounts)
    billed: Callable[[Slots, Array], None] = staticmethod(answers.no_market)
    price_offered: Callable[[], Array | None] = staticmethod(answers.unknown)
    market_level: Callable[[], Array | None] = staticmethod(answers.unknown)
    enter_market: Callable[[Slots, Array], None] = staticmethod(answers.no_market)
    market_gap: Callable[[Slots, Array], Array | None] = staticmethod(answers.no_market)
    discounts: Callable[[Slots], Array | None] = staticmethod(answers.no_discounts)
    breadth: Callable[[Slots], Array | None] = staticmethod(answers.no_discounts)
    holds: Callable[[int, str], bool] = staticmethod(answers.no_product)
    bond: Callable[[Slots], Array | None] = staticmethod(answers.no_discounts)
    reprieve: Callable[[Slots, list[str]], Array] = staticmethod(answers.no_reprieve)
    cause_of_loss: Callable[[Slots], list[str]] = staticmethod(answers.other_causes)

    def answered(self, name: str) -> Callable[..., Any] | None:
        """The answer of a mechanism, None where nobody answers: then the hot path need not ask."""
        answer: Callable[..., Any] | None = self.__dict__.get(name)
        return answer

    def bind(self, mechanisms: Iterable[Any]) -> None:
        """Bind every question to the mechanism that answers it.

        Raises TypeError where two answer the same question or a question does not exist.
        """
        answered: dict[str, str] = {}
        known = set(Ports.__annotations__)
        for mechanism in mechanisms:
            for name in mechanism.answers:
                who = type(mechanism).__name__
                if name not in known:
                    raise TypeError(f"{who} answers {name!r}, which nobody asks")
                if name in answered:
                    raise TypeError(f"{who} and {answered[name]} both answer {name!r}")
                answered[name] = who
                setattr(self, name, getattr(mechanism, name))
