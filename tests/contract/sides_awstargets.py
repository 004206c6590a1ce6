"""A topic, a queue, an event bus and a function, as moto plays them, and what arrives there."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, Literal

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from msgspec.structs import replace

from tests.builders import receiver
from tests.channels import tools
from tests.contract.seen import Seen
from tests.strict import install
from tocsin.adapters import aws
from tocsin.domain.channels import AwsTarget
from tocsin.domain.config import ReceiverKind

REGION = "eu-central-1"
LIMIT_BYTES = 262_144


class Side:
    """One target. `fail_with` makes the next call fail with a code, as its service would say it."""

    kind: ReceiverKind
    service: str
    operation: str
    follows: Literal["alone", "under", "of it"] = "alone"
    # But for FIFO topics and queues.
    deduplicates = False
    says_when = True
    secrets: Sequence[str] = ()

    def __init__(self, clients: Any, name: str = "alerts") -> None:
        self._clients = lambda service: clients(service, REGION)
        self.client = self._clients(self.service)
        self._answers: list[tuple[str, int, dict[str, str]]] = []
        self.requests: list[dict[str, Any]] = []
        self.arn = self.make(name)
        events = self.client.meta.events
        events.register(self.event("before-parameter-build"), self._note)
        events.register_first(self.event("before-call"), self._answer)
        events.register_last(self.event("before-send"), self._hang)
        events.register_last(self.event("after-call"), self._lose)
        self._hangs = self._loses = False
        self._seen: list[dict[str, Any]] = []
        self.receiver = receiver(kind=self.kind, url="", settings=AwsTarget(arn=self.arn))
        self.tools = replace(tools(), aws=clients)
        self.deduplicates = name.endswith(".fifo")

    def event(self, moment: str) -> str:
        """Return what botocore calls a moment of the operation."""
        service = self.client.meta.service_model.service_id.hyphenize()
        return f"{moment}.{service}.{self.operation}"

    def make(self, name: str) -> str:
        """Make the target; return its ARN."""
        raise NotImplementedError

    def arrived(self) -> list[dict[str, Any]]:
        """Return the webhook's body of each message that is there."""
        raise NotImplementedError

    def fail_with(self, code: str, status: int = 400, **headers: str) -> None:
        self._answers.append((code, status, headers))

    def refuse(self) -> None:
        self.fail_with("AccessDeniedException", 403)

    def throttle(self, retry_after_s: int) -> None:
        self.fail_with("ThrottlingException", 429, retry_after=str(retry_after_s))

    def fail(self) -> None:
        self.fail_with("InternalError", 500)

    def hang(self) -> None:
        self._hangs = True

    def lose_answer(self) -> None:
        self._loses = True

    def calls(self) -> Sequence[object]:
        return self.requests

    def seen(self) -> Sequence[Seen]:
        self._seen += self.arrived()
        return [
            Seen(id=str(place), text=json.dumps(body), is_over=body["status"] == "resolved")
            for place, body in enumerate(self._seen)
        ]

    def faults(self) -> Iterator[str]:
        """All else the strict rules refuse."""
        for request in self.requests:
            size_bytes = len(json.dumps(request, default=bytes.decode, ensure_ascii=False).encode())
            # JSON in JSON has escapes that are none of the message.
            if size_bytes > 2 * LIMIT_BYTES:
                yield f"{size_bytes} bytes"

    def live(self) -> Iterator[str]:
        # What is for people is a mail of plain text.
        return iter(())

    def _hang(self, **_: Any) -> None:
        hangs, self._hangs = self._hangs, False
        if hangs:
            raise ReadTimeoutError(endpoint_url="https://aws.example")

    def _lose(self, **_: Any) -> None:
        loses, self._loses = self._loses, False
        if loses:
            raise ReadTimeoutError(endpoint_url="https://aws.example")

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.requests.append(dict(params))

    def _answer(self, **_: Any) -> Any:
        if not self._answers:
            return None
        code, status, headers = self._answers.pop(0)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return AWSResponse("", status, HTTPHeaders(), None), {
            "Error": {"Code": code, "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": said},
        }


