"""`case-emulator sample`"""

import json
from collections.abc import Callable, Mapping
from shlex import quote
from typing import TYPE_CHECKING

import click

from emulator.commands.output import harmless, print_json
from emulator.commands.remote import json_flag, sandbox_flag, url_flag

if TYPE_CHECKING:
    from emulator.web.extras import Sample, Samples


def _read_provider(context: click.Context, parameter: click.Parameter, given: str) -> "Samples":
    from emulator.app import PROVIDERS  # slow to import; the help text does not need it

    known = {provider.name: provider.samples for provider in PROVIDERS if provider.samples}
    if given not in known:
        raise click.BadParameter(f"there is no provider {harmless(given[:100])}; known are {', '.join(known)}")
    return known[given]


def _read_seed(context: click.Context, parameter: click.Parameter, given: str) -> int:
    from emulator.readers import read_seed

    try:
        return read_seed(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("samples", metavar="PROVIDER", callback=_read_provider)
@click.option(
    "--seed", metavar="NUMBER", default="0", callback=_read_seed, help="The same number, the same request. Default: 0."
)
@click.option(
    "--as", "form", type=click.Choice(["curl", "python", "json"]), help="curl (default), Python, or the bare body."
)
@click.option("--operation", metavar="NAME", help="Another operation than create_case, as in upload_document.")
@click.option(
    "--case", "case_id", metavar="ID", type=click.IntRange(1), default=1, help="The case it is about. Default: 1."
)
@click.option("--current", is_flag=True, help="The current generation of an API that speaks more than one.")
@sandbox_flag
@url_flag
@json_flag
def sample(
    samples: "Samples",
    seed: int,
    form: str | None,
    operation: str | None,
    case_id: int,
    current: bool,
    sandbox: str,
    url: str,
    as_json: bool,
) -> None:
    """Print a valid request with made-up people.

    PROVIDER is aplyid or sphinxhq. The same seed draws the same request. --json prints method, url, headers and body.

    \b
    Example:
      case-emulator sample aplyid --seed 7 | sh
      case-emulator sample sphinxhq --as python
      case-emulator sample sphinxhq --operation add_check --case 1
      case-emulator sample sphinxhq --current | sh
    """
    from emulator.core.randomness import SeededRandom

    if as_json and form:
        raise click.UsageError("--json prints the whole request, --as json its body: choose one of the two")
    if current and samples.current is None:
        raise click.UsageError("this API speaks one generation only: leave --current out")
    samples = samples.current or samples if current else samples
    if operation and operation not in samples.operations:
        known = ", ".join(samples.operations)
        raise click.UsageError(f"there is no sample of {harmless(operation[:100])}; known are {known}")
    drawn = samples.draw(SeededRandom(seed, "", "sample"), sandbox, operation, case_id)
    if as_json:
        print_json({"method": drawn.method, "url": url + drawn.path, "headers": drawn.headers, "body": drawn.body})
    else:
        click.echo(FORMS[form or "curl"](drawn, url + drawn.path))


def _body(drawn: "Sample", url: str) -> str:
    """Return the body as ASCII JSON, which no shell and no terminal changes."""
    return json.dumps(drawn.body, indent=2)


def _curl(drawn: "Sample", url: str) -> str:
    headers = [f"-H {quote(f'{name}: {value}')}" for name, value in drawn.headers.items()]
    return " \\\n  ".join([f"curl -sS -X {drawn.method} {quote(url)}", *headers, f"-d {quote(_body(drawn, url))}"])


def _python(drawn: "Sample", url: str) -> str:
    return (
        f"import requests\n\n"
        f"answer = requests.request(\n"
        f"    {drawn.method!a},\n"
        f"    {url!a},\n"
        f"    headers={_literal(drawn.headers)},\n"
        f"    json={_literal(drawn.body)},\n"
        f")\n"
        f"print(answer.status_code, answer.text)"
    )


def _literal(value: object, indent: str = "    ") -> str:
    """Return the value as Python source in ASCII, one item a line."""
    deeper = f"{indent}    "
    if isinstance(value, Mapping):
        items = [f"{name!a}: {_literal(part, deeper)}" for name, part in value.items()]
        brackets = "{}"
    elif isinstance(value, list):
        items, brackets = [_literal(part, deeper) for part in value], "[]"
    else:
        return ascii(value)
    lines = "".join(f"{deeper}{item},\n" for item in items)
    return f"{brackets[0]}\n{lines}{indent}{brackets[1]}"


FORMS: dict[str, Callable[["Sample", str], str]] = {"curl": _curl, "python": _python, "json": _body}
