"""A server with Prometheus' HTTP API: also Thanos, Mimir, VictoriaMetrics and others.

Source: prometheus.io/docs/prometheus/latest/querying/api.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from urllib.parse import urlencode

from msgspec.structs import replace

from tocsin.adapters.http import Http
from tocsin.adapters.metricsources.prometheus_answer import ANSWER_LIMIT_BYTES, read
from tocsin.domain.errors import Retryable, TocsinError
from tocsin.domain.rule import PrometheusSource
from tocsin.domain.series import Answer, Asked, Unanswered
from tocsin.ports import Secrets

_CONCURRENCY = 4
# For the question whether a server that answered nothing is there at all.
_ALIVE_S = 2.0
# They belong to the connection.
_NOT_CONFIGURABLE = {"connection", "content-length", "host", "transfer-encoding"}


class PrometheusApi:
    """Asks one server, several queries at a time, all within the source's time limit."""

    def __init__(self, http: Http, source: PrometheusSource, secrets: Secrets) -> None:
        self._http = http
        self._source = source
        self._secrets = secrets

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        if not asked:
            return []
        try:
            secret = self._secrets.get(self._source.secret) if self._source.auth else ""
            headers = _headers(self._source, secret)
        except TocsinError as error:
            return [Unanswered(f"its secret cannot be read: {error}")] * len(asked)
        exchange = _Exchange(self._http, self._source, headers)
        with ThreadPoolExecutor(min(len(asked), _CONCURRENCY)) as pool:
            answers = list(pool.map(exchange.ask, asked))
        is_alive = any(not _is_down(each) for each in answers) or exchange.is_alive()
        return [_without(secret, _judged(each, is_alive=is_alive)) for each in answers]


class _Exchange:
    """The queries of one evaluation."""

    def __init__(self, http: Http, source: PrometheusSource, headers: Mapping[str, str]) -> None:
        self._http = http
        self._source = source
        self._headers = headers
        self._deadline_s = monotonic() + source.timeout_s
        self._silent: Unanswered | None = None
        self._has_answered = False

    def ask(self, asked: Asked) -> Answer:
        if self._silent is not None and not self._has_answered:
            return self._silent
        left_s = self._deadline_s - monotonic()
        if left_s <= 0:
            return Unanswered("no answer in time", is_down=True)
        answer = self._post(*_request(asked), left_s)
        if _is_down(answer):
            self._silent = answer if isinstance(answer, Unanswered) else None
        else:
            self._has_answered = True
        return answer

    def is_alive(self) -> bool:
        """Ask for nothing but an answer: a query that takes too long is no sign of a server."""
        return not _is_down(self._post("query", {"query": "1"}, _ALIVE_S))

    def _post(self, path: str, form: Mapping[str, str], timeout_s: float) -> Answer:
        url = f"{self._source.url.rstrip('/')}/api/v1/{path}"
        try:
            answer = self._http.post(
                url, urlencode(form).encode(), self._headers, timeout_s, ANSWER_LIMIT_BYTES
            )
        except TocsinError as error:
            return Unanswered(str(error), is_down=isinstance(error, Retryable))
        return read(answer.status, answer.body)


def _request(asked: Asked) -> tuple[str, dict[str, str]]:
    """Return a path and a form: an instant query for a moment, else one whose last step ends it."""
    query = asked.query.expression or asked.query.metric
    if asked.to_s <= asked.from_s:
        return "query", {"query": query, "time": repr(asked.to_s)}
    step_s = asked.query.step_s
    steps = int((asked.to_s - asked.from_s) // step_s)
    return "query_range", {
        "query": query,
        "start": repr(asked.to_s - steps * step_s),
        "end": repr(asked.to_s),
        "step": repr(step_s),
    }


def _headers(source: PrometheusSource, secret: str) -> dict[str, str]:
    own = {"Content-Type": "application/x-www-form-urlencoded"}
    if source.auth == "bearer":
        own["Authorization"] = f"Bearer {secret}"
    if source.auth == "basic":
        pair = b64encode(f"{source.username}:{secret}".encode()).decode()
        own["Authorization"] = f"Basic {pair}"
    taken = {name.lower() for name in own} | _NOT_CONFIGURABLE
    others = {name: value for name, value in source.headers.items() if name.lower() not in taken}
    return {**others, **own}


def _is_down(answer: Answer) -> bool:
    return isinstance(answer, Unanswered) and answer.is_down


def _judged(answer: Answer, *, is_alive: bool) -> Answer:
    if isinstance(answer, Unanswered) and is_alive:
        return replace(answer, is_down=False)
    return answer


def _without(secret: str, answer: Answer) -> Answer:
    """Return an answer whose reason does not repeat the secret, should the server have done so."""
    if isinstance(answer, Unanswered) and secret and secret in answer.reason:
        return replace(answer, reason=answer.reason.replace(secret, "***"))
    return answer
