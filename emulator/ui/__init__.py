"""The pages, for developers and presenters.

Rule of this package: a page asks the control API and nothing else, in this process but by its routes, so that whatever
a page shows or does can be scripted. What a page needs and the control API lacks is added there first.
"""
