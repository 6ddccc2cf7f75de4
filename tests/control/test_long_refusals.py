"""A refusal of the control API is at most 8 KiB, however much of the request it could repeat."""

import json
from urllib.parse import quote

import pytest

from tests.emulators import Emulator

MOST = 8 * 1024
SIGNS = ["a", '"', "\x7f", "é", "€", "😀"]


def keys(many: int, length: int = 1, sign: str = "k") -> dict[str, int]:
    """So many unknown keys of about that length."""
    return {f"{sign * length}{number}": number for number in range(many)}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "deliveries/{}"),
        ("POST", "deliveries/{}/redeliver"),
        ("GET", "cases/{}/1"),
        ("POST", "cases/{}/1/complete"),
        ("DELETE", "faults/{}"),
        ("DELETE", "outcomes/rules/{}"),
        ("GET", "requests?{}=1"),
        ("GET", "requests?provider={}"),
        ("GET", "deliveries?event={}"),
        ("GET", "deliveries?case_id={}"),
        ("GET", "cases?limit={}"),
        ("GET", "{}"),
    ],
)
def test_what_is_asked_for_is_repeated_in_part(emulator: Emulator, method: str, path: str, sign: str) -> None:
    answer = emulator.control(
        method, path.format(quote(sign) * (10_000 // len(quote(sign)))), {} if method == "POST" else None
    )
    assert 400 <= answer.status_code < 500, answer.text
    assert len(answer.content) <= MOST
    assert json.loads(answer.content)["detail"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(("many", "length"), [(9_900, 1), (4_000, 5), (40, 2_000), (1, 60_000)])
def test_unknown_keys_are_named_in_part(emulator: Emulator, many: int, length: int, sign: str) -> None:
    answer = emulator.control("PATCH", "", keys(many, length, sign))
    assert (answer.status_code, len(answer.content) <= MOST) == (422, True)


@pytest.mark.parametrize("path", ["faults", "outcomes/rules", "outcomes/next", "clock/advance", "reset"])
def test_no_route_repeats_all_unknown_keys(emulator: Emulator, path: str) -> None:
    answer = emulator.control("POST", path, {"kind": "status", **keys(9_900)})
    assert (answer.status_code, len(answer.content) <= MOST) == (422, True)


def test_what_was_left_out_is_counted(emulator: Emulator) -> None:
    errors = emulator.control("PATCH", "", keys(5_000)).json()["errors"]
    assert errors["..."] == f"and {5_000 - (len(errors) - 1)} more"
    assert len(emulator.control("PATCH", "", keys(20)).json()["errors"]) == 20


def test_a_query_of_thousands_of_names_is_answered_in_short(emulator: Emulator) -> None:
    for query in ("&".join(f"a{n}=1" for n in range(4_000)), "&".join(f"a{n}=1&a{n}=2" for n in range(2_000))):
        answer = emulator.control("GET", f"requests?{query}")
        assert (answer.status_code, len(answer.content) <= MOST) == (422, True)


@pytest.mark.parametrize("text", ["x" * 200_000, "\x00" * 30_000, "😀" * 50_000])
def test_a_value_is_repeated_in_part(emulator: Emulator, text: str) -> None:
    for path, body in (
        ("faults", {"kind": text}),
        ("faults", {"kind": "status", "status": 503, "provider": text}),
        ("faults", {"kind": "status", "status": 503, "when": {text: "x"}}),
        ("outcomes/rules", {"when": {"a": {text: "x"}}, "outcome": "approved"}),
        ("outcomes/next", {"outcome": text}),
        ("clock/advance", {"duration": text}),
        ("restore", {"schema": text}),
        ("restore", {"schema": 1, "settings": {text: 1}, "clock": None}),
    ):
        answer = emulator.control("POST", path, body)
        assert (path, answer.status_code, len(answer.content) <= MOST) == (path, 422, True)
