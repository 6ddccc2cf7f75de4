"""Documents of Sphinx: what is kept of them, what they are linked to, and how long they stay."""

import base64
import hashlib
import io
import json
from typing import Any

import pytest

from tests.emulators import Emulator
from tests.providers.around_cases import PDF, Office

MIB = 1024 * 1024


@pytest.fixture
def office(emulator: Emulator) -> Office:
    return Office(emulator)


def kept(office: Office, document_id: int) -> dict[str, Any]:
    """What the store holds of a document."""
    snapshot = office.emulator.control("GET", "snapshot").json()
    [row] = [row for row in snapshot["documents"] if row["id"] == document_id and row["provider"] == "sphinxhq"]
    found: dict[str, Any] = row
    return found


def problems(office: Office, **fields: Any) -> Any:
    answer = office.ask("POST", "documents/", {"original_name": "a.pdf", **fields})
    assert answer.status_code == 400, answer.text
    return answer.json()


def test_size_media_type_and_digest_are_kept_and_never_the_bytes(office: Office) -> None:
    content = b"the secret of a passport" * 20
    file = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    document = office.done("POST", "documents/", {"file": file, "original_name": "p.png"})
    row = kept(office, document["id"])
    assert (row["size"], row["media_type"]) == (len(content), "image/png")
    assert row["digest"] == hashlib.sha256(content).hexdigest()
    everything = office.emulator.control("GET", "requests").text + office.emulator.control("GET", "snapshot").text
    assert base64.b64encode(content).decode()[:40] not in everything
    assert "characters, not kept" in everything


def test_a_refused_upload_leaves_no_bytes_in_the_journal_either(office: Office) -> None:
    office.ask("POST", "documents/", {"file": "QUJDREVGR0hJSktMTU5PUA==", "case_id": 9})
    office.ask("POST", "documents/", data='{"file": "QUJDREVGR0hJSktMTU5PUA==", ', headers=JSON)
    assert office.emulator.control("POST", "faults", {"kind": "status", "status": 503, "when": {"x": 1}}).ok
    assert office.emulator.control("POST", "faults", {"kind": "status", "status": 503, "when": {"case_id": 7}}).ok
    faulty = office.ask("POST", "documents/", {"file": "QUJDREVGR0hJSktMTU5PUA==", "case_id": 7})
    assert faulty.status_code == 503
    assert "QUJDREVG" not in office.emulator.control("GET", "requests").text


JSON = {"Content-Type": "application/json"}


def test_the_address_of_a_file_shows_one_page_that_says_what_it_stands_for(office: Office) -> None:
    document = office.upload("über (geheim).pdf")
    answer = office.emulator.http.get(document["file"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-1.4")
    assert b"/Count 1" in answer.content
    assert "über \\(geheim\\).pdf".encode("latin-1") in answer.content
    assert f"/s/{office.emulator.sandbox}/media/documents/{document['id']}/" in document["file"]
    assert office.emulator.http.head(document["file"]).status_code == 200
    assert office.emulator.http.get(document["file"] + "x").status_code == 404
    assert office.emulator.http.post(document["file"]).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        "a/b\\c.pdf",
        "<script>alert(1)</script>",
        "x" * 255,
        "Ω≈ç√.pdf",
        "a\r\nSet-Cookie: x=1",
        "%2e%2e%2f",
        "?#&=;",
        "\u202efdp.exe",
    ],
)
def test_a_hostile_name_is_kept_and_harms_no_address(office: Office, name: str) -> None:
    document = office.upload(name)
    assert document["original_name"] == name
    path = document["file"].partition("/media/documents/")[2]
    assert path.count("/") == 1
    assert ".." not in path
    answer = office.emulator.http.get(document["file"])
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ["No file was submitted."]),
        ({"file": None}, ["This field may not be null."]),
        ({"file": ["YQ=="]}, ["The submitted data was not a file. Check the encoding type on the form."]),
        ({"file": "YQ"}, ["Please upload a valid file."]),
        ({"file": "YQ=\u00e9"}, ["Please upload a valid file."]),
        ({"file": "data:text/plain,hello"}, ["Please upload a valid file."]),
        ({"file": "data:;base64,"}, ["The submitted file is empty."]),
        ({"file": " \r\n "}, ["The submitted file is empty."]),
    ],
)
def test_what_is_no_file_is_told(office: Office, fields: dict[str, Any], told: list[str]) -> None:
    assert problems(office, **fields) == {"file": told}


def test_ten_megabytes_are_taken_and_one_byte_more_is_not(office: Office) -> None:
    largest = base64.b64encode(bytes(10 * MIB)).decode()
    document = office.done("POST", "documents/", {"file": largest, "original_name": "a"})
    assert kept(office, document["id"])["size"] == 10 * MIB
    too_large = base64.b64encode(bytes(10 * MIB + 1)).decode()
    assert problems(office, file=too_large) == {"file": ["Ensure this file is no larger than 10 MB."]}


