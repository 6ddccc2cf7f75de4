"""The pages of the documentation, and the marked blocks in them.

A mark is a line of its own, `<!-- made by make docs: NAME -->`; the block is the fenced sample or the table below it.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORLDS = ROOT / "docs" / "worlds"
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
MARKED = re.compile(r"^<!-- made by make docs: (\S+) -->\n(?:```.*?^```\n|(?:\|[^\n]*\n)+)?", re.DOTALL | re.MULTILINE)


def rewritten(text: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with every marked block made anew; raises KeyError for a mark that names no block."""
    return MARKED.sub(lambda found: f"<!-- made by make docs: {found[1]} -->\n{blocks[found[1]]()}\n", text)


def marks(text: str) -> list[str]:
    """Return the names of the page's marked blocks, in their order."""
    return MARKED.findall(text)


def samples(text: str, language: str) -> list[str]:
    """Return the page's fenced samples in that language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
