"""Worlds: run a command once for each thing that may be otherwise in life, each time beside an emulator of its own.

A world is a small class: its kind, its words, and what it changes, which is a standing fault, a switch or a first id.
Nothing here prints or parses flags; `commands/worlds.py` does.
"""