class SqsSide(Side):
    kind, service, operation = "sqs", "sqs", "SendMessage"

    def make(self, name: str) -> str:
        self.url, arn = _queue(self.client, name)
        return arn

    def messages(self) -> list[dict[str, Any]]:
        return _received(self.client, self.url)

    def arrived(self) -> list[dict[str, Any]]:
        return [json.loads(each["Body"]) for each in self.messages()]


class SnsSide(Side):
    kind, service, operation = "sns", "sns", "Publish"

    def make(self, name: str) -> str:
        options = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        arn = str(self.client.create_topic(Name=name, Attributes=options)["TopicArn"])
        self.url, queue = _queue(self._clients("sqs"), f"heard-{name}")
        self.client.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
        return arn

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(each["Body"]) for each in _received(self._clients("sqs"), self.url)]

    def arrived(self) -> list[dict[str, Any]]:
        return [json.loads(each["Message"]) for each in self.messages()]


class ConfirmedSide(Side):
    """What moto delivers nowhere: what arrived is what it confirmed."""

    def __init__(self, clients: Any, name: str = "alerts") -> None:
        super().__init__(clients, name)
        self._confirmed: list[dict[str, Any]] = []
        self.client.meta.events.register_first(self.event("after-call"), self._confirm)

    def body(self, request: dict[str, Any]) -> str | bytes:
        """Return the webhook's body of a request."""
        raise NotImplementedError

    def _confirm(self, http_response: Any, **_: Any) -> None:
        if http_response.status_code < 300:
            self._confirmed.append(json.loads(self.body(self.requests[-1])))

    def arrived(self) -> list[dict[str, Any]]:
        arrived, self._confirmed = self._confirmed, []
        return arrived


class EventBridgeSide(ConfirmedSide):
    """moto follows rules with a package that is not here."""

    kind, service, operation = "eventbridge", "events", "PutEvents"

    def make(self, name: str) -> str:
        return str(self.client.create_event_bus(Name=name)["EventBusArn"])

    def body(self, request: dict[str, Any]) -> str:
        (entry,) = request["Entries"]
        return str(entry["Detail"])


class LambdaSide(ConfirmedSide):
    """moto runs functions with Docker only."""

    kind, service, operation = "lambda", "lambda", "Invoke"

    def make(self, name: str) -> str:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = self._clients("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return str(
            self.client.create_function(
                FunctionName=name,
                Runtime="python3.14",
                Role=role["Role"]["Arn"],
                Handler="app.handler",
                Code={"ZipFile": _package()},
            )["FunctionArn"]
        )

    def body(self, request: dict[str, Any]) -> bytes:
        return bytes(request["Payload"])


SIDES = [SnsSide, SqsSide, EventBridgeSide, LambdaSide]
Clients = Callable[..., Any]


@contextmanager
def clients_of_moto() -> Iterator[Clients]:
    """Play AWS under the strict rules; yield what makes clients, each once."""
    strict = install(aws._session())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        # Another region than that of the targets: theirs is in their ARNs.
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        with mock_aws(config={"lambda": {"use_docker": False}}), strict.watching():
            yield cache(lambda service, region: aws.single_attempt_client(service, 5, region))
        assert not strict.refusals, strict.refusals


def one_of(kind: type[Side], name: str = "alerts") -> Callable[[], AbstractContextManager[Side]]:
    """Return what yields a new side of a kind."""

    @contextmanager
    def side() -> Iterator[Side]:
        with clients_of_moto() as clients:
            yield kind(clients, name)

    return side


def _queue(sqs: Any, name: str) -> tuple[str, str]:
    options = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url = sqs.create_queue(QueueName=name, Attributes=options)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, arn["Attributes"]["QueueArn"]


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
    )
    return list(answer.get("Messages", []))


def _package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("app.py", "def handler(event, context):\n    return event\n")
    return packed.getvalue()
