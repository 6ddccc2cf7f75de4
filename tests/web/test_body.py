"""Strict JSON."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.web.body import parse
from emulator.web.errors import Malformed, Undecodable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
@settings(deadline=None, print_blob=True)
def test_legal_json_reads_as_it_was_written(value: Any) -> None:
    assert parse(json.dumps(value).encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=200))
@settings(deadline=None, print_blob=True)
def test_any_bytes_are_read_or_refused_but_never_break_it(raw: bytes) -> None:
    with suppress(Malformed, Undecodable):
        parse(raw)


def test_the_deepest_nesting_is_sixty_four() -> None:
    parse(b"[" * 64 + b"]" * 64)
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        for depth in (65, 100_000):
            with pytest.raises(Malformed, match="deep"):
                parse(opening * depth + b"1" + closing * depth)


def test_ten_thousand_keys_are_the_most() -> None:
    parse(json.dumps(dict.fromkeys(map(str, range(10_000)))).encode())
    with pytest.raises(Malformed, match="10000 keys"):
        parse(json.dumps(dict.fromkeys(map(str, range(10_001)))).encode())
    parse(json.dumps({"a": ":" * 20_000}).encode())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
        ('{"a": 1,}', "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"),
        ('{"a": 1,\n }', "Expecting property name enclosed in double quotes: line 2 column 2 (char 10)"),
        ("NaN", "Out of range float values are not JSON compliant: 'NaN'"),
        ("\ufeff{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"),
    ],
)
def test_the_words_of_a_refusal_are_the_same_on_every_python(text: str, told: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text.encode())
    assert str(caught.value) == told