def test_a_body_of_15_mib_is_read_and_one_byte_more_is_not(office: Office) -> None:
    head, tail = b'{"original_name": "a", "file": "YQ==', b'"}'
    filled = io.BytesIO(head + b" " * (15 * MIB - len(head) - len(tail)) + tail).getvalue()
    assert office.ask("POST", "documents/", data=filled, headers=JSON).status_code == 201
    answer = office.ask("POST", "documents/", data=filled + b" ", headers=JSON)
    assert (answer.status_code, answer.json()) == (413, {"detail": "Request body exceeded 15728640 bytes."})
    answer = office.ask("POST", "checks/", data=b" " * (MIB + 1), headers=JSON)
    assert (answer.status_code, answer.json()) == (413, {"detail": "Request body exceeded 1048576 bytes."})


def test_a_document_has_at_most_one_owner_and_each_must_exist(office: Office) -> None:
    office.open("PEP")
    assert office.upload(check_id=1)["check"] == 1
    assert office.upload(customer_id="123")["customer"] == 123
    one = "Provide only one of case_id, check_id and customer_id."
    assert problems(office, file=PDF, case_id=1, customer_id=123) == {"non_field_errors": [one]}
    assert problems(office, file=PDF, case_id=1, customer_id=9) == {
        "customer_id": ['Invalid pk "9" - object does not exist.']
    }


def test_a_document_belongs_to_whatever_named_it_last(office: Office) -> None:
    document = office.upload()["id"]
    checks = [{"check_type": "PEP", "document_ids": [document, document]}]
    office.done("POST", "cases/", {"customer_id": 123, "document_ids": [document], "checks": checks})
    shown = office.done("GET", f"documents/{document}/")
    assert (shown["case"], shown["check"]) == (1, 1)
    added = office.add_check(1, "IDV", document_ids=[document])
    shown = office.done("GET", f"documents/{document}/")
    assert (shown["case"], shown["check"]) == (1, added["id"])
    assert office.ask("POST", "checks/", {"case_id": 1, "document_ids": [99]}).json() == {
        "document_ids": ["Documents not found: 99"]
    }


def test_documents_and_checks_are_gone_after_their_days(office: Office) -> None:
    case = office.open(checks=[{"check_type": "PEP", "delete_after": 2}, {"check_type": "IDV"}])
    document = office.upload(delete_after=1)["id"]
    office.advance(days=1)
    assert office.status(f"documents/{document}/") == 404
    assert problems_of_case(office, document) == {"document_ids": [f"Documents not found: {document}"]}
    done = office.case(case["id"])
    office.advance(days=1)
    assert [check["check_type"] for check in office.case(case["id"])["checks"]] == ["IDV"]
    assert office.case(case["id"])["risk_score"] == done["risk_score"]
    assert (office.status("checks/1/"), office.listed("checks/")) == (404, [2])


def problems_of_case(office: Office, document: int) -> Any:
    return office.ask("POST", "cases/", {"customer_id": 123, "document_ids": [document]}).json()


def test_delete_after_0_waits_until_the_case_is_settled(office: Office) -> None:
    unlinked = office.upload(delete_after=0)["id"]
    linked = office.upload(delete_after=0)["id"]
    checks = [{"check_type": "PEP", "delete_after": 0, "document_ids": [linked]}, {"check_type": "IDV"}]
    office.open(checks=checks)
    assert office.status(f"documents/{linked}/") == 200
    office.advance()
    [webhook] = office.webhooks()
    assert [check["check_type"] for check in webhook["checks"]] == ["PEP", "IDV"]
    assert [check["check_type"] for check in office.case(1)["checks"]] == ["IDV"]
    assert (office.status(f"documents/{linked}/"), office.status(f"documents/{unlinked}/")) == (404, 200)
    late = office.upload(delete_after=0, case_id=1)["id"]
    assert office.status(f"documents/{late}/") == 404


def test_the_body_of_an_upload_is_judged_as_any_other(office: Office) -> None:
    assert office.ask("POST", "documents/", data="x", headers={"Content-Type": "text/plain"}).status_code == 415
    answer = office.ask("POST", "documents/", data="null", headers=JSON)
    assert answer.json() == {"non_field_errors": ["No data provided"]}
    nul = json.dumps({"file": PDF, "original_name": "a\x00"})
    answer = office.ask("POST", "documents/", data=nul, headers=JSON)
    assert answer.json() == {"original_name": ["Null characters are not allowed."]}
