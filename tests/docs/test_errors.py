"""Every error that docs/errors.md prints is really answered."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
import requests

from tests.docs.pages import ROOT
from tests.emulators import Emulator

PAGE = (ROOT / "docs" / "errors.md").read_text("utf-8")


def error_rows() -> list[tuple[str, int, str]]:
    """Return the service's title, status and body of every row of the two tables."""
    tables = re.findall(r"\| status \| (APLYiD|Sphinx) answers \|.*?\n\n", PAGE, re.DOTALL)
    assert tables == ["APLYiD", "Sphinx"]
    rows = []
    for title in tables:
        table = PAGE.partition(f"| status | {title} answers")[2].partition("\n\n")[0]
        rows += [(title, int(status), body) for status, body in re.findall(r"^\| (\d{3}) \| (.*?) \|", table, re.M)]
    return rows


@pytest.mark.parametrize("row", error_rows())
def test_every_printed_error_is_answered(quick: Emulator, row: tuple[str, int, str]) -> None:
    title, status, printed = row
    answers = [text for answered, text in provoked(quick)[title] if answered == status]
    body = re.match(r"`(\{.*?\})`", printed)
    if body:
        assert json.loads(body[1]) in [json.loads(text) for text in answers if text]
    else:
        assert printed.startswith("nothing")
        assert "" in answers


@pytest.mark.parametrize("path", ["integrations/core/cases", "api/cases/"])
def test_the_row_about_a_body_that_is_no_json_prints_what_that_body_is_answered(quick: Emulator, path: str) -> None:
    printed = re.findall(r"^\| 400 \| `(\{.*?\})` \| the body is no JSON, here `(.*?)`;", PAGE, re.M)
    headers = {"Content-Type": "application/json", "X-Workflow-Access-Key": "test_default"}
    cookies = {"sessionid": "test_default"}
    answered = [
        quick.http.post(f"{quick.url}/{path}", data=body, headers=headers, cookies=cookies).json()
        for _, body in printed
    ]
    assert answered[path.startswith("api")] == json.loads(printed[path.startswith("api")][0])


def test_the_tables_hold_every_status_that_is_provoked_and_no_other(quick: Emulator) -> None:
    printed = {(title, status) for title, status, _ in error_rows()}
    assert {(title, status) for title, given in provoked(quick).items() for status, _ in given} == printed


def provoked(emulator: Emulator) -> dict[str, list[tuple[int, str]]]:
    """Return status and body of one request for each row of the tables, by the service's title."""
    send, aplyid, sphinx = (
        emulator.http.request,
        f"{emulator.url}/integrations/core/cases",
        f"{emulator.url}/api/cases/",
    )
    key, json_type = {"X-Workflow-Access-Key": "test_default"}, {"Content-Type": "application/json"}
    wants_json, huge = {"Accept": "application/json"}, b" " * (1024 * 1024 + 1)
    session: dict[str, Any] = {"cookies": {"sessionid": "test_default"}}
    answers = {
        "APLYiD": [
            send("POST", aplyid, headers=key, json={}),
            send("POST", aplyid, headers=key | json_type, data="{bad"),
            send("POST", aplyid, headers=key | json_type | wants_json, data=b"\xff"),
            send("POST", aplyid, json={}),
            send("GET", aplyid, headers=wants_json),
            send("FROB", aplyid, headers=wants_json),
            send("POST", aplyid, headers=key | {"Content-Type": "json"}, data="{}"),
            send("POST", aplyid, headers=key | json_type, data=huge),
            emulator.aplyid.create(client__name=""),
        ],
        "Sphinx": [
            send("POST", sphinx.rstrip("/"), allow_redirects=False),
            emulator.sphinxhq.create(notes=""),
            send("POST", sphinx, data="{bad", headers=json_type, **session),
            send("POST", sphinx),
            send("POST", sphinx, headers={"Authorization": "Bearer wrong"}),
            *provoked_by_tokens(emulator),
            emulator.sphinxhq.get("9/"),
            send("PUT", sphinx, **session),
            send("POST", sphinx, headers={"Accept": "text/html"}, **session),
            send("POST", sphinx, headers=json_type, data=huge, **session),
            send("POST", sphinx, headers={"Content-Type": "text/plain"}, data="x", **session),
        ],
    }
    return {title: [(a.status_code, a.text) for a in given] for title, given in answers.items()}


def provoked_by_tokens(emulator: Emulator) -> list[requests.Response]:
    """Return the answers to a wrong secret, and to a reference that another case of the current generation has."""
    case = {"customer": {"full_name": "Ada Lovelace"}, "external_id": "taken"}
    wrong = {"client_id": str(UUID(int=0)), "client_secret": "wrong", "grant_type": "client_credentials"}
    token = {"Authorization": "Bearer test_default"}
    emulator.http.post(f"{emulator.url}/api/cases/", headers=token, json=case)
    return [
        emulator.http.post(f"{emulator.url}/api/oauth/token/", json=wrong),
        emulator.http.post(f"{emulator.url}/api/cases/", headers=token, json=case),
    ]
