"""The page of a world: what it is, why it happens in life, what breaks, and code that holds, for each API."""

from collections.abc import Iterator, Sequence
from inspect import cleandoc
from string import Template

from emulator.app import PROVIDERS
from emulator.quick_dataclass import dataclass
from emulator.web.provider import Provider
from emulator.worlds.world import Kind, World

SHOULD = {Kind.MUTANT: "turn red"}  # what a suite should do; stay green unless told
ANY_API = "Either API"


@dataclass(frozen=True, slots=True)
class Example:
    """Code that is right in a world; `title` says at which API."""

    title: str
    code: str


def paragraphs_of(world: World) -> Sequence[tuple[str, str]]:
    """Return what there is to say of a world: headings with their sentences."""
    return (
        ("What is different", world.what),
        ("Why it happens", world.why),
        ("Why no test notices" if world.kind is Kind.MUTANT else "What breaks", world.breaks),
        ("What holds", world.how),
        ("What exercises it", world.needs),
    )


def examples_of(world: World) -> Sequence[Example]:
    """Return the code for each API, in its words; once where all would be the same."""
    providers = [provider for provider in PROVIDERS if world.provider in (None, provider.name)]
    found = list(_examples(world, providers))
    alike = len(found) == len(PROVIDERS) and len({example.code for example in found}) == 1
    return [Example(ANY_API, found[0].code)] if alike else found


def _examples(world: World, providers: Sequence[Provider]) -> Iterator[Example]:
    for provider in providers:
        words = {"name": provider.name, **provider.recipe_words}
        templates = [Template(cleandoc(recipe)) for recipe in world.recipes]
        known = (template for template in templates if words.keys() >= set(template.get_identifiers()))
        if template := next(known, None):
            yield Example(provider.title, template.substitute(words))


def page_of(world: World) -> str:
    """Return the page in Markdown."""
    should = SHOULD.get(world.kind, "stay green")
    parts = [f"# {world.name}", f"A {world.kind}: the suite should {should}."]
    parts += [f"**{heading}.** {text}" for heading, text in paragraphs_of(world)]
    parts += [f"{example.title}:\n\n```python\n{example.code}\n```" for example in examples_of(world)]
    return "\n\n".join(parts) + "\n"


def file_of(world: World) -> str:
    """Return the name of the page's file in docs/worlds."""
    return f"{world.name.replace('=', '-')}.md"
