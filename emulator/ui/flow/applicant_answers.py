"""What the applicant answers, step by step: taken from the request until they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST = 200
DOCUMENTS = {"passport": "Passport", "licence": "Driver licence", "card": "National identity card"}
CERTIFICATE = {"certificate": "Certificate of incorporation"}
STEPS = ("welcome", "person", "home", "document", "selfie", "review")
DONE = len(STEPS) + 1  # the position after the last step

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a step."""

    name: str
    label: str
    kind: str = "text"  # text, date, lines or choice
    required: bool = True
    autocomplete: str = "off"
    hint: str = ""


PERSON = (
    Question("first_name", "First name", autocomplete="given-name"),
    Question("last_name", "Last name", autocomplete="family-name"),
    Question("born_on", "Date of birth", "date", required=False, autocomplete="bday"),
)
BUSINESS = (Question("business", "Name of the business", autocomplete="organization"),)
HOME = (
    Question(
        "address", "Address", "lines", required=False, autocomplete="street-address", hint="One line for each part"
    ),
)


def questions(step: str, applicant: Mapping[str, Any]) -> tuple[Question, ...]:
    """What that step asks of this applicant."""
    person = BUSINESS if applicant["is_business"] else PERSON
    document = (Question("document", "Document", "choice"),)
    return {"person": person, "home": HOME, "document": document}.get(step, ())


def documents(applicant: Mapping[str, Any]) -> Mapping[str, str]:
    """The documents this applicant may show, by their short names."""
    return CERTIFICATE if applicant["is_business"] else DOCUMENTS


def told_before(applicant: Mapping[str, Any], planned: str) -> dict[str, str]:
    """Every answer as the request gives it."""
    first, _, last = applicant["name"].rpartition(" ")
    return {
        "first_name": applicant["first_name"] or first or last,
        "last_name": applicant["last_name"] or (last if first else ""),
        "business": applicant["name"],
        "born_on": applicant["born_on"],
        "address": "\n".join(applicant["address"]),
        "document": next(iter(documents(applicant))),
        "ending": planned,
        "drawer": "",
    }


def answered(before: Answers, *sources: Mapping[str, str]) -> dict[str, str]:
    """The same with what was typed since; a later source wins."""
    answers = dict(before)
    for source in sources:
        answers |= {name: _plain(source[name]) for name in answers if name in source}
    return answers


def changes(before: Answers, after: Answers) -> dict[str, str]:
    """What differs from the request: all that has to be carried to the next step."""
    return {name: value for name, value in after.items() if value != before[name]}


def problems(step: str, applicant: Mapping[str, Any], answers: Answers) -> dict[str, str]:
    """What is wrong with the answers of a step, by question, in words for the applicant."""
    found = (
        (question.name, _problem(question, applicant, answers[question.name]))
        for question in questions(step, applicant)
    )
    return {name: problem for name, problem in found if problem}


def _problem(question: Question, applicant: Mapping[str, Any], value: str) -> str | None:
    if question.kind == "choice":
        return None if value in documents(applicant) else "Choose one of these documents."
    if question.required and not value.strip():
        return f"{question.label}: please fill this in."
    if question.kind == "date" and value and not _is_day(value):
        return "Write the date as year, month and day, as in 1990-01-31."
    return None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _plain(value: str) -> str:
    """As it was typed, with line ends as they were told before, and not without end."""
    return value.replace("\r\n", "\n")[:LONGEST]


def name_of(applicant: Mapping[str, Any], answers: Answers) -> str:
    """Who is verified, as they write it."""
    if applicant["is_business"]:
        return answers["business"]
    return f"{answers['first_name']} {answers['last_name']}".strip()
