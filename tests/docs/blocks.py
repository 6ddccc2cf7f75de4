"""Every marked block by its name."""

from collections.abc import Callable, Mapping
from functools import partial

from emulator.worlds.world import Kind
from tests.docs.generations import generations_table
from tests.docs.reference import fixtures_table, handle_table, options_table
from tests.docs.samples import APLYID, SPHINXHQ, answer, curl, inbox, javascript, webhook
from tests.docs.tables import commands_table, faults_table, settings_table, worlds_table

BLOCKS: Mapping[str, Callable[[], str]] = {
    "aplyid-curl": partial(curl, APLYID),
    "aplyid-javascript": partial(javascript, APLYID),
    "aplyid-answer": partial(answer, APLYID),
    "aplyid-webhook": partial(webhook, APLYID),
    "aplyid-inbox": partial(inbox, APLYID),
    "sphinxhq-curl": partial(curl, SPHINXHQ),
    "sphinxhq-answer": partial(answer, SPHINXHQ),
    "settings": settings_table,
    "api-faults": partial(faults_table, "api"),
    "webhook-faults": partial(faults_table, "webhook"),
    "guesses": partial(worlds_table, Kind.GUESS),
    "hazards": partial(worlds_table, Kind.HAZARD),
    "mutants": partial(worlds_table, Kind.MUTANT),
    "commands": commands_table,
    "plugin-fixtures": fixtures_table,
    "plugin-options": options_table,
    "handle": handle_table,
    "sphinx-generations": generations_table,
}
