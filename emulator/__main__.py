"""`python -m emulator` is the command `case-emulator`."""

from emulator.cli import main

main()
