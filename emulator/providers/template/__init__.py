"""A small API to copy: `POST /template/cases` and its read. Tests cover it; no emulator serves it.

Copy the folder, rename `template` in it, add its name to PROVIDER_NAMES in `app.py` and its package to `setup.cfg`.
"""

from emulator.core.randomness import SeededRandom
from emulator.providers.template import errors, routes, webhook
from emulator.providers.template.schemas import CaseOut, NewCaseIn
from emulator.web.extras import Sample
from emulator.web.provider import Operation, Provider

PATH = "/template/cases"


class Samples:
    """Requests that work out of the box."""

    operations: tuple[str, ...] = ("create_case",)
    on_cases: tuple[str, ...] = ()
    current: None = None

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header that opens a sandbox."""
        return "X-Template-Key", f"test_{sandbox}"

    def curl(self, address: str, sandbox: str) -> str:
        """Return a first request to paste."""
        key = ": ".join(self.key_of(sandbox))
        return (
            f"""curl -sS {address}{PATH} -H 'Content-Type: application/json' -H '{key}' -d '{{"name": "Mary Chen"}}'"""
        )

    def draw(self, random: SeededRandom, sandbox: str, operation: str | None = None, case_id: int = 1) -> Sample:
        """Return a request with a made-up person."""
        headers = dict([("Content-Type", "application/json"), self.key_of(sandbox)])
        return Sample(path=PATH, headers=headers, body={"name": random.person("client").name, "reference": "order-1"})


PROVIDER = Provider(
    name="template",
    title="Template",
    prefixes=("/template/",),
    operations=(
        Operation(
            name="create_case",
            verb="POST",
            path=PATH,
            summary="Create Case",
            body=NewCaseIn,
            status=201,
            answer=CaseOut,
            is_quick=True,
        ),
        Operation(
            name="read_case", verb="GET", path=f"{PATH}/{{id}}", summary="Read Case", answer=CaseOut, is_quick=True
        ),
    ),
    routes=routes.blueprint,
    credential=routes.credential,
    render_error=errors.render,
    conclude=webhook.conclude,
    webhook=webhook.render,
    samples=Samples(),
)
