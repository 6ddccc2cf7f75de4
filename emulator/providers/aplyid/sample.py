"""A request to paste: the service's own printed example."""

import json
from importlib.resources import files

PATH = "/integrations/core/cases"


def curl(address: str) -> str:
    """The printed curl example, with our address and key."""
    exchange = json.loads(files("emulator.fixtures.aplyid").joinpath("create_case.json").read_text("utf-8"))
    body = json.dumps(exchange["request"]["body"], ensure_ascii=False).replace("'", r"'\''")
    return (
        f"curl -X POST {address}{PATH} -H 'Content-Type: application/json' "
        f"-H 'X-Workflow-Access-Key: test_default' -d '{body}'"
    )
