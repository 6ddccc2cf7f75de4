"""Tables of docs/testing.md, made from the plugin and the client themselves."""

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import emulator.client
from emulator import pytest_plugin
from emulator.client import CaseEmulator, Webhook
from emulator.client.resources import Cases, Clock, Faults, Outcomes, Requests
from emulator.client.webhooks import Webhooks

Rows = list[str]
# Each class of the client, and how a test calls what it has.
PLACES: dict[type, str] = {
    CaseEmulator: "sandbox",
    emulator.client.Api: "sandbox.aplyid",
    Webhooks: "sandbox.webhooks",
    Webhook: "webhook",
    Clock: "sandbox.clock",
    Outcomes: "sandbox.outcomes",
    Faults: "sandbox.faults",
    Requests: "sandbox.requests",
    Cases: "sandbox.cases",
}


def handle_table() -> str:
    """All that a test can do with its sandbox."""
    rows = ["| call | what it does or is |", "|---|---|"]
    for kind, place in PLACES.items():
        rows += [f"| `{place}.{call}` | {told} |" for call, told in _members(kind)]
    return "\n".join(rows)


def _members(kind: type) -> Iterator[tuple[str, str]]:
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property | cached_property):
            yield name, _told(member)
        elif inspect.isfunction(member):
            yield f"{name}({_parameters(member)})", _told(member)


def _parameters(function: Any) -> str:
    """Names and defaults, as in `freeze(at=None)`; what can only be given by name stands after a star."""
    first, *others = inspect.signature(function).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in (first, *others)]
    return str(inspect.Signature(bare[1:]))[1:-1]


def _told(member: Any) -> str:
    """The first paragraph of its docstring, in one line."""
    text = inspect.getdoc(member) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("|", "\\|")


class Recorder:
    """A parser of pytest's that only remembers what it is told."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.ini: dict[str, str] = {}

    def getgroup(self, name: str) -> "Recorder":
        return self

    def addoption(self, flag: str, *, help: str, metavar: str | None = None, **_: Any) -> None:  # noqa: A002
        self.options[flag if metavar is None else f"{flag} {metavar}"] = help

    def addini(self, name: str, help: str, **_: Any) -> None:  # noqa: A002
        self.ini[name] = help


def options_table() -> str:
    """Every option of the plugin's with its ini twin and its variable."""
    told = Recorder()
    pytest_plugin.pytest_addoption(told)  # type: ignore[arg-type]
    rows = ["| option | in the ini file | variable | what it does |", "|---|---|---|---|"]
    flags = {flag.split()[0].removeprefix("--").replace("-", "_"): flag for flag in told.options}
    for name, text in told.ini.items():
        flag = flags.pop(name, None)
        named = re.search(r"\[(\w+)\]", told.options.get(flag or "", ""))
        shown = [f"`{cell}`" if cell else "-" for cell in (flag, name, named and named[1])]
        rows.append(f"| {' | '.join(shown)} | {text} |")
    assert not flags, f"{flags} have no ini twin"
    return "\n".join(rows)


def fixtures_table() -> str:
    """Every fixture of the plugin's, with its scope."""
    rows = ["| fixture | scope | what it is |", "|---|---|---|"]
    for name, member in vars(pytest_plugin).items():
        if type(member).__name__ == "FixtureFunctionDefinition":
            scope = member._fixture_function_marker.scope
            rows.append(f"| `{name}` | {scope} | {_told(member._get_wrapped_function())} |")
    return "\n".join(rows)
