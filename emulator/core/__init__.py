"""The domain: what a case is, how it ends, and when its webhook is sent.

Rule of this room: no HTTP, no SQL, no words of a provider. It imports no other room.
"""
