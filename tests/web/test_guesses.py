"""Who guesses the control token is slowed down, and nobody else."""

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from emulator import create_app
from emulator.core.clock import WallClock
from emulator.server import orders
from emulator.server.http_server import Server, listen
from emulator.web.guesses import FREE, LONGEST, MOST_PEERS, Guesses
from tests.emulators import Emulator, served
from tests.wire import read_answer, request_bytes

TOKEN = "a-long-secret-of-many-signs"
PEER = "203.0.113.7"


class StoppedClock(WallClock):
    seconds = 1000.0

    def stopwatch(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


def guess(guesses: Guesses, peer: str, times: int) -> float:
    """Guess as often, and return for how long the last answer is held back."""
    return [guesses.count(peer) for _ in range(times)][-1]


def test_some_wrong_tokens_are_free_and_each_further_one_takes_a_second_more(clock: StoppedClock) -> None:
    guesses = Guesses(clock)
    assert guess(guesses, PEER, FREE) == 0
    assert [guesses.count(PEER) for _ in range(3)] == [1, 2, 3]
    assert guess(guesses, PEER, 500) == LONGEST


def test_another_peer_pays_nothing_for_it_but_one_of_the_same_ipv6_network_does(clock: StoppedClock) -> None:
    guesses = Guesses(clock)
    for peer, others, partner in (
        (PEER, ["203.0.113.8", "", "a name"], f"::ffff:{PEER}"),
        ("2001:db8::1", ["2001:db8:0:1::1"], "2001:db8::ffff:1"),
    ):
        assert guess(guesses, peer, FREE + 1) > 0
        assert [guesses.count(other) for other in others] == [0] * len(others)
        assert guesses.count(partner) > 0


def test_time_pays_for_it(clock: StoppedClock) -> None:
    guesses = Guesses(clock)
    guess(guesses, PEER, 500)
    clock.seconds += FREE + LONGEST
    assert guess(guesses, PEER, FREE) == 0
    assert guesses.count(PEER) > 0


def test_however_many_peers_guess_the_memory_for_it_is_bounded(clock: StoppedClock) -> None:
    guesses = Guesses(clock)
    for number in range(3 * MOST_PEERS):
        guesses.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(guesses._settled_at) == MOST_PEERS


@pytest.fixture
def guarded() -> Iterator[Emulator]:
    with served(control_token=TOKEN) as emulator:
        yield emulator


GUESSES: Mapping[str, Callable[[int], tuple[str, str, dict[str, str], bytes]]] = {
    "header": lambda number: ("GET", "/_emulator/sandboxes", {"Authorization": f"Bearer {number}"}, b""),
    "form": lambda number: (
        "POST",
        "/login",
        {"Content-Type": "application/x-www-form-urlencoded"},
        f"token={number}".encode(),
    ),
    "cookie": lambda number: ("GET", "/inbox", {"Cookie": f"case-emulator-control={number}"}, b""),
}


@pytest.mark.parametrize("way", GUESSES)
def test_wherever_the_token_is_guessed_the_answer_says_when_to_try_again(guarded: Emulator, way: str) -> None:
    expected = {"header": 401, "form": 403, "cookie": 303}[way]
    for number in range(200):
        verb, path, headers, body = GUESSES[way](number)
        answer = guarded.raw(request_bytes(verb, path, headers, body))
        assert answer.status == expected
        if "retry-after" in answer.headers:
            break
    assert number >= FREE
    assert answer.headers["retry-after"] == "1"
    right = guarded.http.get(f"{guarded.url}/_emulator/sandboxes", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (right.status_code, "Retry-After" in right.headers) == (200, False)
    assert guarded.http.post(f"{guarded.url}/login", data={"token": TOKEN}, allow_redirects=False).status_code == 303


def test_no_token_at_all_is_no_guess(guarded: Emulator) -> None:
    for _ in range(2 * FREE):
        assert "Retry-After" not in guarded.http.get(f"{guarded.url}/_emulator/sandboxes").headers
        assert "Retry-After" not in guarded.http.get(f"{guarded.url}/login").headers


def test_an_embedded_emulator_says_when_to_try_again_too() -> None:
    app = create_app(control_token=TOKEN)
    client = app.test_client()
    wrong = [client.get("/_emulator/sandboxes", headers={"Authorization": "Bearer no"}) for _ in range(4 * FREE)]
    assert {answer.status_code for answer in wrong} == {401}
    assert "Retry-After" in wrong[-1].headers
    assert client.get("/_emulator/sandboxes", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    app.extensions["case_emulator"].close()


def test_an_answer_that_is_held_back_holds_no_thread() -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/held":
            orders.hold(environ, 3600.0)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    listening = listen("127.0.0.1", 0)
    server, emulator = Server(application, listening), Emulator(f"http://127.0.0.1:{listening.getsockname()[1]}")
    server.start()
    held = [emulator.connect() for _ in range(100)]  # more than there are threads
    for line in held:
        line.sendall(request_bytes("GET", "/held"))
    assert emulator.raw(request_bytes("GET", "/")).body == b"ok"
    assert not any(has_answer(line) for line in held)
    server.stop()
    assert {read_answer(line).body for line in held} == {b"ok"}
    for line in held:
        line.close()


def has_answer(line: socket.socket) -> bool:
    """Whether something came in on the connection."""
    line.setblocking(False)
    try:
        return bool(line.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        line.settimeout(60)
