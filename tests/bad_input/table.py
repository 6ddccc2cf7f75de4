"""What a row is, and how its request is written: byte for byte, so that no client library repairs it.

`SANDBOX` and `PORT` in a request stand for the row's own sandbox and for the port of the emulator.
"""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

SANDBOX, PORT = b"@SANDBOX@", b"@PORT@"
PATHS = {"aplyid": "/integrations/core/cases", "sphinxhq": "/api/cases/"}
CREDENTIALS = {
    "aplyid": ("X-Workflow-Access-Key", "test_@SANDBOX@"),
    "sphinxhq": ("Cookie", "sessionid=test_@SANDBOX@"),
}
PROVIDERS = tuple(PATHS)
MIB = 1024 * 1024

# Valid, with every field. The surname is magic: such a case never ends, so that no webhook follows it.
VALID: dict[str, dict[str, Any]] = {
    "aplyid": {
        "activity": {
            "name": "Onboarding",
            "nature": "New customer",
            "external_id": "order-1",
            "max_transaction_value": 10,
            "status": "in_progress",
            "address_attributes": {
                "country_code": "NZL",
                "address_line_1": "22 Pollen Street",
                "address_line_2": "Floor 2",
                "suburb": "Grey Lynn",
                "state": "Auckland",
                "postcode": "1021",
            },
        },
        "client": {
            "name": "John Stuck",
            "client_type": "individual",
            "email": "john@mail.test",
            "external_id": "cust-1",
            "clientable_attributes": {
                "firstname": "John",
                "middle_name": "B",
                "lastname": "Stuck",
                "date_of_birth": "1990-01-15",
            },
            "contact_phone_attributes": {"phone_country_code": "64", "phone_number": "210123456"},
        },
    },
    "sphinxhq": {
        "customer": {
            "full_name": "Mary Stuck",
            "external_id": "cust-1",
            "customer_type": "INDIVIDUAL",
            "input_details": {},
            "delete_after": 30,
        },
        "notes": "a note",
        "rfi": "please send",
        "checks": [{"check_type": "PEP", "input_details": {}, "document_ids": [123], "delete_after": 30}],
        "document_ids": [123],
        "delete_after": 30,
    },
}

# Where an answer shows a field; the others are kept without being shown.
SHOWN = {
    "activity.external_id": "external_id",
    "activity.status": "status",
    "client.external_id": "client.external_id",
    "client.name": "client.name",
    "customer_id": "customer.id",
    "customer.full_name": "customer.full_name",
    "customer.external_id": "customer.external_id",
    "customer.customer_type": "customer.customer_type",
    "notes": "notes",
    "rfi": "rfi",
    "webhook_url": "webhook_url",
    "delete_after": "delete_after",
    "checks.0.check_type": "checks.0.check_type",
    "checks.0.input_details": "checks.0.input_details",
    "checks.0.delete_after": "checks.0.delete_after",
}


class Unset:
    """Nothing: no value is sent, or none is expected."""


UNSET = Unset()


@dataclass(frozen=True)
class Row:
    """One request, and the voices of `answers.py` that may answer it; `shows` are values of an accepted one."""

    number: int
    provider: str
    what: str
    request: bytes = field(repr=False)
    expected: tuple[str, ...]
    shows: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    naming: str = ""  # what a refusal has to say

    @property
    def id(self) -> str:
        return f"{self.number}-{self.provider}-{self.what}"


def post(provider: str, body: bytes, *further: tuple[str, str], **options: Any) -> bytes:
    """Create Case with that body.

    A further header replaces ours of that name; `without` names headers that are left out.
    """
    method, path = options.get("method", "POST"), options.get("path", PATHS[provider])
    headers = [
        ("Host", "127.0.0.1:@PORT@"),
        CREDENTIALS[provider],
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    replaced = {name.lower() for name, _ in further} | {name.lower() for name in options.get("without", ())}
    lines = [*(h for h in headers if h[0].lower() not in replaced), *further]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def body(provider: str, place: str = "", value: Any = UNSET) -> bytes:
    """The valid body, with the value at that place; bytes are raw JSON, UNSET takes the field away."""
    order = deepcopy(VALID[provider])
    if place:
        *way, last = place.split(".")
        part: Any = order
        for step in way:
            part = part[int(step) if isinstance(part, list) else step]
        if value is UNSET:
            del part[last]
        else:
            part[int(last) if isinstance(part, list) else last] = "@HERE@" if isinstance(value, bytes) else value
        if last == "customer_id":
            order.pop("customer")
    text = json.dumps(order).encode()
    return text.replace(b'"@HERE@"', value) if isinstance(value, bytes) else text


def provider_of(place: str) -> str:
    """Whose field it is."""
    return "aplyid" if place.split(".")[0] in VALID["aplyid"] else "sphinxhq"


def short(place: str) -> str:
    """A place as part of a test id."""
    return place.replace("_attributes", "").replace("checks.0", "check").replace("document_ids.0", "document")


def refused(number: int, place: str, what: str, value: Any, *voices: str, naming: str = "") -> Row:
    """A row where this value of this field is refused, as invalid unless said otherwise."""
    provider = provider_of(place)
    request = post(provider, body(provider, place, value))
    return Row(number, provider, f"{what}-{short(place)}", request, voices or ("invalid",), naming=naming)


def accepted(number: int, place: str, what: str, value: Any, shown: Any = UNSET, *voices: str) -> Row:
    """A row where this value of this field is taken, and shown as `shown` wherever the field is shown at all."""
    provider = provider_of(place)
    expected = value if shown is UNSET else shown
    shows = ((SHOWN[place], expected),) if place in SHOWN and not isinstance(expected, bytes) else ()
    request = post(provider, body(provider, place, value))
    return Row(number, provider, f"{what}-{short(place)}", request, ("accepted", *voices), shows)
