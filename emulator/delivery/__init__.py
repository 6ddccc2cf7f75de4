"""Webhooks leave here.

Rule of this room: the only one that calls out.
"""
