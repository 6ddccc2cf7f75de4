"""The emulator's own API under /_emulator, for tests and for people at the keyboard."""
