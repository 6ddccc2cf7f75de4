"""`case-emulator deliveries`"""

from collections.abc import Mapping
from typing import Any

import click

from emulator.client import Control
from emulator.commands.output import print_json, print_rows
from emulator.commands.remote import asks

COLUMNS = ("case", "external id", "event", "state", "attempts", "what came of it")


@click.command()
@click.option("--external-id", metavar="ID", help="Only of cases with this external_id.")
@click.option("--state", metavar="STATE", help="scheduled, in_flight, delivered, failed, blocked or inbox.")
@click.option("--event", metavar="EVENT", help="Only this event, as in case.completed.")
@click.option("--case-id", metavar="ID", type=int, help="Only of this case.")
@click.option("--provider", metavar="PROVIDER", help="Only of this provider.")
@asks
def deliveries(control: Control, sandbox: str, as_json: bool, **wanted: str | int | None) -> None:
    """List the webhooks of a sandbox, and what came of sending them.

    \b
    Example:
      case-emulator deliveries --state failed --external-id order-9281
    """
    query = {name: value for name, value in wanted.items() if value is not None}
    answer = control.ask("GET", f"/sandboxes/{sandbox}/deliveries", query=query)
    if as_json:
        print_json(answer)
        return
    found = answer["deliveries"]
    title = None if found else f"No such webhook in {sandbox}: a case sends one when it ends."
    print_rows([_row(delivery) for delivery in found], COLUMNS, title)


def _row(delivery: Mapping[str, Any]) -> dict[str, str]:
    return {
        "case": f"{delivery['provider']} {delivery['case_id']}",
        "external id": delivery["external_id"] or "",
        "event": delivery["event"],
        "state": delivery["state"],
        "attempts": str(len(delivery["attempts"])),
        "what came of it": _told(delivery),
        "to": delivery["url"] or "",
        "id": delivery["id"],
    }


def _told(delivery: Mapping[str, Any]) -> str:
    """The reason it stands where it stands, and when it is sent again."""
    last = delivery["attempts"][-1] if delivery["attempts"] else {}
    told = delivery["reason"] or last.get("error") or (f"answered {last['status']}" if last.get("status") else "")
    again = delivery["next_attempt_at"]
    return "; ".join(part for part in (told, f"next attempt at {again}" if again else "") if part)
