"""Which sandbox a credential opens: any `test_<name>` opens `<name>`."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from flask import g

from emulator.core.errors import Unauthorized
from emulator.core.model import DEFAULT_SANDBOX
from emulator.web.advice import advise

SANDBOX_NAME = re.compile(r"[a-z0-9_-]{1,64}")
HINT = "any key of the form test_<name> opens a sandbox of its own, test_default the default one"
EXPIRED = "expired"  # the one reserved name: test_expired is an expired key
PATH_KEY = "emulator.sandbox"


def sandbox_of_path(environ: Mapping[str, Any]) -> str:
    """The sandbox that the path names with /s/<name>, else the default one."""
    return str(environ.get(PATH_KEY) or DEFAULT_SANDBOX)


def open_sandbox(environ: Mapping[str, Any], credential: str | None, further: Collection[str]) -> str:
    """The sandbox of this request, noted in `g.sandbox` as well; raises Unauthorized.

    A path prefix `/s/<name>` decides, but the credential must be valid still.
    """
    named = _named(credential or "", further)
    g.sandbox = environ.get(PATH_KEY) or named
    sandbox: str = g.sandbox
    return sandbox


def _named(credential: str, further: Collection[str]) -> str:
    if credential in further:
        return DEFAULT_SANDBOX
    prefix, name = credential[:5], credential[5:]
    if prefix != "test_" or name == EXPIRED or not SANDBOX_NAME.fullmatch(name):
        advise(HINT)
        raise Unauthorized
    return name


def sandbox_meant(environ: Mapping[str, Any], credential: str | None) -> str | None:
    """The sandbox of a request that was refused before it was asked who it is; None: it does not say."""
    prefix, name = (credential or "")[:5], (credential or "")[5:]
    by_key = name if prefix == "test_" and name != EXPIRED and SANDBOX_NAME.fullmatch(name) else None
    return environ.get(PATH_KEY) or by_key
