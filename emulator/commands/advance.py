"""The command `case-emulator advance`."""

from typing import TypedDict

import click

from emulator.client import Control
from emulator.client.plain_values import step_to_json
from emulator.commands.output import print_json, print_rows
from emulator.commands.remote import remote_command

NEEDED = "seconds (90), a shorthand (1h30m, 2d) or ISO 8601 (PT1H, P30D) is needed"


class Event(TypedDict):
    """One thing that happened; the last three stand on attempts to send a webhook, outcome and rule on completions."""

    at: str
    kind: str
    provider: str
    case_id: int
    outcome: str | None
    rule: str
    state: str
    status: int | None
    error: str | None


def _read_duration(context: click.Context, parameter: click.Parameter, text: str) -> dict[str, float | str]:
    """Return the request body for this duration; raise BadParameter."""
    body = step_to_json(text)
    if "duration" in body and not text.startswith("P"):  # what starts so is checked by the emulator
        raise click.BadParameter(NEEDED)
    return body


@click.command()
@click.argument("duration", callback=_read_duration)
@remote_command
def advance(control: Control, sandbox: str, duration: dict[str, float | str], as_json: bool) -> None:
    """Move the clock of a sandbox forward.

    Runs all that falls due, waits for the receivers and says what happened.

    DURATION is in seconds (90), a shorthand (1h30m, 2d) or ISO 8601 (PT1H, P30D); 0 runs what is due now.

    \b
    Example:
      case-emulator advance 1h --sandbox my-test
    """
    answer = control.ask("POST", f"/sandboxes/{sandbox}/clock/advance", duration)
    if as_json:
        print_json(answer)
        return
    events: list[Event] = answer["happened"]
    count = len(events)
    summary = f"{count} {'thing' if count == 1 else 'things'} happened" if count else "nothing happened"
    title = f"In {sandbox} it is {_to_the_second(answer['now'])}: {summary}."
    print_rows([_row(event) for event in events], title=title)


def _row(event: Event) -> dict[str, str]:
    return {
        "at": _to_the_second(event["at"]),
        "what": event["kind"].replace("_", " "),
        "case": f"{event['provider']} {event['case_id']}",
        "how": _how(event),
    }


def _to_the_second(moment: str) -> str:
    return f"{moment[:19]}Z"


def _how(event: Event) -> str:
    if event["kind"] == "webhook_kept":
        return "no receiver: the inbox has it"
    if event["kind"] != "delivery_attempted":
        return f"{event['outcome'] or 'no outcome yet'}, by the rule {event['rule']}"
    result = event["error"] or (f"answered {event['status']}" if event["status"] else "not dialled")
    return f"{event['state']}: {result}"
