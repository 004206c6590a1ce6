"""Ties a process to the one that started it: when the parent dies, so does the whole group.

The parent holds the write end of a pipe that is our standard input. However it ends, kill -9
included, the pipe closes, and nothing of the local cloud outlives it.
"""

import os
import signal
import subprocess
import sys
from threading import Thread


def hold() -> None:
    """End this process group when standard input closes; only if it is a group of our own."""
    if os.getpgrp() == os.getpid():
        Thread(target=_wait_for_parent, name="leash", daemon=True).start()


def _wait_for_parent() -> None:
    while os.read(0, 64):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Run the command in our arguments on the leash and return its exit status."""
    hold()
    return subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
