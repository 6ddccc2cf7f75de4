"""The route behind the QR code of a case: the applicant's link as a picture, and who can open it."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response

from emulator.control.context import ControlContext
from emulator.control.payloads_cases import CaseLinkPayload
from emulator.control.views import json_response, responds
from emulator.hosts import literal_of
from emulator.settings import SHORTEST_TOKEN
from emulator.web.problem_json import Problem

QUIET_ZONE = 4  # modules around the code, as the standard has it


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add the link of a case."""

    @routes.get("/sandboxes/<sandbox:name>/cases/<provider>/<int:case_id>/link")
    @responds("CaseLinkOut")
    def read_link(name: str, provider: str, case_id: int) -> Response:
        """Return the applicant's link to a case with its QR code as SVG, and what a phone would need to open it."""
        context.completion_schema_of(provider)  # refuses an unknown provider with a list of the known ones
        link = context.link_of(context.cases.get(name, provider, case_id))
        if link is None:
            raise Problem(404, f"cases of {provider} have no link: nobody goes through a form for them")
        answer: CaseLinkPayload = {"link": link, "svg": _qr_code(link), "advice": _advice(link)}
        return json_response(answer)


def _qr_code(text: str) -> str:
    """Return the QR code of a text as SVG, black on white, without a size."""
    import segno  # slow to import, and only a picture needs it

    code: Any = segno.make(text, error="m", micro=False)
    return str(code.svg_inline(omitsize=True, border=QUIET_ZONE, light="#fff", svgclass=None, lineclass=None))


def _advice(link: str) -> str | None:
    """Return how to start the emulator so that a phone can open the link; None if it can."""
    parts = urlsplit(link)
    address = literal_of(parts.hostname or "")
    if parts.hostname != "localhost" and not (address and address.is_loopback):
        return None
    own = f"{parts.scheme}://ADDRESS" + (f":{parts.port}" if parts.port else "")
    return (
        "Only this machine can open it. For a phone in the same network, start the emulator with "
        f"--host 0.0.0.0 --public-url {own} --control-token TOKEN, where ADDRESS is that of this machine, and TOKEN "
        f"{SHORTEST_TOKEN} or more characters that you choose."
    )
