"""The documents and the server say the same, whatever is sent; `make fuzz` tries more."""

from pathlib import Path

import pytest

from tests.emulators import served
from tests.fuzz.exceptions import EXEMPTIONS, is_exempt
from tests.fuzz.fuzzing import NAMES, Bound, fuzz

BOUND = Bound(examples=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_is_answered_is_what_the_document_says(name: str, tmp_path: Path) -> None:
    with served(demo=True) as emulator:
        code, report = fuzz(emulator.of("fuzz"), name, BOUND, tmp_path)
    assert code == 0, report
    assert "Tested:" in report, report


def test_every_exemption_has_a_reason_and_none_covers_a_crash_or_another_shape() -> None:
    assert all(exemption.reason for exemption in EXEMPTIONS)
    for failure in ("ServerError", "UndefinedStatusCode", "UndefinedContentType", "JsonSchemaError"):
        assert not is_exempt("POST /api/cases/", failure, "", '"id":')


def test_what_breaks_a_rule_and_is_taken_is_found_though_casts_are_exempt() -> None:
    for operation in ("POST /integrations/core/cases", "POST /api/cases/"):
        answer = '{"case_id":1,"id":1,"customer":{}}'
        told = "Invalid component: in body - notes: {}"
        assert is_exempt(operation, "AcceptedNegativeData", told.format("Incorrect type"), answer)
        for rule in (
            "violates `pattern`",
            "Invalid enum value",
            "Missing required property",
            "String longer than maxLength",
        ):
            assert not is_exempt(operation, "AcceptedNegativeData", told.format(rule), answer), rule


def test_a_page_that_is_none_and_is_taken_is_found_though_a_repeated_page_is_exempt() -> None:
    told = "Invalid component: parameter `page` in query"
    for query, exempt in (
        ("page=", True),
        ("page=x&page=1", True),
        ("page=1.0", False),
        ("page_size=2&page=abc", False),
    ):
        url = f"http://127.0.0.1:1/api/cases/?{query}"
        assert is_exempt("GET /api/cases/", "AcceptedNegativeData", told, '{"results":[]}', url) is exempt, query


def test_a_filter_that_is_none_and_is_taken_is_found_though_an_empty_one_is_exempt() -> None:
    told = "Invalid component: parameter `{}` in query"
    for name, value, exempt in (("case_id", "", True), ("case_id", "abc", False), ("page_size", "abc", True)):
        url = f"http://127.0.0.1:1/api/checks/?{name}={value}"
        found = is_exempt("GET /api/checks/", "AcceptedNegativeData", told.format(name), '{"results":[]}', url)
        assert found is exempt, url
