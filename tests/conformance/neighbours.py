"""Requests to APLYiD beside those that are recorded: every field with every odd value, and what the framework answers.

`python -m tests.conformance.neighbours` records the answers anew; it needs the Debian packages that reference/rails.rb
names.
"""

import json
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED = HERE / "rails_neighbours.json"
Request = dict[str, Any]

VALID: Request = {
    "activity": {
        "name": "a",
        "nature": "b",
        "address_attributes": {"country_code": "NZL", "address_line_1": "1 A St", "state": "AKL", "postcode": "1021"},
    },
    "client": {
        "name": "J",
        "client_type": "individual",
        "clientable_attributes": {"firstname": "J", "lastname": "D"},
        "contact_phone_attributes": {"phone_country_code": "64", "phone_number": "021"},
    },
}
VALUES: dict[str, list[Any]] = json.loads((HERE / "odd_values.json").read_text("utf-8"))
ANY = VALUES["any"]
FIELDS: dict[str, list[Any]] = {
    **{f"activity.{name}": ANY for name in ("name", "nature", "external_id", "max_transaction_value")},
    "activity.status": VALUES["statuses"],
    **{f"activity.address_attributes.{name}": ANY for name in ("country_code", "address_line_1", "address_line_2")},
    **{f"activity.address_attributes.{name}": ANY for name in ("suburb", "state")},
    "activity.address_attributes.postcode": [*ANY, *VALUES["postcodes"]],
    "client.name": ANY,
    "client.client_type": VALUES["client types"],
    "client.email": [*VALUES["emails"], *ANY],
    **{f"client.clientable_attributes.{name}": ANY for name in ("firstname", "lastname", "middle_name")},
    "client.contact_phone_attributes.phone_country_code": [*VALUES["country codes of a phone"], *ANY],
    "client.contact_phone_attributes.phone_number": ANY,
    "activity.address_attributes": VALUES["nested attributes"],
    "client.contact_phone_attributes": VALUES["nested attributes"],
    "client.clientable_attributes": VALUES["nested attributes"],
    "activity": VALUES["both objects"],
    "client": VALUES["both objects"],
}


def requests() -> Iterator[tuple[str, Request]]:
    """Yield what each request is about, and the request."""
    for field, values in FIELDS.items():
        for value in values:
            yield f"{field} = {json.dumps(value)[:60]}", changed(field, value)
        yield f"{field} is missing", changed(field)


def changed(field: str, *value: Any) -> Request:
    """Return the valid request with that value of a field, or without the field."""
    request = deepcopy(VALID)
    *path, name = field.split(".")
    parent = request
    for step in path:
        parent = parent[step]
    parent.pop(name, None)
    if value:
        parent[name] = value[0]
    return request


def record() -> None:
    """Write what the framework answers to each, null where it crashes with 500."""
    lines = "".join(f"{json.dumps(request)}\n" for _, request in requests())
    ruby = ["ruby", str(HERE / "reference" / "rails.rb")]
    told = subprocess.run(ruby, input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().split("\n")
    answers = [answer if answer["status"] < 500 else None for answer in map(json.loads, told)]
    RECORDED.write_text("[\n" + ",\n".join(map(json.dumps, answers)) + "\n]\n", "utf-8")


if __name__ == "__main__":
    record()
