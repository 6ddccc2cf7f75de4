"""Where the time of one create goes: each layer on its own, in this process, in microseconds of processor time."""

import gc
import io
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

from benchmarks.bare import bare_app
from benchmarks.orders import ORDERS, Order, external_id
from benchmarks.workbench import Workbench
from emulator.core.model import NewCase
from emulator.logs import configure
from emulator.web.body import parse

Act = Callable[[int], object]


@dataclass(frozen=True)
class Layers:
    """Microseconds per create, of one provider and of the bare view."""

    steps: dict[str, float]
    whole: float
    bare: float


def measure(many: int, repeats: int) -> dict[str, Layers]:
    """The layers of both providers, median of the repeats of so many creates."""
    found, cost = {}, partial(microseconds, many=many, repeats=repeats)
    with log_to_nowhere():
        for name in ("aplyid", "sphinxhq"):
            print(f"  layers of {name}", file=sys.stderr)
            with Workbench.open() as bench:
                found[name] = _layers(name, bench, cost)
    return found


def _layers(name: str, bench: Workbench, cost: Callable[[Act], float]) -> Layers:
    order = ORDERS[name]()
    raw = json.dumps(order.body).encode()
    validate, read, render = bench.steps(name, order.body)
    asked = read()
    opened = [bench.cases.open(asked)]
    bare, hooked = bare_app(), bench.hooked(bare_app())
    plain = cost(call(bare, ORDERS["bare"]()))
    validated = cost(lambda _: validate())
    steps = {
        "parse the JSON": cost(lambda _: parse(raw)),
        "validate with marshmallow": validated,
        "make the order of it": cost(lambda _: read()) - validated,
        "store it, one transaction": cost(_opening(bench, asked)),
        "render the answer": cost(lambda _: render(opened[0])),
        "guard, hooks, log": cost(call(hooked, ORDERS["bare"]())) - plain,
    }
    return Layers(steps, cost(call(bench.built.app, order)), plain)


def _opening(bench: Workbench, asked: NewCase) -> Act:
    """Store that order under the external id of the request's number."""

    def open_case(number: int) -> object:
        key = external_id(number)
        return bench.cases.open(replace(asked, client=replace(asked.client, external_id=key, reuse_key=key)))

    return open_case


def call(app: Any, order: Order) -> Act:
    """Ask the application without a server: the request of that number, read to its end."""
    before, after = (piece.rpartition(b"\r\n\r\n")[2] for piece in order.pieces())
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": order.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "HTTP_HOST": "127.0.0.1",
        **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in order.headers.items()},
        "CONTENT_TYPE": order.headers["Content-Type"],
        "CONTENT_LENGTH": str(len(before) + len(external_id(0)) + len(after)),
    }
    wanted = str(order.status)

    def started(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        assert status.startswith(wanted), status

    def ask(number: int) -> object:
        body = io.BytesIO(external_id(number).encode().join((before, after)))
        answer = app({**environ, "wsgi.input": body}, started)
        read = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        return read

    return ask


def microseconds(act: Act, many: int, repeats: int) -> float:
    """What one call computes, median of the repeats; every call has a number of its own."""
    taken = [_microseconds(act, range(turn * many, (turn + 1) * many)) for turn in range(repeats + 1)]
    return median(taken[1:])


def _microseconds(act: Act, numbers: range) -> float:
    gc.collect()
    begun = time.thread_time()
    for number in numbers:
        act(number)
    return (time.thread_time() - begun) / len(numbers) * 1e6


@contextmanager
def log_to_nowhere() -> Iterator[None]:
    """The log is formatted and written as the command does it, but nobody reads it."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        configure("text", nowhere)
        try:
            yield
        finally:
            logging.root.handlers.clear()
            logging.getLogger("emulator").setLevel(logging.NOTSET)
