"""pytest-randomly: the order and all chance of the process are new in every run, the sandbox's data is not."""

import random


def test_what_is_made_up_depends_on_the_test_alone(sandbox):
    print("made", sandbox.aplyid.sample(), sandbox.sphinxhq.sample())  # noqa: T201 - the test reads it
    print("drawn", random.random())  # noqa: T201


def test_a_case_has_the_same_ids_in_any_order(sandbox):
    assert sandbox.aplyid.create_case()["case_id"] == 1024
    assert sandbox.sphinxhq.create_case()["id"] == 1
