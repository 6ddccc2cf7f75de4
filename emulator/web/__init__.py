"""The request pipeline that providers, control API and pages share: contract of a provider, strict bodies, guard.

Rule of this room: no header, path or error word of any one provider.
"""
