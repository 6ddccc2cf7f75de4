"""Let the faults of a sandbox befall a webhook that is being born."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

from emulator.core.deliveries import Delivery
from emulator.core.faults import Situation
from emulator.core.mishaps import MISHAPS, Early, Post, Reorder
from emulator.core.ports import Transaction
from emulator.core.sandboxes import Sandboxes

KINDS = {mishap.kind: mishap for mishap in MISHAPS}
AT_BIRTH = KINDS.keys() - {Early.kind}


def befall(sandboxes: Sandboxes, tx: Transaction, delivery: Delivery) -> Post:
    """What is sent of this webhook; itself, when nothing is planned for it."""
    situation = Situation(
        provider=delivery.provider,
        path=_path_of(delivery.url),
        document=lambda: json.loads(delivery.body),
    )
    post: Post = [delivery]
    for hit in sandboxes.strike(tx, delivery.sandbox, AT_BIRTH, situation):
        mishap = KINDS[hit.fault.kind](**json.loads(hit.fault.settings))
        if not (isinstance(mishap, Reorder) and tx.holds_one_for(delivery)):  # it is the one that another waits for
            post = mishap.befall(post)
        post = [replace(sent, faults=(*sent.faults, hit.fault.name)) for sent in post]
    return post


def _path_of(url: str | None) -> str | None:
    try:
        return urlsplit(url).path if url else None
    except ValueError:
        return None
