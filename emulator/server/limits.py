"""What the server allows; sizes are in bytes, times in seconds."""

import sys

# On Windows a selector takes no more than 512 sockets.
CONNECTIONS = 1000 if sys.platform != "win32" else 480
BACKLOG = 1024
HEAD_BYTES = 65_536
HEADER_FIELDS = 1000
BODY_BYTES = 16 * 1024 * 1024  # the application refuses more than 1 MiB, but for snapshots and uploads
CHUNK_OVERHEAD = 512 * 1024  # of the lines between the chunks of a body
IN_MEMORY = 512 * 1024  # of a body; the rest of it goes to a temporary file
QUICK_BYTES = 16_384  # a larger body takes too long to be read on the loop
ANSWERS_AT_ONCE = 16  # made on the loop before they are sent
HEAD_SECONDS = 10  # from the first byte of a head to its last; a TLS handshake has as long
BODY_SECONDS = 30
IDLE_SECONDS = 75
LINGER_SECONDS = 10  # for the rest of what nobody reads, so that its sender sees the answer
LINGER_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 10
THREADS = 64  # an idle thread costs nothing, and some requests wait for receivers that call back
HELD_SECONDS = 0.05  # of processor time that a request may use on the loop
