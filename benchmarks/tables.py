"""Figures and verdicts as text."""

from benchmarks import drain, lists, memory, pages, rates, saturation, start
from benchmarks.figures import Figure, Told, at_least, at_most
from benchmarks.layers import Layers
from benchmarks.rates import Round, busy, rate, ratio, ratio_by_processor, spread

# Goal and floor of the ratio, with the journal on, which it always is.
WISHES = {"aplyid": (0.75, 0.62), "sphinxhq": (0.60, 0.48), "aplyid in a file": (0.62, 0.50)}


def _share(part: float | None) -> str:
    return "not told here" if part is None else f"{part:.0%}"


def rates_table(rounds: list[Round]) -> Told:
    """Creates per second as ratios, and how busy both ends were."""
    lines = [
        "Creates per second, whole job, against a bare Flask view on waitress",
        "(medians of the rounds)",
        "",
        f"{'':<20}{'ratio':>8}{'lowest':>8}{'highest':>9}{'by processor time':>20}{'per second':>12}",
        f"{'bare Flask view':<20}{1:>8.2f}{'':>17}{1:>20.2f}{rate(rounds, 'bare'):>12,.0f}",
    ]
    for name in rates.NAMES[1:]:
        found, (low, high) = ratio(rounds, name), spread(rounds, name)
        lines.append(
            f"{name:<20}{found:>8.2f}{low:>8.2f}{high:>9.2f}{_known(rounds, name):>20}{rate(rounds, name):>12,.0f}"
        )
    return Told([*lines, "", *_busy_lines(rounds)], [_rate_figure(rounds, name) for name in rates.NAMES[1:]])


def _known(rounds: list[Round], name: str) -> str:
    found = ratio_by_processor(rounds, name)
    return "not told here" if found is None else f"{found:.2f}"


def _rate_figure(rounds: list[Round], name: str) -> Figure:
    found, what = ratio(rounds, name), f"creates per second, {name}, of the bare view's"
    if name not in WISHES:
        return Figure(what=what, found=f"{found:.2f}", is_ratio=True)
    return at_least(what, found, "{:.2f}", *WISHES[name], is_ratio=True)


def _busy_lines(rounds: list[Round]) -> list[str]:
    """Is it the server that is measured? Then its core is busy and the load generator's is not."""
    lines = ["How busy each end was, as a share of one core:"]
    for name in rates.NAMES:
        server, load = busy(rounds, name)
        lines.append(f"  {name:<20}server {_share(server)}, load generator {_share(load)}")
    if busy(rounds, "bare")[1] > 0.9:
        lines.append("  the load generator was the bottleneck of the bare view: the ratios flatter the emulator")
    return lines


def layers_table(found: dict[str, Layers], rounds: list[Round]) -> list[str]:
    """What each layer costs a create, and what the server adds."""
    names = list(found)
    lines = [
        "Where the time of one create goes, microseconds of processor time (in one thread, without a server)",
        "",
        _row("", *names),
    ]
    lines += [_costs(step, found, [found[name].steps[step] for name in names]) for step in found[names[0]].steps]
    bare = [found[name].bare for name in names]
    rest = [found[name].whole - sum(found[name].steps.values()) - found[name].bare for name in names]
    lines.append(_costs("Flask, a bare view", found, bare))
    lines.append(_costs("routing, auth, headers: the rest", found, rest))
    lines.append(_costs("whole call", found, [found[name].whole for name in names]))
    if rounds:
        served = [1e6 / rate(rounds, name) for name in names]
        added = [took - found[name].whole for took, name in zip(served, names, strict=True)]
        lines.append(_row("server, sockets, load add", *(f"{cost:.0f}" for cost in added)))
        lines.append(_row("the same for the bare view", *(f"{1e6 / rate(rounds, 'bare') - b:.0f}" for b in bare)))
    return lines


def _costs(step: str, found: dict[str, Layers], costs: list[float]) -> str:
    shares = (f"{cost:.0f} ({cost / layers.whole:>4.0%})" for cost, layers in zip(costs, found.values(), strict=True))
    return _row(step, *shares)


def _row(first: str, *cells: str) -> str:
    return f"{first:<34}" + "".join(f"{cell:>16}" for cell in cells)


def start_table(starts: start.Starts) -> Told:
    """Cold starts as a ratio."""
    found = starts.ratio()
    lines = [
        "Cold start: from the start of the process to the first answer, a 201 of the emulator, a 200 of the bare view",
        "",
        f"{'ratio':<18}{found:.2f}",
        f"{'fastest, ms':<18}bare {min(starts.bare) * 1000:,.0f}, emulator {min(starts.emulator) * 1000:,.0f}",
    ]
    what = "process start to the first 201, of the bare view's"
    return Told(lines, [at_most(what, found, "{:.2f}", start.BOUND, start.GOAL, is_ratio=True)])


