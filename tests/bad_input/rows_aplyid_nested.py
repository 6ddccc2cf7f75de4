"""Rows 122 to 124: the nested attributes of APLYiD Workflow."""

import json
from typing import Any

from tests.bad_input.table import UNSET, VALID, Row, accepted, post, refused

PROVIDER = "aplyid"
ADDRESS, PHONE = "activity.address_attributes", "client.contact_phone_attributes"
PERSON = "client.clientable_attributes"
POSTCODES_TAKEN = {
    "2": "ab",
    "16": "1" * 16,
    "blank-inside": "10 10",
    "hyphens": "--",
    "blank-first": " 1",
    "number": 1021,
}
POSTCODES_REFUSED = {
    "1": "1",
    "17": "1" * 17,
    "hash": "10#10",
    "arabic": "١٠٢١",
    "full-width": "１０２１",
    "lone-hyphen": "-",
    "nbsp-inside": "10\u00a010",
    "tab": "10\t10",
    "trailing-newline": "1021\n",
    "empty": "",
    "blanks": "   ",
    "null": None,
    "list": ["1021"],
    "true": True,
    "float": 1.5,
    "en-dash": "10–10",
}
COUNTRIES_TAKEN = {"two-letters": "NZ", "lower-case": "nzl", "unknown": "XXX", "digits": "123"}
COUNTRIES_REFUSED = {
    "trailing-blank": "NZL ",
    "four": "NZLX",
    "empty": "",
    "null": None,
    "list": ["NZL"],
    "name": "New Zealand",
}
CODES_TAKEN = {"plus": "+64", "digits": "64", "zeros": "0064", "number": 64}
CODES_REFUSED = {
    "letters": "NZ",
    "two-pluses": "++64",
    "plus-alone": "+",
    "blank-first": " 64",
    "trailing-newline": "64\n",
    "hyphen": "1-868",
    "arabic": "٦٤",
    "minus": "-64",
    "float": 64.5,
    "true": True,
    "empty": "",
    "null": None,
}
NESTED = {
    ADDRESS: ("country_code", "address_line_1", "state", "postcode"),
    PERSON: ("firstname", "lastname"),
    PHONE: ("phone_country_code", "phone_number"),
}
EXTRAS: dict[str, Any] = {
    "id": 1,
    "_destroy": True,
    "clientable_type": "User",
    "clientable_id": 1,
    "client_id": 1,
    "type": "Admin",
    "nested_attributes": {"id": 1},
    "users_attributes": [{"id": 1, "admin": True}],
    "activity_attributes": {"0": {"id": 1, "_destroy": "1"}},
}
NOT_SENT: tuple[Any, ...] = (None, "", " ", "x", 0, 5, 1.5, True, False, [], [{}], [None], ["a"])
NUMBERS: tuple[Any, ...] = ("00210", True, "x", "(02) 1-2")
ZEROS = ("0", 0, "0 ")  # one leading 0 is removed, and what is left is blank
HALVES: tuple[Any, ...] = ({"firstname": "x"}, {"lastname": "x"}, {"firstname": "x", "lastname": " "})
NO_PERSONS: tuple[Any, ...] = (UNSET, None, {}, [], "x", 1, True, *HALVES)
ANY_PERSONS: tuple[Any, ...] = (UNSET, None, {}, [], "x", 1, *HALVES, {"firstname": "x" * 9_999, "lastname": []})


def _key(place: str) -> str:
    return place.rpartition(".")[2].removesuffix("_attributes").replace("contact_", "")


def _with(what: str, *voices: str, **of_client: Any) -> Row:
    """A client changed so; UNSET takes a field away."""
    order = json.loads(json.dumps(VALID[PROVIDER]))
    client = {**order["client"], **of_client}
    order["client"] = {k: v for k, v in client.items() if v is not UNSET}
    return Row(124, PROVIDER, what, post(PROVIDER, json.dumps(order).encode()), voices)


def _extras(place: str) -> Row:
    order = json.loads(json.dumps(VALID[PROVIDER]))
    part = order
    for step in place.split("."):
        part = part[step]
    part.update({k: v for k, v in EXTRAS.items() if k not in part})
    shows = (("case_id", 1024), ("client.id", 8843), ("client.name", "John Stuck"))
    return Row(124, PROVIDER, f"extras-{_key(place)}", post(PROVIDER, json.dumps(order).encode()), ("accepted",), shows)


ROWS = (
    refused(122, ADDRESS, "empty-object", {}, naming="Address country code can't be blank, Address address line 1"),
    *(accepted(122, ADDRESS, f"not-sent-{json.dumps(v)}", v) for v in NOT_SENT),
    *(accepted(122, PHONE, f"not-sent-{json.dumps(v)}", v) for v in NOT_SENT),
    *(
        refused(122, f"{place}.{field}", "missing", UNSET, naming=" can't be blank")
        for place, required in NESTED.items()
        for field in required
    ),
    *(accepted(122, f"{ADDRESS}.postcode", what, value) for what, value in POSTCODES_TAKEN.items()),
    *(refused(122, f"{ADDRESS}.postcode", w, v, naming="Address postcode ") for w, v in POSTCODES_REFUSED.items()),
    *(accepted(122, f"{ADDRESS}.country_code", what, value) for what, value in COUNTRIES_TAKEN.items()),
    *(refused(122, f"{ADDRESS}.country_code", w, v, naming="country code") for w, v in COUNTRIES_REFUSED.items()),
    *(accepted(123, f"{PHONE}.phone_country_code", what, value) for what, value in CODES_TAKEN.items()),
    *(refused(123, f"{PHONE}.phone_country_code", w, v, naming="country code") for w, v in CODES_REFUSED.items()),
    *(accepted(123, f"{PHONE}.phone_number", f"number-{json.dumps(v)}", v) for v in NUMBERS),
    *(refused(123, f"{PHONE}.phone_number", f"zero-{json.dumps(v)}", v, naming="number can't be blank") for v in ZEROS),
    refused(123, PHONE, "empty-object", {}, naming="phone country code can't be blank"),
    *(
        _with(f"individual-{json.dumps(v) if v is not UNSET else 'without'}", "invalid", clientable_attributes=v)
        for v in NO_PERSONS
    ),
    *(
        _with(
            f"company-{json.dumps(v)[:40] if v is not UNSET else 'without'}",
            "accepted",
            client_type="company",
            clientable_attributes=v,
        )
        for v in ANY_PERSONS
    ),
    *(_extras(place) for place in ("activity", "client", ADDRESS, PERSON, PHONE)),
)
