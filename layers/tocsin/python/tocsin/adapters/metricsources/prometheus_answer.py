"""What a server with Prometheus' HTTP API says, as an answer.

Source: prometheus.io/docs/prometheus/latest/querying/api.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec

from tocsin.domain.series import POINTS_LIMIT, SERIES_LIMIT, Answer, Series, Unanswered, labels_of

# So many bytes of an answer are read.
ANSWER_LIMIT_BYTES = 16 * 1024 * 1024
_SAID_CHARACTERS = 300
_SAYS = {
    401: "it does not take the credentials (401)",
    403: "it does not allow the query (403)",
    404: "there is no API of a Prometheus at its address (404)",
    429: "it asks for fewer queries (429)",
}
# Its remarks about a query; any other warning says that data could not be read.
_REMARK = "PromQL "

_Sample = tuple[float, str]


class _Result(msgspec.Struct):
    metric: dict[str, str] = {}
    value: _Sample | None = None
    values: list[_Sample] = []
    histogram: msgspec.Raw = msgspec.Raw()
    histograms: msgspec.Raw = msgspec.Raw()


class _Data(msgspec.Struct, rename="camel"):
    result_type: str = ""
    result: msgspec.Raw = msgspec.Raw()


class _Said(msgspec.Struct, rename="camel"):
    status: str
    data: _Data | None = None
    error_type: str = ""
    error: str = ""
    warnings: list[str] | None = None


_said_decoder = msgspec.json.Decoder(_Said)
_results_decoder = msgspec.json.Decoder(list[_Result])
_scalar_decoder = msgspec.json.Decoder(_Sample)


def read(status: int, body: bytes) -> Answer:
    """Read an answer. Down is a server that says nothing that a Prometheus would say."""
    if 300 <= status < 400:
        return Unanswered(f"it answers with a redirect, which is not followed ({status})")
    if len(body) >= ANSWER_LIMIT_BYTES:
        return Unanswered(f"its answer is longer than {ANSWER_LIMIT_BYTES} bytes")
    try:
        said = _said_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        reason = _SAYS.get(status, f"its answer breaks off, or is none of a Prometheus ({status})")
        return Unanswered(reason, is_down=status not in _SAYS)
    return _said_answer(status, said)


def _said_answer(status: int, said: _Said) -> Answer:
    if said.status != "success" or status != 200:
        return Unanswered(
            f"{_SAYS.get(status, status)}: {_shown(f'{said.error_type}: {said.error}')}"
        )
    lost = [each for each in said.warnings or () if not each.startswith(_REMARK)]
    if lost:
        return Unanswered(f"its answer is not whole: {_shown(lost[0])}")
    return _answer(said.data or _Data())


def _answer(data: _Data) -> Answer:
    try:
        if data.result_type == "scalar":
            return _checked([Series((), tuple(_points([_scalar_decoder.decode(data.result)])))])
        if data.result_type in ("vector", "matrix"):
            return _series(_results_decoder.decode(data.result))
    except (msgspec.MsgspecError, ValueError):
        return Unanswered("its answer has another form than that of a Prometheus")
    return Unanswered(f"a result of the type {_shown(data.result_type)} holds no numbers")


def _series(results: list[_Result]) -> Answer:
    found: dict[Any, Series] = {}
    for each in results:
        if each.histogram or each.histograms:
            return Unanswered("its answer has native histograms: use histogram_quantile()")
        labels = labels_of({name: each.metric[name] for name in each.metric if name != "__name__"})
        if labels in found:
            return Unanswered(
                "several metrics of the answer have the same labels: name one in the expression"
            )
        samples = each.values if each.value is None else [each.value]
        found[labels] = Series(labels, tuple(_points(samples)))
    return _checked([each for each in found.values() if each.points])


def _points(samples: list[_Sample]) -> Iterator[tuple[float, float]]:
    """Yield the points that are numbers; "NaN" also stands for what has gone stale."""
    for at_s, text in samples:
        value = float(text)
        if isfinite(value):
            yield at_s, value


def _checked(series: list[Series]) -> Answer:
    if len(series) > SERIES_LIMIT:
        return Unanswered(f"its answer has more than {SERIES_LIMIT} series")
    if sum(len(each.points) for each in series) > POINTS_LIMIT:
        return Unanswered(f"its answer has more than {POINTS_LIMIT} points")
    return tuple(sorted(series, key=lambda each: each.labels))


def _shown(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable if len(printable) <= _SAID_CHARACTERS else f"{printable[:_SAID_CHARACTERS]}…"
