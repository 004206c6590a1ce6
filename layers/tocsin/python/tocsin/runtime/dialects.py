"""How the families of ingest routes read requests and word their answers."""

from typing import Any

from tocsin.domain.errors import InvalidInput, TooManyRequests
from tocsin.pipeline.ingest import Answer
from tocsin.ports import ApiKey
from tocsin.providers.members import UNREADABLE
from tocsin.providers.registry import unknown
from tocsin.runtime.gateway import HttpRequest, answer, backoff, error_answer, waiting

_AGAIN = {"Retry-After": "1"}
# An answer may have 6 MB, and an error quotes up to a kilobyte of what was sent.
_LISTED = 100
# Splunk Observability Cloud sends again, for up to 24 hours, what is not answered with 200.
_ACCEPTED = 202
_ACCEPTED_AS = {"signalfx": 200}


class _PlainKey:
    """Routes whose body holds no key."""

    def keyed(self, request: HttpRequest) -> HttpRequest:
        """Return the request as it is."""
        return request

    def kept(self, body: bytes, _: ApiKey) -> bytes:
        """Return the body as it is, bit for bit."""
        return body


class Native(_PlainKey):
    """tocsin's own routes: 202 with what became of each alert.

    A provider that repeats what is not answered with 200 is answered with that.
    """

    def __init__(self) -> None:
        self._accepted = _ACCEPTED

    def provider_name(self, request: HttpRequest) -> str:
        """Take the provider from the path; "" where the path has no place for one."""
        name = request.parameters.get("provider", "")
        if not name and "provider" in request.parameters:
            raise unknown(name)
        self._accepted = _ACCEPTED_AS.get(name, _ACCEPTED)
        return name

    def check(self, request: HttpRequest) -> None:
        """Refuse nothing: senders' content types are not to be trusted."""

    def accepted(self, result: Answer) -> Any:
        """Answer 202, or 422 if there were alerts and none was good."""
        rejected = [
            {"index": index, "error": error.message, "path": error.path}
            for index, error in result.rejected[:_LISTED]
        ]
        body = {"accepted": result.accepted, "rejected": rejected, "id": result.id}
        if len(result.rejected) > _LISTED:
            body["rejected_count"] = len(result.rejected)
        return answer(422 if rejected and not result.accepted else self._accepted, body)

    def refused(self, error: InvalidInput) -> Any:
        """Answer with the one error shape; who came too often is told what to do."""
        if isinstance(error, TooManyRequests):
            return error_answer(error, waiting(error), {"backoff": backoff(error)})
        return error_answer(error)

    def unavailable(self) -> Any:
        """Answer 503: nothing was accepted, send again."""
        detail = {"code": "unavailable", "message": "not accepted; send again", "path": ""}
        return answer(503, {"error": detail}, _AGAIN)


class Alertmanager(_PlainKey):
    """The Alertmanager API: 200 with nothing, and its two shapes of error.

    amtool takes nothing but 200 for success. One bad alert makes the answer 400, though the
    good ones are kept, as in Alertmanager itself.
    """

    def provider_name(self, request: HttpRequest) -> str:
        """Name the provider that reads API v2 alerts."""
        return "alertmanager-api"

    def check(self, request: HttpRequest) -> None:
        """Refuse what is not JSON by its content type, and an empty body."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            shown = kind[:64] or "application/octet-stream"
            message = f'unsupported media type "{shown}", only [application/json] are allowed'
            raise InvalidInput(message, status=415)
        if not request.raw_body.strip():
            raise InvalidInput("alerts in body is required", status=422)

    def accepted(self, result: Answer) -> Any:
        """Answer 200, or with errors in the order in which an Alertmanager comes upon them.

        That is the first alert that cannot be read, the first that lacks what it needs, and
        then all that say what cannot be.
        """
        if not result.rejected:
            return answer(200)
        index, first = min(result.rejected, key=lambda each: _stage(each[1]))
        if first.code == UNREADABLE:
            return self.refused(first, f"{first.path}: ")
        if first.status == 422:
            return self.refused(first, f"{index}.")
        return answer(400, "; ".join(error.message for _, error in result.rejected[:_LISTED]))

    def refused(self, error: InvalidInput, where: str = "") -> Any:
        """Answer in the framework's shape: of a 422, whether a value is missing or misshapen."""
        if isinstance(error, TooManyRequests):
            return answer(429, error.message, waiting(error))
        code = error.status
        if code == 422:
            code = 601 if error.path.endswith("generatorURL") else 602
        return answer(error.status, {"code": code, "message": f"{where}{error.message}"})

    def unavailable(self) -> Any:
        """Answer 503: Prometheus sends again by itself."""
        return answer(503, "not accepted; send again", _AGAIN)


def _stage(error: InvalidInput) -> int:
    if error.code == UNREADABLE:
        return 0
    return 1 if error.status == 422 else 2
