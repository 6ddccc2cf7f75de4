"""Tables of the pages, made from the settings, the faults and the commands themselves."""

import json
from dataclasses import fields
from typing import Any

from click import Context

from emulator.cli import COMMANDS, main
from emulator.control.fault_schemas import FAULT_KINDS
from emulator.control.faults import describe_kind
from emulator.settings import PREFIX, Settings
from emulator.worlds.pages import file_of, page_of
from emulator.worlds.registry import all_worlds
from emulator.worlds.world import Kind


def settings_table() -> str:
    """Return every setting with its flag, its variable, its key in the file and its help text."""
    rows = ["| flag | variable | key in case-emulator.toml | what it does |", "|---|---|---|---|"]
    for setting in fields(Settings):
        flag, value = setting.name.replace("_", "-"), setting.metadata["metavar"]
        shown = f"`--{flag}`" if value is None else f"`--{flag} {value}`"
        rows.append(f"| {shown} | `{PREFIX}{setting.name.upper()}` | `{flag}` | {setting.metadata['help']} |")
    return "\n".join(rows)


def faults_table(side: str) -> str:
    """Return every kind of fault of one side, `api` or `webhook`, with its settings."""
    rows = ["| kind | what it does | settings |", "|---|---|---|"]
    for about in map(describe_kind, FAULT_KINDS):
        if about["side"] == side:
            settings = "; ".join(map(_fault_setting, about["settings"]))
            rows.append(f"| `{about['kind']}` | {about['does']} | {settings or '-'} |")
    return "\n".join(rows)


def _fault_setting(about: Any) -> str:
    limits = ["needed"] if about["required"] else []
    limits += [" or ".join(f"`{choice}`" for choice in about["choices"])] if "choices" in about else []
    limits += [f"{_number(about['low'])} to {_number(about['high'])}"] if about["type"] in ("integer", "number") else []
    limits += [] if about["default"] is None else [f"default `{_number(about['default'])}`"]
    return f"`{about['name']}`: {about['means']}" + (f" ({', '.join(limits)})" if limits else "")


def _number(value: Any) -> str:
    """Return the value as JSON, whole numbers without a fraction."""
    return json.dumps(value).removesuffix(".0")


def worlds_table(kind: Kind) -> str:
    """Return every world of that kind, with a link to its page."""
    rows = ["| world | what is different | what holds |", "|---|---|---|"]
    worlds = (world for world in all_worlds() if world.kind is kind)
    rows += [f"| [`{world.name}`](worlds/{file_of(world)}) | {world.what} | {world.how} |" for world in worlds]
    return "\n".join(rows)


def world_pages() -> dict[str, str]:
    """Return the page of each world by the name of its file in docs/worlds."""
    return {file_of(world): f"{page_of(world)}\n[All worlds](../worlds.md)\n" for world in all_worlds()}


def commands_table() -> str:
    """Return every command with the first sentence of its help."""
    rows = ["| command | what it does |", "|---|---|"]
    for name in COMMANDS:
        command = main.get_command(Context(main), name)
        assert command
        rows.append(f"| `case-emulator {name}` | {_first_paragraph(command.help or '')} |")
    return "\n".join(rows)


def _first_paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())
