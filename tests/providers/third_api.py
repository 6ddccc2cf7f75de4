"""Tries an API that was copied from the template and registered by two lines; run inside the copy, by its test.

Prints one JSON object: what was seen, by the part of the emulator that was asked.
"""

import json
import sys

import requests

from emulator.client import CaseEmulator
from emulator.running import RunningEmulator
from emulator.settings import Settings
from tests.receivers import receiving, status

NAME = sys.argv[1]
PATH = f"/{NAME}/cases"


def look(running: RunningEmulator, sandbox: CaseEmulator, receiver_url: str) -> dict[str, object]:
    url = f"{running.url}{PATH}"
    key = {f"X-{NAME.capitalize()}-Key": f"test_{sandbox.sandbox}"}
    control = f"{running.url}/_emulator/sandboxes/{sandbox.sandbox}"
    body = {"name": "Jo Denied", "reference": "r1", "webhook_url": receiver_url, "nonsense": 1}
    created = requests.post(url, json=body, headers=key, timeout=5)
    sandbox.clock.advance(5)
    webhook = sandbox.webhooks.wait(provider=NAME)
    return {
        "created": [created.status_code, created.json()],
        "advice": created.headers["X-Emulator-Advice"],
        "read": requests.get(f"{url}/1", headers=key, timeout=5).json(),
        "invalid": [(a := requests.post(url, json={}, headers=key, timeout=5)).status_code, a.json()],
        "unauthorized": [(a := requests.post(url, json=body, timeout=5)).status_code, a.json()],
        "unknown": [(a := requests.get(f"{running.url}/{NAME}/nowhere", timeout=5)).status_code, a.json()],
        "webhook": webhook.json["case"]["decision"],
        "sample": requests.post(f"{control}/samples/{NAME}", json={"outcome": "denied"}, timeout=5).json()["status"],
        "handle": sandbox.__getattr__(NAME).create_case(name="Mary Chen")["name"],
        "operation": sandbox.__getattr__(NAME).call("read_case", id=1),
        "case": sandbox.cases.get(NAME, 1)["outcome"],
        "journal": sandbox.requests.count(provider=NAME, method="POST", status=201),
        "fault": fault(sandbox, url, key),
        "document": sorted(requests.get(f"{running.url}/_emulator/openapi/{NAME}.json", timeout=5).json()["paths"]),
        "pages": pages(running, sandbox),
        "env": sandbox.env()[f"{NAME.upper()}_CREDENTIAL"] == f"test_{sandbox.sandbox}",
        "further": requests.post(url, json=body, headers=dict.fromkeys(key, "my-own"), timeout=5).status_code,
    }


def fault(sandbox: CaseEmulator, url: str, key: dict[str, str]) -> list[object]:
    sandbox.faults.add("status", status=503, provider=NAME, times=1)
    answer = requests.post(url, json={"name": "Jo"}, headers=key, timeout=5)
    return [answer.status_code, answer.json()]


def pages(running: RunningEmulator, sandbox: CaseEmulator) -> list[int]:
    paths = (f"/s/{sandbox.sandbox}/", f"/s/{sandbox.sandbox}/cases/{NAME}/1", f"/documents/{NAME}")
    accept = {"Accept": "text/html"}
    return [requests.get(running.url + path, headers=accept, timeout=5).status_code for path in paths]


with (
    receiving(status(200)) as receiver,
    RunningEmulator(Settings(port=0, credential=(f"{NAME}=my-own",))) as running,
    CaseEmulator(running.url) as sandbox,
):
    sandbox.clock.freeze()
    json.dump(look(running, sandbox, receiver.url), sys.stdout)
