"""The commands: one thin module each, imported when the command is called.

Rule of this room: a command imports what it needs where it uses it, so that no command slows the start of another.
"""
