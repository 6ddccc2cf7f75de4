"""The generations of the service: what the requests of each may hold, and how its answers look.

Only the first one is served yet. A further one is a `Generation` beside it, chosen by what the caller comes with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.core.case_file import FiledCheck
from emulator.core.model import Case, Client, NewCase
from emulator.providers.sphinxhq import again, case_file_schemas, responses, schemas
from emulator.providers.sphinxhq.drf import Serializer

Rendered = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Generation:
    """The shapes of one generation."""

    name: str
    check_types: tuple[str, ...]
    new_case: Serializer
    new_check: Serializer
    new_customer: Serializer
    customer_update: Serializer
    new_document: Serializer
    render_case: Callable[[Case, Mapping[str, str]], Rendered]  # with the switches
    render_check: Callable[[FiledCheck, Mapping[str, str]], Rendered]
    render_customer: Callable[[Client], Rendered]
    reorder: Callable[[Case], NewCase]  # the order for a case that is started again


FIRST = Generation(
    name="first",
    check_types=schemas.CHECK_TYPES,
    new_case=schemas.NEW_CASE,
    new_check=case_file_schemas.NewCheckIn(),
    new_customer=case_file_schemas.NewCustomerIn(),
    customer_update=case_file_schemas.CustomerUpdateIn(),
    new_document=case_file_schemas.DocumentIn(),
    render_case=responses.render_case,
    render_check=responses.render_check,
    render_customer=responses.render_customer,
    reorder=again.reorder,
)
