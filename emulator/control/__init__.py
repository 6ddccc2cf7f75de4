"""The emulator's own API under /_emulator: what a test or a person at the keyboard can ask of it."""
