"""GET /api/v2/status: what is running, and with which configuration."""

from datetime import UTC, datetime
from typing import Any

from cli.onemachine.configuration import ConfigurationFile
from tocsin import __version__
from tocsin.runtime.gateway import HttpRequest, answer


class Status:
    """What clients ask for first."""

    def __init__(self, file: ConfigurationFile, started_at_s: float) -> None:
        self._file = file
        self._since = datetime.fromtimestamp(started_at_s, UTC).isoformat(timespec="milliseconds")

    def answer(self, method: str, request: HttpRequest) -> Any:
        """Answer with the state of the process."""
        if request.resource != "/api/v2/status":
            return answer(404, {"code": 404, "message": f"path {request.resource} was not found"})
        if method != "GET":
            message = f"method {method} is not allowed for {request.resource}"
            return answer(405, {"code": 405, "message": message})
        return answer(
            200,
            {
                "cluster": {"status": "disabled"},
                "versionInfo": {"version": __version__},
                "config": {"original": self._file.text},
                "uptime": self._since.replace("+00:00", "Z"),
            },
        )
