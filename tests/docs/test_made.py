"""The marked blocks of the pages are what `make docs` writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import BLOCKS
from tests.docs.layout import WIDTH, laid_out
from tests.docs.pages import PAGES, ROOT, marks, rewritten
from tests.emulators import CREATE_CASE

MARKED_PAGES = [page for page in PAGES if marks(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", MARKED_PAGES, ids=lambda page: page.name)
def test_every_marked_block_is_as_the_fixtures_and_the_code_say(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == rewritten(text, BLOCKS), f"{page.relative_to(ROOT)} is out of date: run make docs"


def test_every_block_stands_in_a_page() -> None:
    assert {name for page in MARKED_PAGES for name in marks(page.read_text("utf-8"))} == set(BLOCKS)


def test_whatever_looks_like_a_mark_is_one() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert len(re.findall("made by make docs", text)) == len(marks(text)), page.name


@pytest.mark.parametrize("name", BLOCKS)
def test_a_changed_block_is_noticed_and_mended_and_its_neighbours_are_left_alone(name: str) -> None:
    before, after = f"Above.\n\n<!-- made by make docs: {name} -->\n", "\n\n| a table | of mine |\n|---|---|\n"
    made = f"{before}{BLOCKS[name]()}{after}"
    assert rewritten(made, BLOCKS) == made
    stale = f"{before}{BLOCKS[name]().replace('e', 'x')}{after}"
    assert stale != made
    assert rewritten(stale, BLOCKS) == made


def test_a_mark_without_a_block_gets_one() -> None:
    assert rewritten("<!-- made by make docs: x -->\n\nText.\n", {"x": lambda: "| y |"}) == (
        "<!-- made by make docs: x -->\n| y |\n\nText.\n"
    )


def test_a_mark_that_names_no_block_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        rewritten("<!-- made by make docs: nothing -->\n", BLOCKS)


@pytest.mark.parametrize("value", [CREATE_CASE, {}, [], [[{"a": []}]], {"a": ["b" * 60, "c" * 60]}, "d", None])
def test_json_laid_out_for_a_page_is_the_same_json_in_short_lines(value: Any) -> None:
    text = laid_out(value)
    assert json.loads(text) == value
    assert all(len(line) <= WIDTH for line in text.split("\n") if "source" not in line)
