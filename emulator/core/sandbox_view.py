"""A sandbox as one transaction sees it: read once, then passed on."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from emulator.core.case_file import Document
from emulator.core.model import Client
from emulator.core.ports import ProviderRules, Reading
from emulator.core.sandbox_clock import SandboxClock
from emulator.core.sandbox_settings import SandboxSettings
from emulator.quick_dataclass import dataclass


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

    def client(self, read: Reading, provider: str, client_id: int) -> Client | None:
        """Return a client of the sandbox; a new one holds those of the provider's `newborn`."""
        if self.is_used:
            return read.client(self.name, provider, client_id, self.now)
        newborn = dict(self.provider_rules[provider].newborn.clients).get(client_id)
        if newborn is None:
            return None
        return Client(id=client_id, external_id=None, created_at=self.now, updated_at=self.now, **asdict(newborn))

    def document(self, read: Reading, provider: str, document_id: int) -> Document | None:
        """Return a document of the sandbox; a new one holds those of `newborn`."""
        if self.is_used:
            return read.document(self.name, provider, document_id, self.now)
        newborn = dict(self.provider_rules[provider].newborn.documents).get(document_id)
        if newborn is None:
            return None
        return Document(id=document_id, created_at=self.now, updated_at=self.now, **asdict(newborn))

    def known_documents(self, read: Reading, provider: str, ids: Collection[int]) -> Collection[int]:
        """Return those of the ids that name a document of the sandbox; a new one holds those of `newborn`."""
        if self.is_used:
            return read.known_documents(self.name, provider, ids, self.now)
        return {document_id for document_id, _ in self.provider_rules[provider].newborn.documents}.intersection(ids)
