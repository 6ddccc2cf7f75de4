"""Run the command in the plain world and in every other, so many at the same time as are told, and judge."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from emulator.quick_dataclass import dataclass
from emulator.worlds.launcher import Launcher
from emulator.worlds.run import Judged, Run, judge
from emulator.worlds.world import Kind, World

AROUND = 0.15  # seconds that a run takes beside the command itself, roughly
PATIENCE = 10.0  # how many times as long as in the plain world a run may take
LEAST_SECONDS = 60.0  # that it may take at least
RUNS_IF_RED = 3


def longest(plain: Run) -> float:
    """Return how many seconds a run in a world may take, unless the user says."""
    return max(LEAST_SECONDS, PATIENCE * plain.seconds)


def expected_seconds(plain: Run, worlds: Sequence[World], jobs: int) -> float:
    """Return how long the worlds will take, if each mutant turns red and each other world stays green."""
    runs = sum(RUNS_IF_RED if world.kind is Kind.MUTANT else 1 for world in worlds)
    return runs * (plain.seconds + AROUND) / jobs


@dataclass(frozen=True)
class Runner:
    """Runs worlds with a launcher."""

    launcher: Launcher
    jobs: int = 1

    def judged(self, worlds: Sequence[World], begin: Callable[[World], None] = lambda world: None) -> Iterator[Judged]:
        """Yield the worlds with their verdicts, in their order; `begin` is told of each that begins.

        When the caller stops, no further world begins, and the runs that go on are ended.
        """
        pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="world")

        def one(world: World) -> Judged:
            begin(world)
            return self._judge(world)

        futures: list[Future[Judged]] = [pool.submit(one, world) for world in worlds]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
            self.launcher.stop()
            pool.shutdown(wait=True, cancel_futures=True)

    def _judge(self, world: World) -> Judged:
        """Run a world; a red one once more, and then the plain world, so that nobody is accused by chance."""
        first = self.launcher.run(world)
        if not first.is_red:
            return judge(world, first, None, None)
        second = self.launcher.run(world)
        plain = self.launcher.run(None) if second.is_red else None
        return judge(world, first, second, plain)
