"""Say of objects without fields that they hold anything: generators of types read a bare `type: object` as empty."""

from typing import Any

OBJECT = ("object", ["object", "null"])
TELLS = ("properties", "additionalProperties", "patternProperties", "allOf", "anyOf", "oneOf", "$ref")
EXAMPLES = ("example", "examples", "default")  # whose keys are no words of a schema


def open_objects(part: Any) -> Any:
    """Return a part of a document in which each object that says nothing of its fields may have any."""
    if isinstance(part, list):
        return [open_objects(item) for item in part]
    if not isinstance(part, dict):
        return part
    opened = {key: value if key in EXAMPLES else open_objects(value) for key, value in part.items()}
    if opened.get("type") in OBJECT and not any(word in opened for word in TELLS):
        opened["additionalProperties"] = True
    return opened
