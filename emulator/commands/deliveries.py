"""The command `case-emulator deliveries`."""

from typing import TypedDict

import click

from emulator.client import Control
from emulator.commands.output import print_json, print_rows
from emulator.commands.remote import remote_command

COLUMNS = ("case", "external id", "event", "state", "attempts", "what came of it")


class Attempt(TypedDict):
    """One try to send a webhook, as the control API answers it."""

    status: int | None
    error: str | None


class Delivery(TypedDict):
    """A webhook on its way to one receiver, as the control API answers it."""

    id: str
    provider: str
    case_id: int
    external_id: str | None
    event: str
    state: str
    url: str | None
    reason: str | None
    next_attempt_at: str | None
    attempts: list[Attempt]


@click.command()
@click.option("--external-id", metavar="ID", help="Only of cases with this external_id.")
@click.option("--state", metavar="STATE", help="scheduled, in_flight, delivered, failed, blocked or inbox.")
@click.option("--event", metavar="EVENT", help="Only this event, as in case.completed.")
@click.option("--case-id", metavar="ID", type=int, help="Only of this case.")
@click.option("--provider", metavar="PROVIDER", help="Only of this provider.")
@remote_command
def deliveries(control: Control, sandbox: str, as_json: bool, **filters: str | int | None) -> None:
    """List the webhooks of a sandbox, and what became of each.

    \b
    Example:
      case-emulator deliveries --state failed --external-id order-9281
    """
    query = {name: value for name, value in filters.items() if value is not None}
    answer = control.ask("GET", f"/sandboxes/{sandbox}/deliveries", query=query)
    if as_json:
        print_json(answer)
        return
    sent: list[Delivery] = answer["deliveries"]
    title = None if sent else f"No such webhook in {sandbox}: a case sends one when it ends."
    print_rows([_row(delivery) for delivery in sent], COLUMNS, title)


def _row(delivery: Delivery) -> dict[str, str]:
    return {
        "case": f"{delivery['provider']} {delivery['case_id']}",
        "external id": delivery["external_id"] or "",
        "event": delivery["event"],
        "state": delivery["state"],
        "attempts": str(len(delivery["attempts"])),
        "what came of it": _result(delivery),
        "to": delivery["url"] or "",
        "id": delivery["id"],
    }


def _result(delivery: Delivery) -> str:
    """Return why the delivery is in its state, and when it is sent again."""
    last: Attempt = delivery["attempts"][-1] if delivery["attempts"] else {"status": None, "error": None}
    reason = delivery["reason"] or last["error"] or (f"answered {last['status']}" if last["status"] else "")
    next_at = delivery["next_attempt_at"]
    return "; ".join(part for part in (reason, f"next attempt at {next_at}" if next_at else "") if part)
