"""A state machine that drives a served emulator beside a model of it, and looks for a difference."""

import pytest

pytest.register_assert_rewrite("tests.machine.looking")  # so that a failure shows both sides
