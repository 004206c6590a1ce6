import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tocsin.adapters import aws
from tocsin.domain.errors import Conflict, Permanent, Retryable


def client_error(code, status=400, reasons=()):
    response = {
        "Error": {"Code": code, "Message": "secret data"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "DoIt")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (client_error("ThrottlingException"), Retryable),
        (client_error("ProvisionedThroughputExceededException"), Retryable),
        (client_error("SlowDown", 503), Retryable),
        (client_error("Whatever", 500), Retryable),
        (client_error("Whatever", 429), Retryable),
        (client_error("ConditionalCheckFailedException"), Conflict),
        (client_error("TransactionConflictException"), Conflict),
        (client_error("ValidationException"), Permanent),
        (client_error("AccessDeniedException", 403), Permanent),
        (ClientError({}, "DoIt"), Permanent),
        (exceptions.ConnectTimeoutError(endpoint_url="secret"), Retryable),
        (exceptions.ReadTimeoutError(endpoint_url="secret"), Retryable),
        (exceptions.EndpointConnectionError(endpoint_url="secret"), Retryable),
        (exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2), Retryable),
        (exceptions.CredentialRetrievalError(provider="p", error_msg="secret"), Retryable),
        (ResponseParserError("secret"), Retryable),
        (exceptions.NoCredentialsError(), Permanent),
        (exceptions.ParamValidationError(report="secret"), Permanent),
    ],
)
def test_what_an_error_means(error, kind):
    translated = aws.translate(error, "dynamodb")
    assert type(translated) is kind
    assert "dynamodb" in str(translated)
    assert "secret" not in str(translated)


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [
        (["None", "ConditionalCheckFailed"], Conflict),
        (["TransactionConflict", "None"], Conflict),
        (["ConditionalCheckFailed", "ThrottlingError"], Conflict),
        (["ThrottlingError", "None"], Retryable),
        (["ProvisionedThroughputExceeded"], Retryable),
        (["ConditionalCheckFailed", "ValidationError"], Permanent),
        (["ItemCollectionSizeLimitExceeded"], Permanent),
    ],
)
def test_a_cancelled_transaction_means_what_its_reasons_mean(reasons, kind):
    error = client_error("TransactionCanceledException", reasons=reasons)
    translated = aws.translate(error, "dynamodb")
    assert type(translated) is kind
    assert str(translated) == f"dynamodb DoIt: {', '.join(sorted(set(reasons) - {'None'}))}"


def test_only_errors_of_aws_are_translated():
    with pytest.raises(KeyError), aws.translated("s3"):
        raise KeyError("x")
    with pytest.raises(Permanent, match="s3 DoIt: NoSuchBucket"), aws.translated("s3"):
        raise client_error("NoSuchBucket", 404)


def test_there_is_one_impatient_client_a_service(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    aws.client.cache_clear()
    sqs = aws.client("sqs")
    assert aws.client("sqs") is sqs
    assert sqs.meta.region_name == "eu-central-1"
    assert (sqs.meta.config.connect_timeout, sqs.meta.config.read_timeout) == (1, 5)
    assert sqs.meta.config.retries == {"mode": "standard", "total_max_attempts": 3}
    aws.client.cache_clear()


def test_a_hasty_client_tries_once_for_a_second(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = aws.hasty_client("dynamodb").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries["total_max_attempts"] == 1
