"""Read the settings: a flag wins over a variable, a variable over the file, the file over the default."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.masking import masked_url
from emulator.path_readers import read_path
from emulator.person_files import UnusableFile, read_person_file
from emulator.plain_toml import read_toml
from emulator.plain_values import NotPlain
from emulator.settings import (
    CONFIG_VARIABLE,
    FILE_NAME,
    OPTIONS,
    OTHER_VARIABLES,
    PREFIX,
    SECRETS,
    BadSetting,
    RuleText,
    Settings,
    suggest,
)

LONGEST_SHOWN = 300  # characters of a value in a message


def read_settings(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    folder: Path,
    config: Path | None = None,
    defaults: Mapping[str, object] | None = None,
) -> Settings:
    """Return the settings from flags, environment, file and defaults; raise BadSetting.

    `folder` is where the file is looked for unless `config` or a variable names one; `defaults` replace some defaults.
    """
    path = find_settings_file(environ, folder, config)
    values: dict[str, Any] = dict(defaults or {})
    values |= _read_all(
        _from_file(path), lambda name: f"{name} in {config or environ.get(CONFIG_VARIABLE) or FILE_NAME}"
    )
    values |= _read_all(_from_environ(environ), lambda name: PREFIX + name.upper())
    values |= _read_all(flags, lambda name: "--" + name.replace("_", "-"))
    return Settings(**values)


def settings_from(given: Mapping[str, object]) -> Settings:
    """Return the settings with these values by name, reading neither environment nor file; raise BadSetting."""
    values = {name.replace("-", "_"): value for name, value in given.items() if value is not None}
    for name in values:
        if name not in OPTIONS:
            raise BadSetting(f"{name} is no setting{suggest(name, OPTIONS)}")
    settings = _read_all(values, lambda name: name)
    for name, value in values.items():
        if isinstance(settings[name], bool) and not isinstance(value, bool):
            raise BadSetting(f"{name} is {_shown(name, value)}: write True or False")
    return Settings(**settings)


def find_settings_file(environ: Mapping[str, str], folder: Path, config: Path | None = None) -> Path | None:
    """Return the file that the flag or the variable names, else the one in the folder if there is one.

    Raise BadSetting for a name that cannot be one.
    """
    named = str(config or environ.get(CONFIG_VARIABLE, ""))
    if not named:
        path = folder / FILE_NAME
        return path if path.is_file() else None
    try:
        return read_path(named)
    except ValueError as error:
        raise BadSetting(f"{'--config' if config else CONFIG_VARIABLE} is {named!r}: {error}") from error


def _read_all(values: Mapping[str, object], place: Callable[[str], str]) -> dict[str, Any]:
    """Return the values as their settings read them; `place` says for an error where a value stands."""
    settings = {}
    for name, value in values.items():
        try:
            settings[name] = OPTIONS[name].metadata["read"](value)
        except ValueError as error:
            reason = error.reason if name in SECRETS and isinstance(error, NotPlain) else error
            raise BadSetting(f"{place(name)} is {_shown(name, value)}: {reason}") from error
    if "rule" in settings:  # what is wrong with it is found later, when the outcomes of the APIs are known
        settings["rule"] = tuple(RuleText(text, place("rule")) for text in settings["rule"])
    return settings


def _shown(name: str, value: object) -> str:
    """Return the value as a message may show it."""
    if name in SECRETS:
        return "***"
    try:
        if isinstance(value, tuple):  # of a flag that was given several times
            return ", ".join(_shown(name, item) for item in value)
        text = repr([_plain(item) for item in value] if isinstance(value, list) else _plain(value))
    except (ValueError, RecursionError):  # a number of thousands of digits, or an endless nesting
        text = f"a value of the type {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _plain(value: object) -> object:
    return masked_url(value) if isinstance(value, str) else value


def _from_environ(environ: Mapping[str, str]) -> dict[str, object]:
    known = {PREFIX + name.upper(): name for name in OPTIONS}
    others = OTHER_VARIABLES - known.keys()
    ours = {k: v for k, v in environ.items() if k.startswith(PREFIX) and k not in others and v != ""}
    for name in ours:
        if name not in known:
            raise BadSetting(f"{name} is no setting{suggest(name, known)}")
    return {known[name]: value for name, value in ours.items()}


def _from_file(path: Path | None) -> dict[str, object]:
    if path is None:
        return {}
    values = {name.replace("-", "_"): value for name, value in _parse(path).items()}
    for name in values:
        if name not in OPTIONS:
            keys = [option.replace("_", "-") for option in OPTIONS]
            raise BadSetting(f"{name} in {path} is no setting{suggest(name.replace('_', '-'), keys)}")
    return values


def _parse(path: Path) -> dict[str, object]:
    try:
        return read_toml(read_person_file(path))
    except UnusableFile as error:
        raise BadSetting(str(error)) from error
    except RecursionError as error:
        raise BadSetting(f"{path} is nested too deep") from error
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path} cannot be read: {error}") from error
