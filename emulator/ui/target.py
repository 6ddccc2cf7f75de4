"""Where the webhooks of the sandbox go: change it in the head of any page, and send a test there."""

from flask import Response, render_template, request

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.redirects import done, is_scripted
from emulator.ui.rendering import html
from emulator.ui.sandbox_links import sandbox_path

KEPT = "Webhooks are kept in the inbox from now on."


def change(api: ApiClient) -> Response:
    """Set where webhooks go (nothing typed: as the emulator was started), or send a test to what was typed."""
    url = request.form.get("url", "").strip()
    try:
        return _test(api, url) if request.form.get("order") == "test" else _save(api, url)
    except ApiRefusal as refused:
        return refused_address(refused, "target_form", webhook_url=url)


def refused_address(refused: ApiRefusal, form: str, **values: object) -> Response:
    """Return the form again for the page's script, with the reason beside what was typed; else raise the refusal."""
    if refused.status != 422 or not is_scripted():
        raise refused
    why = next(iter(refused.errors.values()), refused.detail)
    answer = html(render_template(f"{form}.html", wrong_address=why, **values), 422)
    answer.headers["HX-Retarget"] = f"#{form}"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def carried_out(message: str) -> Response:
    """Return the message of an order that a menu gave, which the page's script closes then."""
    answer = done(message)
    if is_scripted():
        answer.headers["HX-Trigger"] = "refresh, carried-out"
    return answer


def _save(api: ApiClient, url: str) -> Response:
    settings = api.ask("PATCH", sandbox_path(), {"webhook_url": url or None})["settings"]
    url = settings["webhook_url"]
    return carried_out(f"Webhooks go to {url} from now on." if url else KEPT)


def _test(api: ApiClient, url: str) -> Response:
    tested = api.ask("POST", f"{sandbox_path()}/webhook-test", {"url": url} if url else {})
    words = f"{tested['told'][:1].upper()}{tested['told'][1:]}."
    return done(words, tone="good" if tested["ok"] else "bad")
