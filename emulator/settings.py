"""The settings: one table from which flags, variables, file keys and their documentation are made.

Only `setting_sources` reads the environment. A flag wins over a variable, a variable over the file, the file over the
default.
"""

from collections.abc import Callable, Iterable
from dataclasses import field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from emulator.path_readers import DatabaseUrl, read_database, read_output_file, read_path, read_paths
from emulator.quick_dataclass import dataclass
from emulator.readers import (
    read_bind_address,
    read_credentials,
    read_delay,
    read_flag,
    read_host_names,
    read_keys,
    read_log_format,
    read_many,
    read_origins,
    read_port,
    read_public_url,
    read_retry,
    read_rules,
    read_seed,
    read_targets,
    read_token,
    read_url,
)

PREFIX = "CASE_EMULATOR_"
FILE_NAME = "case-emulator.toml"
# Variables with our prefix that are not settings of the server.
CONFIG_VARIABLE, URL_VARIABLE, CONTROL_TOKEN_VARIABLE = (PREFIX + name for name in ("CONFIG", "URL", "CONTROL_TOKEN"))
TLS_CA_FILE_VARIABLE = f"{PREFIX}TLS_CA_FILE"  # read by the server and by the commands that ask it
# Of a run of `worlds`: its name, and where our pytest plugin writes what came of each test.
WORLD_VARIABLE, WORLD_RESULTS_VARIABLE = f"{PREFIX}WORLD", f"{PREFIX}WORLD_RESULTS"
OTHER_VARIABLES = {CONFIG_VARIABLE, URL_VARIABLE, CONTROL_TOKEN_VARIABLE, WORLD_VARIABLE, WORLD_RESULTS_VARIABLE}


class BadSetting(Exception):
    """A setting cannot be used; the text names it and what to write instead."""


