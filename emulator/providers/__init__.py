"""The emulated APIs, one folder each; no folder imports another.

The folders have the same files, so that two can be read side by side: `schemas` (request bodies), `routes` (read, do,
answer), `responses` (success answers), `errors` (facts in the words of the API), `webhook` (how a case ends and what
is sent then), and the rules of the framework behind the service (`rails` and `ruby`, `drf`).
"""
