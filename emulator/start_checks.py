"""Refuse settings that can each be read, but that no start takes; `doctor` asks the same."""

from collections.abc import Iterable

from emulator.delivery.targets import is_loopback
from emulator.settings import BadSetting, Settings, suggest


def check_credentials(credentials: Iterable[str], providers: Iterable[str]) -> None:
    """Raise BadSetting for a credential (`NAME=KEY`) of an API that is not emulated."""
    known = tuple(providers)
    for item in credentials:
        name = item.partition("=")[0]
        if name not in known:
            raise BadSetting(f"--credential {name}=...: there is no API {name}{suggest(name, known)}")


def refuse_open_control(settings: Settings) -> None:
    """Raise BadSetting where others reach the control API, which can read and change everything, without a token."""
    if not (is_loopback(settings.host) or settings.control_token or settings.insecure_no_token):
        raise BadSetting(
            f"--host {settings.host} lets others in, and the control API asks them for no token: set --control-token, "
            "or --insecure-no-token to let everybody use it"
        )
