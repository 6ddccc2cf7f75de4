"""Samples of the pages, made from `fixtures/`: the exchanges as the services print them."""

from typing import Any

from emulator.version import VERSION
from tests.docs.layout import bare, laid_out
from tests.emulators import compact, fixture

ADDRESS = "http://127.0.0.1:8642"
RECEIVER = "localhost:3000"


def curl(exchange: dict[str, Any]) -> str:
    """Return the request of an exchange for the shell."""
    request = exchange["request"]
    body = laid_out(request["body"], before=4)
    assert "'" not in body, "the shell would end the text there"
    headers = " ".join(f"-H '{name}: {value}'" for name, value in request["headers"].items())
    return fenced("sh", f"curl -sS -X {request['method']} {ADDRESS}{request['path']} \\\n  {headers} -d '{body}'")


def javascript(exchange: dict[str, Any]) -> str:
    """Return the request of an exchange for Node and browsers, which print status and answer."""
    request = exchange["request"]
    return fenced(
        "js",
        f'const response = await fetch("{ADDRESS}{request["path"]}", {{\n'
        f'  method: "{request["method"]}",\n'
        f"  headers: {laid_out(request['headers'], indent=2, before=len('headers: '))},\n"
        f"  body: JSON.stringify({laid_out(request['body'], indent=2, name=bare)}),\n"
        "});\n"
        "console.log(response.status, JSON.stringify(await response.json()));",
    )


def answer(exchange: dict[str, Any]) -> str:
    """Return the answer of an exchange, laid out for reading."""
    return fenced("json", laid_out(exchange["answer"]["body"]))


def webhook(exchange: dict[str, Any]) -> str:
    """Return the webhook of an exchange as the bytes that arrive at a receiver."""
    body = compact(exchange["webhook"]["body"])
    headers = {
        "Host": RECEIVER,
        **exchange["webhook"]["headers"],
        "User-Agent": f"case-emulator/{VERSION}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Length": len(body.encode()),
    }
    lines = ["POST /webhooks HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", body]
    return fenced("http", "\n".join(lines))


def inbox(exchange: dict[str, Any]) -> str:
    """Return what the inbox of a sandbox answers when it has kept the webhook of an APLYiD exchange."""
    headers, body = exchange["webhook"]["headers"], exchange["webhook"]["body"]
    kept = {
        "id": headers["X-Workflow-Webhook-Id"],
        "provider": "aplyid",
        "event": headers["X-Workflow-Event-Type"],
        "case_id": body["case_id"],
        "state": "inbox",
        "reason": None,
        "url": None,
        "created_at": "2026-11-20T10:20:41.256056Z",
        "headers": headers,
        "body": compact(body),
    }
    return fenced("json", laid_out({"count": 1, "webhooks": [kept]}))


def fenced(language: str, text: str) -> str:
    """Return the text as a sample of a page."""
    return f"```{language}\n{text}\n```"


APLYID = fixture("aplyid", "create_case")
SPHINXHQ = fixture("sphinxhq", "create_case_short")
