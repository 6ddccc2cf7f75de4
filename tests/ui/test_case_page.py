"""The page of a case: its words, its time axis."""

import pytest

from emulator.ui.analyst_texts import blocks_of
from tests.emulators import Emulator, served
from tests.receivers import free_port
from tests.ui.reading import open_page, read
from tests.ui.test_pages import freeze


def test_each_api_has_one_word_for_an_outcome_on_button_title_and_check() -> None:
    with (
        served() as emulator
    ):  # of its own, or each page names the sandboxes of other tests, which have words like that
        freeze(emulator)
        emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
        assert "Complete as accepted" in read(open_page(emulator, "/cases/sphinxhq/1")).text
        emulator.control("POST", "clock/advance", {"seconds": 62})
        for path in ("/", "/cases/sphinxhq/1", "/analyst/sphinxhq/1"):
            text = read(open_page(emulator, path)).text
            assert ("accepted" in text, "approved" in text) == (True, False)


def test_every_attempt_to_come_is_on_the_time_axis(emulator: Emulator) -> None:
    freeze(emulator, webhook_url=f"http://127.0.0.1:{free_port()}/hook")
    emulator.aplyid.open_case(activity__external_id="order-1")
    emulator.control("POST", "clock/advance", {"seconds": 62})
    [axis] = [
        one for tag, one in read(open_page(emulator, "/cases/aplyid/1024")).elements if one.get("class") == "timeline"
    ]
    assert [f"attempt {number} expected at" in (axis["aria-label"] or "") for number in range(1, 8)] == [
        *[False] * 1,
        *[True] * 5,
        False,
    ]


def test_a_case_says_in_plain_words_what_decides_it(emulator: Emulator) -> None:
    freeze(emulator)
    emulator.aplyid.open_case(activity__external_id="order-1")
    emulator.aplyid.open_case(activity__status="in_review")
    told = [read(open_page(emulator, f"/cases/aplyid/{case}")).text for case in (1024, 1025)]
    assert "will be decided by default, as no plan, no surname and no rule said how" in told[0]
    assert "waits until somebody completes it" in told[1]
    emulator.control("POST", "clock/advance", {"seconds": 62})
    assert "decided by default" in read(open_page(emulator, "/cases/aplyid/1024")).text


def test_what_an_analyst_wrote_is_laid_out_and_nothing_else_becomes_an_element(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})
    case = emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}])
    note = "**Found:** <b>x</b> in *one* list"
    reasoning = "First.\n\n- *Register*: a\n- b & c\n\nLast **word**."
    check = {"id": case["checks"][0]["id"], "outcome": "REJECTED", "note": note, "reasoning": reasoning}
    emulator.control("POST", f"cases/sphinxhq/{case['id']}/complete", {"outcome": "REJECTED", "checks": [check]})
    page = open_page(emulator, f"/analyst/sphinxhq/{case['id']}").text
    assert "<p><b>Found:</b> &lt;b&gt;x&lt;/b&gt; in <i>one</i> list</p>" in page
    assert '<ul class="written"><li><i>Register</i>: a</li><li>b &amp; c</li></ul>' in page
    assert "<p>Last <b>word</b>.</p>" in page


@pytest.mark.parametrize("text", ["", "   ", "**", "*", "****", "**a", "- ", "-", "\n\n\n", "a\n- b\nc", "*a*b*c*"])
def test_a_text_of_any_kind_keeps_its_letters(text: str) -> None:
    shown = "".join(span.text for block in blocks_of(text) for line in block.lines for span in line)
    letters = [letter for letter in text if letter.isalpha()]
    assert sorted(letter for letter in shown if letter.isalpha()) == sorted(letters)
