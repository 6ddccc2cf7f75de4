"""Figures and verdicts of growth, latency and the plugin as text."""

from benchmarks import growth, latency, plugin
from benchmarks.figures import Told, at_most


def growth_table(found: growth.Growth) -> Told:
    """Costs as ratios, lists in milliseconds."""
    most = f"at {found.cases:,} cases"
    lines = [
        f"What a create costs {most} against none, in one process, without a server",
        "",
        f"{'':<28}{'ratio':>8}{'us at none':>12}{'us at most':>12}",
        *(f"{name:<28}{c.ratio:>8.2f}{c.at_none:>12.0f}{c.at_most:>12.0f}" for name, c in found.costs.items()),
        "",
        f"What lists cost at {found.listed:,} cases, milliseconds (median of {growth.TIMES - 1}, after a first)",
        *(f"{name:<36}{1000 * seconds:>8,.0f}" for name, seconds in found.lists.items()),
    ]
    costs = [
        at_most(f"create {most}, {name}, of that at none", c.ratio, "{:.2f}", growth.BOUND, is_ratio=True)
        for name, c in found.costs.items()
    ]
    lists = [
        at_most(f"{name} at {found.listed:,} cases, ms", 1000 * seconds, "{:,.0f}", 1000 * growth.LIST_BOUND)
        for name, seconds in found.lists.items()
    ]
    return Told(lines, [*costs, *lists])


def latency_table(found: latency.Latency) -> Told:
    """Milliseconds of a create, on one connection and on eight."""
    rows = [
        f"{name + f', {connections} connections':<30}{1000 * p50:>10.2f}{1000 * p99:>10.2f}"
        for (name, connections), (p50, p99) in found.seconds.items()
    ]
    one, eight = found.seconds["emulator", 1], found.seconds["emulator", latency.MANY]
    ratio = one[0] / found.seconds["bare", 1][0]
    lines = [
        "How long an answer takes, milliseconds (medians of the rounds)",
        "",
        f"{'':<30}{'p50':>10}{'p99':>10}",
        *rows,
        f"{'p50 on one connection, ratio':<30}{ratio:>10.2f}",
    ]
    figures = [
        at_most("p50 of a create on one connection, ms", 1000 * one[0], "{:.2f}", 1000 * latency.P50_BOUND),
        at_most(
            f"p99 of a create on {latency.MANY} connections, ms", 1000 * eight[1], "{:.1f}", 1000 * latency.P99_BOUND
        ),
    ]
    return Told(lines, figures)


def plugin_table(found: plugin.Found) -> Told:
    """What a test suite pays, against its bounds."""
    lines = [
        "What a test suite pays for the emulator",
        "",
        _pair("a session of one test, s", found.session),
        _pair("the same without the emulator, s", found.without),
        f"{'a fresh sandbox to its first 201, ms':<44}{found.per_test * 1000:>8.1f}",
        f"{f'{found.many} typical tests, start included, s':<44}{found.whole:>8.1f}",
    ]
    figures = [
        at_most("a session of one test, start included, s", found.session[0], "{:.2f}", plugin.SESSION),
        at_most("a fresh sandbox to its first 201, ms", found.per_test * 1000, "{:.1f}", plugin.PER_TEST * 1000),
        at_most(f"{found.many} typical tests, start included, s", found.whole, "{:.1f}", plugin.WHOLE),
    ]
    return Told(lines, figures)


def _pair(what: str, pair: tuple[float, float]) -> str:
    return f"{what:<44}{pair[0]:>8.2f}   (processor time {pair[1]:.2f})"
