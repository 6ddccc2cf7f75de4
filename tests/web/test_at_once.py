"""Requests that come at the same time, of which some are answered and committed together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest

from emulator.running import RunningEmulator
from emulator.web import recording
from tests.emulators import Emulator, settings

CLIENTS, STEPS, KEYS = 12, 24, 5
Seen = tuple[str, int, int]  # provider, number of the case, and of its client


def use(emulator: Emulator, client: int) -> list[Seen]:
    """Open cases, have some refused, and look at each at once."""
    seen: list[Seen] = []
    for step in range(STEPS):
        key = f"key-{step % KEYS}"
        if step % 4 == 3:
            assert emulator.aplyid.create(activity__name=" ", client__external_id=key).status_code == 422
            assert emulator.sphinxhq.create(checks=[{"check_type": "none"}]).status_code == 400
        elif step % 2:
            case = emulator.aplyid.open_case(client__external_id=key, client__name=f"Ada {client}")
            shown = emulator.control("GET", f"cases/aplyid/{case['case_id']}").json()
            assert shown["client"]["name"] == case["client"]["name"]
            seen.append(("aplyid", case["case_id"], case["client"]["id"]))
        else:
            case = emulator.sphinxhq.open_case(
                customer={"full_name": f"Mary {client}", "external_id": f"{client}-{key}"}
            )
            read = emulator.sphinxhq.get(f"{case['id']}/").json()
            assert read["customer"]["full_name"] == f"Mary {client}"
            seen.append(("sphinxhq", case["id"], case["customer"]["id"]))
    return seen


@pytest.mark.parametrize("is_kept", [False, True])
def test_each_gets_what_is_its_own_and_nothing_is_lost(tmp_path: Path, *, is_kept: bool) -> None:
    given = {"database": str(tmp_path / "kept.sqlite")} if is_kept else {}
    with RunningEmulator(settings(**given)) as running, ThreadPoolExecutor(CLIENTS) as pool:
        emulators = [Emulator(running.address) for _ in range(CLIENTS)]
        seen = list(chain.from_iterable(pool.map(use, emulators, range(CLIENTS))))
        emulator = emulators[0]
        requests = emulator.control("GET", "requests?limit=1000").json()["requests"]
        snapshot = emulator.control("GET", "snapshot").json()
    assert len(set(seen)) == len(seen)
    assert Counter((case["provider"], case["id"]) for case in snapshot["cases"]) == Counter(each[:2] for each in seen)
    for provider in ("aplyid", "sphinxhq"):
        ids = sorted(number for name, number, _ in seen if name == provider)
        assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert len({client for name, _, client in seen if name == "aplyid"}) <= KEYS
    told = Counter((each["provider"], each["status"]) for each in requests if each["method"] == "POST")
    refused = CLIENTS * STEPS // 4
    opened = Counter((provider, 201) for provider, *_ in seen)
    assert told == opened + Counter({("aplyid", 422): refused, ("sphinxhq", 400): refused})


def test_a_request_that_cannot_be_recorded_is_carried_out_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with RunningEmulator(settings(delay=3600)) as running, monkeypatch.context() as patch:
        emulator = Emulator(running.address)
        patch.setattr(recording, "write_exchange", lambda *_: 1 / 0)
        for _ in range(3):  # the first in a thread, the others on the loop
            emulator.aplyid.open_case()
        assert emulator.control("GET", "cases").json()["count"] == 3
    assert "a bug of the emulator, please report it" in caplog.text
