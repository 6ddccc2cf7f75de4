"""The network of the containers: `python -m tests.image.network COMMAND` sets it up, and runs the command in it.

The containers and the machine share it, so that the ports are the documented ones whatever else runs here. It leads
nowhere: an image that fetched something at its start would not start.
"""

import fcntl
import os
import socket
import struct
import sys

from tests.image.container import HOST

SET_ADDRESS, SET_FLAGS, IS_UP = 0x8916, 0x8914, 1  # SIOCSIFADDR, SIOCSIFFLAGS and IFF_UP of Linux


def set_up() -> None:
    """Bring the loopback up, with the address of the host as a second one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", IS_UP))
        address = struct.pack("16shH4s16x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(HOST))
        fcntl.ioctl(control, SET_ADDRESS, address)


if __name__ == "__main__":
    set_up()
    os.execv(sys.argv[1], sys.argv[1:])
