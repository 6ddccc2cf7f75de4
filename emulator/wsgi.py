"""The emulator as `emulator.wsgi:application`, for servers that are told no more than that name; see docs/deploy.md.

To import this module is to build the emulator: it takes the settings from the environment, and may raise BadSetting or
StoreUnusable, so that the server does not start.
"""

import os

from emulator.embedding import create_app_from

application = create_app_from(os.environ)
