"""The answers of an applicant, step by step; until the applicant changes one it is taken from the request."""

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from emulator.quick_dataclass import dataclass

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


class Owner(TypedDict):
    """An owner of a company, as the control API describes one."""

    name: str
    percent: int


class Applicant(TypedDict):
    """The applicant as the control API describes them; the empty text where the request says nothing."""

    name: str
    is_business: bool
    first_name: str
    last_name: str
    born_on: str
    email: str
    phone: str
    address: list[str]
    purpose: str
    owners: list[Owner]


def questions(step: str, applicant: Applicant) -> tuple[Question, ...]:
    """Return the questions of a step for this applicant; none for a step without any."""
    person = BUSINESS if applicant["is_business"] else PERSON
    document = (Question("document", "Document", "choice"),)
    return {"person": person, "home": HOME, "document": document}.get(step, ())


def documents(applicant: Applicant) -> Mapping[str, str]:
    """Return the titles of the documents that this applicant may show, by their short names."""
    return CERTIFICATE if applicant["is_business"] else DOCUMENTS


def answers_of_request(applicant: Applicant, planned: str) -> dict[str, str]:
    """Return every answer as the request gives it, with the planned outcome as the ending."""
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
    """Return the answers with those that the sources change; a later source wins."""
    answers = dict(before)
    for source in sources:
        answers |= {name: _plain(source[name]) for name in answers if name in source}
    return answers


def changes(before: Answers, after: Answers) -> dict[str, str]:
    """Return the answers that differ from the request, which the link to the next step has to carry."""
    return {name: value for name, value in after.items() if value != before[name]}


def problems(step: str, applicant: Applicant, answers: Answers) -> dict[str, str]:
    """Return by question what is wrong with the answers of a step, in words for the applicant."""
    found = (
        (question.name, _problem(question, applicant, answers[question.name]))
        for question in questions(step, applicant)
    )
    return {name: problem for name, problem in found if problem}


def _problem(question: Question, applicant: Applicant, value: str) -> str | None:
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
    """Return a typed text with \\n as line end, as in the answers of the request, and cut to the longest length."""
    return value.replace("\r\n", "\n")[:LONGEST]


def name_of(applicant: Applicant, answers: Answers) -> str:
    """Return the name of the person or business, as it was typed."""
    if applicant["is_business"]:
        return answers["business"]
    return f"{answers['first_name']} {answers['last_name']}".strip()
