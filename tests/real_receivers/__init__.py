"""Receivers of webhooks in the frameworks that integrators use, and the test that sends webhooks to them.

Each is called with a folder, says on which port of 127.0.0.1 it listens, and keeps a webhook for /NAME in two files of
the folder: NAME.body, the bytes as they came, and NAME.json, with the event of the header and the body as the framework
reads it.
"""
