"""The use cases and providers that the views of the control API work with."""

from collections.abc import Mapping
from functools import cached_property

from marshmallow import Schema

from emulator.control.completions import words_of
from emulator.core.cases import Cases
from emulator.core.completion import Completion
from emulator.core.delivery_queries import DeliveryQueries
from emulator.core.direct_sending import DirectSending
from emulator.core.documents import Documents
from emulator.core.journal import Journal
from emulator.core.model import Case
from emulator.core.planning import Planning
from emulator.core.sandboxes import Sandboxes
from emulator.core.snapshots import Snapshots
from emulator.core.time_machine import TimeMachine
from emulator.quick_dataclass import dataclass
from emulator.server.loop_health import LoopHealth
from emulator.web.extras import Flow
from emulator.web.links import Links
from emulator.web.problem_json import Problem
from emulator.web.provider import Provider, completion_schemas_of
from emulator.web.request_metrics import RequestMetrics
from emulator.web.wait_slots import WaitSlots


@dataclass(frozen=True, kw_only=True)
class ControlContext:
    """The use cases, the providers, and the wait slots of requests that wait."""

    cases: Cases
    documents: Documents
    sandboxes: Sandboxes
    deliveries: DeliveryQueries
    direct_sending: DirectSending
    completion: Completion
    planning: Planning
    time_machine: TimeMachine
    snapshots: Snapshots
    wait_slots: WaitSlots
    journal: Journal
    request_metrics: RequestMetrics
    providers: Mapping[str, Provider]
    links: Links
    asks_for_token: bool
    loop_health: LoopHealth

    @property
    def address(self) -> str:
        """Where others reach this emulator."""
        return self.links.address

    @cached_property
    def completion_schemas(self) -> Mapping[str, Schema]:
        """By provider, the schema of a body that completes a case."""
        return completion_schemas_of(self.providers.values())

    @cached_property
    def outcome_words(self) -> Mapping[str, Mapping[str, str]]:
        """By provider, its word for each outcome."""
        return {name: words_of(schema) for name, schema in self.completion_schemas.items()}

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        """By provider, the guided flow; providers whose cases have none are left out."""
        return {name: provider.flow for name, provider in self.providers.items() if provider.flow}

    def completion_schema_of(self, provider: str) -> Schema:
        """Return the schema of a body that completes a case of that provider; raise Problem 404 for an unknown one."""
        if provider not in self.completion_schemas:
            raise Problem(
                404, f"there is no provider {provider[:100]}; known are {', '.join(sorted(self.completion_schemas))}"
            )
        return self.completion_schemas[provider]

    def link_of(self, case: Case) -> str | None:
        """Return the link under which the applicant goes through the case; None: its provider has no guided flow."""
        flow = self.flows.get(case.provider)
        if flow is None:
            return None
        path = flow.path.replace("<number>", str(flow.number_of(case)))
        return self.links.to_case(case, f"{path}?position=1")
