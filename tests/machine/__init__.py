"""A state machine that drives a served emulator beside a model of it, and looks for a difference."""
