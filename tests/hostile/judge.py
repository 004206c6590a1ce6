"""Says what is wrong with an answer. It knows the documented shapes, and no product code."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.case import Case

LIMIT_S = 2.0
# What one error may say; a hundred of them are listed at most.
_MESSAGE_CHARACTERS = 1024
_PATH_CHARACTERS = 4096
_LISTED = 100
# What a stack trace looks like, however it is quoted.
_TRACES = ("Traceback", 'File "', '.py", line', "site-packages", "tocsin/")
_ERROR = {"code": str, "message": str, "path": str}
_RESULT = {"accepted": int, "rejected": list, "id": str}


def judge(case: Case, answer: Any, cpu_s: float, secrets: tuple[str, ...]) -> list[str]:
    """Return everything that is wrong with the answer to a case."""
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        return [f"{case.id}: not an answer: {str(answer)[:200]}"]
    found = [*_general(case, answer, cpu_s), *_secrets(answer, secrets)]
    if not found:
        found = [*_shape(case, answer)]
    return [f"{case.id}: {each}: {answer['statusCode']} {answer['body'][:300]}" for each in found]


def accepted_in(answer: dict[str, Any]) -> int:
    """Return how many alerts a native answer says were accepted."""
    try:
        count = json.loads(answer["body"])["accepted"]
    except (ValueError, TypeError, KeyError):
        return 0
    return int(count)


def _general(case: Case, answer: dict[str, Any], cpu_s: float) -> Iterator[str]:
    status, body = answer["statusCode"], answer["body"]
    if status >= 500:
        yield "a 5xx"
    if status not in case.statuses:
        yield f"expected {case.statuses}"
    if cpu_s > LIMIT_S:
        yield f"took {cpu_s:.2f} s"
    if len(body) > _LISTED * (_MESSAGE_CHARACTERS + _PATH_CHARACTERS):
        yield f"{len(body)} characters"
    if any("\n" in value or "\r" in value for value in answer["headers"].values()):
        yield "a header with a line break"
    if any(trace in body for trace in _TRACES):
        yield "a stack trace"
    try:
        body.encode()
    except UnicodeEncodeError:
        yield "text that is not Unicode"


def _secrets(answer: dict[str, Any], secrets: tuple[str, ...]) -> Iterator[str]:
    said = json.dumps(answer, ensure_ascii=False)
    for secret in secrets:
        if secret in said:
            yield "a secret is echoed"


def _shape(case: Case, answer: dict[str, Any]) -> Iterator[str]:
    status, body = answer["statusCode"], answer["body"]
    if case.is_alertmanager:
        yield from _alertmanager_shape(case, status, body)
        return
    content = json.loads(body)
    if case.path.endswith("/v1/metrics"):
        yield from _metrics_shape(case, status, content)
    elif case.path.endswith("/v2/enqueue"):
        yield from _event_shape(case, status, content)
    elif "error" in content:
        yield from _error(case, content)
    elif not _has(content, _RESULT) or status not in (case.accepted_as, 422):
        yield "neither a result nor an error"
    else:
        yield from _result(case, status, content)


def _metrics_shape(case: Case, status: int, content: dict[str, Any]) -> Iterator[str]:
    """Our result, an answer of OTLP, or our error with its message beside it."""
    if status == 200:
        partial = content.get("partialSuccess", {"rejectedDataPoints": "1", "errorMessage": "x"})
        wanted = {"rejectedDataPoints": str, "errorMessage": str}
        if not {*content} <= {"partialSuccess"} or not _has(partial, wanted):
            yield "not OTLP's answer"
    elif "error" in content:
        if content.get("message") != content["error"].get("message"):
            yield "an error without its message beside it"
        yield from _error(case, {"error": content["error"]})
    elif not _has(content, _RESULT) or status not in (202, 422):
        yield "neither a result nor an error"
    else:
        yield from _result(case, status, content)


def _event_shape(case: Case, status: int, content: dict[str, Any]) -> Iterator[str]:
    """PagerDuty's own shape, with ours beside it where something is wrong."""
    if not _has(content, {"status": str, "message": str}):
        yield "not PagerDuty's answer"
    elif status != 202:
        yield from _error(case, {"error": content.get("error")})


def _alertmanager_shape(case: Case, status: int, body: str) -> Iterator[str]:
    if status == 200:
        if body:
            yield "200 with a body"
        return
    content = json.loads(body)
    message = content if isinstance(content, str) else content.get("message")
    if not isinstance(message, str) or not message:
        yield "an error without a message"
    elif len(message) > _MESSAGE_CHARACTERS * _LISTED:
        yield "an endless message"
    if isinstance(content, dict) and {*content} != {"code", "message"}:
        yield "not Alertmanager's error"
    if case.code and (not isinstance(content, dict) or str(content["code"]) != case.code):
        yield f"expected the code {case.code}"


def _error(case: Case, content: dict[str, Any]) -> Iterator[str]:
    error = content["error"]
    if {*content} != {"error"} or not _has(error, _ERROR) or {*error} != {*_ERROR}:
        yield "not the documented error"
        return
    yield from _short(error["message"], error["path"])
    if case.code and error["code"] != case.code:
        yield f"expected the code {case.code}"
    if case.where is not None and not error["path"].startswith(case.where):
        yield f"expected the path {case.where}"
    if case.accepted:
        yield f"expected {case.accepted} accepted"


def _result(case: Case, status: int, content: dict[str, Any]) -> Iterator[str]:
    rejected = content["rejected"]
    count = content.get("rejected_count", len(rejected))
    if len(rejected) > _LISTED:
        yield "too many are listed"
    for each in rejected:
        if not _has(each, {"index": int, "error": str, "path": str}):
            yield "not a documented rejection"
            return
        yield from _short(each["error"], each["path"])
    if (status == 422) != bool(count and not content["accepted"]):
        yield "422 means that none is good, 202 that some are or that there are none"
    if case.code:
        yield f"expected an error with the code {case.code}"
    yield from _counts(case, content["accepted"], count)
    first = rejected[0]["path"] if rejected else ""
    if case.where is not None and not (rejected and first.startswith(case.where)):
        yield f"expected the path {case.where}"


def _counts(case: Case, accepted: int, rejected: int) -> Iterator[str]:
    if case.accepted not in (None, accepted):
        yield f"expected {case.accepted} accepted"
    if case.rejected not in (None, rejected):
        yield f"expected {case.rejected} rejected"


def _short(message: str, path: str) -> Iterator[str]:
    if not message or len(message) > _MESSAGE_CHARACTERS:
        yield f"a message of {len(message)} characters"
    if len(path) > _PATH_CHARACTERS:
        yield f"a path of {len(path)} characters"


def _has(content: Any, fields: dict[str, type]) -> bool:
    return isinstance(content, dict) and all(
        isinstance(content.get(name), kind) for name, kind in fields.items()
    )
