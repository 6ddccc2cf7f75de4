"""Bad input against the served emulator: the rows of the project's table of bad input.

Each row of that table has a number; a test id begins with it, as in `37-sphinxhq-overlong-notes`. The rows of one
theme stand in one module (`rows_*.py`); a row that is a story rather than one request has a test of its own in
`test_scenarios.py` and its neighbours.
"""
