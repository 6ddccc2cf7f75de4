"""The mistakes of the shops, for tests that do not import the shop: it is a program of its own."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType


def _load() -> ModuleType:
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        spec = importlib.util.find_spec("shop.mistakes")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


_SHOP = _load()
FOUND_IN: Mapping[str, str] = _SHOP.FOUND_IN
CURRENT: frozenset[str] = frozenset(_SHOP.FOUND_IN_CURRENT)  # mistakes about Sphinx' current generation
# Mistakes that more than one world finds, with the others.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "CountsTwice": ("eight-at-once", "lost-acknowledgement"),
    "TakesOldest": ("burst", "lost-acknowledgement"),
    "ReadsOnce": ("chunked", "eight-at-once"),
    "CountsReasons": ("aplyid.join=first",),
    "GivesUpAt401": ("sphinxhq.token-life=60", "late"),
}
