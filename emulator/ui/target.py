"""Where the webhooks of the sandbox go: change it in the head of any page, and send a test there."""

from flask import Response, request

from emulator.ui.api_client import ApiClient
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import sandbox_path

KEPT = "Webhooks are kept in the inbox from now on."


def change(api: ApiClient) -> Response:
    """Set where webhooks go (nothing typed: as the emulator was started), or send a test to what was typed."""
    url = request.form.get("url", "").strip()
    if request.form.get("order") == "test":
        return _test(api, url)
    settings = api.ask("PATCH", sandbox_path(), {"webhook_url": url or None})["settings"]
    return done(f"Webhooks go to {settings['webhook_url']} from now on." if settings["webhook_url"] else KEPT)


def _test(api: ApiClient, url: str) -> Response:
    told = api.ask("POST", f"{sandbox_path()}/webhook-test", {"url": url} if url else {})
    words = f"{told['told'][:1].upper()}{told['told'][1:]}."
    return done(words, tone="good" if told["ok"] else "bad")
