"""A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx.

The rooms, from the top; imports go down only:

    cli           the command line
    commands      one module a command, thin
    app           the only place where parts are wired
    control       the emulator's own API under /_emulator
    providers     one folder per emulated API; they do not know each other
    web           Flask glue that all faces share
    store         SQL lives here and nowhere else
    delivery      the only room that calls out
    settings      flags, variables, file and defaults
    client        asks a running emulator by its control API
    core          what a case is and how it ends: no HTTP, no SQL, no words of a provider
"""

from emulator import version

__version__ = version.VERSION
