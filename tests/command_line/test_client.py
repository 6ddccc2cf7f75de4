"""`emulator.client`, as a Python program uses it."""

import socket
from collections.abc import Iterator

import pytest

from emulator.client import Control, NotReached, Refusal
from emulator.version import VERSION
from tests.emulators import Emulator
from tests.receivers import free_port, receiving, status


@pytest.fixture
def mute() -> Iterator[int]:
    """A port where somebody listens and never says anything."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield silent.getsockname()[1]


def test_it_asks_and_gives_the_answer(emulator: Emulator) -> None:
    control, path = Control(emulator.url + "/"), f"/sandboxes/{emulator.sandbox}"
    assert control.ask("PATCH", path, {"delay": 5})["settings"]["delay"] == 5
    assert control.ask("POST", f"{path}/reset")["used"] is False
    assert control.ask("DELETE", f"{path}/outcomes/next")["next"] == []
    assert control.ask("GET", f"{path}/deliveries", query={"state": "failed"})["count"] == 0
    assert control.version() == VERSION


def test_a_no_comes_with_its_status_its_words_and_the_whole_problem(emulator: Emulator) -> None:
    with pytest.raises(Refusal, match="did you mean delay") as refused:
        Control(emulator.url).ask("PATCH", f"/sandboxes/{emulator.sandbox}", {"dely": 1})
    assert (refused.value.status, refused.value.body["errors"].keys()) == (422, {"dely"})


def test_a_wait_may_end_without_what_was_waited_for(emulator: Emulator) -> None:
    with pytest.raises(Refusal) as refused:
        Control(emulator.url).ask("GET", f"/sandboxes/{emulator.sandbox}/inbox/wait", query={"timeout": 0})
    assert (refused.value.status, refused.value.body["webhooks"]) == (408, [])


def test_nobody_there_says_how_to_start_one() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotReached, match="case-emulator serve") as failed:
        Control(url).ask("GET", "/livez")
    assert failed.value.url == url


def test_somebody_else_is_not_taken_for_an_emulator(mute: int) -> None:
    with receiving(status(200)) as receiver, pytest.raises(NotReached, match="is no case-emulator"):
        Control(receiver.url).ask("POST", "/sandboxes/default/reset")
    with pytest.raises(NotReached, match=r"did not answer within 0\.2 s"):
        Control(f"http://127.0.0.1:{mute}", patience=0.2).version()


def test_the_token_goes_along_as_a_bearer_s() -> None:
    with receiving() as receiver:
        with pytest.raises(NotReached):
            Control(receiver.url, "secret").ask("POST", "/sandboxes/default/reset")
        received = receiver.next()
    assert received.header("Authorization") == "Bearer secret"
    assert (received.path, received.body) == ("/_emulator/sandboxes/default/reset", b"{}")


@pytest.mark.parametrize("url", ["", "localhost:8642", "http://", "http://user:secret@localhost"])
def test_what_is_no_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="a URL like"):
        Control(url)
