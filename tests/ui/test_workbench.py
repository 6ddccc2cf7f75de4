"""The integrator's pages as HTML: search, filters, one webhook, the head, presets, the time of requests."""

import re

import pytest
from markupsafe import escape

from emulator.ui.timeline import bars
from tests.emulators import Emulator
from tests.receivers import free_port, receiving, status
from tests.ui.reading import STRIP, Read, fill, open_page, place, read, submit


def names(page: Read) -> list[str]:
    """The targets of the rows that a page lists."""
    return [
        str(each["href"]).rpartition("/s/")[2].partition("/")[2] for tag, each in page.elements if "data-row" in each
    ]


@pytest.mark.parametrize(
    ("query", "shown", "not_shown"),
    [
        ("?search=mary", "Mary Denied", "Ann Open"),
        ("?search=1025", "Ann Open", "Mary Denied"),
        ("?search=ORDER-2", "Ann Open", "Mary Denied"),
        ("?state=in_progress", "Ann Open", "Mary Denied"),
        ("?state=completed", "Mary Denied", "Ann Open"),
        ("?state=refused", "Name can't be blank", "Mary Denied"),
        ("?search=can%27t+be+blank", "Name can't be blank", "Mary Denied"),
        ("?search=nobody", "Nothing fits", "Mary Denied"),
    ],
)
def test_the_feed_is_searched_and_filtered_by_its_address(
    emulator: Emulator, query: str, shown: str, not_shown: str
) -> None:
    fill(emulator)
    for part in ("", "&part=live"):
        text = read(open_page(emulator, f"/{query}{part}")).text
        assert (shown in text, not_shown in text) == (True, False), text


