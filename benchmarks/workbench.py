"""The emulator's parts, laid out so that each can be measured alone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from marshmallow.experimental.context import Context

from emulator.app import PROVIDERS, Built, build_emulator
from emulator.core.cases import Cases
from emulator.core.clock import WallClock
from emulator.core.model import Case, NewCase
from emulator.path_readers import DatabaseUrl
from emulator.providers.aplyid import schemas as aplyid
from emulator.providers.aplyid.responses import render_case as render_aplyid_case
from emulator.providers.aplyid.responses import to_json as aplyid_json
from emulator.providers.sphinxhq import schemas as sphinxhq
from emulator.providers.sphinxhq.drf import load
from emulator.providers.sphinxhq.drf import to_json as sphinxhq_json
from emulator.providers.sphinxhq.relations import Known
from emulator.providers.sphinxhq.responses import render_case as render_sphinxhq_case
from emulator.settings import Settings
from emulator.web.desk import Desk
from emulator.web.pipeline import Pipeline
from emulator.web.recording import Recorder
from emulator.web.request_metrics import RequestMetrics

DELAY = timedelta(days=365)  # nothing ends while it is measured
SANDBOX = "default"
Steps = tuple[Callable[[], object], Callable[[], NewCase], Callable[[Case], object]]


@dataclass(frozen=True)
class Workbench:
    """A whole application, and its parts once more beside it; nothing is started."""

    built: Built
    cases: Cases
    desks: Mapping[str, Desk]

    @classmethod
    @contextmanager
    def open(cls, database: Path | DatabaseUrl | None = None) -> Iterator["Workbench"]:
        """On that file or PostgreSQL, else on a fresh temporary database, for the time of the block."""
        built = build_emulator(Settings(delay=DELAY, database=database))
        try:
            yield cls(built, built.cases, built.desks)
        finally:
            built.store.close()

    def hooked(self, app: Flask) -> Flask:
        """The same application, with all that happens around every request of the emulator."""
        owned = [(p, self.desks[p.name]) for p in PROVIDERS]
        Pipeline(
            clock=WallClock(),
            owned=owned,
            hosts=frozenset({"127.0.0.1"}),
            recorder=Recorder(self.built.journal, RequestMetrics()),
        ).install(app)
        return app

    def steps(self, name: str, body: Any) -> Steps:
        """For that provider: validate a body, read it as an order, render a case as bytes."""
        return self._aplyid(body) if name == "aplyid" else self._sphinxhq(body)

    def _aplyid(self, body: Any) -> Steps:
        desk = self.desks["aplyid"]

        def validate() -> object:
            return aplyid.ACTIVITY.load(body["activity"]), aplyid.INDIVIDUAL.load(body["client"])

        def render(case: Case) -> object:
            return aplyid_json(render_aplyid_case(case, desk)).encode()

        return validate, partial(aplyid.read_order, SANDBOX, body), render

    def _sphinxhq(self, body: Any) -> Steps:
        known = Known(
            has_customer=lambda _: True,
            has_case=lambda _: True,
            has_check=lambda _: True,
            known_documents=lambda ids: ids,
            is_taken=lambda _: False,
            is_key_taken=lambda _: False,
            configs=dict,
        )
        schema, switches = sphinxhq.NewCaseIn(), self.desks["sphinxhq"].switches

        def validate() -> object:
            with Context(known):
                return load(schema, body)

        def render(case: Case) -> object:
            return sphinxhq_json(render_sphinxhq_case(case, switches)).encode()

        return validate, partial(sphinxhq.read_order, schema, SANDBOX, body, known), render
