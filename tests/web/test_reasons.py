"""Why a request was refused, as the journal tells it."""

import pytest

from emulator.core.errors import Fact, Unauthorized
from emulator.web.errors import (
    Crashed,
    FaultTriggered,
    NotAcceptable,
    TooLarge,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
    reason_of,
)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (UnknownPath(), "nothing answers at this path"),
        (WrongMethod(["GET"]), "this path does not know that verb"),
        (NotAcceptable(), "the Accept header takes nothing that could be answered"),
        (Unauthorized(), "the key is missing, unknown or expired"),
        (Crashed(), "a bug of the emulator; its log has the trace"),
        (TooLarge(5), "the body exceeds 5 bytes"),
        (WrongMediaType("text/plain"), "a body of the media type text/plain is not read"),
        (WrongMediaType(""), "a body without a media type is not read"),
        (FaultTriggered(503), "a planned fault answers 503"),
    ],
)
def test_a_refusal_is_told_in_words(fact: Fact, reason: str) -> None:
    assert reason_of(fact) == reason