def test_each_counter_leads_to_what_it_counts_and_says_it_in_the_right_number(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.aplyid.open_case()
    emulator.control("POST", "clock/settle", {})
    page = read(open_page(emulator, "/"))
    assert re.search(r"\b1 case\b", page.text)
    assert "1 cases" not in page.text
    links = {str(each.get("href")) for tag, each in page.elements if tag == "a"}
    home = f"/s/{emulator.sandbox}/"
    assert {f"{home}?state=completed", f"{home}inbox?state=kept"} <= links
    for link in links:
        assert emulator.http.get(emulator.url + link, headers={"Accept": "text/html"}).status_code == 200, link


def test_a_search_says_how_much_fits_it_and_shows_no_figures_of_everything(emulator: Emulator) -> None:
    fill(emulator)
    assert "3 cases" in " ".join(read(open_page(emulator, "/")).text.split())
    for query, told in (
        ("?search=mary+denied", "1 case and 0 refused requests with “mary denied”"),
        ("?search=blank", "0 cases and 1 refused request with “blank”"),
        ("?search=mary+denied&state=completed", "1 case with “mary denied”"),
        ("?search=blank&state=refused", "1 refused request with “blank”"),
    ):
        page = open_page(emulator, f"/{query}").text.partition('id="live"')[2]
        assert told in page
        counters = page.partition('class="counters"')[2].partition("</ul>")[0]
        assert ("completed" in counters, re.findall(r"<b>\d+</b>", counters)) == (True, [])


def test_a_cancelled_case_is_counted(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__status="cancelled")
    page = read(open_page(emulator, "/"))
    assert "1 cancelled" in " ".join(page.text.split())
    assert f"/s/{emulator.sandbox}/?state=cancelled" in {each.get("href") for _, each in page.elements}


def test_a_value_without_its_field_is_no_filter_for_everything(emulator: Emulator) -> None:
    fill(emulator)
    answer = open_page(emulator, "/requests?value=Jane")
    [wrong] = [each for _, each in read(answer).elements if each.get("aria-invalid")]
    assert (wrong["name"], "name the field that has this value" in answer.text) == ("field", True)
    assert ("A filter was not understood" in answer.text, "No exchange fits" in answer.text) == (True, False)
    assert names(read(answer)) == []


@pytest.mark.parametrize("typed", ["nonsense", "ftp://x", "http://[::1", "http://user:pw@localhost/", "http://a b/"])
def test_an_address_that_is_none_is_told_beside_its_field_and_stays_there(emulator: Emulator, typed: str) -> None:
    emulator.aplyid.open_case()
    [kept] = emulator.wait("inbox/wait")["webhooks"]
    for path, order in (("/target", "save"), ("/target", "test"), (f"/inbox/{kept['id']}/send-on", "")):
        answer = submit(emulator, path, url=typed, order=order)
        page = read(answer)
        [field] = [each for tag, each in page.elements if tag == "input"]
        [form] = [each for tag, each in page.elements if tag == "form"]
        assert (answer.status_code, field["value"], field["aria-invalid"]) == (422, typed, "true")
        assert answer.headers["HX-Retarget"] == f"#{form['id']}"
        assert ("not a URL that can be dialled" in page.text, "url:" in page.text.lower()) == (True, False)
        assert STRIP in submit(emulator, path, scripted=False, url=typed, order=order).text
    assert emulator.control("GET", "").json()["settings"]["webhook_url"] is None


def test_every_row_of_the_feed_has_its_time_and_a_refusal_that_of_the_sandbox(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    emulator.aplyid.open_case()
    emulator.aplyid.create(client__name="")
    emulator.control("POST", "clock/advance", {"seconds": 86_400})
    emulator.aplyid.create(client__name="")
    page = read(open_page(emulator, "/"))
    assert ["00:00:00" in page.text, page.text.count("01-01 00:00")] == [True, 2]
    titles = [str(each.get("title")) for tag, each in page.elements if tag == "time"]
    assert any("by the sandbox's clock; 20" in title for title in titles)


def test_requests_are_told_in_the_time_of_the_sandbox(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T12:34:56Z"})
    emulator.aplyid.create(client__name="")
    assert "12:34:56" in read(open_page(emulator, "/requests")).text
    [refused] = emulator.control("GET", "requests").json()["requests"]
    page = read(open_page(emulator, f"/requests/{refused['number']}"))
    assert "2040-01-01 12:34:56.000 UTC" in page.text
    assert any("by the wall's" in str(each.get("title")) for _, each in page.elements)


def test_a_body_that_was_not_read_is_not_called_empty_and_advice_is_given_once(emulator: Emulator) -> None:
    emulator.http.post(
        f"{emulator.url}/s/{emulator.sandbox}/integrations/core/cases", json={}, headers={"X-Workflow-Access-Key": "no"}
    )
    [refused] = emulator.control("GET", "requests").json()["requests"]
    assert refused["body"] is None
    answer = open_page(emulator, f"/requests/{refused['number']}")
    assert ("The body was not read" in answer.text, "The body is empty" in answer.text) == (True, False)
    boxes = re.sub(r"<dd>.*?</dd>", "", answer.text)  # a header of the answer says it as well
    assert refused["advice"]
    for advice in refused["advice"]:
        assert boxes.count(str(escape(advice))) == 1


def test_a_webhook_has_an_address_with_attempts_answers_and_what_changed(emulator: Emulator) -> None:
    with receiving(status(503, Retry_After="7", X_Api_Key="s3cret"), status(200)) as receiver:
        emulator.control("PATCH", "clock", {"mode": "frozen"})
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.control("POST", "faults", {"kind": "duplicate", "times": 1, "after": 60})
        emulator.aplyid.open_case()
        emulator.control("POST", "clock/advance", {"seconds": 120})
    first, second = emulator.control("GET", "deliveries").json()["deliveries"]
    answer = open_page(emulator, f"/inbox/{first['id']}?state=all")
    page = read(answer)
    assert len(names(page)) == 2
    assert (page.text.count("Retry-After"), "s3cret" in answer.text) == (1, False)
    assert ("in_progress" in page.text, "Send a duplicate" in page.text) == (True, True)
    curls = [str(each["data-copy"]) for _, each in page.elements if str(each.get("data-copy")).startswith("curl")]
    assert len(curls) == 1
    assert receiver.url in curls[0]
    text = read(open_page(emulator, f"/inbox/{second['id']}?against={first['id']}")).text
    assert "identical, byte for byte, and have the same headers" in text
    assert "None was made" not in text


def test_a_webhook_is_sent_on_by_a_form_and_that_is_remembered(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    [kept] = emulator.wait("inbox/wait")["webhooks"]
    with receiving() as receiver:
        told = submit(emulator, f"/inbox/{kept['id']}/send-on", url=receiver.url)
        assert (told.status_code, f"Sent on to {receiver.url}: 200 in" in told.text) == (200, True)
        assert receiver.next().body.decode() == kept["body"]
        plain = submit(emulator, f"/inbox/{kept['id']}/send-on", scripted=False, url=receiver.url)
        assert plain.status_code == 303
    told = submit(emulator, f"/inbox/{kept['id']}/send-on", url="http://169.254.169.254/")
    assert ("It was not taken." in told.text, "metadata" in told.text) == (True, True)
    assert submit(emulator, f"/inbox/{kept['id']}/send-on", url="ftp://x").status_code == 422
    assert f"sent on to {receiver.url}" in read(open_page(emulator, f"/inbox/{kept['id']}")).text


def test_why_a_webhook_is_kept_is_short_in_lists_and_whole_on_its_page(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("PATCH", "", {"webhook_url": "https://hooks.example.com/kyc"})
    emulator.aplyid.open_case()
    emulator.control("POST", "clock/advance", {"seconds": 60})
    [kept] = emulator.control("GET", "deliveries").json()["deliveries"]
    short, _, remedy = kept["reason"].partition("; ")
    assert "--allow-target" in remedy
    for path, is_whole in (
        ("/", False),
        ("/inbox", False),
        (f"/inbox/{kept['id']}", True),
        ("/cases/aplyid/1024", True),
    ):
        text = read(open_page(emulator, path)).text
        assert (f"webhook kept: {short}" in text, remedy in text) == (True, is_whole), path


def test_a_number_stays_on_a_line_with_its_unit(emulator: Emulator) -> None:
    fill(emulator)
    emulator.aplyid.open_case()
    assert "ends in 1\N{NO-BREAK SPACE}min" in open_page(emulator, "/").text


def test_settings_in_the_words_about_a_fault_are_marked_as_such(emulator: Emulator) -> None:
    page = open_page(emulator, "/planning").text
    assert ("as <code>how</code> says" in page, "`" in page) == (True, False)


def test_where_webhooks_go_is_changed_and_tried_in_the_head(emulator: Emulator) -> None:
    assert "Webhooks go to inbox" in " ".join(read(open_page(emulator, "/requests")).text.split())
    port = free_port()
    told = submit(emulator, "/target", url=f"http://127.0.0.1:{port}/hook", order="test")
    assert (told.status_code, f"Nothing listens on 127.0.0.1:{port}" in told.text) == (200, True)
    assert emulator.control("GET", "").json()["settings"]["webhook_url"] is None
    with receiving() as receiver:
        saved = submit(emulator, "/target", url=receiver.url, order="save")
        assert f"Webhooks go to {receiver.url} from now on." in saved.text
        assert receiver.url in open_page(emulator, "/requests").text
        assert "took it: 200 in" in submit(emulator, "/target", url="", order="test").text
        receiver.next()
    assert "kept in the inbox from now on" in submit(emulator, "/target", url="", order="save").text
    assert submit(emulator, "/target", url="ftp://x", order="save").status_code == 422
    assert submit(emulator, "/target", url="", order="test").status_code == 422
    assert submit(emulator, "/target", scripted=False, url="", order="save").status_code == 303


def test_the_head_tells_of_faults_in_force_and_polls_both(emulator: Emulator) -> None:
    assert "in force" not in read(open_page(emulator, "/requests")).text
    for many in ("1 fault", "2 faults"):
        emulator.control("POST", "faults", {"kind": "drop"})
        assert f"{many} in force" in read(open_page(emulator, "/requests")).text
        polled = open_page(emulator, "/clock")
        assert (f"{many} in force" in polled.text, polled.text.count("hx-swap-oob")) == (True, 2)


def test_to_now_is_offered_where_it_can_be_done(emulator: Emulator) -> None:
    def to_now() -> tuple[bool, str]:
        page = read(open_page(emulator, "/requests"))
        [button] = [each for tag, each in page.elements if tag == "button" and each.get("value") == "real"]
        return "disabled" in button, str(button["title"])

    assert to_now() == (True, "The clock shows wall time already.")
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    assert to_now()[0] is False
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    assert to_now() == (True, "The clock is ahead of wall time and never goes back; a reset of the sandbox returns it.")
    assert "demo clock" in read(open_page(emulator, "/requests")).text


def test_a_preset_is_one_click_and_then_changed(emulator: Emulator) -> None:
    told = submit(emulator, "/planning/presets", name="503 once")
    assert "the next request is answered 503." in told.text
    [fault] = emulator.control("GET", "faults").json()["faults"]
    page = open_page(emulator, f"/planning?change={fault['id']}")
    assert ("1 time more" in page.text, "has matched nothing yet" in page.text) == (True, True)
    assert f'name="replaces" value="{fault["id"]}"' in page.text
    assert 'name="times" value="1"' in page.text
    changed = submit(emulator, "/planning/faults/status", status="500", times="2", replaces=fault["id"])
    assert "The fault was changed." in changed.headers["HX-Trigger"]
    [now] = emulator.control("GET", "faults").json()["faults"]
    assert (now["status"], now["times"]) == (500, 2)
    refused = submit(emulator, "/planning/faults/status", status="soon", replaces=now["id"])
    assert (refused.status_code, f'value="{now["id"]}"' in refused.text) == (422, True)
    assert emulator.control("GET", "faults").json()["count"] == 1
    assert submit(emulator, "/planning/presets", name="nothing").status_code == 404


@pytest.mark.parametrize(
    "when",
    [{"client.name": "Jo", "client.email": "a@b.c"}, {"client.name": {"contains": "J", "starts_with": "J"}}],
    ids=["two fields", "two comparisons"],
)
def test_a_fault_of_several_conditions_is_not_changed_by_a_form_that_has_room_for_one(
    emulator: Emulator, when: dict[str, object]
) -> None:
    made = emulator.control("POST", "faults", {"kind": "drop", "when": when}).json()
    page = open_page(emulator, f"/planning?change={made['id']}")
    assert ('name="replaces"' in page.text, f"change={made['id']}#" in page.text) == (False, False)
    assert ("Take back" in page.text, "client.name" in page.text) == (True, True)
    emulator.control("POST", "faults", {"kind": "drop", "when": {"client.name": {"contains": "J"}}})
    assert "Change</a>" in open_page(emulator, "/planning").text


def test_forms_name_apis_by_their_titles_and_have_the_needed_field_first(emulator: Emulator) -> None:
    emulator.control("POST", "faults", {"kind": "status", "status": 503, "provider": "aplyid", "path": "/x"})
    page = open_page(emulator, "/planning")
    assert "APLYiD Workflow, paths from /x" in read(page).text
    form = page.text.partition('id="fault-status"')[2].partition("</form>")[0]
    fields = re.findall(r'name="(\w+)"', form)
    assert fields[:3] == ["status", "times", "provider"]
    assert 'value="503"' in form
    assert "<legend>" in form
    assert form.index("<details") < form.index('name="probability"')


def test_the_figures_of_sandboxes_are_drawn_anew_after_a_reset(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    for number in range(101):  # of many not all are listed, but always the present one
        emulator.of(f"000-{number}").aplyid.open_case()
    live = open_page(emulator, "/sandboxes?part=live")
    row = live.text.partition(f">{emulator.sandbox}<")[2].partition("</tr>")[0]
    assert '<td class="number">1</td>' in row
    told = submit(emulator, "/sandboxes/reset", name=emulator.sandbox)
    assert ("is empty, as on its first use" in told.text, told.headers["HX-Trigger"]) == (True, "refresh")
    assert 'hx-trigger="refresh from:body"' in open_page(emulator, "/sandboxes").text
    row = open_page(emulator, "/sandboxes?part=live").text.partition(f">{emulator.sandbox}<")[2].partition("</tr>")[0]
    assert '<td class="number">0</td>' in row


def test_the_documents_have_the_key_of_the_sandbox_at_hand(emulator: Emulator) -> None:
    for name in ("aplyid", "sphinxhq"):
        page = open_page(emulator, f"/documents/{name}")
        assert f'data-key="test_{emulator.sandbox}"' in page.text
    assert 'data-key=""' in open_page(emulator, "/documents/control").text
    for name, header in (("sphinxhq-first", "Cookie"), ("sphinxhq-current", "Authorization")):
        assert f"<code>{header}: " in open_page(emulator, f"/documents/{name}").text


def test_a_name_that_turns_the_letters_round_turns_those_of_nobody_else(emulator: Emulator) -> None:
    turned = "Zo\N{RIGHT-TO-LEFT OVERRIDE}evil"
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("POST", "outcomes/next", {"outcome": "stuck"})
    made = emulator.aplyid.open_case(client__clientable_attributes__firstname=turned, client__name=f"{turned} Bee")
    emulator.aplyid.open_case(client__name=f"{turned} Bee", client__external_id="another")
    emulator.control("POST", "clock/advance", {"seconds": 60})
    link = made["case_url"].partition(f"/s/{emulator.sandbox}")[2]
    for path in ("/", "/inbox", link):
        answer = open_page(emulator, path)
        alone = re.findall(r"<bdi>(.*?)</bdi>", answer.text)
        assert turned in "".join(alone), path
        assert turned not in re.sub(r"<bdi>.*?</bdi>|<title>.*?</title>", "", answer.text), path


def drawer(emulator: Emulator, made: dict[str, object]) -> str:
    """What the presenter's drawer behind the link of a case says."""
    page = open_page(emulator, str(made["case_url"]).partition(f"/s/{emulator.sandbox}")[2]).text
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition('id="arrival"')[2].partition(">")[2]).split())


def test_the_drawer_says_when_a_case_ends_why_it_ended_and_why_no_webhook_comes(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 60})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2040-01-01T00:00:00Z"})
    made = emulator.aplyid.open_case()
    assert "ends by itself at 00:01:00" in drawer(emulator, made)  # and not its next step, half a minute before
    emulator.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"})
    assert "Case 1024, decided because somebody completed it by hand" in drawer(emulator, made)
    cancelled = emulator.aplyid.open_case(activity__status="cancelled")
    assert "A cancelled case sends none." in drawer(emulator, cancelled)


def test_who_was_never_dialled_is_not_said_to_give_no_answer(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.control("PATCH", "", {"webhook_url": "https://hooks.example.com/kyc"})
    emulator.aplyid.open_case()
    emulator.control("POST", "clock/advance", {"seconds": 60})
    page = open_page(emulator, "/cases/aplyid/1024").text
    assert ("not dialled" in page, "no answer" in page) == (True, False)


def test_what_is_no_mistake_is_not_called_one(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__status="in_review")
    page = read(open_page(emulator, "/cases/aplyid/1024")).text
    assert "activity.status is in_review: the case waits until somebody completes it" in page
    assert "robably a mistake" not in page


@pytest.mark.parametrize("name", ["aplyid", "sphinxhq", "control"])
def test_no_word_of_a_document_is_taken_for_markup(emulator: Emulator, name: str) -> None:
    document = emulator.http.get(place(emulator, f"/documents/{name}.json")).json()
    schemes = document["components"].get("securitySchemes", {}).values()
    for text in [document["info"].get("description", ""), *(scheme.get("description", "") for scheme in schemes)]:
        assert "<" not in "".join(text.split("`")[::2]), text  # Swagger UI draws what is outside of code as HTML


def test_one_slow_attempt_does_not_flatten_the_others() -> None:
    made = [
        {"latency_ms": ms, "status": 200, "error": None, "ended_at": str(number)}
        for number, ms in enumerate((10.0, 12.0, 10_000.0))
    ]
    chart = bars([{"attempts": made}])
    assert chart is not None
    heights = [bar["height"] for bar in chart["bars"]]  # type: ignore[index, attr-defined]
    assert heights[2] == 40
    assert min(heights) >= 8
