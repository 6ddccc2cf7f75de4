"""The link of a case for a phone: its QR code, and what is missing on a machine that nobody else reaches."""

import xml.etree.ElementTree as ET

import pytest
import segno

from tests.emulators import Emulator, served


def dark_modules(svg: str) -> int:
    """How many modules of a QR code in SVG are dark, by its horizontal strokes."""
    [stroke] = [path.get("d", "") for path in ET.fromstring(svg).iter() if path.get("stroke")]
    return sum(
        int(part.partition("h")[2]) for part in stroke.replace("m", " ").replace("M", " ").split() if "h" in part
    )


def test_its_qr_code_is_of_the_link_and_of_nothing_else(emulator: Emulator) -> None:
    case = emulator.aplyid.open_case(activity__status="in_review")
    told = emulator.control("GET", "cases/aplyid/1024/link").json()
    assert told["link"] == case["case_url"]
    code = segno.make(case["case_url"], error="m", micro=False)
    assert dark_modules(told["svg"]) == sum(map(sum, code.matrix))
    assert ET.fromstring(told["svg"]).get("viewBox") == f"0 0 {code.symbol_size()[0]} {code.symbol_size()[1]}"
    assert {element.tag.rpartition("}")[2] for element in ET.fromstring(told["svg"]).iter()} == {"svg", "path"}


def test_on_a_machine_of_its_own_it_says_how_to_start_for_a_phone(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    told = emulator.control("GET", "cases/aplyid/1024/link").json()
    assert "--host 0.0.0.0 --public-url http://ADDRESS:" in told["advice"]
    assert "--control-token TOKEN, where" in told["advice"]
    assert "TOKEN 16 or more characters" in told["advice"]  # a shorter one is refused at the start


@pytest.mark.parametrize("address", ["http://192.168.1.20:8642", "https://demo.example"])
def test_where_others_reach_it_no_advice_is_needed(address: str) -> None:
    with served(public_url=address) as emulator:
        emulator.aplyid.open_case()
        told = emulator.control("GET", "cases/aplyid/1024/link").json()
        assert (told["link"].startswith(address), told["advice"]) == (True, None)


@pytest.mark.parametrize("path", ["cases/sphinxhq/1/link", "cases/aplyid/99/link", "cases/nobody/1/link"])
def test_a_case_without_a_link_has_no_code(emulator: Emulator, path: str) -> None:
    emulator.sphinxhq.open_case()
    answer = emulator.control("GET", path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_signed_link_is_in_the_code_with_its_signature() -> None:
    with served(switch=("aplyid.case-url=signed",)) as emulator:
        case = emulator.aplyid.open_case()
        assert "signature=" in case["case_url"]
        assert emulator.control("GET", "cases/aplyid/1024/link").json()["link"] == case["case_url"]
