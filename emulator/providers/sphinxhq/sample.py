"""A request to paste: the service's own printed example, made to work out of the box."""

PATH = "/api/cases/"


def curl(address: str) -> str:
    """A check of a new customer, whose webhook the inbox keeps."""
    return (
        f"curl -X POST {address}{PATH} -H 'Content-Type: application/json' --cookie sessionid=test_default "
        """-d '{"customer": {"full_name": "Mary Chen"}, "checks": [{"check_type": "PEP"}]}'"""
    )
