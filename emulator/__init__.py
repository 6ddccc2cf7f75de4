"""A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx.

The rooms, from the top; imports go down only:

    cli           the command line; wsgi: for servers of others
    commands      one module a command, thin
    running       an emulator behind a socket; embedding: as a Flask application
    app           the only place where parts are wired
    demo          what only --demo needs
    ui            the pages; ui/flow, those of the applicant
    control       the emulator's own API under /_emulator
    providers     one folder per emulated API; they do not know each other
    openapi       builds the OpenAPI documents
    web           the request pipeline, which all faces share
    server        HTTP servers, TLS and certificates
    store         SQL lives here and nowhere else
    delivery      the only room that calls out
    settings      flags, variables, file and defaults
    core          what a case is and how it ends: no HTTP, no SQL, no words of a provider
    client        asks a running emulator by its control API
"""

from typing import TYPE_CHECKING, Any

from emulator import version

if TYPE_CHECKING:
    from emulator.embedding import create_app

__version__ = version.VERSION
__all__ = ["__version__", "create_app"]


def __getattr__(name: str) -> Any:
    """Import `create_app` on first use: whoever imports the client alone does not pay for Flask."""
    if name == "create_app":
        from emulator.embedding import create_app

        return create_app
    raise AttributeError(f"module {__name__} has no attribute {name}")
