"""The map of the code names what is there."""

import re

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGE = ROOT / "emulator"
STARTS = (ROOT, PACKAGE, ROOT / "tests")


def named_paths() -> list[str]:
    """Return every path on the map, as it is seen from one of `STARTS`; `<name>` stands for any folder."""
    found = re.findall(r"`((?:[\w<>-]+/)+[\w.*]*|emulator/\w+\.py)`", PAGE)
    assert len(found) > 30
    return found


def test_every_path_on_the_map_leads_somewhere() -> None:
    patterns = {path: path.replace("<name>", "*").rstrip("/") for path in named_paths()}
    assert [path for path, pattern in patterns.items() if not any(any(s.glob(pattern)) for s in STARTS)] == []


def test_every_room_is_on_the_map() -> None:
    rooms = {f"emulator/{folder.name}/" for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists()}
    assert {room for room in rooms if f"`{room}" not in PAGE} == set()
