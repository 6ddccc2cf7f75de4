"""What changed between the answer to a request and the webhook of its case."""

import json
from collections.abc import Mapping

from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.sandbox_links import sandbox_path

LONGEST = 80  # characters of a former value


def former_values(api: ApiClient, delivery_id: str) -> Mapping[str, str]:
    """Return by place, as JSON, what the fields were in the answer that are different in a webhook.

    Fields that only one of the two has are left out; there are none if the journal no longer has the answer.
    """
    try:
        found = api.get(f"{sandbox_path()}/deliveries/{part(delivery_id)}/differences")["changes"]
    except ApiRefusal:
        return {}
    both = [change for change in found or () if "before" in change and "after" in change]
    return {change["place"]: _short(json.dumps(change["before"], ensure_ascii=False)) for change in both}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
