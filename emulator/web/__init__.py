"""The Flask glue that all faces share: the contract of a provider, strict bodies, the guard, the server.

Rule of this room: no header, path or error word of any one provider.
"""
