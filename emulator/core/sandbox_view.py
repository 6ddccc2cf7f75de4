"""A sandbox as one transaction sees it: read once, then handed on."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.core.ports import ProviderRules, Reading
from emulator.core.sandbox_clock import SandboxClock
from emulator.core.sandbox_settings import SandboxSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxView:
    """Settings and clock of a sandbox; of one that nobody used yet, what they would be."""

    name: str
    is_used: bool
    born: int  # microseconds; a reset begins another life, which is born later
    settings: SandboxSettings
    stored_settings: str  # JSON text: what was set for this sandbox alone
    clock: SandboxClock
    advancing: bool  # somebody runs its time step by step
    wall: datetime  # wall time when it was read
    provider_rules: Mapping[str, ProviderRules]  # which say what a fresh sandbox is born with

    @property
    def now(self) -> datetime:
        """What the sandbox's clock reads."""
        return self.clock.now(self.wall)

    def wall_time_of(self, moment: datetime) -> datetime | None:
        """Return when the clock will read that moment by itself; None: never."""
        return self.clock.wall_time_of(moment, self.wall)

    @property
    def own_settings(self) -> dict[str, Any]:
        """What was set and planned for this sandbox alone, as it is stored."""
        own: dict[str, Any] = json.loads(self.stored_settings)
        return own

    def has_client(self, read: Reading, provider: str, client_id: int) -> bool:
        """Return whether the sandbox holds that client, or is born with it."""
        if self.is_used:
            return read.client(self.name, provider, client_id) is not None
        return any(client_id == born for born, _ in self.provider_rules[provider].newborn.clients)

    def document_ids(self, read: Reading, provider: str) -> Collection[int]:
        """Return the ids of the documents that the sandbox holds, or is born with."""
        if self.is_used:
            return read.document_ids(self.name, provider)
        return self.provider_rules[provider].newborn.documents
