"""Find the sandbox that a credential opens: any `test_<name>` opens `<name>`."""

import re
from collections.abc import Collection, Iterable

from emulator.core.errors import Unauthorized
from emulator.core.model import DEFAULT_SANDBOX
from emulator.web.advice import advise
from emulator.web.request_state import RequestState

SANDBOX_NAME = re.compile(r"[a-z0-9_-]{1,64}")
HINT = "any key test_<name> opens a sandbox of its own (<name>: 1 to 64 of a-z 0-9 _ -), test_default the default one"
PREFIX = "test_"
EXPIRED = "expired"  # the one reserved name: test_expired is an expired key


def hint(keys: Iterable[tuple[str, str]]) -> str:
    """Return what opens a sandbox; `keys` are headers that hold such a key, each with its value."""
    places = " or ".join(_place(name, value) for name, value in keys)
    return f"{HINT}; send it in {places}" if places else HINT


def _place(name: str, value: str) -> str:
    """Return where a key is sent, in words that no log takes for a key."""
    if name == "Cookie":
        return f"the cookie {value.partition('=')[0]}"
    scheme, blank, _ = value.rpartition(" ")
    return f"the header {name}" + (f" after the word {scheme}" if blank else "")


def open_sandbox(state: RequestState, credential: str | None, further: Collection[str], advice: str) -> str:
    """Return the sandbox of this request and note it in the state; raise Unauthorized for a wrong credential.

    `further` are credentials that open the default sandbox; `advice` is given with a refusal. A path prefix
    `/s/<name>` wins over the name in the credential, which has to be valid all the same.
    """
    named = _named(credential or "", further, advice)
    state.sandbox = state.path_sandbox or named
    return state.sandbox


def _named(credential: str, further: Collection[str], advice: str) -> str:
    if credential in further:
        return DEFAULT_SANDBOX
    prefix, name = credential[:5], credential[5:]
    if prefix != "test_" or name == EXPIRED or not SANDBOX_NAME.fullmatch(name):
        advise(advice)
        raise Unauthorized
    return name


def is_literal(credential: str) -> bool:
    """Return whether a credential names its sandbox itself."""
    return credential.startswith(PREFIX)


def sandbox_meant(state: RequestState, credential: str | None) -> str | None:
    """Return the sandbox that a refused request was for, before its credential was checked; None if unknown."""
    prefix, name = (credential or "")[:5], (credential or "")[5:]
    by_key = name if prefix == "test_" and name != EXPIRED and SANDBOX_NAME.fullmatch(name) else None
    return state.path_sandbox or by_key
