"""Requests that are refused, and must change nothing."""

from typing import Any

from tests.machine.words import State

ACTIVITY = {"name": "Onboarding", "nature": "New customer", "external_id": "order-9"}
CLIENT = {"name": "Ann Doe", "client_type": "company", "external_id": "cust-9"}
CUSTOMER = {"full_name": "Ann Doe", "external_id": "cust-9"}
REFUSED_ORDERS: list[tuple[str, State]] = [
    ("aplyid", {}),
    ("aplyid", {"client": CLIENT}),
    ("aplyid", {"client": CLIENT, "activity": {**ACTIVITY, "name": "n" * 51}}),
    ("aplyid", {"client": {"external_id": "cust-9"}, "activity": ACTIVITY}),
    ("sphinxhq", {"notes": "noted"}),
    ("sphinxhq", {"notes": "noted", "customer_id": 9_999}),
    ("sphinxhq", {"notes": "noted", "customer": CUSTOMER, "document_ids": [9_999]}),
]
NOT_THERE = "deliveries/00000000-0000-4000-8000-000000000000"
REFUSED_BY_CONTROL: list[tuple[str, str, Any, int]] = [
    ("PATCH", "", {"delay": -1}, 422),
    ("PATCH", "", {"delay": 5, "dealy": 5}, 422),
    ("PATCH", "", {"delay": 5, "pace": "real"}, 422),
    ("PATCH", "", {"retry": "5,never"}, 422),
    ("PATCH", "clock", {"mode": "frozen", "at": "2029-12-31T23:59:59Z"}, 409),
    ("PATCH", "clock", {"mode": "real"}, 409),
    ("POST", "clock/advance", {"seconds": -1}, 422),
    ("POST", "outcomes/next", {"outcome": "perhaps"}, 422),
    ("POST", "outcomes/next", {"outcome": "denied", "times": 0}, 422),
    ("POST", "outcomes/rules", {"when": {"client.name": "Ann Doe"}}, 422),
    ("POST", "faults", {"kind": "drop", "times": 0}, 422),
    ("POST", "faults", {"kind": "earthquake"}, 422),
    ("DELETE", "faults/f999", None, 404),
    ("DELETE", "outcomes/rules/r999", None, 404),
    ("POST", "cases/aplyid/9999/complete", {"outcome": "denied"}, 404),
    ("POST", "cases/sphinxhq/9999/complete", {"outcome": "PERHAPS"}, 422),
    ("POST", f"{NOT_THERE}/redeliver", {}, 404),
    ("POST", "restore", {"schema": 1}, 422),
]
