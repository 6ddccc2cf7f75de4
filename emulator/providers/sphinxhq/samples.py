"""Sample requests: a short one to paste, or one drawn by chance."""

from collections.abc import Mapping

from emulator.core.randomness import SeededRandom
from emulator.web.extras import Sample

PATH = "/api/cases/"
NOTES = ("Standard onboarding", "Periodic review", "Requested by compliance")
NUMBERS = range(1000, 1_000_000)
DAYS = (30, 90, 365)
# Checks that are asked for together, of a person and of a company; each in the order of the work.
CHECKS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "INDIVIDUAL": (
        ("PEP",),
        ("PEP", "SANCTION", "ADVERSE_MEDIA"),
        ("IDV", "PEP", "SANCTION"),
        ("IDV", "PROOF_OF_ADDRESS", "PEP", "SANCTION"),
        ("PROOF_OF_ADDRESS", "PROOF_OF_FUNDS"),
        ("BLACKLIST", "TRANSACTION_MONITORING"),
        ("THREE_MONTHS_BANK_STATEMENT", "PROOF_OF_FUNDS", "ADVERSE_MEDIA"),
    ),
    "COMPANY": (
        ("INCORPORATION_DOC", "UBO_RESOLUTION"),
        ("INCORPORATION_DOC", "UBO_RESOLUTION", "SIGNATURE_AUTH", "SANCTION"),
        ("SANCTION", "ADVERSE_MEDIA", "WEB_PRESENCE"),
        ("FINANCIAL_STATEMENTS", "UNDERWRITING"),
        ("THREE_MONTHS_BANK_STATEMENT", "FINANCIAL_STATEMENTS", "UNDERWRITING"),
        ("BLACKLIST", "TRANSACTION_MONITORING"),
    ),
}


class SphinxSamples:
    """Create Case requests: a short one to paste, or one drawn by chance."""

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header that opens a sandbox."""
        return "Cookie", f"sessionid=test_{sandbox}"

    def curl(self, address: str, sandbox: str) -> str:
        """Return a request for one check of a new customer; it names no receiver, so the inbox keeps the webhook."""
        return (
            f"curl -X POST {address}{PATH} -H 'Content-Type: application/json' --cookie {self.key_of(sandbox)[1]} "
            """-d '{"customer": {"full_name": "Mary Chen"}, "checks": [{"check_type": "PEP"}]}'"""
        )

    def draw(self, random: SeededRandom, sandbox: str) -> Sample:
        """Return a request for the checks of a new customer that go together; the inbox keeps its webhook too."""
        kind = random.pick("customer_type", ("INDIVIDUAL", "INDIVIDUAL", "COMPANY"))
        return Sample(
            path=PATH,
            headers=dict([("Content-Type", "application/json"), self.key_of(sandbox)]),
            body={
                "customer": _customer(random, kind),
                "notes": random.pick("notes", NOTES),
                "checks": [{"check_type": check} for check in random.pick("checks", CHECKS[kind])],
                "delete_after": random.pick("delete_after", DAYS),
            },
        )


def _customer(random: SeededRandom, kind: str) -> dict[str, object]:
    person = random.person("customer")
    name, details = person.name, {"date_of_birth": person.born_on.isoformat()}
    if kind == "COMPANY":
        name, details = person.company, {"country": person.address.country}
    number = random.pick("external_id", NUMBERS)
    return {"full_name": name, "external_id": f"cust-{number}", "customer_type": kind, "input_details": details}
