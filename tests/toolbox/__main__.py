"""Install all of it at once: `python -m tests.toolbox`, so that no test has to wait for it."""

import sys
from concurrent.futures import ThreadPoolExecutor, wait

from tests.toolbox.cache import cache_folder
from tests.toolbox.environments import TOOLS, environment_with
from tests.toolbox.npm import node_modules


def main() -> None:
    """Install what is not there yet, several at a time."""
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(node_modules), *(pool.submit(environment_with, tool) for tool in TOOLS)]
        wait(jobs)
    for job in jobs:
        job.result()
    sys.stdout.write(f"The tools of the tests are in {cache_folder()}\n")


if __name__ == "__main__":
    main()
