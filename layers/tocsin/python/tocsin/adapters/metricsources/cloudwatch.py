"""CloudWatch as a source: GetMetricData, as many queries in a call as it takes.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from botocore.exceptions import ClientError

from tocsin.adapters.aws import AWS_ERRORS, error_codes, translate
from tocsin.adapters.metricsources.cloudwatch_queries import periods_of, to_query
from tocsin.adapters.metricsources.cloudwatch_results import Results
from tocsin.domain.errors import Retryable
from tocsin.domain.series import Answer, Asked, Unanswered

CALL_LIMIT = 500
_SAID_CHARACTERS = 300
# What is wrong with one query fails the call, and so all that are in it.
_WRONG_QUERY = ("ValidationError", "InvalidParameter", "MissingParameter", "MissingRequired")
_BUSY = ("Throttl", "RequestLimit", "TooManyRequests", "LimitExceeded")

# By its index: the query of the rule, and how CloudWatch is asked.
_Batch = list[tuple[int, Asked, dict[str, Any]]]


class CloudWatchApi:
    """Asks one region, within the source's time limit."""

    def __init__(self, client: Any, timeout_s: float) -> None:
        self._client = client
        self._timeout_s = timeout_s

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        deadline_s = monotonic() + self._timeout_s
        answers: dict[int, Answer] = {}
        spans: dict[tuple[int, int, int], _Batch] = {}
        for index, each in enumerate(asked):
            query = to_query(f"q{index}", each.query)
            if isinstance(query, Unanswered):
                answers[index] = query
            else:
                spans.setdefault(periods_of(each), []).append((index, each, query))
        for (from_s, to_s, _), queries in spans.items():
            for batch in _batches(queries):
                answers |= self._answers(batch, (from_s, to_s), deadline_s)
        return [answers[index] for index in range(len(asked))]

    def _answers(
        self, batch: _Batch, span: tuple[int, int], deadline_s: float
    ) -> dict[int, Answer]:
        """Return the answers of a batch; of one that is refused, each half by itself."""
        if monotonic() >= deadline_s:
            late = Unanswered("no answer in time", is_down=True)
            return {index: late for index, _, _ in batch}
        try:
            results = self._read([query for _, _, query in batch], span, deadline_s)
        except AWS_ERRORS as error:
            if len(batch) > 1 and _is_wrong_query(error):
                middle = len(batch) // 2
                first = self._answers(batch[:middle], span, deadline_s)
                return first | self._answers(batch[middle:], span, deadline_s)
            return {index: _unanswered(error) for index, _, _ in batch}
        if results is None:
            return {index: Unanswered("no answer in time") for index, _, _ in batch}
        return {index: results.answer(f"q{index}", each) for index, each, _ in batch}

    def _read(
        self, queries: list[dict[str, Any]], span: tuple[int, int], deadline_s: float
    ) -> Results | None:
        """Read all pages; None if they take too long."""
        results = Results()
        parameters: dict[str, Any] = {
            "MetricDataQueries": queries,
            "StartTime": datetime.fromtimestamp(span[0], UTC),
            "EndTime": datetime.fromtimestamp(span[1], UTC),
            "ScanBy": "TimestampAscending",
        }
        while True:
            page = self._client.get_metric_data(**parameters)
            results.add(page)
            if not page.get("NextToken"):
                return results
            if monotonic() >= deadline_s:
                return None
            parameters["NextToken"] = page["NextToken"]


def _batches(queries: _Batch) -> Iterator[_Batch]:
    for start in range(0, len(queries), CALL_LIMIT):
        yield queries[start : start + CALL_LIMIT]


def _is_wrong_query(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return False
    return any(code.startswith(_WRONG_QUERY) for code in error_codes(error))


def _unanswered(error: Exception) -> Unanswered:
    if isinstance(error, ClientError) and _is_wrong_query(error):
        said = str(error.response.get("Error", {}).get("Message", ""))
        printable = "".join(each if each.isprintable() else " " for each in said)
        return Unanswered(f"CloudWatch does not take the query: {printable[:_SAID_CHARACTERS]}")
    known = translate(error, "cloudwatch")
    is_busy = isinstance(error, ClientError) and any(
        word in code for code in error_codes(error) for word in _BUSY
    )
    return Unanswered(str(known), is_down=isinstance(known, Retryable) and not is_busy)