def _setting(
    read: Callable[[object], object],
    default: object,
    help_text: str,
    metavar: str | None = None,
    example: str | None = None,  # what to write where there is no default
) -> Any:  # as of dataclasses.field: each setting has its own type
    return field(default=default, metadata={"read": read, "help": help_text, "metavar": metavar, "example": example})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, after flags, variables, file and defaults."""

    host: str = _setting(read_bind_address, "127.0.0.1", "Address to listen on. Default: 127.0.0.1.", "ADDRESS")
    port: int = _setting(read_port, 8642, "Port to listen on; 0 picks a free one. Default of serve: 8642.", "PORT")
    port_file: Path | None = _setting(
        read_output_file, None, "Write the port to this file once serving.", "FILE", "port.txt"
    )
    database: Path | DatabaseUrl | None = _setting(
        read_database,
        None,
        "Keep everything in this file, as in sqlite:///cases.sqlite, or in PostgreSQL: postgresql://user@host/name.",
        "URL",
        "sqlite:///cases.sqlite",
    )
    ephemeral: bool = _setting(
        read_flag, False, "Start empty and forget at exit (what happens without --database, too)."
    )
    webhook_url: str | None = _setting(
        read_url,
        None,
        "Where APLYiD's webhooks go; without it the inbox keeps them.",
        "URL",
        "http://localhost:3000/webhooks",
    )
    delay: timedelta = _setting(
        read_delay, timedelta(seconds=2), "Seconds from a case's creation to its end. Default: 2.", "SECONDS"
    )
    retry: str = _setting(
        read_retry,
        "standard",
        "When a failed webhook is sent again: standard, once, or waits like 1,5,30. Default: standard.",
        "PROFILE",
    )
    seed: int = _setting(read_seed, 0, "Number from which every random value follows. Default: 0.", "NUMBER")
    access_key: tuple[str, ...] = _setting(
        read_keys, (), "A further X-Workflow-Access-Key for the default sandbox; repeatable.", "KEY"
    )
    session_id: tuple[str, ...] = _setting(
        read_keys, (), "A further sessionid for the default sandbox; repeatable.", "ID"
    )
    credential: tuple[str, ...] = _setting(
        read_credentials,
        (),
        "A further credential of an API for the default sandbox, as in aplyid=KEY; repeatable.",
        "NAME=KEY",
    )
    public_url: str | None = _setting(
        read_public_url,
        None,
        "Address at which others reach this emulator, for links in answers.",
        "URL",
        "http://localhost:8642",
    )
    allow_target: tuple[str, ...] = _setting(
        read_targets,
        (),
        "A host that webhooks may go to: app, app:3000, *.acme.com, 10.0.0.0/8, * for any; repeatable.",
        "HOST",
    )
    webhook_ca_file: Path | None = _setting(
        read_path,
        None,
        "Trust the certificates of receivers that this authority signed, besides the public ones.",
        "FILE",
        "rootCA.pem",
    )
    allow_host: tuple[str, ...] = _setting(
        read_host_names, (), "A further Host header to answer to, as in emulator.acme.com; repeatable.", "NAME"
    )
    tls: bool = _setting(
        read_flag, False, "Serve HTTPS, with a certificate from an authority that is made at each start."
    )
    tls_ca_file: Path | None = _setting(
        read_output_file,
        None,
        "Write the certificate of the --tls authority to this file, for clients to trust.",
        "FILE",
        "ca.pem",
    )
    cors_origin: tuple[str, ...] = _setting(
        read_origins, (), "An origin whose pages may use both APIs, like http://localhost:3000; repeatable.", "ORIGIN"
    )
    control_token: str | None = _setting(
        read_token,
        None,
        "Token that callers of the control API send as Authorization: Bearer; needed if others can connect.",
        "TOKEN",
        "a-secret-of-16-or-more-characters",
    )
    insecure_no_token: bool = _setting(
        read_flag, False, "Let everybody who can connect use the control API without a token."
    )
    scenario: tuple[str, ...] = _setting(
        read_paths,
        (),
        "A YAML file of outcome rules for every sandbox, or a built-in one by name; repeatable.",
        "FILE",
    )
    rule: tuple[str, ...] = _setting(
        read_rules, (), "An outcome rule for every sandbox, as the control API takes it, in JSON; repeatable.", "JSON"
    )
    init_folder: Path | None = _setting(
        read_path,
        None,
        "A folder of scenarios (*.yaml), and of snapshots to begin with (*.json), named after their sandboxes.",
        "DIR",
        "init",
    )
    switch: tuple[str, ...] = _setting(
        read_many,
        (),
        "Change a guess about a service, as in sphinxhq.unauthorized=403; repeatable.",
        "NAME=VALUE",
    )
    stop_delay: timedelta = _setting(
        read_delay,
        timedelta(),
        "Seconds to serve on after a signal to stop, with readyz at 503, so that a proxy leaves first. Default: 0.",
        "SECONDS",
    )
    no_background: bool = _setting(
        read_flag, False, "Answer requests only: complete no case and send no webhook by itself."
    )
    demo: bool = _setting(
        read_flag, False, "Start with three days of a company that does not exist, and stories to present."
    )
    log_format: str = _setting(
        read_log_format, "text", "How the log is written: text or json. Default: text.", "FORMAT"
    )

    @property
    def database_file(self) -> Path | None:
        """The database file; None for a temporary one, and for PostgreSQL."""
        return self.database if isinstance(self.database, Path) and not self.ephemeral else None

    @property
    def database_url(self) -> DatabaseUrl | None:
        """The URL of the PostgreSQL database; None for a file."""
        return self.database if isinstance(self.database, DatabaseUrl) and not self.ephemeral else None


class RuleText(str):
    """The JSON of an outcome rule, with the place where a person wrote it, for messages."""

    place: str

    def __new__(cls, text: str, place: str) -> Self:
        """Return the text as written at that place."""
        made = super().__new__(cls, text)
        made.place = place
        return made


OPTIONS = {f.name: f for f in fields(Settings)}
# The settings whose values no message shows.
SHORTEST_TOKEN = 16  # characters of a control token that strangers may try to guess
SECRETS = frozenset({"access_key", "session_id", "credential", "control_token"})
# The settings that name a credential as its API does; --credential serves every API.
CREDENTIAL_ALIASES = {"aplyid": "access_key", "sphinxhq": "session_id"}


def credentials_of(settings: Settings, provider: str) -> frozenset[str]:
    """Return the further credentials of that API, from --credential and from the setting of its own."""
    alias = CREDENTIAL_ALIASES.get(provider)
    named = (item.partition("=") for item in settings.credential)
    own = [key for name, _, key in named if name == provider]
    return frozenset([*own, *(getattr(settings, alias) if alias else ())])


def variables_of(provider: str) -> dict[str, str]:
    """Return the variables by which a program finds that API: `url` and `credential`, as in APLYID_BASE_URL."""
    credential = CREDENTIAL_ALIASES.get(provider, "credential")
    return {"url": f"{provider}_base_url".upper(), "credential": f"{provider}_{credential}".upper()}


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that refuses an unknown name: the name probably meant, else all known ones."""
    import difflib

    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
