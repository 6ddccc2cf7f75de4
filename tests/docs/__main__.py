"""Write the marked blocks of the pages anew: `make docs`."""

import sys

from tests.docs.blocks import BLOCKS
from tests.docs.pages import PAGES, ROOT, rewritten


def main() -> None:
    """Write the pages whose blocks are no longer true, and name them."""
    for page in PAGES:
        before = page.read_text("utf-8")
        after = rewritten(before, BLOCKS)
        if after != before:
            page.write_text(after, "utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
