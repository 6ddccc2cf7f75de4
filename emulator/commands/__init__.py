"""The commands, thin: one module each, loaded when it is asked for.

Rule of this room: what a command needs is imported where it is used, so that none slows the start of another.
"""
