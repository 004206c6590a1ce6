"""Answers as AWS words them, and as nobody wants to get them."""

import json
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

_THROTTLES = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "sqs": ("RequestThrottled", 403),
    "s3": ("SlowDown", 503),
    "secretsmanager": ("ThrottlingException", 400),
}
_ERRORS = {
    "dynamodb": "InternalServerError",
    "sqs": "InternalError",
    "s3": "InternalError",
    "secretsmanager": "InternalServiceError",
}


def answer(url: str, status: int, body: dict[str, Any]) -> AWSResponse:
    """Return a JSON answer."""
    return _raw(url, status, json.dumps(body), "application/x-amz-json-1.0")


def failure(url: str, service: str) -> AWSResponse:
    """Return the service's own 500."""
    return refusal(url, service, _ERRORS[service], 500)


def throttle(url: str, service: str) -> AWSResponse:
    """Return the service's own way to ask for patience."""
    return refusal(url, service, *_THROTTLES[service])


def conflict(url: str, operation: str, actions: int) -> AWSResponse:
    """Return what DynamoDB says when another transaction has the item."""
    if operation == "UpdateItem":
        return refusal(url, "dynamodb", "TransactionConflictException", 400)
    reasons = [{"Code": "TransactionConflict", "Message": "conflict"}]
    reasons += [{"Code": "None"}] * (actions - 1)
    code = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    body = {"__type": code, "Message": "cancelled", "CancellationReasons": reasons}
    return answer(url, 400, body)


def refusal(url: str, service: str, code: str, status: int) -> AWSResponse:
    """Return an error of a service."""
    if service == "s3":
        text = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        return _raw(url, status, text, "application/xml")
    return answer(url, status, {"__type": f"com.amazonaws.{service}#{code}", "message": code})


def _raw(url: str, status: int, text: str, kind: str) -> AWSResponse:
    headers = {"content-type": kind, "x-amzn-requestid": "chaos"}
    return AWSResponse(url, status, headers, MockRawResponse(text))
