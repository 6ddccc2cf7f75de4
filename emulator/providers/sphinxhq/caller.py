"""Who sends a request: the sandbox that is opened, and the generation that is spoken."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from flask import Response, request

from emulator.core.case_file import FiledCheck
from emulator.core.errors import NotFound
from emulator.core.model import Case
from emulator.providers.sphinxhq.current_schemas import CASE_CONFIGS
from emulator.providers.sphinxhq.generation import Generation
from emulator.providers.sphinxhq.made_up_ids import case_id_in, external_id_of
from emulator.providers.sphinxhq.relations import INT64, Known
from emulator.providers.sphinxhq.responses import drf_response
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.quick_dataclass import dataclass
from emulator.web.body import LARGEST_BODY, read_json
from emulator.web.desk import Desk
from emulator.web.errors import WrongMediaType

JSON_RANGES = {"*/*", "application/*", "*/json", "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A request whose credential was accepted."""

    desk: Desk
    sandbox: str
    generation: Generation

    @property
    def known(self) -> Known:
        """What a body of this caller may name."""
        return Known(
            has_customer=lambda key: self.desk.clients.knows(self.sandbox, PROVIDER, key),
            has_case=lambda key: self.desk.cases.takes_checks(self.sandbox, PROVIDER, key),
            has_check=self._has_check,
            known_documents=self._known_documents,
            is_taken=self._is_taken,
            is_key_taken=self._is_key_taken,
            configs=self._configs,
        )

    def known_beside(self, case: Case) -> Known:
        """Return what a body that changes a case may name: its own reference too."""
        return replace(self.known, is_key_taken=lambda key: key != external_id_of(case) and self._is_key_taken(key))

    def _has_check(self, key: int) -> bool:
        try:
            return self.desk.checks.get(self.sandbox, PROVIDER, key).case.archived_at is None
        except NotFound:
            return False

    def _known_documents(self, ids: Collection[int]) -> Collection[int]:
        return self.desk.documents.known(self.sandbox, PROVIDER, ids)

    def _is_taken(self, external_id: str) -> bool:
        """Return whether to refuse a new customer with this reference; the store decides, this tells it in time."""
        known = self.desk.clients.knows_key(self.sandbox, PROVIDER, external_id)
        return known and self.desk.switches["customer-exists"] == "refuse"

    def _is_key_taken(self, external_id: str) -> bool:
        """Return whether another case has this reference; the store decides, this tells it in time."""
        stored = self.desk.case_changes.has_external_id(self.sandbox, PROVIDER, external_id)
        return stored or self._is_made_up(external_id)

    def _is_made_up(self, external_id: str) -> bool:
        """Return whether a case that was opened without any reference is shown with this one."""
        number = case_id_in(self.sandbox, external_id)
        try:
            case = None if number is None else self.desk.cases.get(self.sandbox, PROVIDER, number)
        except NotFound:
            return False
        return case is not None and not case.archived_at and external_id_of(case) == external_id

    def _configs(self) -> Mapping[str, Sequence[str]]:
        own = dict(self.desk.cases.sandboxes.look(self.sandbox).settings.case_configs)
        known = {slug: types for slug, types in own.items() if set(types) <= set(self.generation.check_types)}
        return {**CASE_CONFIGS, **known}

    def hide_archived(self, found: Case | FiledCheck) -> None:
        """Raise NotFound for an archived case, or a check of one, where the switch hides these."""
        case = found.case if isinstance(found, FiledCheck) else found
        if case.archived_at and self.desk.switches["archived"] == "hidden":
            raise NotFound("case", case.id)

    def answer_case(self, case: Case, status: int) -> Response:
        """Return the answer that shows a case."""
        return drf_response(self.generation.render_case(case, self.desk.switches), status)

    def answer_check(self, filed: FiledCheck, status: int) -> Response:
        """Return the answer that shows a check with the head of its case."""
        return drf_response(self.generation.render_check(filed, self.desk.switches), status)


def nothing_known() -> Known:
    """Return what a body may name that is of no sandbox yet: nothing."""
    return Known(
        has_customer=lambda key: False,
        has_case=lambda key: False,
        has_check=lambda key: False,
        known_documents=lambda ids: (),
        is_taken=lambda key: False,
        is_key_taken=lambda key: False,
        configs=dict,
    )


def read_body(largest: int = LARGEST_BODY) -> object:
    """Return the JSON of the request's body, {} where there is none; raise WrongMediaType and what `read_json` does."""
    environ = request.environ
    if environ.get("CONTENT_LENGTH", "0") in ("", "0"):
        return {}
    media = environ.get("CONTENT_TYPE", "").strip()
    if media.partition(";")[0].strip().lower() not in JSON_RANGES:
        raise WrongMediaType(media)
    encoding = environ.get("HTTP_CONTENT_ENCODING", "identity").strip()
    if encoding.lower() != "identity":
        raise WrongMediaType(f"{media}; encoded as {encoding}")
    value: object = read_json(environ, envelope=3, largest=largest)
    return value


def read_id(kind: str, key: str) -> int:
    """Return the id in a path; raise NotFound for a text that is none."""
    try:
        number = int(key[:30])
    except ValueError:
        raise NotFound(kind, key) from None
    if number not in INT64:
        raise NotFound(kind, key)
    return number