def memory_table(resident: memory.Resident) -> Told:
    """Resident memory against its bound."""
    lines = ["Resident memory of the emulator, in units of a million bytes", ""]
    if resident.first is None or resident.last is None or resident.bare is None:
        return Told([*lines, "cannot be read on this system"])
    creates = f"after {resident.creates:,} creates"
    rows = [
        f"{'ratio to the bare view':<26}{resident.last / resident.bare:>6.2f}",
        f"{'after one create':<26}{resident.first:>6.1f}",
        f"{creates:<26}{resident.last:>6.1f}",
    ]
    return Told([*lines, *rows], [at_most(f"memory {creates}, MB", resident.last, "{:.1f}", memory.BOUND)])


def pages_table(shown: pages.Shown) -> Told:
    """Milliseconds of each page against the bound of the first."""
    lines = [
        f"Pages of a sandbox with {shown.cases:,} cases, milliseconds to the last byte (median of {pages.TIMES})",
        "",
        *(f"{path:<26}{1000 * seconds:>8,.0f}" for path, seconds in shown.medians.items()),
        f"{'longest of all':<26}{1000 * shown.longest:>8,.0f}",
    ]
    what = f"the slowest page of {shown.cases:,} cases, ms"
    return Told(lines, [at_most(what, 1000 * shown.longest, "{:,.0f}", 1000 * pages.BOUND)])


def lists_table(listed: lists.Listed) -> Told:
    """Milliseconds of each list against the bound of a first page."""
    lines = [
        f"Lists of a sandbox with {listed.cases:,} cases, milliseconds (median of {lists.TIMES})",
        "",
        *(f"{path:<44}{1000 * seconds:>8.1f}" for path, seconds in listed.medians.items()),
    ]
    slowest, what = (
        max(listed.medians[path] for path in lists.BOUNDED),
        f"the first page of a list of {listed.cases:,}, ms",
    )
    return Told(lines, [at_most(what, 1000 * slowest, "{:.1f}", 1000 * lists.BOUND)])


def drain_table(drained: drain.Drained, receiver_busy: float) -> Told:
    """Deliveries per second against their goal, and where the time of one goes."""
    together = 1e6 / drained.rate
    lines = [
        f"Webhooks that are due at one instant, to one receiver ({drained.many:,} of them)",
        "",
        f"{'per second':<34}{drained.rate:>8,.0f}",
        f"{'how busy the sender was':<34}{_share(drained.busy):>8} of a core, the receiver {_share(receiver_busy)}",
        "",
        "Where the time of one delivery goes, microseconds (made alone, one after the other)",
        *(f"{name:<34}{cost:>8,.0f}" for name, cost in drained.steps.items()),
        f"{'scheduler, threads, less the overlap':<34}{together - sum(drained.steps.values()):>8,.0f}",
        f"{'one of all':<34}{together:>8,.0f}",
    ]
    return Told(lines, [at_least("webhooks due at one instant, per second", drained.rate, "{:,.0f}", None, drain.GOAL)])


def saturation_table(found: saturation.Saturated) -> Told:
    """What creates leave to webhooks, against the bound of their lag, and how long a restart sends what it owes."""
    late, drained = found.lag(0.99), found.drained
    rest = "NOT WITHIN A MINUTE" if drained is None else f"{drained:>8,.1f} s"
    lines = [
        f"{saturation.CLIENTS} clients that create as fast as they can for {found.seconds:.0f} s on a kept file, "
        f"webhooks due after {saturation.DELAY:g} s",
        "",
        f"{'creates per second':<34}{found.creates / found.seconds:>8,.0f}   ({found.creates:,})",
        f"{'webhooks per second':<34}{found.sent / found.seconds:>8,.0f}   ({found.sent:,})",
        f"{'from due to received, p50':<34}{found.lag(0.5):>8,.2f} s",
        f"{'from due to received, p99':<34}{late:>8,.2f} s",
        f"{'owed when it was killed':<34}{found.backlog:>8,}",
        f"{'restart until nothing was owed':<34}{rest}",
    ]
    late_figure = at_most("p99 of a webhook's lag at full create load, s", late, "{:.2f}", saturation.BOUND)
    patience = saturation.PATIENCE + (drained is None)
    restart = at_most("restart until nothing was owed, s", drained or patience, "{:.1f}", saturation.PATIENCE)
    return Told(lines, [late_figure, restart])
