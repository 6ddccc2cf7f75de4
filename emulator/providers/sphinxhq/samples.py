"""Sample requests: a short one to paste, or one drawn by chance."""

from emulator.core.randomness import SeededRandom
from emulator.providers.sphinxhq.schemas import CHECK_TYPES
from emulator.web.extras import Sample

PATH = "/api/cases/"
NOTES = ("Standard onboarding", "Periodic review", "Requested by compliance")
NUMBERS = range(1000, 1_000_000)
DAYS = (30, 90, 365)
MOST_CHECKS = 4


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
        """Return a request for a few checks of a new customer; the inbox keeps its webhook too."""
        return Sample(
            path=PATH,
            headers=dict([("Content-Type", "application/json"), self.key_of(sandbox)]),
            body={
                "customer": _customer(random),
                "notes": random.pick("notes", NOTES),
                "checks": [{"check_type": kind} for kind in _check_types(random)],
                "delete_after": random.pick("delete_after", DAYS),
            },
        )


def _customer(random: SeededRandom) -> dict[str, object]:
    person = random.person("customer")
    number = random.pick("external_id", NUMBERS)
    if random.pick("customer_type", ("INDIVIDUAL", "INDIVIDUAL", "COMPANY")) == "COMPANY":
        name, kind, details = person.company, "COMPANY", {"country": person.address.country}
    else:
        name, kind, details = person.name, "INDIVIDUAL", {"date_of_birth": person.born_on.isoformat()}
    return {"full_name": name, "external_id": f"cust-{number}", "customer_type": kind, "input_details": details}


def _check_types(random: SeededRandom) -> list[str]:
    """Draw one to four kinds of check, each once."""
    many = random.pick("checks", range(1, MOST_CHECKS + 1))
    return list(dict.fromkeys(random.pick(f"check {number}", CHECK_TYPES) for number in range(many)))
