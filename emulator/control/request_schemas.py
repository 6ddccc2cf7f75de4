"""The schemas of bodies and queries that several routes of the control API take."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range, Regexp

from emulator.control.filter_words import Word
from emulator.core.checks import MOST_CHECKS
from emulator.core.deliveries import DeliveryState
from emulator.core.model import Outcome
from emulator.core.pace import Pace
from emulator.delivery.targets import why_no_url
from emulator.plain_values import NotPlain, check_plain
from emulator.readers import BIGGEST_SEED, LONGEST_DELAY
from emulator.settings import OPTIONS

LONGEST_WAIT = 60.0
# By the word of the filter, the states of a delivery.
DELIVERY_STATES: Mapping[str, frozenset[str]] = {
    **{state.value: frozenset({state.value}) for state in DeliveryState},
    "waiting": frozenset({DeliveryState.SCHEDULED, DeliveryState.IN_FLIGHT}),
    "kept": frozenset({DeliveryState.INBOX, DeliveryState.BLOCKED}),
}
NUMBER = r"[0-9]{1,7}(\.[0-9]+)?"
RETRY = rf"^(standard|once|{NUMBER}(,{NUMBER}){{0,99}})$"  # for the document; the setting itself checks


def _as_setting(name: str) -> Callable[[object], None]:
    """Return a check that accepts what the emulator's own setting of that name accepts."""

    def check(value: object) -> None:
        try:
            OPTIONS[name].metadata["read"](value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return check


def is_dialable(url: str) -> None:
    """Raise ValidationError for a URL that can never be dialled; whether it may be is checked before each attempt."""
    try:
        check_plain(url)
    except NotPlain as error:
        raise ValidationError(error.reason) from error
    reason = why_no_url(url)
    if reason:
        raise ValidationError(reason)


class Strict(Schema):
    """A schema that refuses unknown keys."""

    class Meta:
        unknown = RAISE


class Whole(fields.Integer):
    """A whole number: 2 or 2.0, which are the same in JSON, and not "2"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(self, value: object, attr: str | None, data: object, **options: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        number: int = super()._deserialize(whole, attr, data, **options)
        return number


class TrueOrFalse(fields.Boolean):
    """true or false, not 1 or 0, which Python holds to be equal to them."""

    def _deserialize(self, value: object, attr: str | None, data: object, **options: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class SettingsIn(Strict):
    """PATCH of a sandbox; null returns to what the emulator was started with."""

    class Meta(Strict.Meta):
        together: ClassVar[Mapping[str, object]] = {
            "not": {
                "properties": {"pace": {"type": "string"}, "delay": {"type": "number"}},
                "required": ["pace", "delay"],
            }
        }

    webhook_url = fields.String(
        allow_none=True,
        validate=is_dialable,
        metadata={"description": "where an integration's webhooks go", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"},
    )
    delay = fields.Float(
        allow_none=True,
        validate=_as_setting("delay"),
        metadata={"description": "seconds from creation to end", "minimum": 0, "maximum": LONGEST_DELAY},
    )
    retry = fields.String(
        allow_none=True,
        validate=_as_setting("retry"),
        metadata={"description": "standard, once, or waits like 1,5,30", "pattern": RETRY},
    )
    seed = Whole(
        allow_none=True,
        validate=_as_setting("seed"),
        metadata={"description": "what chance follows from", "minimum": 0, "maximum": BIGGEST_SEED},
    )
    default_outcome = fields.String(
        allow_none=True,
        validate=OneOf([outcome.value for outcome in Outcome]),
        metadata={"description": "how a case ends where no rule says otherwise"},
    )
    pace = fields.String(
        allow_none=True,
        validate=OneOf([pace.value for pace in Pace]),
        metadata={"description": "instead of delay: instant, fast (2 s), real (as long as the real service takes)"},
    )
    integration = fields.String(
        allow_none=True,
        validate=OneOf(["test", "live"]),
        metadata={"description": "the key of a test integration expires after 30 days"},
    )
    case_configs = fields.Dict(
        allow_none=True,
        keys=fields.String(validate=Length(1, 255)),
        values=fields.List(Word("check_type"), validate=Length(1, MOST_CHECKS)),
        validate=Length(max=100),
        metadata={"description": "the checks of the cases that name a config, by its slug"},
    )

    @post_load
    def one_of_both(self, settings: dict[str, object], **_: object) -> dict[str, object]:
        """Clear the delay when a pace is set, and the pace when a delay is; raise ValidationError for both at once."""
        if settings.get("pace") is not None and settings.get("delay") is not None:
            raise ValidationError("pace and delay exclude each other", "pace")
        if settings.get("pace") is not None:
            return {**settings, "delay": None}
        return {**settings, "pace": None} if settings.get("delay") is not None else settings


class SandboxIn(SettingsIn):
    """A sandbox to be made: its name, and its settings."""

    name = fields.String(
        # The key test_expired belongs to no sandbox: it is always refused as expired.
        validate=Regexp(r"(?!expired\Z)[a-z0-9_-]{1,64}\Z", error="1 to 64 of a-z 0-9 - _ are needed, and not expired"),
        metadata={"description": "1 to 64 of a-z 0-9 - _, but not expired; one that nobody uses unless told"},
    )


class NothingIn(Strict):
    """The empty body: {}."""


class DeliveryQuery(Strict):
    """Which deliveries."""

    provider = Word("provider")
    case_id = fields.Integer(validate=Range(-(2**63), 2**63 - 1))
    external_id = fields.String()
    event = Word("event", metadata={"description": "or one that a fault or a delivery of this sandbox names"})
    state = fields.String(
        validate=OneOf([*DELIVERY_STATES]),
        metadata={"description": "in that state; waiting: scheduled or in_flight; kept: inbox or blocked"},
    )
    search = fields.String(
        validate=Length(1, 200),
        metadata={
            "description": "with that text in the client's name or the case's reference, or of the case of that id"
        },
    )


class WaitQuery(DeliveryQuery):
    """Which deliveries to wait for, for how many seconds, whether one or none is expected, and whether time is skipped.

    With `skip`, a clock that stands still goes from one moment at which something is due to the next.
    """

    timeout = fields.Float(load_default=5.0, validate=Range(0, LONGEST_WAIT))
    expect = fields.String(load_default="one", validate=OneOf(["one", "none"]))
    skip = fields.Integer(load_default=0, validate=Range(0, 1), metadata={"description": "1: move a frozen clock"})
