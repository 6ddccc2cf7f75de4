"""The generations of the service: what the requests of each may hold, and how its answers look.

The caller's credential chooses the generation that is spoken with it. That of the request that opened a case shapes its
webhook.
"""

from collections.abc import Callable, Mapping

from emulator.core.case_file import FiledCheck
from emulator.core.model import Case, Client, NewCase
from emulator.providers.sphinxhq import (
    case_file_schemas,
    current_orders,
    current_responses,
    current_schemas,
    responses,
    schemas,
)
from emulator.providers.sphinxhq.drf import Serializer
from emulator.providers.sphinxhq.payloads import read_details
from emulator.providers.sphinxhq.relations import Known
from emulator.quick_dataclass import dataclass

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
    read_order: Callable[[Serializer, str, object, Known], NewCase]  # with the sandbox and the body
    render_case: Callable[[Case, Mapping[str, str]], Rendered]  # with the switches
    render_check: Callable[[FiledCheck, Mapping[str, str]], Rendered]
    render_customer: Callable[[Client], Rendered]


FIRST = Generation(
    name="first",
    check_types=schemas.CHECK_TYPES,
    new_case=schemas.NewCaseIn(),
    new_check=case_file_schemas.NewCheckIn(),
    new_customer=case_file_schemas.NewCustomerIn(),
    customer_update=case_file_schemas.CustomerUpdateIn(),
    new_document=case_file_schemas.DocumentIn(),
    read_order=schemas.read_order,
    render_case=responses.render_case,
    render_check=responses.render_check,
    render_customer=responses.render_customer,
)
CURRENT = Generation(
    name=current_orders.CURRENT,
    check_types=current_schemas.ALL_CHECK_TYPES,
    new_case=current_schemas.CurrentCaseIn(),
    new_check=current_schemas.CurrentNewCheckIn(),
    new_customer=current_schemas.CurrentNewCustomerIn(),
    customer_update=current_schemas.CurrentCustomerUpdateIn(),
    new_document=case_file_schemas.DocumentIn(),
    read_order=current_orders.read_order,
    render_case=current_responses.render_case,
    render_check=current_responses.render_check,
    render_customer=current_responses.render_customer,
)
GENERATIONS = (FIRST.name, CURRENT.name)


def generation_of(case: Case) -> Generation:
    """Return the generation of the request that opened a case, or of the case that it replaces."""
    return CURRENT if read_details(case.details).get("generation") == CURRENT.name else FIRST
