"""AWS clients, made when first used, and the translation of AWS errors into tocsin's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError

from tocsin import __version__
from tocsin.domain.errors import Conflict, Permanent, Retryable, TocsinError

_CONFLICTS = {
    "ConditionalCheckFailed",
    "ConditionalCheckFailedException",
    "TransactionConflict",
    "TransactionConflictException",
}
_PASSING = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalFailure",
    "KMS.ThrottlingException",
    "KmsThrottled",
    "LimitExceededException",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
# What botocore raises when no answer came, or none that can be read.
_NO_ANSWER = (
    BotoConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    ResponseParserError,
)

AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)


@cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    """Return this process's client for an AWS service.

    Region, credentials and endpoint come from the ordinary AWS environment.
    """
    return _make_client(service, read_timeout_s=5, attempts=3)


def hasty_client(service: str) -> Any:
    """Make a client for what is soon given up: one attempt of a second.

    It is for state that can be done without, on the way of what must not wait for it.
    """
    return _make_client(service, read_timeout_s=1, attempts=1)


def single_attempt_client(service: str, read_timeout_s: float, region: str = "") -> Any:
    """Make a client that tries once, for whoever counts attempts and waits between them.

    `region` "" is that of the environment.
    """
    options = {"region_name": region} if region else {}
    return _make_client(service, read_timeout_s=read_timeout_s, attempts=1, **options)


@cache
def regional_client(service: str, region: str, read_timeout_s: float) -> Any:
    """Return this process's client for a service in a region, "" for its own; one attempt more."""
    options = {"region_name": region} if region else {}
    return _make_client(service, read_timeout_s=read_timeout_s, attempts=2, **options)


def _make_client(service: str, read_timeout_s: float, attempts: int, **options: str) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        # The services check their parameters themselves.
        parameter_validation=False,
        user_agent_extra=f"tocsin/{__version__}",
    )
    return _session().create_client(service, config=config, **options)


def translate(error: Exception, service: str) -> TocsinError:
    """Return what an AWS error means here: Retryable, Conflict or Permanent.

    The message names the service, the operation and the code, and never any data.
    """
    if not isinstance(error, ClientError):
        reason = f"{service}: {type(error).__name__}"
        return Retryable(reason) if isinstance(error, _NO_ANSWER) else Permanent(reason)
    codes = error_codes(error)
    reason = f"{service} {error.operation_name}: {', '.join(sorted(codes))}"
    if codes <= _PASSING or _status(error) >= 500 or _status(error) == 429:
        return Retryable(reason)
    if codes <= _CONFLICTS | _PASSING:
        return Conflict(reason)
    return Permanent(reason)


def error_codes(error: ClientError) -> set[str]:
    """Return the codes of an error; of a cancelled transaction, those of its reasons."""
    reasons = error.response.get("CancellationReasons", [])
    codes = {str(reason.get("Code", "None")) for reason in reasons} - {"None"}
    return codes or {str(error.response.get("Error", {}).get("Code", "unknown"))}


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Raise the errors of an AWS service as tocsin's own."""
    try:
        yield
    except AWS_ERRORS as error:
        raise translate(error, service) from error
