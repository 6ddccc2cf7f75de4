"""The environment, as `cli`, the one module that reads it, hands it to the commands."""

from collections.abc import Mapping
from typing import cast

import click


def environment() -> Mapping[str, str]:
    """Return the environment variables of this process."""
    return cast(Mapping[str, str], click.get_current_context().find_root().obj)
