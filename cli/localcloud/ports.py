"""Ports of loopback for servers that are told where to listen before they start."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

# Below those that Linux gives to whoever connects somewhere (ip_local_port_range, from 32768 on):
# a connection could take such a port while its server is down.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 1_000

_held: list[IO[bytes]] = []


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody else gets until this process ends.

    Another process that asks at the same time would otherwise get the same one, and whoever talks
    to one server would talk to the other. Raises OSError if none is free.
    """
    directory = Path(tempfile.gettempdir()) / f"tocsin-ports-{os.getuid()}"
    directory.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(range(_FIRST, _LAST), _TRIES):
        if _is_held(directory / str(port)) and _is_free(port):
            return port
    raise OSError(f"no port of {_FIRST} to {_LAST} is free on loopback")


def _is_held(path: Path) -> bool:
    """Hold a file for as long as this process lives; tell whether nobody else does."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    _held.append(file)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
