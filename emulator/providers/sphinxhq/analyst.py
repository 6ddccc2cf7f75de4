"""Write what an analyst would write about a check; the sentences are in `fixtures/analyst.json`."""

import json
from functools import cache
from importlib.resources import files
from typing import NotRequired, TypedDict

from emulator.core.model import Outcome
from emulator.core.randomness import SeededRandom

RISK = {Outcome.APPROVED: (0.01, 0.35), Outcome.UNDECIDED: (0.4, 0.7), Outcome.DENIED: (0.75, 0.99)}
FINDINGS = {
    Outcome.APPROVED: "nothing found",
    Outcome.UNDECIDED: "needs another look",
    Outcome.DENIED: "match found",
}
CLOSINGS = {
    Outcome.APPROVED: "The risk of **{name}** is low, and nothing further is needed.",
    Outcome.UNDECIDED: "That is too little to decide: please ask **{name}** for details, and run the check again.",
    Outcome.DENIED: "This speaks against **{name}**, and the risk is too high.",
}
GENERAL = ""  # the texts of a check without a type


class Texts(TypedDict):
    """The sentences about one type of check; braces hold what is drawn."""

    title: str
    company: NotRequired[
        str
    ]  # whom the check is about where the customer is a company, unless it is the company itself
    against: NotRequired[str]  # the closing of a denial, if it is more than that the risk is too high
    looked: str  # what the analyst did
    sources: list[str]
    fine: list[str]
    doubt: list[str]
    hits: list[str]
    ask: NotRequired[str]  # what the customer is asked for when it cannot be decided


@cache
def texts() -> dict[str, Texts]:
    """Return the texts by type of check."""
    found: dict[str, Texts] = json.loads((files("emulator.fixtures") / "analyst.json").read_text("utf-8"))
    return found


def texts_of(check_type: str | None) -> Texts:
    """Return the texts of a type of check; raise KeyError for an unknown one."""
    return texts()[check_type or GENERAL]


def risk_score(outcome: Outcome, random: SeededRandom) -> float:
    """Draw a risk from 0 to 1 that fits the decision."""
    return random.number("risk", *RISK[outcome])


def write(
    check_type: str | None, outcome: Outcome, name: str, random: SeededRandom, *, is_company: bool
) -> tuple[str, str, str]:
    """Return title, note and reasoning of a check of that customer; the last two are Markdown."""
    about = texts_of(check_type)
    words = {
        "name": name,
        "about": about.get("company", "{name}").format(name=name) if is_company else name,
        "many": str(int(random.number("sources", 4, 40))),
        "year": str(int(random.number("year", 2009, 2025))),
        "percent": str(int(random.number("percent", 26, 74))),
    }
    title = f"{about['title']}: {_verdict(about, outcome)}"
    finding = _finding(about, outcome, random).format(**words)
    looked = f"{random.name('analyst')} {about['looked'].format(**words)}."
    shown = f"{looked} {finding}" if outcome is not Outcome.DENIED else f"{looked}\n\n{_hits(about, words, random)}"
    return title, finding, f"{shown}\n\n{_closing(about, outcome).format(**words)}"


def _verdict(about: Texts, outcome: Outcome) -> str:
    """Return what was found: only a search by name has a match."""
    return "problem found" if outcome is Outcome.DENIED and "against" not in about else FINDINGS[outcome]


def _closing(about: Texts, outcome: Outcome) -> str:
    return about.get("against", CLOSINGS[outcome]) if outcome is Outcome.DENIED else CLOSINGS[outcome]


def _finding(about: Texts, outcome: Outcome, random: SeededRandom) -> str:
    """Return the finding in a sentence."""
    if outcome is Outcome.DENIED:
        return f"**Confirmed for {{name}}:** {random.pick('hit', about['hits'])}."
    return random.pick("finding", about["fine"] if outcome is Outcome.APPROVED else about["doubt"])


def _hits(about: Texts, words: dict[str, str], random: SeededRandom) -> str:
    """Return a list of hits, the one of the note first, each with a source of its own."""
    first, turn = about["hits"].index(random.pick("hit", about["hits"])), int(random.number("source", 0, 99))
    hits = [about["hits"][first], about["hits"][first - 1]]
    sources = [about["sources"][(turn + place) % len(about["sources"])] for place in range(len(hits))]
    return "\n".join(f"- *{source}*: {hit.format(**words)}" for source, hit in zip(sources, hits, strict=True))
