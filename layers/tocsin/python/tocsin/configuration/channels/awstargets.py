"""Services of AWS in `tocsin.yaml`: a topic, a queue, an event bus or a function, by its ARN."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, WithJsonSchema

from tocsin.configuration.channels.channel import ChannelBlock
from tocsin.configuration.fields import wrong
from tocsin.domain import config
from tocsin.domain.channels import AwsTarget

# docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_PLACE = r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}:[0-9]{12}"
_ALLOWED = "The stack's parameter `NotifyTargetArns` must name it, too."


_ARN = WithJsonSchema({"type": "string", "x-kind": "ARN"})


def _arn_of(service: str, name: str, example: str) -> AfterValidator:
    pattern = re.compile(rf"arn:aws[a-z-]*:{service}:{_PLACE}:{name}")
    sample = f"arn:aws:{service}:eu-central-1:123456789012:{example}"

    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise wrong(f"not such an ARN; one is {sample}")
        return text

    return AfterValidator(check)


TopicArn = Annotated[str, _arn_of("sns", r"[A-Za-z0-9_-]{1,256}(?:\.fifo)?", "alerts"), _ARN]
QueueArn = Annotated[str, _arn_of("sqs", r"[A-Za-z0-9_-]{1,80}(?:\.fifo)?", "alerts"), _ARN]
BusArn = Annotated[
    str, _arn_of("events", r"event-bus/[A-Za-z0-9._/-]{1,256}", "event-bus/alerts"), _ARN
]
FunctionArn = Annotated[
    str,
    _arn_of(
        "lambda",
        r"function:[A-Za-z0-9_-]{1,64}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?",
        "function:alerts",
    ),
    _ARN,
]


class AwsTargetBlock(ChannelBlock):
    """What is known by an ARN."""

    kind: ClassVar[config.ReceiverKind]
    arn: str

    def receiver(self, name: str, _tenant: str) -> config.Receiver:
        """Return the receiver as the pipeline uses it."""
        return config.Receiver(
            name=name,
            kind=self.kind,
            settings=AwsTarget(arn=self.arn),
            send_resolved=self.send_resolved,
        )

    @property
    def why_no_template(self) -> str:
        """Why a template would change nothing of what it says."""
        return "it is read by programs, which get no text; leave `template` out"

    @staticmethod
    def shown(receiver: config.Receiver) -> dict[str, Any]:
        """Return the block again."""
        return {"arn": receiver.endpoint}


class Sns(AwsTargetBlock):
    """Which SNS topic to publish to."""

    kind = "sns"
    arn: TopicArn = Field(description=f"The topic. {_ALLOWED}")

    @property
    def why_no_template(self) -> str:
        """Nothing: it may be read by mail and SMS."""
        return ""


class Sqs(AwsTargetBlock):
    """Which SQS queue to send to; none of the stack's own."""

    kind = "sqs"
    arn: QueueArn = Field(description=f"The queue. {_ALLOWED}")


class EventBridge(AwsTargetBlock):
    """Which event bus of EventBridge to put events on."""

    kind = "eventbridge"
    arn: BusArn = Field(description=f"The event bus. {_ALLOWED}")


class Lambda(AwsTargetBlock):
    """Which Lambda function to invoke, and not to wait for."""

    kind = "lambda"
    arn: FunctionArn = Field(description=f"The function, its version or its alias. {_ALLOWED}")
