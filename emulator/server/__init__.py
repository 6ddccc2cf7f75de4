"""The HTTP servers: sockets, framing, TLS and certificates.

Rule of this room: it knows WSGI and no Flask, no case and no provider.
"""
