"""Asks the API about one alert, and does something about it."""

from collections.abc import Callable, Mapping
from time import sleep
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from uuid import uuid4

import click
import orjson

from cli.localcloud.http import Answer, call

# What may pass: no answer, too many requests, and a gateway that speaks for the function.
_PASSING = (0, 429, 500, 502, 503, 504)
_TRIES = 4
_PAUSE_S = 0.5


class Send(Protocol):
    """Sends one request; a failure is an answer with status 0."""

    def __call__(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer: ...


class Refused(click.ClickException):
    """What the API would not do; `code` is its word for it."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class AlertApi:
    """The routes of one alert at a base URL; without a key where none is asked for."""

    def __init__(
        self,
        base_url: str,
        key: str,
        send: Send = call,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"x-api-key": key} if key else {}
        self._send = send
        self._pause = pause

    def show(self, name: str) -> dict[str, Any]:
        """Return an alert and its timeline. Raises Refused."""
        return self._asked("GET", self._url(name), b"", self._headers)

    def act(self, name: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do something, once, however often it must be sent. Raises Refused."""
        headers = {
            **self._headers,
            "content-type": "application/json",
            "idempotency-key": str(uuid4()),
        }
        return self._asked("POST", f"{self._url(name)}/{action}", orjson.dumps(body), headers)

    def deliveries(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of the ledger of deliveries. Raises Refused."""
        return self._listed("/v1/deliveries", query)

    def delivery(self, key: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return one notification and the tries at it. Raises Refused."""
        return self._listed(f"/v1/deliveries/{quote(key, safe='')}", query)

    def _listed(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        asked = f"?{urlencode(query)}" if query else ""
        return self._asked("GET", f"{self._base_url}{path}{asked}", b"", self._headers)

    def _url(self, name: str) -> str:
        return f"{self._base_url}/v1/alerts/{name}"

    def _asked(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        answer = self._tried(method, url, body, headers)
        found = answer.json
        if answer.status in (200, 202) and isinstance(found, dict):
            return found
        raise self._refused(answer)

    def _tried(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        for attempt in range(1, _TRIES):
            answer = self._send(method, url, body, headers)
            if answer.status not in _PASSING:
                return answer
            self._pause(_PAUSE_S * 2**attempt)
        return self._send(method, url, body, headers)

    def _refused(self, answer: Answer) -> Refused:
        if answer.status == 0:
            return Refused(f"{self._base_url} does not answer: {answer.text}", 0, "")
        found = answer.json
        error = found.get("error") if isinstance(found, dict) else None
        if not isinstance(error, dict) or "message" not in error:
            reason = f"{self._base_url} answers {answer.status}, and not as tocsin does"
            return Refused(f"{reason}: check the URL", answer.status, "")
        where = f" ({error['path']})" if error.get("path") else ""
        message = f"{error['message']}{where}{_advice(answer.status)}"
        return Refused(message, answer.status, str(error.get("code", "")))


def _advice(status: int) -> str:
    if status == 401:
        return ": give one with --key or TOCSIN_API_KEY"
    if status == 403:
        return ": showing needs the scope read, acting the scope silence"
    return ""
