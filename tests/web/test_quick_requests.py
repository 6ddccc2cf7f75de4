"""Creates and single reads are quick; what may wait or take long never is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from emulator.app import PROVIDERS
from emulator.web.quick_requests import LIVE, QuickRequests
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator
from tests.waiting import wait_until

QUICK = QuickRequests([LIVE, *(operation for provider in PROVIDERS for operation in provider.operations)])


@pytest.mark.parametrize(
    ("verb", "path", "route"),
    [
        ("POST", APLYID_PATH, f"POST {APLYID_PATH}"),
        ("POST", SPHINXHQ_PATH, f"POST {SPHINXHQ_PATH}"),
        ("POST", f"/s/a{SPHINXHQ_PATH}", f"POST {SPHINXHQ_PATH}"),
        ("GET", f"{SPHINXHQ_PATH}7/", f"GET {SPHINXHQ_PATH}{{id}}/"),
        ("GET", "/_emulator/livez", "GET /_emulator/livez"),
        ("GET", SPHINXHQ_PATH, None),
        ("GET", f"{SPHINXHQ_PATH}7/8/", None),
        ("POST", f"{SPHINXHQ_PATH}7/", None),
        ("GET", "/_emulator/sandboxes", None),
        ("POST", "/_emulator/sandboxes/a/clock/advance", None),
        ("GET", "/_emulator/sandboxes/a/deliveries/wait", None),
        ("GET", "/s/a", None),
        ("GET", "/", None),
    ],
)
def test_what_is_quick_is_known_by_verb_and_path(verb: str, path: str, route: str | None) -> None:
    assert QUICK.route_of(verb, path) == route


def test_a_quick_request_that_a_fault_delays_holds_up_no_other(emulator: Emulator) -> None:
    delayed = emulator.of(f"{emulator.sandbox[:40]}-delayed")
    for each in (emulator, delayed):
        for _ in range(2):  # once it was answered well, it is answered on the loop
            assert each.sphinxhq.create().status_code == 201
    assert delayed.control("POST", "faults", {"kind": "latency", "seconds": 60, "times": 4}).status_code == 201
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(Emulator(emulator.url, delayed.sandbox).sphinxhq.create) for _ in range(4)]
        wait_until(lambda: delayed.control("GET", "faults").json()["faults"] == [])  # all four were delayed
        assert emulator.sphinxhq.create().status_code == 201
        assert not any(one.done() for one in waiting)
        assert delayed.control("DELETE", "faults").status_code == 200
        assert [one.result().status_code for one in waiting] == [201] * 4
