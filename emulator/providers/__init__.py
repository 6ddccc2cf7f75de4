"""One folder per emulated API; they do not know each other.

Each has the same files, so that two folders can be read side by side: `schemas` (what is sent and answered),
`routes` (read, do, answer), `errors` (facts to words), `webhook` (how a case ends and what is sent then), and the
rules of the framework behind the service (`rails`, `drf`).
"""
