"""The documents and the server say the same, whatever is sent; `make fuzz` tries more."""

from pathlib import Path

import pytest

from tests.emulators import served
from tests.fuzz.exceptions import EXEMPTIONS, is_exempt
from tests.fuzz.fuzzing import NAMES, Bound, fuzz

BOUND = Bound(examples=5)


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
