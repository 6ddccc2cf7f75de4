"""What processes tell each other through the database, only to wake: nothing is lost when a word is."""

from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Event, Thread

import psycopg

CHANNEL = "case_emulator"
PAUSE = 0.05  # seconds: words of that time are told together, because every word costs all processes something
BACKSTOP = 1.0  # seconds after which a listener looks by itself
BY_ITSELF = "news"


class Signals:
    """Tells words to other processes, and hears theirs, on two connections and threads of its own."""

    def __init__(self, conninfo: str, owner: str) -> None:
        self._conninfo, self._owner = conninfo, owner
        self._words: set[str] = set()
        self._condition = Condition()
        self._stop = Event()
        self._threads: list[Thread] = []

    def tell(self, word: str) -> None:
        """Tell a word to the others, soon."""
        with self._condition:
            self._words.add(word)
            self._condition.notify()

    def listen(self, hear: Callable[[str], None]) -> None:
        """Have `hear` called with each word of the others, and with `news` once a second, from now on."""
        for name, run in (("listen", lambda: self._listen(hear)), ("tell", self._speak)):
            thread = Thread(target=self._go_on, args=(run,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End both threads."""
        self._stop.set()
        self.tell("ends")  # which the own listener hears, and ends
        for thread in self._threads:
            thread.join()

    def _go_on(self, run: Callable[[], None]) -> None:
        """Run it anew after each loss of the database, of which the store tells."""
        while not self._stop.is_set():
            with suppress(psycopg.Error):
                run()
            self._stop.wait(BACKSTOP)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._conninfo, autocommit=True)

    def _listen(self, hear: Callable[[str], None]) -> None:
        with self._connect() as connection:
            connection.execute("SELECT set_config('application_name', %s, false)", [f"{self._owner} listens"])
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._stop.is_set():
                notes = list(connection.notifies(timeout=BACKSTOP, stop_after=1))
                heard = [note.payload.partition(" ") for note in notes]
                for word in {word for owner, _, word in heard if owner != self._owner} if notes else {BY_ITSELF}:
                    hear(word)

    def _speak(self) -> None:
        with self._connect() as connection:
            while not self._stop.is_set():
                for word in self._next_words():
                    connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{self._owner} {word}"])
                self._stop.wait(PAUSE)

    def _next_words(self) -> set[str]:
        """Return what is to be told, as soon as there is something."""
        with self._condition:
            self._condition.wait_for(lambda: self._words or self._stop.is_set())
            words, self._words = self._words, set()
            return words
