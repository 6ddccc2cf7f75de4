"""The tests mirror the rooms; most of them talk to a served emulator, as a user would."""
