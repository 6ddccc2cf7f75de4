"""Programs in other languages that ask both APIs, each with its own HTTP client, and the test that runs them.

Each is called with a URL, a key and a folder, posts the folder's aplyid.json, refused.json and sphinxhq.json, and
prints two lines an answer: its body and its status.
"""
