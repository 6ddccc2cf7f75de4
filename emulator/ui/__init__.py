"""The pages: for the developer who would rather look than read, and for the stage.

Rule of this room: a page asks the control API and nothing else, in this process but by its routes, so that whatever a
page shows or does can be scripted. What is missing there is added there first.
"""
