"""Write the marked blocks of the pages anew: `make docs`."""

import sys

from tests.docs.blocks import BLOCKS
from tests.docs.pages import PAGES, ROOT, WORLDS, rewritten
from tests.docs.tables import world_pages


def main() -> None:
    """Write the pages whose blocks are no longer true, and name them."""
    for page in PAGES:
        before = page.read_text("utf-8")
        after = rewritten(before, BLOCKS)
        if after != before:
            page.write_text(after, "utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)} is written\n")
    _write_worlds()


def _write_worlds() -> None:
    """Write a page for each world, and remove those of worlds that are no more."""
    WORLDS.mkdir(exist_ok=True)
    pages = world_pages()
    for gone in (page for page in WORLDS.glob("*.md") if page.name not in pages):
        gone.unlink()
    for name, text in pages.items():
        (WORLDS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
