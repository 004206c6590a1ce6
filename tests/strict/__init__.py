"""Refuses, before moto sees them, the requests that AWS refuses and moto accepts.

The rules are those of the services' documentation; the clients under test run without
botocore's own validation of parameters, so nothing else would notice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.strict import dynamodb, s3, sqs
from tests.strict.refusal import Refusal, Refused
from tests.strict.tokens import Tokens

_PLAN = "tests.strict"


class Strict:
    """Rules of a session's clients. They hold only while `watching`.

    `refusals` are what was refused; a test that provokes one asserts it and clears the list.
    """

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self._is_watching = False
        self._tokens = Tokens()
        self._rules: dict[str, Callable[[str, dict[str, Any]], list[sqs.Entry]]] = {
            "dynamodb": dynamodb.check,
            "s3": s3.check,
            "sqs": sqs.check,
        }

    @contextmanager
    def watching(self) -> Iterator["Strict"]:
        """Apply the rules while the block lasts, and begin without refusals and tokens."""
        self.forget()
        self._is_watching = True
        try:
            yield self
        finally:
            self._is_watching = False

    def forget(self) -> None:
        """Begin anew: without refusals, and without the tokens of former transactions."""
        self.refusals.clear()
        self._tokens.clear()

    def watch(self, session: Session) -> None:
        """Check the calls of every client that `session` makes from now on."""
        events = session.get_component("event_emitter")
        # Last, since botocore's own handlers still fill parameters in at this event.
        events.register_last("before-parameter-build.*.*", self._check)
        events.register("before-call.*.*", self._answer)
        events.register("after-call.*.*", self._complete)

    def _check(self, params: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
        service = model.service_model.service_name
        if not self._is_watching or service not in self._rules:
            return
        try:
            failed = self._rules[service](model.name, params)
            replayed = model.name == "TransactWriteItems" and self._tokens.check(params)
        except Refused as refused:
            self._note(service, model.name, refused.code, refused.message)
            raise _client_error(refused, model.name) from refused
        for entry in failed:
            self._note(service, model.name, entry["Code"], entry["Message"])
        context[_PLAN] = (params, failed, replayed)

    def _note(self, service: str, operation: str, code: str, message: str) -> None:
        self.refusals.append(Refusal(service, operation, code, message))

    def _answer(self, context: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        """Answer in moto's place where nothing is left to be done."""
        params, failed, replayed = context.get(_PLAN, ({}, [], False))
        if not replayed and not (failed and not params["Entries"]):
            return None
        return AWSResponse("", 200, HTTPHeaders(), None), {
            "ResponseMetadata": {"HTTPStatusCode": 200}
        }

    def _complete(
        self, http_response: Any, parsed: dict[str, Any], model: Any, context: Any, **_: Any
    ) -> None:
        params, failed, _replayed = context.pop(_PLAN, ({}, [], False))
        if http_response.status_code >= 300:
            return
        if failed:
            parsed["Failed"] = [*parsed.get("Failed", []), *failed]
        if model.name == "TransactWriteItems":
            self._tokens.remember(params)


def _client_error(refused: Refused, operation: str) -> ClientError:
    response: Any = {
        "Error": {"Code": refused.code, "Message": refused.message},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 0},
    }
    if refused.reasons:
        response["CancellationReasons"] = refused.reasons
    return ClientError(response, operation)


@cache
def install(session: Session) -> Strict:
    """Return the rules of a session; it must not have made the clients that are meant, yet."""
    strict = Strict()
    strict.watch(session)
    return strict
