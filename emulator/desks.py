"""What each provider works with, and what the core asks it, made from the wired use cases."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from emulator.core.ports import ProviderRules
from emulator.delivery.targets import Targets
from emulator.settings import Settings, credentials_of
from emulator.web.credentials import hint
from emulator.web.desk import Desk
from emulator.web.links import Links
from emulator.web.provider import Provider
from emulator.web.request_faults import RequestFaults
from emulator.wiring import Core


def desk_of(
    provider: Provider, settings: Settings, core: Core, links: Links, switches: Mapping[str, str], targets: Targets
) -> Desk:
    """Return what this provider works with."""
    return Desk(
        provider=provider.name,
        cases=core.cases,
        clients=core.clients,
        checks=core.checks,
        documents=core.documents,
        reruns=core.reruns,
        access_tokens=core.access_tokens,
        case_changes=core.case_changes,
        request_faults=RequestFaults(
            sandboxes=core.sandboxes, faults_cleared=core.planning.faults_cleared, wait_slots=core.wait_slots
        ),
        links=links,
        switches=switches,
        further_credentials=credentials_of(settings, provider.name),
        key_hint=hint(_keys(provider)),
        object_to=lru_cache(maxsize=1024)(targets.objection),
    )


def rules_of(provider: Provider, desk: Desk, id_shift: int) -> ProviderRules:
    """Return what the core asks this provider; its first ids are `id_shift` higher."""
    first_ids = tuple((kind, first + id_shift) for kind, first in provider.newborn.first_ids)
    return ProviderRules(
        newborn=replace(provider.newborn, first_ids=first_ids),
        conclude=provider.conclude,
        render_webhook=lambda case, settings, event_id: provider.webhook(case, settings, event_id, desk),
        real_pace=provider.real_pace,
    )


def _keys(provider: Provider) -> Iterator[tuple[str, str]]:
    """Yield each header that opens a sandbox of the API, with its value."""
    if provider.samples:
        yield provider.samples.key_of("<name>")
        if provider.samples.current:
            yield provider.samples.current.key_of("<name>")
