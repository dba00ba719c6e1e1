"""What the library is asked to cover: forty practices of a service operation, and the field's claims about it.

A practice that only a management judgement could answer is marked context. What no lever serves yet is listed with what
is missing; a test keeps the list exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.levers.library import LEVERS


@dataclass(frozen=True, slots=True)
class Practice:
    """One of the forty: its number, its group, what is done; context where no setting could stand for it."""

    number: int
    group: str
    what: str
    context: bool = False


def _group(name: str, first: int, *practices: str, context: int = 0) -> list[Practice]:
    """Practices of a group, numbered from ``first``; the first ``context`` of them are context."""
    return [Practice(first + place, name, what, place < context) for place, what in enumerate(practices)]


PRACTICES: tuple[Practice, ...] = (
    *_group(
        "strategy", 1,
        "service follows the firm's strategy",
        "staff know and own what service is for",
        "programmes with money and dates carry it out",
        context=3,
    ),
    *_group(
        "structure and culture", 4,
        "the organisation fits what service is for",
        "mistakes are learned from, not punished",
    ),
    *_group(
        "channels", 6,
        "customers can choose between channels",
        "staff and schedules fit the channels",
        "channels fit the customers",
        "self-service that is easy and used",
    ),
    *_group(
        "systems", 10,
        "systems that work and are quick",
        "the record of a customer is at hand",
        "systems made to resolve at the first contact",
        "few issues need other departments",
    ),
    *_group(
        "processes", 14,
        "processes cost customers and staff little effort",
        "staff may decide what resolves an issue",
        "processes improve by what customers and staff say",
        "measured satisfaction triggers action",
        "complaints are handled well, and their causes removed",
    ),
    *_group(
        "performance", 19,
        "a set of measures that matter",
        "measures show where customers are hurt",
        "targets do not cost customers",
        "nobody cuts corners under load",
        "staffing follows demand",
        "reviews lead to training and coaching",
        "individual measures reward what customers value",
        "individuals are judged on several outcomes",
        "reward and recognition follow from them",
        "other departments' measures serve customers too",
    ),
    *_group(
        "recruitment", 29,
        "recruits are assessed for competence",
        "behaviour and skill count more than knowledge",
        "selection and judgement use the same standards",
    ),
    *_group(
        "training and coaching", 32,
        "team leaders mainly coach",
        "fully trained before the first customer",
        "training goes on, across skills too",
        "a library of knowledge that is kept and used",
        "training is worth more than fear of leavers",
    ),
    *_group(
        "staff", 37,
        "staff satisfaction is measured and acted on",
        "motivation is daily work",
        "people know and help each other",
        "a good place to work in",
    ),
)  # fmt: skip

CLAIMS: dict[str, str] = {
    "C1": "how long customers and agents stay",
    "C2": "what a fee rise does to the customer base",
    "C3": "a little more retention against a cut in overheads",
    "C4": "what is not resolved at first contact costs the budget its share",
    "C5": "job aids against training",
    "C6": "the gap between believed and lived service",
    "C7": "cutting corners under load",
    "C8": "keeping the good against replacing the weak",
    "C9": "referral against advertising",
    "C10": "service that earns money",
    "C11": "the forty practices, ranked by what each is worth",
    "C12": "good and bad points of contact",
    "C13": "automation against people",
    "C14": "promised times, kept or broken",
    "C15": "causes upstream against front-line staff",
    "C16": "staffing that follows demand",
    "C17": "one person owns the issue to its end",
    "C18": "expectations that rise",
    "C19": "the same quality whoever answers",
    "C20": "listening to customers and acting on it",
    "C21": "customers who leave because nobody cared",
    "C22": "rewards tied to what customers say",
}

MISSING: dict[int | str, str] = {}
"""What no lever serves yet (practice by number, claim by name) -> what is missing: of the model, or a lever."""


def serving(practice: int) -> tuple[str, ...]:
    """The levers that serve a practice."""
    return tuple(lever.name for lever in LEVERS if practice in lever.practices)


def bearing_on(claim: str) -> tuple[str, ...]:
    """The levers with which a claim can be put to the test; that of all the practices needs those that serve one."""
    if claim == "C11":
        return tuple(lever.name for lever in LEVERS if lever.practices)
    return tuple(lever.name for lever in LEVERS if claim in lever.claims)
