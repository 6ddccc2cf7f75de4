"""A PostgreSQL server of the tests' own, in a temporary folder, reached by a Unix socket in it."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.toolbox.missing import give_up
from tests.waiting import PATIENCE

PACKAGE = "PostgreSQL is missing: install it with `apt-get install postgresql`"
# Nobody needs these data after a power cut.
QUICK = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=32MB"]


def find_server() -> Path:
    """Return the folder of PostgreSQL's newest programs; without it the test is skipped, or fails where CI=true."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if folders:
        return folders[-1]
    return Path(on_path).parent if on_path else give_up(PACKAGE)


@dataclass
class Server:
    """A server that runs, and what is asked of it."""

    folder: Path
    programs: Path
    options: Sequence[str] = ()
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def user(self) -> str:
        """The owner of the databases: PostgreSQL refuses to run as root."""
        return "postgres" if os.geteuid() == 0 else getpass.getuser()

    def url(self, schema: str = "") -> str:
        """The address of a schema of its own, which is made when it is not there, or of the usual one."""
        options = f"&options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://{self.user}@/postgres?host={self.folder}{options}"

    def new_url(self) -> str:
        """The address of a schema that nobody uses yet."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self.ask(f"CREATE SCHEMA {name}")
        return self.url(name)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Run some SQL, and return its rows."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL, as its user."""
        subprocess.run(
            [*self.as_user, str(self.programs / program), *arguments],
            check=True,
            capture_output=True,
            timeout=PATIENCE,
            cwd=self.folder,
        )

    @property
    def as_user(self) -> Sequence[str]:
        if os.geteuid() != 0:
            return []
        import pwd  # Windows has none, and comes to no server here

        entry = pwd.getpwnam(self.user)
        return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        options = " ".join([f"-k {self.folder}", "-c listen_addresses=", *self.options])
        self.run("pg_ctl", "-D", str(self.data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends every connection, `immediate` is as good as a crash."""
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    @property
    def data(self) -> Path:
        return self.folder / "data"


@contextmanager
def postgres_server(*options: str) -> Iterator[Server]:
    """A new server with these options, for the time of the block; by default one that is quick and forgets."""
    programs = find_server()
    # Not in pytest's folder: the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="ce-pg-"))
    server = Server(folder, programs, options or QUICK)
    if os.geteuid() == 0:
        shutil.chown(folder, server.user)
    try:
        server.run("initdb", "-D", str(server.data), "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
