"""Convert rows of deliveries and attempts into values of the core, and back."""

import json

from emulator.core.deliveries import AttemptRecord, Delivery, DeliveryState
from emulator.core.sandbox_clock import MICROSECOND, from_micros, to_micros
from emulator.store.rows import Params, Row, maybe_datetime, maybe_micros


def delivery_params(delivery: Delivery) -> Params:
    """Return the columns of a new delivery."""
    return {
        "sandbox": delivery.sandbox,
        "id": delivery.id,
        "provider": delivery.provider,
        "case_id": delivery.case_id,
        "event": delivery.event,
        "url": delivery.url,
        "target": delivery.target,
        "headers": json.dumps(dict(delivery.headers)),
        "body": delivery.body,
        "state": delivery.state,
        "created_at": to_micros(delivery.created_at),
        "due_at": maybe_micros(delivery.due_at),
        "reason": delivery.reason,
        "faults": json.dumps(delivery.faults),
        "slowly": delivery.slowly,
        "held": int(delivery.held),
    }


def delivery_of(row: Row) -> Delivery:
    """Read a delivery from a row of `due_deliveries`, `inbox` or another query with the same first columns."""
    return Delivery(
        sandbox=row[0],
        id=row[1],
        provider=row[2],
        case_id=row[3],
        event=row[4],
        url=row[5],
        headers=json.loads(row[6]),
        body=row[7],
        state=DeliveryState(row[8]),
        created_at=from_micros(row[9]),
        due_at=maybe_datetime(row[10]),
        attempts=row[11],
        reason=row[12],
        faults=tuple(json.loads(row[13])),
        slowly=row[14],
        held=bool(row[15]),
    )


def attempt_of(row: Row) -> AttemptRecord:
    """Read an attempt from a row of the query `attempts_of`."""
    return AttemptRecord(
        number=row[0],
        ended_at=from_micros(row[1]),
        took=row[2] * MICROSECOND,
        status=row[3],
        error=row[4],
        answer=row[5],
        headers=json.loads(row[6]),
    )
