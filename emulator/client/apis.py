"""The emulated APIs, as a test calls them; the emulator tells their names and operations."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count
from typing import Any
from urllib.parse import urlencode

from emulator.client.address import SandboxAddress
from emulator.client.payloads import ApiDescription, DrawnSample, Json, Operation

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours


class LeaveOut:
    """The value of a field that is not to be sent at all."""

    def __repr__(self) -> str:
        return "LEAVE_OUT"


LEAVE_OUT = LeaveOut()


class NotCreated(AssertionError):
    """Create Case did not answer 201; `status` and `answer` (JSON, else text) are what it answered."""

    def __init__(self, status: int, answer: object) -> None:
        super().__init__(f"Create Case answered {status}: {answer}")
        self.status, self.answer = status, answer

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes, as the result of one may."""
        return type(self), (self.status, self.answer)


class NotDone(AssertionError):
    """An operation was refused; `status` and `answer` (JSON, else text) are what it answered."""

    def __init__(self, operation: str, status: int, answer: object) -> None:
        super().__init__(f"{operation} answered {status}: {answer}")
        self.operation, self.status, self.answer = operation, status, answer

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes, as the result of one may."""
        return type(self), (self.operation, self.status, self.answer)


@dataclass(frozen=True)
class Api:
    """One emulated API, called with the key of the sandbox."""

    address: SandboxAddress
    provider: str
    is_current: bool = False  # whether it speaks the current generation, where the API has more than one
    _seeds: "count[int]" = field(default_factory=lambda: count(1), repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes, in each of which the made-up values begin anew."""
        return type(self), (self.address, self.provider, self.is_current)

    @cached_property
    def current(self) -> "Api":
        """The same API as its current generation has it; raise LookupError where there is only one."""
        if not self._description["current_key"]:
            raise LookupError(f"{self.provider} speaks one generation only")
        return Api(self.address, self.provider, is_current=True)

    def create_case(self, **fields: object) -> Json:
        """Open a case and return the answer of Create Case; raise NotCreated.

        Fields that are not given get valid made-up values, the same in every run. Objects are merged, so that
        `create_case(client={"name": "Jo Denied"})` changes only the name; LEAVE_OUT takes a field away.
        """
        drawn = self._draw()
        status, answer = self._post(drawn, _merged(drawn["body"], fields), {})
        if status != 201:
            raise NotCreated(status, answer)
        created: Json = answer
        return created

    def sample(self, **fields: object) -> Json:
        """Return a body as `create_case` would send it."""
        return _merged(self._draw()["body"], fields)

    def send(self, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Send just that body to Create Case, with these headers too; return status and answer (JSON, else text)."""
        return self._post(self._draw(), body, headers or {})

    def call(self, operation: str, body: object = None, **path: object) -> tuple[int, Any]:
        """Call any operation of the API by its name, as in `call("read_case", id=1)`; return status and answer.

        `path` fills the arguments of the operation's path. Raise LookupError for an unknown operation, or for
        an argument that is missing.
        """
        known = self._operations
        if operation not in known:
            raise LookupError(f"{self.provider} has no operation {operation}; it has {', '.join(known)}")
        return self._send(known[operation], body, {}, path)

    def _send(
        self, chosen: Operation, body: object, query: Mapping[str, object], path: Mapping[str, object]
    ) -> tuple[int, Any]:
        try:
            filled = chosen["path"].format(**path)
        except KeyError as error:
            [name] = error.args
            raise LookupError(f"{chosen['name']} needs {name}, as in {chosen['name']}({name}=1)") from error
        is_current = self.is_current or chosen.get("generation") == "current"
        key = self._description["current_key" if is_current else "key"]
        headers = {**key, "Content-Type": "application/json"}
        asked = f"?{urlencode(query)}" if query else ""
        return self.address.control.call(chosen["method"], filled + asked, body, headers)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """Return a method for the operation of that name; the emulator tells which operations there are.

        The method takes the arguments of the path, and the fields of the body or of the query; bytes are sent as
        Base64. It returns the answer, or raises NotDone.
        """
        if operation.startswith("_") or operation not in self._operations:
            known = "" if operation.startswith("_") else f"; its operations are {', '.join(self._operations)}"
            raise AttributeError(f"{self.provider} has no attribute {operation}{known}")
        return partial(self._perform, operation)

    def _perform(self, operation: str, **fields: object) -> Any:
        chosen = self._operations[operation]
        in_path = {name: fields.pop(name) for name in list(fields) if f"{{{name}}}" in chosen["path"]}
        body, query = (None, fields) if chosen["method"] == "GET" else (_sendable(fields), {})
        status, answer = self._send(chosen, body, query, in_path)
        if status >= 400:
            raise NotDone(operation, status, answer)
        return answer

    @property
    def _operations(self) -> dict[str, Operation]:
        return {each["name"]: each for each in self._description["operations"]}

    @cached_property
    def _description(self) -> ApiDescription:
        """The emulator's description of this API: its operations, and the header that opens the sandbox."""
        apis: list[ApiDescription] = self.address.ask("GET", "providers")["providers"]
        return next(api for api in apis if api["name"] == self.provider)

    def _draw(self) -> DrawnSample:
        """Return the next sample request; each has a seed of its own, so that people differ."""
        current = {"current": "true"} if self.is_current else {}
        drawn: DrawnSample = self.address.ask("GET", f"samples/{self.provider}", seed=next(self._seeds), **current)
        return drawn

    def _post(self, drawn: DrawnSample, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        return self.address.control.call("POST", drawn["path"], body, {**drawn["headers"], **headers})


def _sendable(value: object) -> object:
    """Return the value with Base64 in place of bytes, at any level."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _sendable(part) for name, part in value.items()}
    return [_sendable(part) for part in value] if isinstance(value, list | tuple) else value


def _merged(value: object, changes: Mapping[str, object]) -> Json:
    """Return the object with the changes, also those inside of objects, and without the fields set to LEAVE_OUT."""
    merged: Json = dict(value) if isinstance(value, dict) else {}
    for name, change in changes.items():
        merged[name] = _merged(merged.get(name), change) if isinstance(change, dict) else change
    return {name: part for name, part in merged.items() if part is not LEAVE_OUT}
