"""A sandbox as one transaction sees it: read once, then passed on."""

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
    """The settings and clock of a sandbox; of one that was never used, those it would have."""

    name: str
    is_used: bool
    born: int  # when it was first used or last reset, in microseconds since 1970: this tells it from its predecessor
    settings: SandboxSettings
    stored_settings: str  # JSON text: what was set for this sandbox alone
    clock: SandboxClock
    advancing: bool  # the time machine is advancing its clock
    wall: datetime  # wall time when it was read
    provider_rules: Mapping[str, ProviderRules]  # they say what a new sandbox holds

    @property
    def now(self) -> datetime:
        """The time on the sandbox's clock."""
        return self.clock.now(self.wall)

    def wall_time_of(self, moment: datetime) -> datetime | None:
        """Return the wall time when the clock reads `moment`, None when it stands still before."""
        return self.clock.wall_time_of(moment, self.wall)

    @property
    def own_settings(self) -> dict[str, Any]:
        """What was set and planned for this sandbox alone, as it is stored."""
        own: dict[str, Any] = json.loads(self.stored_settings)
        return own

    def has_client(self, read: Reading, provider: str, client_id: int) -> bool:
        """Return whether the sandbox holds that client; a new one holds those of the provider's `newborn`."""
        if self.is_used:
            return read.client(self.name, provider, client_id) is not None
        return any(client_id == newborn_id for newborn_id, _ in self.provider_rules[provider].newborn.clients)

    def document_ids(self, read: Reading, provider: str) -> Collection[int]:
        """Return the ids of the documents that the sandbox holds; a new one holds those of `newborn`."""
        if self.is_used:
            return read.document_ids(self.name, provider)
        return self.provider_rules[provider].newborn.documents
