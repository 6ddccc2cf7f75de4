"""What is sent: requests that differ only in the external id of the client."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parent.parent / "fixtures" / "aplyid" / "create_case.json"
NUMBER = "cust-0000000000"  # where the number of the request goes, of constant width
TABLE = "cases"
REUSED = 4  # one request in so many names a client of an earlier one


@dataclass(frozen=True)
class Order:
    """A request in pieces: the bytes around the external id, and the status that tells of success."""

    status: int
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    def pieces(self) -> list[bytes]:
        """The request's bytes before and after the external id."""
        body = json.dumps(self.body, ensure_ascii=False).encode()
        headers = {"Host": "127.0.0.1", **self.headers, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return (f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body).split(NUMBER.encode())


def external_id(number: int) -> str:
    """The external id of the request with that number; every fourth repeats an earlier one."""
    repeats = number % REUSED == REUSED - 1
    return f"cust-{number - REUSED + 1 if repeats else number:010d}"


def aplyid() -> Order:
    """The printed sample of APLYiD."""
    request = json.loads(SAMPLE.read_text(encoding="utf-8"))["request"]
    request["body"]["client"]["external_id"] = NUMBER
    return Order(201, request["path"], request["headers"], request["body"])


def sphinxhq() -> Order:
    """Two checks of one customer at Sphinx."""
    body = {
        "customer": {"full_name": "Mary Chen", "external_id": NUMBER, "customer_type": "INDIVIDUAL"},
        "checks": [{"check_type": "PEP"}, {"check_type": "SANCTION"}],
        "webhook_url": "http://127.0.0.1:9/webhooks",
    }
    return Order(201, "/api/cases/", {"Content-Type": "application/json", "Cookie": "sessionid=test_default"}, body)


def bare() -> Order:
    """The bytes of the APLYiD sample, for the view that does not look at them."""
    sample = aplyid()
    return Order(200, "/", sample.headers, sample.body)


def dynamodb() -> Order:
    """The body of the APLYiD sample as an item of DynamoDB: a server that emulates AWS knows no other POST."""
    item = {"id": {"S": NUMBER}, "case": {"S": json.dumps(aplyid().body)}}
    return Order(200, "/", aws_headers("PutItem"), {"TableName": TABLE, "Item": item})


def aws_headers(action: str) -> dict[str, str]:
    """The headers of a request to DynamoDB, with a signature that no emulator checks."""
    signed = "Credential=bench/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none"
    kind = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{action}"}
    return {**kind, "Authorization": f"AWS4-HMAC-SHA256 {signed}"}


ORDERS = {"bare": bare, "aplyid": aplyid, "sphinxhq": sphinxhq, "dynamodb": dynamodb}
