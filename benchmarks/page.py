"""What was measured as a page of Markdown: docs/performance.md."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.contestants import Cores
from benchmarks.figures import Told, summary

ROOT = Path(__file__).parent.parent
INTRODUCTION = """\
# How fast it is

This page is written by `{command}`; nobody edits it.

It holds one run on one machine. **Trust the ratios**: both sides of each were measured in turns within this run. What
stands in seconds or bytes tells of the machine as well. Where others were busy, the ratio by processor time is the
better one: a server that needs more of its core than another loses more of it to whoever wants it too. The yardstick is
a Flask view that answers a constant, on waitress: what a Flask application that does nothing costs. None of these
figures is a test. A goal is what we want, a bound what we do not let pass.

"""


def describe_machine(cores: Cores) -> list[str]:
    """The machine, the commit and the load that others put on it, a line each."""
    lines = [
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_git('describe', '--always', '--dirty', '--abbrev=12')}",
        f"- {_processor()}, {os.cpu_count()} cores, {_gigabytes():.0f} GB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}",
        f"- {cores.told()}",
    ]
    if hasattr(os, "getloadavg"):
        lines.append(f"- load of the last minute before the run {os.getloadavg()[0]:.1f}: {_judge(os.getloadavg()[0])}")
    return lines


def _judge(load: float) -> str:
    return "quiet" if load < 0.5 else "others were busy, so that the ratios are less steady and seconds are too many"


def write(file: Path, machine: Sequence[str], arguments: str, told: Sequence[Told]) -> None:
    """Write the page."""
    command = f'make bench ARGS="{arguments}"'
    figures = [figure for part in told for figure in part.figures]
    lines = [INTRODUCTION.format(command=command), "", *machine, "", "## In one table", "", *summary(figures)]
    for part in sorted(told, key=lambda part: not part.is_markdown):  # the peers first
        lines += ["", *_section(part)]
    file.write_text("\n".join(line.rstrip() for line in lines) + "\n", "utf-8")


def _section(part: Told) -> list[str]:
    title, *rest = part.lines
    body = rest[1:] if rest and not rest[0] else rest
    return [f"## {title}", "", *(body if part.is_markdown else ["```text", *body, "```"])]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _gigabytes() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return 0.0
