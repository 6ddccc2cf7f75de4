"""A new store on each engine, for the tests of what both must do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.store.opening import AnyStore, open_store

ENGINES = ("sqlite", "postgres")
MakeUrl = Callable[[], str]


@contextmanager
def new_store(request: pytest.FixtureRequest, engine: str, file: Path | None = None) -> Iterator[AnyStore]:
    """A store of that engine, closed after the block."""
    url = request.getfixturevalue("postgres").new_url() if engine == "postgres" else None
    store = open_store(file, url)
    try:
        yield store
    finally:
        store.close()
