"""Read what a start takes besides plain settings: switches, outcome rules, and the init folder."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from emulator.core.rules import Rule
from emulator.settings import BadSetting, Settings, suggest
from emulator.web.provider import Provider, completion_schemas_of

if TYPE_CHECKING:
    from emulator.control.init_folder import InitFolder


def read_startup_files(
    settings: Settings, providers: Sequence[Provider]
) -> tuple[tuple[Rule, ...], "InitFolder | None"]:
    """Return the outcome rules of every sandbox, and the content of the init folder if one is set; raise BadSetting."""
    if not settings.scenario and not settings.rule and not settings.init_folder:
        return (), None
    from emulator.control.init_folder import read_init_folder
    from emulator.control.scenarios import common_rules

    completion_schemas = completion_schemas_of(providers)
    rules = common_rules(settings.scenario, settings.rule, completion_schemas)
    init_folder = read_init_folder(settings.init_folder, completion_schemas) if settings.init_folder else None
    return (*rules, *(init_folder.rules if init_folder else ())), init_folder


def read_switches(chosen: Iterable[str], providers: Sequence[Provider]) -> dict[str, dict[str, str]]:
    """Return the value of every switch by provider and name, given texts like NAME=VALUE; raise BadSetting."""
    known = {f"{p.name}.{s.name}": s for p in providers for s in p.switches}
    values = {name: switch.choices[0] for name, switch in known.items()}
    for item in chosen:
        name, _, value = item.partition("=")
        if name not in known:
            raise BadSetting(f"{name} is no switch{suggest(name, known)}")
        if value not in known[name].choices:
            raise BadSetting(f"{name} is {value!r}: one of {', '.join(known[name].choices)} is needed")
        values[name] = value
    return {p.name: {s.name: values[f"{p.name}.{s.name}"] for s in p.switches} for p in providers}
