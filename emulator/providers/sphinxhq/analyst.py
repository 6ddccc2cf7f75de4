"""Write what an analyst would write about a check."""

from emulator.core.model import Outcome
from emulator.core.randomness import SeededRandom

# The subject of each check, and what it may find.
SUBJECTS = {
    "PEP": ("Politically exposed persons", "a public office held by a namesake"),
    "SANCTION": ("Sanctions lists", "an entry on a sanctions list"),
    "BLACKLIST": ("Internal blacklist", "an entry on the internal blacklist"),
    "ADVERSE_MEDIA": ("Adverse media", "press reports of a fraud investigation"),
    "IDV": ("Identity document", "a document number that does not match its check digit"),
    "WEB_PRESENCE": ("Web presence", "no trace of the stated business"),
    "UBO_RESOLUTION": ("Beneficial owners", "an owner above 25 % that could not be identified"),
    "THREE_MONTHS_BANK_STATEMENT": (
        "Bank statements of three months",
        "transactions that do not fit the income",
    ),
    "INCORPORATION_DOC": ("Incorporation document", "a company that was struck off"),
    "PROOF_OF_ADDRESS": ("Proof of address", "an address that differs from the document"),
    "PROOF_OF_FUNDS": ("Proof of funds", "funds of unknown origin"),
    "SIGNATURE_AUTH": ("Signature authority", "a signatory without authority"),
    "FINANCIAL_STATEMENTS": ("Financial statements", "statements that were not audited"),
    "UNDERWRITING": ("Underwriting", "an exposure above the limit"),
    "TRANSACTION_MONITORING": ("Transaction monitoring", "payments split below the reporting threshold"),
}
RISK = {Outcome.APPROVED: (0.01, 0.35), Outcome.UNDECIDED: (0.4, 0.7), Outcome.DENIED: (0.75, 0.99)}
FINDINGS = {
    Outcome.APPROVED: "nothing found",
    Outcome.UNDECIDED: "needs another look",
    Outcome.DENIED: "match found",
}
NOTES = {
    Outcome.APPROVED: ("No match for {name}.", "Reviewed {name}: nothing of relevance.", "{name} is clear."),
    Outcome.UNDECIDED: (
        "A possible match for {name}: {finding}.",
        "{name} could not be told apart from a namesake.",
    ),
    Outcome.DENIED: ("Confirmed for {name}: {finding}.", "{name}: {finding}."),
}
REASONS = {
    Outcome.APPROVED: "{analyst} compared name and details with {many} sources and found no match above the threshold.",
    Outcome.UNDECIDED: "{analyst} found {finding} in {many} sources, too little to decide: more details are needed.",
    Outcome.DENIED: "{analyst} found {finding} in {many} sources; name and details agree, so the risk is too high.",
}


def risk_score(outcome: Outcome, random: SeededRandom) -> float:
    """Draw a risk from 0 to 1 that fits the decision."""
    return random.number("risk", *RISK[outcome])


def write(check_type: str, outcome: Outcome, name: str, random: SeededRandom) -> tuple[str, str, str]:
    """Return title, note and reasoning of a check of that customer."""
    subject, finding = SUBJECTS[check_type]
    words = {
        "name": name,
        "finding": finding,
        "many": int(random.number("sources", 3, 40)),
        "analyst": random.name("analyst"),
    }
    note = random.pick("note", NOTES[outcome])
    return f"{subject}: {FINDINGS[outcome]}", note.format(**words), REASONS[outcome].format(**words)
