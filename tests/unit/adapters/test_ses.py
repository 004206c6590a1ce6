"""Mail through SES."""

from types import SimpleNamespace

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.session import Session
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses import ses_backends

from tests.builders import T0
from tests.channels import tools
from tests.unit.adapters.mailed import ANN, BOB, SENDER, notification, read, rich_alerts
from tocsin.adapters.receivers import ChannelReceivers, email
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable


class Stub:
    """SES as far as it answers one call."""

    def __init__(self, error=None, region="eu-central-1"):
        self.error = error
        self.calls = []
        self.meta = SimpleNamespace(region_name=region)

    def send_email(self, **request):
        self.calls.append(request)
        if self.error is not None:
            raise self.error
        return {"MessageId": "0107-4f1a-000000"}


def send(stub, **fields):
    return ChannelReceivers(tools(aws={"sesv2": stub})).send(notification(**fields))


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-central-1", "eu-central-1.amazonses.com"), ("us-east-1", "email.amazonses.com")],
)
def test_the_receipt_is_the_id_that_the_message_has_at_people(region, host):
    receipt = send(Stub(region=region))
    assert receipt == f"<0107-4f1a-000000@{host}>"
    follows = notification(key="toc_2", thread=("toc_1", receipt))
    assert read(email.render(follows, "", T0))["In-Reply-To"] == receipt


def test_it_is_told_whom_to_send_what():
    stub = Stub()
    send(stub, settings={"configuration_set": "alerts"})
    (call,) = stub.calls
    assert call["Content"]["Raw"]["Data"] == email.render(
        notification(settings={"configuration_set": "alerts"}), "", T0
    )
    assert call["Destination"] == {"ToAddresses": [ANN, BOB]}
    assert (call["FromEmailAddress"], call["ConfigurationSetName"]) == (SENDER, "alerts")
    send(stub)
    assert "ConfigurationSetName" not in stub.calls[1]


def refused(code, status=400):
    response = {
        "Error": {"Code": code, "Message": "hush"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "SendEmail")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refused("TooManyRequestsException", 429), Throttled),
        (refused("ThrottlingException"), Throttled),
        (refused("LimitExceededException"), Throttled),
        (refused("SendingPausedException"), Retryable),
        (refused("InternalServiceErrorException", 500), Retryable),
        (refused("ExpiredTokenException", 403), Retryable),
        (refused("InvalidSignatureException", 403), Retryable),
        (refused("RequestTimeTooSkewed", 403), Retryable),
        (refused("UnrecognizedClientException", 403), Retryable),
        (refused("ConflictException", 409), Retryable),
        (exceptions.NoCredentialsError(), Unsendable),
        (exceptions.ReadTimeoutError(endpoint_url="hush"), Retryable),
        (exceptions.ConnectTimeoutError(endpoint_url="hush"), Retryable),
        (refused("AccountSuspendedException"), Permanent),
        (refused("MailFromDomainNotVerifiedException"), Permanent),
        (refused("MessageRejected"), Permanent),
        (refused("BadRequestException"), Permanent),
        (refused("NotFoundException", 404), Permanent),
        (refused("AccessDeniedException", 403), Permanent),
    ],
)
def test_what_it_answers(error, kind):
    with pytest.raises((Retryable, Permanent)) as raised:
        send(Stub(error))
    assert type(raised.value) is kind
    assert raised.value.reason.startswith("receiver oncall: ses")
    assert "hush" not in str(raised.value)


def test_it_takes_the_message_through_the_real_client(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = Session().create_client("sesv2", region_name="eu-central-1")
        receivers = ChannelReceivers(tools(aws={"sesv2": client}))
        with pytest.raises(Permanent, match="MessageRejected"):
            receivers.send(notification())
        client.create_email_identity(EmailIdentity=SENDER)
        receipt = receivers.send(notification(*rich_alerts()))
        (sent,) = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
    assert sent.id in receipt
    # moto adds those of the header.
    assert set(sent.destinations) == {ANN, BOB}
    assert sent.raw_data.encode() == email.render(notification(*rich_alerts()), "", T0)
