"""Sample requests of the current generation."""

from collections.abc import Callable, Mapping

from emulator.core.randomness import SeededRandom
from emulator.providers.sphinxhq.samples import DAYS, DRAWN, PATH, Request, customer, kind_of
from emulator.providers.sphinxhq.tokens import PATH as TOKEN_PATH
from emulator.web.extras import Sample, Samples

CONFIGS = {"INDIVIDUAL": "aml-individual", "COMPANY": "kyb-company"}
CLIENT_ID = "7e57ed00-0000-4000-8000-000000000001"
# Checks that are asked for together, of a person and of a company; each in the order of the work.
CHECKS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "INDIVIDUAL": (
        ("NAME_CHECK", "PEP", "SANCTION"),
        ("PROOF_OF_IDENTITY", "PROOF_OF_ADDRESS"),
        ("SOURCE_OF_FUNDS", "BANK_STATEMENT"),
        ("NAME_CHECK", "CRA"),
    ),
    "COMPANY": (
        ("INCORPORATION_DOCUMENT", "SHAREHOLDER_LIST", "UBO_RESOLUTION"),
        ("COMMERCIAL_EXTRACT", "SIGNING_AUTHORITY"),
        ("KYB_PROOF_OF_ADDRESS", "KYB_BANK_STATEMENT"),
        ("BALANCE_SHEETS", "INCOME_STATEMENTS", "CRA"),
    ),
}


class CurrentSamples:
    """The same as for the first generation, with a token and in its shapes; and a request for a token."""

    operations: tuple[str, ...] = (
        "create_case",
        "start",
        "add_check",
        "create_customer",
        "upload_document",
        "issue_token",
    )
    on_cases: tuple[str, ...] = ("start", "add_check")
    current: Samples | None = None

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header that opens a sandbox."""
        return "Authorization", f"Bearer test_{sandbox}"

    def curl(self, address: str, sandbox: str) -> str:
        """Return a request for one check of a new customer; it names no receiver, so the inbox keeps the webhook."""
        key = ": ".join(self.key_of(sandbox))
        return (
            f"curl -sS -X POST {address}{PATH} -H 'Content-Type: application/json' -H '{key}' "
            """-d '{"customer": {"full_name": "Mary Chen"}, "checks": [{"check_type": "PEP"}]}'"""
        )

    def draw(self, random: SeededRandom, sandbox: str, operation: str | None = None, case_id: int = 1) -> Sample:
        """Return a request for one of the operations, as the first generation's samples do."""
        headers = {"Content-Type": "application/json"}
        if operation == "issue_token":
            return Sample(path=TOKEN_PATH, headers=headers, body=_token_request(sandbox))
        path, body = {**DRAWN, **CURRENT}[operation or self.operations[0]](random, case_id)
        return Sample(path=path, headers=dict([*headers.items(), self.key_of(sandbox)]), body=body)


def _token_request(sandbox: str) -> dict[str, object]:
    return {"client_id": CLIENT_ID, "client_secret": f"test_{sandbox}", "grant_type": "client_credentials"}


def _create_case(random: SeededRandom, case_id: int) -> Request:
    kind = kind_of(random)
    by_config = {"case_config": CONFIGS[kind]}
    by_checks = {"checks": [{"check_type": check} for check in random.pick("checks", CHECKS[kind])]}
    return PATH, {
        "customer": customer(random, kind, "cust"),
        **random.pick("config", (by_config, by_checks)),
        "delete_after": random.pick("delete_after", DAYS),
    }


def _start(random: SeededRandom, case_id: int) -> Request:
    return f"{PATH}{case_id}/start/", {"allow_restart": True}


CURRENT: Mapping[str, Callable[[SeededRandom, int], Request]] = {"create_case": _create_case, "start": _start}
