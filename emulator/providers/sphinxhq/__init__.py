"""Sphinx: `POST /api/cases/` and its reads. The folder has its domain's name: "sphinx" is a documentation tool."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from emulator.core.case_file import NewDocument
from emulator.core.model import NewClient
from emulator.core.pace import RealPace, Span
from emulator.core.ports import Newborn
from emulator.providers.sphinxhq import credentials, errors, routes, tokens, webhook
from emulator.providers.sphinxhq.completion import CompletionIn
from emulator.providers.sphinxhq.credentials import WRONG_TOKEN
from emulator.providers.sphinxhq.current_samples import CurrentSamples
from emulator.providers.sphinxhq.current_schemas import ALL_CHECK_TYPES
from emulator.providers.sphinxhq.document_routes import MEDIA
from emulator.providers.sphinxhq.generation import CURRENT, GENERATIONS
from emulator.providers.sphinxhq.samples import PATH, SphinxSamples
from emulator.providers.sphinxhq.switches import RECIPE_WORDS, SWITCHES
from emulator.web.provider import GenerationDocument, Operation, Provider

# Documented: about 90 seconds for the checks of a person, about 4 minutes for those of a company.
SAMPLE = NewDocument(name="sample.pdf", media_type="application/pdf", size=0, digest="")
PERSON, BUSINESS = timedelta(seconds=90), timedelta(seconds=240)


def describe(generations: Collection[str], address: str) -> dict[str, object]:
    """Return the OpenAPI document of these generations of the API, served at that address."""
    from emulator.providers.sphinxhq import openapi  # slow to import, and only a document needs it

    return openapi.describe(address, generations)


PROVIDER = Provider(
    name="sphinxhq",
    title="Sphinx",
    prefixes=("/api/", MEDIA),
    operations=(
        Operation(name="create_case", verb="POST", path=PATH, is_quick=True),
        Operation(name="list_cases", verb="GET", path=PATH),
        Operation(name="read_case", verb="GET", path=f"{PATH}{{id}}/", is_quick=True),
        Operation(name="update_case", verb="PATCH", path=f"{PATH}{{id}}/", is_current=True),
        Operation(name="start", verb="POST", path=f"{PATH}{{id}}/start/"),
        Operation(name="add_check", verb="POST", path="/api/checks/"),
        Operation(name="list_checks", verb="GET", path="/api/checks/"),
        Operation(name="read_check", verb="GET", path="/api/checks/{id}/", is_quick=True),
        Operation(name="create_customer", verb="POST", path="/api/customers/"),
        Operation(name="update_customer", verb="POST", path="/api/customers/update/"),
        Operation(name="patch_customer", verb="PATCH", path="/api/customers/update/", is_current=True),
        Operation(name="read_customer", verb="GET", path="/api/customers/{id}/"),
        Operation(name="upload_document", verb="POST", path="/api/documents/"),
        Operation(name="read_document", verb="GET", path="/api/documents/{id}/", is_quick=True),
        Operation(name="issue_token", verb="POST", path=tokens.PATH),
    ),
    routes=routes.blueprint,
    credential=credentials.credential,
    render_error=errors.render,
    conclude=webhook.conclude,
    events=(webhook.EVENT,),
    webhook=webhook.render,
    # The service's printed samples name customer 123 and document 123, so every new sandbox has both.
    newborn=Newborn(
        first_ids=(("case", 1), ("check", 1), ("client", 124), ("document", 124)),
        clients=((123, NewClient(name="Sample Customer", kind="INDIVIDUAL")),),
        documents=((123, SAMPLE),),
    ),
    real_pace=RealPace(person=Span(PERSON, PERSON), business=Span(BUSINESS, BUSINESS)),
    invalid_status=400,
    assumed_words={
        "Documents not found": "No such documents",
        "Ensure this value is less than or equal to 365.": "At most 365 days.",
        "Ensure this value is greater than or equal to -1.": "At least -1 days.",
        "This field must be unique.": "This is taken.",
        "A case needs at least one check to be started.": "There is nothing to start.",
        "Provide either case_config or checks, not both.": "Both name checks.",
        WRONG_TOKEN: "No such token.",
    },
    switches=SWITCHES,
    recipe_words=RECIPE_WORDS,
    check_types=ALL_CHECK_TYPES,
    samples=SphinxSamples(current=CurrentSamples()),
    completion=CompletionIn,
    document=partial(describe, GENERATIONS),
    generation_documents={
        name: GenerationDocument(describe=partial(describe, [name]), is_current=name == CURRENT.name)
        for name in GENERATIONS
    },
)
