"""Sending webhooks: when, to which addresses, and how.

Rule of this room: it is the only one that dials out, besides `client/`, which talks to a running emulator.
"""
