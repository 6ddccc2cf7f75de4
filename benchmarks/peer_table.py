"""The comparison with others as a table."""

from statistics import median

from benchmarks.figures import Figure, Told, table
from benchmarks.peers import Compared, Result

HEAD = (
    "",
    "creates/s of bare",
    "lowest to highest",
    "by processor time",
    "creates/s",
    "first answer of bare",
    "ms",
    "MB after {creates:,}",
    "keeps",
)


def peer_table(found: Compared) -> Told:
    """The fastest first; who is missing, and why, stands below."""
    bare = found.results[0]
    inorder = sorted(found.results, key=lambda result: -_ratio(result, bare))
    rows = [_row(result, bare) for result in inorder]
    missing = [f"- {name} is left out: {reason}" for name, reason in found.left_out.items()]
    lines = [
        "Beside others",
        "",
        "The same POST (the APLYiD sample; for moto an item of DynamoDB that holds it) on eight connections, server on",
        "one core and the load on the other. All servers run, and are asked in turn. Ratios are of the bare view in",
        "the same round, medians. Prism and the emulator look at the whole body, and only the emulator sends a webhook",
        "afterwards. `benchmarks/peer_list.py` holds what each was told, and its version.",
        "",
        *table([cell.format(creates=found.creates) for cell in HEAD], rows, left=1),
        *(["", *missing] if missing else []),
    ]
    figures = [
        Figure(what=f"creates per second, {r.peer.name}, beside peers", found=f"{_ratio(r, bare):.2f}", is_ratio=True)
        for r in found.results[1:3]
    ]
    return Told(lines, figures, is_markdown=True)


def _row(result: Result, bare: Result) -> tuple[str, ...]:
    ratios = _ratios(result, bare)
    cold = median(result.starts)
    return (
        f"{result.peer.name} {result.peer.version}".strip(),
        f"{median(ratios):.2f}",
        f"{min(ratios):.2f} to {max(ratios):.2f}",
        f"{median(ours / theirs for ours, theirs in _by_processor(result, bare)):.2f}",
        f"{median(stint.report.rate for stint in result.stints):,.0f}",
        f"{cold / median(bare.starts):.1f}",
        f"{1000 * cold:,.0f}",
        "?" if result.megabytes is None else f"{result.megabytes:.0f}",
        result.peer.keeps,
    )


def _ratios(result: Result, bare: Result) -> list[float]:
    return [ours.report.rate / theirs.report.rate for ours, theirs in zip(result.stints, bare.stints, strict=True)]


def _by_processor(result: Result, bare: Result) -> list[tuple[float, float]]:
    return [(o.by_processor(), t.by_processor()) for o, t in zip(result.stints, bare.stints, strict=True)]


def _ratio(result: Result, bare: Result) -> float:
    return median(_ratios(result, bare))
