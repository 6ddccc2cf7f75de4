"""The report as one HTML file that needs no network: the matrix of worlds and tests, and what each red world was."""

import shlex
from collections.abc import Iterator, Sequence
from html import escape

from emulator.core.journal import Exchange
from emulator.worlds.run import Judged, Judgement, Outcome, Run
from emulator.worlds.texts import EXERCISED, counted, duration, meaning_of

MOST_EXCHANGES = 3
TOLD = (Judgement.BREAKS, Judgement.CAUGHT, Judgement.MISSED, Judgement.FLAKY)
CLASSES = {
    Judgement.HOLDS: "good",
    Judgement.CAUGHT: "good",
    Judgement.BREAKS: "bad",
    Judgement.MISSED: "bad",
    Judgement.FLAKY: "odd",
    Judgement.NOT_EXERCISED: "none",
}
STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a703833; --bad: #b4231a44; --odd: #f1b86255; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 24px; max-width: 1400px; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: 3px 8px; text-align: left; }
.matrix { overflow-x: auto; } .matrix th.world { writing-mode: vertical-rl; font-weight: 400; }
.good { background: var(--good); } .bad { background: var(--bad); } .odd { background: var(--odd); }
.none { opacity: .6; } pre { overflow-x: auto; padding: 8px; border: 1px solid var(--line); font-size: 13px; }
"""


def as_html(outcome: Outcome) -> str:
    """Return the whole file."""
    told = [each for each in outcome.judged if each.verdict in TOLD]
    parts = [*_summary(outcome), *_list(outcome.judged), *_matrix(outcome), *(p for each in told for p in _about(each))]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Worlds</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _summary(outcome: Outcome) -> Iterator[str]:
    yield "<h1>Worlds</h1>"
    score = "no mutant was exercised" if outcome.score is None else f"{outcome.score:.0%} of the mutants were caught"
    plain = "red" if outcome.plain.is_red else "green"
    seconds = duration(outcome.plain.seconds)
    yield f"<p>The plain world is {plain} after {seconds}; {_worlds_run(outcome)}; {score}.</p>"


def _worlds_run(outcome: Outcome) -> str:
    many = len(outcome.judged)
    return f"{counted(many, 'world')} {'was' if many == 1 else 'were'} run"


def _list(judged: Sequence[Judged]) -> Iterator[str]:
    yield "<table><tr><th>world</th><th>kind</th><th>verdict</th><th>exercised</th><th>seconds</th><th>means</th></tr>"
    for each in judged:
        link = f'<a href="#{escape(each.world.name)}">{escape(each.world.name)}</a>' if each.verdict in TOLD else ""
        yield (
            f'<tr class="{CLASSES[each.verdict]}"><td>{link or escape(each.world.name)}</td><td>{each.world.kind}</td>'
            f"<td>{each.verdict}</td><td>{each.exercised}</td><td>{each.run.seconds:.1f}</td>"
            f"<td>{escape(meaning_of(each))}</td></tr>"
        )
    yield f"</table><p>{EXERCISED}</p>"


def _matrix(outcome: Outcome) -> Iterator[str]:
    """Yield the table of tests by worlds; nothing where nobody told the names of tests."""
    names = list(dict.fromkeys(test.name for run in _runs(outcome) for test in run.tests))
    if not names:
        yield "<p>Nobody told which tests failed: use our pytest plugin, or name a JUnit file with --results.</p>"
        return
    heads = "".join(f'<th class="world">{escape(each.world.name)}</th>' for each in outcome.judged)
    yield f'<h2>Tests by worlds</h2><div class="matrix"><table><tr><th>test</th>{heads}</tr>'
    for name in names:
        yield f"<tr><td>{escape(name)}</td>{''.join(_cell(each, name) for each in outcome.judged)}</tr>"
    yield "</table></div>"


def _runs(outcome: Outcome) -> Iterator[Run]:
    yield outcome.plain
    yield from (each.run for each in outcome.judged)


def _cell(judged: Judged, name: str) -> str:
    found = {test.name: test.failed for test in judged.run.tests}.get(name)
    if found is None:
        return '<td class="none"></td>'
    if not found:
        return "<td>.</td>"
    return f'<td class="{CLASSES[judged.verdict]}"><a href="#{escape(judged.world.name)}">F</a></td>'


def _about(judged: Judged) -> Iterator[str]:
    world = judged.world
    yield f'<h2 id="{escape(world.name)}">{escape(world.name)}: {judged.verdict}</h2>'
    yield f"<p>{escape(meaning_of(judged))}</p><p><b>What was different.</b> {escape(world.what)}</p>"
    yield f"<p><b>Why it happens.</b> {escape(world.why)}</p><p><b>What holds.</b> {escape(world.how)}</p>"
    for test in judged.run.tests:
        if test.failed:
            yield f"<h3>{escape(test.name)}</h3><pre>{escape(test.report)}</pre>"
    for exchange in [each.masked() for each in judged.run.exchanges][:MOST_EXCHANGES]:
        yield from _exchange(exchange)
    if judged.run.is_red and not judged.run.tests:
        yield f"<p>The command ended with {judged.run.rc}:</p><pre>{escape(judged.run.tail)}</pre>"


def _exchange(exchange: Exchange) -> Iterator[str]:
    """Yield one exchange: its bytes, and the curl that sends the same."""
    way = "sent to the receiver" if exchange.outgoing else "asked of the emulator"
    yield f"<h3>{escape(exchange.method)} {escape(exchange.url)}, {way}</h3><pre>{escape(_text(exchange))}</pre>"
    yield f"<pre>{escape(_curl(exchange))}</pre>"


def _text(exchange: Exchange) -> str:
    sent = "\n".join(f"{name}: {value}" for name, value in exchange.headers.items())
    answer = exchange.error or f"{exchange.status}\n{exchange.answer.decode('utf-8', 'replace')}"
    body = (exchange.body or b"").decode("utf-8", "replace")
    return f"{sent}\n\n{body}\n\n-> {answer}\n\nfaults: {', '.join(exchange.faults)}"


def _curl(exchange: Exchange) -> str:
    parts = ["curl", "-X", exchange.method, exchange.url if exchange.outgoing else f"$CASE_EMULATOR_URL{exchange.url}"]
    for name, value in exchange.headers.items():
        if name.lower() not in ("host", "content-length", "connection", "accept-encoding"):
            parts += ["-H", f"{name}: {value}"]
    if exchange.body:
        parts += ["--data-binary", exchange.body.decode("utf-8", "replace")]
    return " ".join(part if part.startswith("$CASE") else shlex.quote(part) for part in parts)
