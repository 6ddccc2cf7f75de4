"""What the report in HTML says of one world: its page, the tests that failed there, and what was exchanged."""

import re
import shlex
from collections.abc import Iterator, Sequence
from html import escape

from emulator.core.journal import Exchange
from emulator.worlds.pages import examples_of, paragraphs_of
from emulator.worlds.run import Judged, Judgement, Run
from emulator.worlds.texts import end_of, meaning_of

MOST_EXCHANGES = 3
CODE = re.compile("`([^`]+)`")
OPEN = (Judgement.BREAKS, Judgement.MISSED, Judgement.FLAKY)  # what there is to look at


def section(judged: Judged) -> Iterator[str]:
    """Yield the part of the page that is about a world; it is open where there is something to look at."""
    name, verdict = escape(judged.world.name), judged.verdict.value
    is_open = " open" if judged.verdict in OPEN else ""
    yield f'<details class="world"{is_open} id="{name}"><summary><h3>{name}: {verdict}</h3></summary>'
    if meaning := meaning_of(judged):
        yield f"<p>{escape(meaning[0].upper() + meaning[1:])}.</p>"
    yield from (f"<p><b>{heading}.</b> {_with_code(text)}</p>" for heading, text in paragraphs_of(judged.world))
    yield from (_pre(example.title, example.code) for example in examples_of(judged.world))
    yield from _evidence(judged.run, is_open)
    yield "</details>"


def _with_code(text: str) -> str:
    return CODE.sub(r"<code>\1</code>", escape(text))


def _evidence(run: Run, is_open: str) -> Iterator[str]:
    failed = [test for test in run.tests if test.failed]
    for test in failed:
        yield f"<details{is_open}><summary>{escape(test.name)}</summary><pre>{escape(test.report)}</pre></details>"
        is_open = ""  # the first alone
    for exchange in _shown(run, " ".join(test.report for test in failed)):
        yield from _exchange(exchange.masked())
    if run.is_red and not run.tests:
        yield _pre(f"{end_of(run).capitalize()}:", run.tail)


def _shown(run: Run, reports: str) -> Sequence[Exchange]:
    """Return some of what was exchanged: of sandboxes that a failed test tells of first."""
    return sorted(run.exchanges, key=lambda each: each.sandbox is None or each.sandbox not in reports)[:MOST_EXCHANGES]


def _pre(title: str, text: str) -> str:
    return f"<p>{escape(title)}</p><pre>{escape(text)}</pre>"


def _exchange(exchange: Exchange) -> Iterator[str]:
    """Yield one exchange: its bytes, and the curl that sends the same."""
    way = "sent to the receiver" if exchange.outgoing else "asked of the emulator"
    yield f"<details><summary>{escape(exchange.method)} {escape(exchange.url)}, {way}</summary>"
    yield f"<pre>{escape(_text(exchange))}</pre><pre>{escape(_curl(exchange))}</pre></details>"


def _text(exchange: Exchange) -> str:
    sent = "\n".join(f"{name}: {value}" for name, value in exchange.headers.items())
    answer = exchange.error or f"{exchange.status}\n{exchange.answer.decode('utf-8', 'replace')}"
    body = (exchange.body or b"").decode("utf-8", "replace")
    return f"{sent}\n\n{body}\n\n-> {answer}\n\nfaults: {', '.join(exchange.faults)}"


def _curl(exchange: Exchange) -> str:
    url = exchange.url if exchange.outgoing else f"$CASE_EMULATOR_URL{exchange.url}"
    parts = ["curl", "-sS", "-X", exchange.method, url]
    for name, value in exchange.headers.items():
        if name.lower() not in ("host", "content-length", "connection", "accept-encoding"):
            parts += ["-H", f"{name}: {value}"]
    if exchange.body:
        parts += ["--data-binary", exchange.body.decode("utf-8", "replace")]
    return " ".join(part if part.startswith("$CASE") else shlex.quote(part) for part in parts)
