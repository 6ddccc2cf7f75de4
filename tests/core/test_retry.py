"""Retry profiles as texts."""

import pytest

from emulator.core.retry import ONCE, STANDARD, parse_retry


def test_the_named_profiles_are_known() -> None:
    assert parse_retry("standard") is STANDARD
    assert parse_retry("once") is ONCE


@pytest.mark.parametrize("text", ["", "x", "1,", "1;2", "-1", "nan", "inf", "1e18", ",".join(["1"] * 101)])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"seconds|waits"):
        parse_retry(text)
