"""The report as one HTML file that needs no network: the matrix of worlds and tests, and what each red world was."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from emulator.worlds.report_world import OPEN, section
from emulator.worlds.run import Judged, Judgement, Outcome, Run
from emulator.worlds.texts import EXERCISED, counted, duration, meaning_of

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
.number { text-align: right; } .wide { overflow-x: auto; } th.world { font-weight: 400; vertical-align: bottom; }
th.world a { writing-mode: vertical-rl; } .matrix td + td { text-align: center; }
.matrix :is(td, th):first-child {
  position: sticky; left: 0; background: Canvas; overflow-wrap: anywhere; min-width: 340px;
}
.good { background: var(--good); } .bad { background: var(--bad); } .odd { background: var(--odd); }
.none { opacity: .7; } summary { cursor: pointer; overflow-wrap: anywhere; } summary h3 { display: inline; }
details { margin: 8px 0; } .world { border-top: 1px solid var(--line); padding-top: 8px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 8px; border: 1px solid var(--line); font-size: 13px; }
@media (max-width: 700px) {
  body { margin: 12px; } .rest { display: none; } .matrix :is(td, th):first-child { min-width: 150px; max-width: 45vw; }
}
"""
# A link to a world opens what is said of it.
SCRIPT = """
const open = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.setAttribute("open", "");
addEventListener("hashchange", open); open();
"""


def as_html(outcome: Outcome) -> str:
    """Return the whole file."""
    worlds = sorted(outcome.judged, key=lambda each: each.verdict not in OPEN)
    sections = (part for each in worlds for part in section(each))
    parts = [*_summary(outcome), *_list(outcome.judged), *_matrix(outcome), "<h2>Each world</h2>", *sections]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Worlds</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(parts) + f"\n<script>{SCRIPT}</script></body></html>\n"
    )


def _summary(outcome: Outcome) -> Iterator[str]:
    yield "<h1>Worlds</h1>"
    score = "no mutant was exercised" if outcome.score is None else f"{outcome.score:.0%} of the mutants were caught"
    plain = "red" if outcome.plain.is_red else "green"
    seconds = duration(outcome.plain.seconds)
    yield f"<p>The plain world is {plain} after {seconds}; {_worlds_run(outcome)}; {score}.</p>"
    verdicts = Counter(each.verdict.value for each in outcome.judged)
    yield f"<p>{', '.join(f'{verdict}: {many}' for verdict, many in verdicts.items())}.</p>"
    if bad := [each for each in outcome.judged if each.verdict in OPEN]:
        yield f"<p>To look at: {', '.join(f'{_link(each)} ({each.verdict})' for each in bad)}.</p>"


def _link(judged: Judged) -> str:
    name = escape(judged.world.name)
    return f'<a href="#{name}">{name}</a>'


def _worlds_run(outcome: Outcome) -> str:
    many = len(outcome.judged)
    return f"{counted(many, 'world')} {'was' if many == 1 else 'were'} run"


def _list(judged: Sequence[Judged]) -> Iterator[str]:
    rest = "".join(f'<th class="rest">{head}</th>' for head in ("kind", "seconds", "means"))
    yield f'<div class="wide"><table><tr><th>world</th><th>verdict</th><th>exercised</th>{rest}</tr>'
    for each in judged:
        yield (
            f'<tr class="{CLASSES[each.verdict]}"><td>{_link(each)}</td>'
            f'<td>{each.verdict}</td><td class="number">{each.exercised}</td><td class="rest">{each.world.kind}</td>'
            f'<td class="rest number">{each.run.seconds:.1f}</td><td class="rest">{escape(meaning_of(each))}</td></tr>'
        )
    yield f"</table></div><p>{EXERCISED}</p>"


def _matrix(outcome: Outcome) -> Iterator[str]:
    """Yield the table of tests by worlds; nothing where nobody told the names of tests."""
    names = list(dict.fromkeys(test.name for run in _runs(outcome) for test in run.tests))
    if not names:
        yield "<p>Nobody told which tests failed: use our pytest plugin, or name a JUnit file with --results.</p>"
        return
    heads = "".join(f'<th class="world">{_link(each)}</th>' for each in outcome.judged)
    yield f'<h2>Tests by worlds</h2><div class="wide"><table class="matrix"><tr><th>test</th>{heads}</tr>'
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
