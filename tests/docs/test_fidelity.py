"""The ledger of what is documented, recorded or assumed has the marks that the contract gives."""

import re

import pytest

from emulator.worlds.registry import all_worlds
from emulator.worlds.world import Kind
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "fidelity.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.*) \| ((?:documented|framework|assumed)[^|]*) \|$", PAGE, re.M)
MARKS = {
    "within 10 seconds": "assumed",
    "after 5 s, 30 s, 2 min, 10 min and 1 h": "assumed",
    "410 ends the attempts": "assumed",
    "`Retry-After`": "assumed",
    "`delete_after` that was not sent is -1": "assumed",
    "`rfi` that was not sent is null": "assumed",
    "`*_attributes` that are an array": "assumed",
    "`*_attributes` of another type": "framework",
    "a blank `webhook_url`": "framework, what follows is assumed",
    "a repeated `activity.external_id`": "assumed",
    "a public `https://` address": "assumed, ours",
    "`aplyid.activity-missing`": "documented",
    "`Clientable must exist`": "assumed",
    "`Status is not included in the list`": "assumed",
    "`Documents not found`": "assumed",
    "`delete_after` above 365 and below -1": "assumed",
    "`check_type` is required": "framework",
    "no fraction if it is zero": "framework",
}


@pytest.mark.parametrize("behaviour", MARKS)
def test_a_behaviour_stands_in_the_ledger_with_its_mark(behaviour: str) -> None:
    assert [mark for text, mark in ROWS if behaviour in text] == [MARKS[behaviour]]


def test_every_row_of_the_ledger_has_a_mark() -> None:
    rows = re.findall(r"^\| (?!what \|)(?!---).*$", PAGE, re.M)
    assert len(rows) == len(ROWS) > 40


def test_each_guess_that_can_be_turned_stands_in_the_ledger_with_its_world() -> None:
    guesses = [world for world in all_worlds() if world.kind is Kind.GUESS]
    named = set(re.findall(r"`([a-z0-9-]+)`", " ".join(re.findall(r"\(worlds? ([^)]*)\)", PAGE))))
    assert named == {world.name for world in guesses if world.switch is None}
    switches = {world.switch.partition("=")[0] for world in guesses if world.switch}
    assert switches <= set(re.findall(r"switch `([a-z0-9.-]+)`", PAGE))


def test_the_ledger_says_of_case_url_what_is_true() -> None:
    assert "will be" not in PAGE
