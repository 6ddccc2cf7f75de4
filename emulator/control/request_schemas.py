"""What the routes of the control API take: strict marshmallow schemas of bodies and queries."""

from collections.abc import Callable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load
from marshmallow.validate import OneOf, Range, Regexp

from emulator.core.deliveries import DeliveryState
from emulator.core.model import Outcome
from emulator.core.sandbox_settings import Pace
from emulator.delivery.targets import why_no_url
from emulator.settings import OPTIONS

LONGEST_WAIT = 60.0


def _as_setting(name: str) -> Callable[[Any], None]:
    """Judged as the setting of that name is."""

    def check(value: Any) -> None:
        try:
            OPTIONS[name].metadata["read"](value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return check


def _is_dialable(url: str) -> None:
    """Refused is what no sender could ever dial; whether it may be dialled is found out when it is due."""
    why = why_no_url(url)
    if why:
        raise ValidationError(why)


class Strict(Schema):
    """Nothing but what is known."""

    class Meta:
        unknown = RAISE


class SettingsIn(Strict):
    """PATCH of a sandbox; null returns to what the emulator was started with."""

    webhook_url = fields.String(
        allow_none=True,
        validate=_is_dialable,
        metadata={"description": "where an integration's webhooks go"},
    )
    delay = fields.Float(
        allow_none=True, validate=_as_setting("delay"), metadata={"description": "seconds from creation to end"}
    )
    retry = fields.String(
        allow_none=True, validate=_as_setting("retry"), metadata={"description": "standard, once, or waits like 1,5,30"}
    )
    seed = fields.Integer(
        allow_none=True, strict=True, validate=_as_setting("seed"), metadata={"description": "what chance follows from"}
    )
    default_outcome = fields.String(
        allow_none=True,
        validate=OneOf([outcome.value for outcome in Outcome]),
        metadata={"description": "how a case ends where no rule says otherwise"},
    )
    pace = fields.String(
        allow_none=True,
        validate=OneOf([pace.value for pace in Pace]),
        metadata={"description": "instead of delay: instant, fast (2 s), real (90 s a person, 240 s a business)"},
    )
    integration = fields.String(
        allow_none=True,
        validate=OneOf(["test", "live"]),
        metadata={"description": "the key of a test integration expires after 30 days"},
    )

    @post_load
    def one_of_both(self, said: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A delay takes the place of a pace, and a pace that of a delay."""
        if said.get("pace") is not None and said.get("delay") is not None:
            raise ValidationError("pace and delay exclude each other", "pace")
        if said.get("pace") is not None:
            return {**said, "delay": None}
        return {**said, "pace": None} if said.get("delay") is not None else said


class SandboxIn(SettingsIn):
    """A sandbox to be made: its name, and settings."""

    name = fields.String(
        # The key of the one name that is no sandbox's is an expired one, for tests of that.
        validate=Regexp(r"(?!expired\Z)[a-z0-9_-]{1,64}\Z", error="1 to 64 of a-z 0-9 - _ are needed, and not expired"),
        metadata={"description": "1 to 64 of a-z 0-9 - _, but not expired; one that nobody uses unless told"},
    )


class NothingIn(Strict):
    """A body that says nothing: {}."""


class DeliveryQuery(Strict):
    """Which deliveries."""

    provider = fields.String()
    case_id = fields.Integer(validate=Range(-(2**63), 2**63 - 1))
    external_id = fields.String()
    event = fields.String()
    state = fields.String(validate=OneOf([state.value for state in DeliveryState]))


class WaitQuery(DeliveryQuery):
    """Which deliveries, how long, and for what."""

    timeout = fields.Float(load_default=5.0, validate=Range(0, LONGEST_WAIT))
    expect = fields.String(load_default="one", validate=OneOf(["one", "none"]))
