"""JSON is written as `json.dumps` writes it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from emulator.web import json_text
from emulator.web.json_text import writer

OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"default": str},
    {"ensure_ascii": False, "separators": (",", ":")},
)
VALUES: tuple[Any, ...] = (
    {"a": [1, -2.5, 1e400, True, None, 'é\u2028\ud800\x00"\\/\x7f'], "b": {}, "c": []},
    {1: 2, None: 3, 2.5: 4, False: 5},
    [10**400, 1e16, 1e-7, 0.1],
    "text",
    None,
    5,
    ("a", ("b",)),
)


@pytest.mark.parametrize("is_quick", [True, False])
@pytest.mark.parametrize("options", OPTIONS)
def test_it_writes_what_json_dumps_writes(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, is_quick: bool
) -> None:
    if not is_quick:  # as on another Python than CPython, where calling it raises TypeError
        monkeypatch.setattr(json_text, "MAKE_ENCODER", None)
    write = writer(**options)
    for value in VALUES:
        assert write(value) == json.dumps(value, **options)
    if "default" in options:
        assert write([Decimal("1.50")]) == '["1.50"]'
    else:
        with pytest.raises(TypeError, match="Decimal is not JSON serializable"):
            write([Decimal(1)])


def test_this_python_has_the_quick_way() -> None:
    assert json_text.MAKE_ENCODER is not None
