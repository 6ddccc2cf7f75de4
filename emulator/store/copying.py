"""Copy everything from one store to another, which may be on another engine."""

from collections.abc import Callable
from pathlib import Path

from emulator.core.ports import Reading, Transaction
from emulator.core.sandbox_clock import from_micros
from emulator.path_readers import DatabaseUrl
from emulator.quick_dataclass import dataclass
from emulator.store.opening import AnyStore, open_store
from emulator.store.sqlite import StoreUnusable

Tell = Callable[[str, int, int], None]  # the sandbox that is copied, how many were, and of how many


@dataclass(frozen=True)
class Copied:
    """How many sandboxes and exchanges of the journal were copied, and how many exchanges could not be."""

    sandboxes: int
    exchanges: int
    left_behind: int


def copy_all(source: Path | DatabaseUrl, target: Path | DatabaseUrl, tell: Tell) -> Copied:
    """Copy all that a store holds, whole or not at all, and return how much that was.

    The journal is copied where both keep it; a file of SQLite keeps none. Raise StoreUnusable for a target that holds
    something already.
    """
    opened = [_open(source)]
    try:
        opened.append(_open(target))
        return _copy(opened[0], opened[1], tell)
    finally:
        for store in opened:
            store.close()


def _open(place: Path | DatabaseUrl) -> AnyStore:
    return open_store(place, None) if isinstance(place, Path) else open_store(None, place, patient=True)


def _copy(source: AnyStore, target: AnyStore, tell: Tell) -> Copied:
    with source.reading() as read, target.transaction() as change:
        if change.count_sandboxes():
            raise StoreUnusable(f"{target.place} holds sandboxes already: copy into an empty database")
        names = read.sandbox_names()
        for number, name in enumerate(names):
            tell(name, number, len(names))
            _copy_sandbox(read, change, name)
        for name, value in read.secrets():
            change.secret_or(name, value)
        beside = read.dump_beside()
        change.load_beside(beside)
    exchanges = len(beside.get("exchanges", ()))
    return Copied(len(names), *((exchanges, 0) if target.is_shared else (0, exchanges)))


def _copy_sandbox(read: Reading, change: Transaction, name: str) -> None:
    found = read.sandbox(name)
    assert found
    change.add_sandbox(name, [], from_micros(found.born))
    change.load(name, read.dump(name))
    change.save_sandbox_settings(name, found.settings)
    change.save_clock(name, found.clock, advancing=False)
