"""The samples that stand in our pages."""

import re


def blocks(page: str, language: str) -> list[str]:
    """The samples in that language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
