"""The route of pushed metrics: tocsin's own JSON, and OTLP/HTTP JSON.

Which of the two a body is decides how the answer is worded. Errors have `message` beside `error`,
as the Status has that OTLP's clients read.
"""

from collections import Counter
from typing import Any

from tocsin.domain.errors import InvalidInput, TooManyRequests
from tocsin.pipeline.pushing import push
from tocsin.ports import ApiKey
from tocsin.providers.bodies import json_of
from tocsin.providers.metric_points import Pushed
from tocsin.runtime.gateway import HttpRequest, answer, backoff, error_answer, waiting
from tocsin.runtime.stores import Stores

_AGAIN = {"Retry-After": "1"}
_LISTED = 100
# Of how many different reasons OTLP's clients are told.
_REASONS = 5
_PROTOBUF = "application/x-protobuf"


class Stored:
    """What became of one request."""

    def __init__(self, request_id: str, pushed: Pushed) -> None:
        self.id = request_id
        self.pushed = pushed

    @property
    def counts(self) -> dict[str, int]:
        """Return what counts in the metrics of ingest."""
        return {
            "points_accepted": self.pushed.accepted,
            "points_rejected": len(self.pushed.rejected),
        }


class PushedMetrics:
    """The manners of `/v1/metrics`."""

    def provider_name(self, _: HttpRequest) -> str:
        """Name no provider: metrics are no alerts."""
        return "metrics"

    def keyed(self, request: HttpRequest) -> HttpRequest:
        """Return the request as it is: a body holds no key."""
        return request

    def kept(self, body: bytes, _: ApiKey) -> bytes:
        """Return the body as it is; it is not archived."""
        return body

    def check(self, request: HttpRequest) -> None:
        """Refuse protobuf, which most exporters send unless they are told otherwise."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == _PROTOBUF:
            message = "OTLP is taken as JSON here: set the exporter's encoding to json"
            raise InvalidInput(message, status=415, code="unsupported_media_type")

    def take(
        self, tenant: str, request_id: str, body: bytes, received_at_s: float, stores: Stores
    ) -> Stored:
        """Store what a body holds. Raises as `push` does."""
        metrics = stores.metrics()
        return Stored(request_id, push(tenant, request_id, json_of(body), received_at_s, metrics))

    def accepted(self, result: Stored) -> Any:
        """Answer 202 for our own form, 200 for OTLP, and 422 where no point was good."""
        pushed = result.pushed
        is_bad = bool(pushed.rejected) and not pushed.accepted
        if pushed.is_otlp:
            return self.refused(_all_bad(pushed)) if is_bad else answer(200, _partial(pushed))
        rejected = [
            {"index": index, "error": error.message, "path": error.path}
            for index, error in pushed.rejected[:_LISTED]
        ]
        body = {"accepted": pushed.accepted, "rejected": rejected, "id": result.id}
        if len(pushed.rejected) > _LISTED:
            body["rejected_count"] = len(pushed.rejected)
        return answer(422 if is_bad else 202, body)

    def refused(self, error: InvalidInput) -> Any:
        """Answer with the one error shape, and its message beside it."""
        said: dict[str, Any] = {"message": error.message}
        if isinstance(error, TooManyRequests):
            return error_answer(error, waiting(error), {**said, "backoff": backoff(error)})
        return error_answer(error, beside=said)

    def unavailable(self) -> Any:
        """Answer 503, which OTLP's exporters send again after."""
        message = "not accepted; send again"
        detail = {"code": "unavailable", "message": message, "path": ""}
        return answer(503, {"error": detail, "message": message}, _AGAIN)


def _partial(pushed: Pushed) -> dict[str, Any]:
    """Return an ExportMetricsServiceResponse; the count is a text, as protobuf writes int64."""
    if not pushed.rejected:
        return {}
    partial = {"rejectedDataPoints": str(len(pushed.rejected)), "errorMessage": _reasons(pushed)}
    return {"partialSuccess": partial}


def _all_bad(pushed: Pushed) -> InvalidInput:
    _, first = pushed.rejected[0]
    return InvalidInput(_reasons(pushed), first.path, code=first.code)


def _reasons(pushed: Pushed) -> str:
    counted = Counter(error.message for _, error in pushed.rejected)
    return "; ".join(f"{reason} ({count})" for reason, count in counted.most_common(_REASONS))
