"""JSON laid out line by line: exactly what was sent, and no more than can be shown."""

import pytest

from emulator.ui.field_docs import NOTHING
from emulator.ui.json_lines import DEEPEST, LONGEST, lines_of


def shown(text: str) -> list[str]:
    lines = lines_of(text, {}) or []
    return [f"{line.indent}{line.key + ': ' if line.key else ''}{line.value}{line.comma}" for line in lines]


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ('{"a":1.50,"b":"{,"}', ["{", '  "a": 1.50,', '  "b": "{,"', "}"]),
        ('{"a":[],"b":{},"c":[{}]}', ["{", '  "a": [],', '  "b": {},', '  "c": [', "    {}", "  ]", "}"]),
        ("[[1,2],null]", ["[", "  [", "    1,", "    2", "  ],", "  null", "]"]),
        ('"\\u00e9"', ['"\\u00e9"']),
        ("[]", ["[]"]),
    ],
)
def test_each_value_has_its_line_as_it_was_written(text: str, laid_out: list[str]) -> None:
    assert shown(text) == laid_out


def test_a_line_knows_its_place_without_numbers_and_what_was_there_before() -> None:
    lines = lines_of('{"checks":[{"id":1},{"id":2}]}', {}, {"checks.1.id": "7"}) or []
    ids = [line for line in lines if line.key == '"id"']
    assert [(line.place, line.before, line.field_doc) for line in ids] == [
        ("checks.id", None, NOTHING),
        ("checks.id", "7", NOTHING),
    ]


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f'"{"x" * LONGEST}"'])
def test_what_is_no_json_or_too_deep_or_too_long_is_not_laid_out(text: str) -> None:
    assert lines_of(text, {}) is None
