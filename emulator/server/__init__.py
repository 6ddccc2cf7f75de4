"""The HTTP server: one loop for all sockets, framing, threads, TLS and certificates.

Rule of this room: it knows WSGI and no Flask, no case and no provider.
"""
