"""The worlds in which an API does to its callers what it does in life."""

from emulator.core.deviation import standing_fault
from emulator.worlds.world import Hazard


class TokenEndsEarly(Hazard):
    """An access token is refused in mid-suite."""

    name = "token-ends-early"
    what = "The first access token that a sandbox issues is refused from its second request on, whatever it promised."
    why = "A service is deployed anew or changes its keys, and forgets the tokens that it gave out."
    breaks = "Code that asks for a token once, or only when it has expired by its own reckoning."
    how = "After a 401 ask for a new token and repeat the request, once."
    needs = "A token of the token endpoint, with which two requests are sent; keys `test_<name>` never end."
    recipes = ("$token_recipe",)
    faults = (standing_fault("token_ends_early", first=True),)
