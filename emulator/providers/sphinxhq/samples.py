"""Sample requests: a short one to paste, or one drawn by chance."""

from base64 import b64encode
from collections.abc import Callable, Mapping

from emulator.core.randomness import SeededRandom
from emulator.quick_dataclass import dataclass
from emulator.web.extras import Sample, Samples

PATH = "/api/cases/"
NOTES = ("Standard onboarding", "Periodic review", "Requested by compliance")
NUMBERS = range(1000, 1_000_000)
DAYS = (30, 90, 365)
ADDED = ("ADVERSE_MEDIA", "SANCTION", "BLACKLIST", "TRANSACTION_MONITORING")  # of a person or a company
DOCUMENTS = (("passport.txt", "Passport"), ("statement.txt", "Bank statement"), ("bill.txt", "Electricity bill"))
Request = tuple[str, dict[str, object]]  # path and body
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


@dataclass
class SphinxSamples:
    """Create Case requests: a short one to paste, or one drawn by chance; and requests around a case."""

    operations: tuple[str, ...] = ("create_case", "start", "add_check", "create_customer", "upload_document")
    on_cases: tuple[str, ...] = ("start", "add_check")
    current: Samples | None = None

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header that opens a sandbox."""
        return "Cookie", f"sessionid=test_{sandbox}"

    def curl(self, address: str, sandbox: str) -> str:
        """Return a request for one check of a new customer; it names no receiver, so the inbox keeps the webhook."""
        return (
            f"curl -sS -X POST {address}{PATH} -H 'Content-Type: application/json' --cookie {self.key_of(sandbox)[1]} "
            """-d '{"customer": {"full_name": "Mary Chen"}, "checks": [{"check_type": "PEP"}]}'"""
        )

    def draw(self, random: SeededRandom, sandbox: str, operation: str | None = None, case_id: int = 1) -> Sample:
        """Return a request for one of the operations.

        Create Case is for the checks of a new customer that go together; the inbox keeps its webhook too.
        """
        path, body = DRAWN[operation or self.operations[0]](random, case_id)
        headers = dict([("Content-Type", "application/json"), self.key_of(sandbox)])
        return Sample(path=path, headers=headers, body=body)


def _create_case(random: SeededRandom, case_id: int) -> Request:
    kind = kind_of(random)
    return PATH, {
        "customer": customer(random, kind, "cust"),
        "notes": random.pick("notes", NOTES),
        "checks": [{"check_type": check} for check in random.pick("checks", CHECKS[kind])],
        "delete_after": random.pick("delete_after", DAYS),
    }


def _start(random: SeededRandom, case_id: int) -> Request:
    return f"{PATH}{case_id}/start/", {}


def _add_check(random: SeededRandom, case_id: int) -> Request:
    return "/api/checks/", {"case_id": case_id, "check_type": random.pick("check_type", ADDED)}


def _create_customer(random: SeededRandom, case_id: int) -> Request:
    # With references of its own, because Create Customer refuses one that Create Case has used.
    return "/api/customers/", customer(random, kind_of(random), "crm")


def _upload_document(random: SeededRandom, case_id: int) -> Request:
    name, of_what = random.pick("document", DOCUMENTS)
    text = f"{of_what} of {random.person('customer').name}"
    content = b64encode(text.encode()).decode()
    return "/api/documents/", {"file": f"data:text/plain;base64,{content}", "original_name": name}


def kind_of(random: SeededRandom) -> str:
    """Draw whether a customer is a person or a company."""
    return random.pick("customer_type", ("INDIVIDUAL", "INDIVIDUAL", "COMPANY"))


def customer(random: SeededRandom, kind: str, prefix: str) -> dict[str, object]:
    """Draw a customer; the reference begins with `prefix`."""
    person = random.person("customer")
    name, details = person.name, {"date_of_birth": person.born_on.isoformat()}
    if kind == "COMPANY":
        name, details = person.company, {"country": person.address.country}
    number = random.pick("external_id", NUMBERS)
    return {"full_name": name, "external_id": f"{prefix}-{number}", "customer_type": kind, "input_details": details}


DRAWN: Mapping[str, Callable[[SeededRandom, int], Request]] = {
    "create_case": _create_case,
    "start": _start,
    "add_check": _add_check,
    "create_customer": _create_customer,
    "upload_document": _upload_document,
}
