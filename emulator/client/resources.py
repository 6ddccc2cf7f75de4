"""The parts of a sandbox that a test drives: clock, outcomes, faults, requests and cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.client.address import SandboxAddress, without_none
from emulator.client.payloads import Exchange, Json, Query
from emulator.client.plain_values import Moment, Step, moment_text, step_to_json, to_text

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours


@dataclass(frozen=True)
class Clock:
    """The clock of a sandbox; each method that sets it returns the time it shows then."""

    address: SandboxAddress

    @property
    def now(self) -> datetime:
        """The moment that the clock reads."""
        return datetime.fromisoformat(self.address.ask("GET", "clock")["now"])

    def freeze(self, at: Moment | None = None) -> datetime:
        """Stop the clock, now or at a moment; raise Refusal if the moment is past."""
        return self._set(mode="frozen", at=moment_text(at))

    def scale(self, factor: float, at: Moment | None = None) -> datetime:
        """Let the clock run `factor` times as fast as wall time."""
        return self._set(mode="scaled", factor=factor, at=moment_text(at))

    def follow(self) -> datetime:
        """Return the clock to wall time; raise Refusal while the clock is ahead of it."""
        return self._set(mode="real")

    def _set(self, **fields: object) -> datetime:
        return datetime.fromisoformat(self.address.ask("PATCH", "clock", without_none(**fields))["now"])

    def advance(self, step: Step) -> list[Json]:
        """Run all that falls due in that time (90, 1h, PT1H); return what happened, once the receivers answered."""
        happened: list[Json] = self.address.ask("POST", "clock/advance", step_to_json(step))["happened"]
        return happened

    def settle(self) -> list[Json]:
        """Run all that is due now, and nothing later; return what happened."""
        happened: list[Json] = self.address.ask("POST", "clock/settle")["happened"]
        return happened

    async def advance_async(self, step: Step) -> list[Json]:
        """Advance as `advance` does, in a thread, so that a receiver in the loop of this test can answer."""
        import asyncio

        return await asyncio.to_thread(self.advance, step)

    async def settle_async(self) -> list[Json]:
        """Settle as `settle` does, in a thread."""
        import asyncio

        return await asyncio.to_thread(self.settle)


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of cases: queued ones for the next cases, and rules for matching requests."""

    address: SandboxAddress

    def next(self, outcome: str, *, provider: str | None = None, times: int = 1) -> None:
        """Decide how the next cases end: `approved`, `denied`, `undecided`, `failed`, `stuck`, or a provider's word."""
        self.address.ask("POST", "outcomes/next", without_none(outcome=outcome, provider=provider, times=times))

    def when(
        self,
        fields: Mapping[str, object],
        *,
        provider: str | None = None,
        outcome: str | None = None,
        delay: "float | timedelta | None" = None,
        risk_score: float | None = None,
    ) -> str:
        """Decide how cases end whose requests have these fields; return the id of the rule.

        `fields` are compared by their dotted names: {"client.name": "Jo", "client.email": {"contains": "@risky."}}.
        `delay` is in seconds.
        """
        decision = without_none(provider=provider, outcome=outcome, delay=delay, risk_score=risk_score)
        rule: str = self.address.ask("POST", "outcomes/rules", {"when": dict(fields), **decision})["id"]
        return rule

    def forget(self) -> None:
        """Remove all rules and plans."""
        self.address.ask("DELETE", "outcomes/next")
        self.address.ask("DELETE", "outcomes/rules")


@dataclass(frozen=True)
class Faults:
    """The planned faults of a sandbox."""

    address: SandboxAddress

    def add(self, kind: str, **settings: object) -> str:
        """Plan a fault, as in `add("status", provider="aplyid", status=503, times=2)`; return its id."""
        fault: str = self.address.ask("POST", "faults", {"kind": kind, **settings})["id"]
        return fault

    def remove(self, fault_id: str) -> None:
        """Remove one fault."""
        self.address.ask("DELETE", f"faults/{fault_id}")

    def clear(self) -> None:
        """Remove all faults."""
        self.address.ask("DELETE", "faults")

    @property
    def all(self) -> list[Json]:
        """The faults that may still trigger."""
        faults: list[Json] = self.address.ask("GET", "faults")["faults"]
        return faults


@dataclass(frozen=True)
class Requests:
    """The journal of a sandbox: requests that came in and went out, each with its answer."""

    address: SandboxAddress

    def find(self, *, body: Mapping[str, Query] | None = None, **wanted: Query) -> list[Exchange]:
        """Return matching exchanges, oldest first: by provider, method, path, status, case_id, direction, since.

        The newest thousand are returned. `body` names fields of the request's JSON by their dotted names.
        """
        exchanges: list[Exchange] = self._ask("requests", body, {"limit": 1000, **wanted})["requests"]
        return exchanges

    def count(self, *, body: Mapping[str, Query] | None = None, **wanted: Query) -> int:
        """Return how many exchanges match; raise LookupError if some that might match were evicted."""
        found = self._ask("requests", body, {"limit": 0, **wanted})
        if found["count"] == "unknown":
            raise LookupError(f"at least {found['at_least']}: {found['evicted']} exchanges were evicted")
        return int(found["count"])

    def near_misses(self, **wanted: Query) -> list[Exchange]:
        """Return the refused requests, each with what it would have needed."""
        exchanges: list[Exchange] = self._ask("requests/near-misses", None, wanted)["requests"]
        return exchanges

    def _ask(self, path: str, body: Mapping[str, Query] | None, filters: Mapping[str, Query]) -> Any:
        by_body = {f"body.{name}": to_text(value) for name, value in (body or {}).items()}
        return self.address.ask("GET", path, **filters, **by_body)


@dataclass(frozen=True)
class Cases:
    """The cases of a sandbox, in the words of the emulator."""

    address: SandboxAddress

    def all(self, *, provider: str | None = None, external_id: str | None = None, **wanted: str) -> list[Json]:
        """Return the newest thousand cases, newest first; `wanted` are further filters: search, state, outcome."""
        filters = {"provider": provider, "external_id": external_id, **wanted}
        found = self.address.ask("GET", "cases", limit=1000, **filters)
        cases: list[Json] = found["cases"]
        return cases

    def get(self, provider: str, case_id: int) -> Json:
        """Return one case, with the rule that decides how it ends."""
        case: Json = self.address.ask("GET", f"cases/{provider}/{case_id}")
        return case

    def link(self, provider: str, case_id: int) -> Json:
        """Return the applicant's `link` to a case, its QR code as `svg`, and the `advice` for a phone, or None."""
        found: Json = self.address.ask("GET", f"cases/{provider}/{case_id}/link")
        return found

    def complete(self, provider: str, case_id: int, **ending: object) -> Json:
        """End a case now, in the words of its provider: `complete("aplyid", 1024, outcome="denied")`."""
        case: Json = self.address.ask("POST", f"cases/{provider}/{case_id}/complete", ending)
        return case
