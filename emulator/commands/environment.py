"""What a command is given by the one module that reads it: the environment."""

from collections.abc import Mapping
from typing import cast

import click


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return cast(Mapping[str, str], click.get_current_context().find_root().obj)
