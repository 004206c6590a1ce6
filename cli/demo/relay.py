"""Between SNS and tocsin: confirms the subscription, hands on each message with the API key.

SNS sends to any HTTP address, but can set no header, and confirms a subscription only with
somebody who answers for that address. On AWS an operator confirms once by hand.
"""

import json
from threading import Condition
from typing import Any

from cli.localcloud.cloud import LocalCloud
from cli.localcloud.http import Answer, call
from cli.localcloud.polling import TimedOutError
from cli.loopback import Handler, Loopback

TOPIC = "tocsin-demo-alarms"
WAIT_S = 30.0


class SnsRelay:
    """A topic whose messages reach tocsin, and what tocsin answered to each."""

    def __init__(self, cloud: LocalCloud, url: str, key: str) -> None:
        self._sns = cloud.client("sns")
        self._url = url
        self._key = key
        self._changed = Condition()
        self._confirmed = False
        self._answers: dict[str, Answer] = {}
        self._server = Loopback(_Handler, self)

    def __enter__(self) -> "SnsRelay":
        self._server.start()
        self._topic = self._sns.create_topic(Name=TOPIC)["TopicArn"]
        endpoint = f"{self._server.url}/sns"
        self._sns.subscribe(TopicArn=self._topic, Protocol="http", Endpoint=endpoint)
        with self._changed:
            if not self._changed.wait_for(lambda: self._confirmed, WAIT_S):
                raise TimedOutError("SNS did not ask to confirm its subscription")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def publish(self, message: Any) -> Answer:
        """Publish a message and return what tocsin answered when SNS delivered it."""
        sent = self._sns.publish(TopicArn=self._topic, Message=json.dumps(message))
        name = sent["MessageId"]
        with self._changed:
            if not self._changed.wait_for(lambda: name in self._answers, WAIT_S):
                return Answer(0, "SNS did not deliver the message")
            return self._answers[name]

    def take(self, kind: str, body: bytes, content_type: str) -> int:
        """Handle one request of SNS and return the status to answer it with."""
        message = json.loads(body)
        if kind == "SubscriptionConfirmation":
            self._sns.confirm_subscription(TopicArn=message["TopicArn"], Token=message["Token"])
            with self._changed:
                self._confirmed = True
                self._changed.notify_all()
            return 200
        headers = {
            "x-api-key": self._key,
            "Content-Type": content_type,
            "x-amz-sns-message-type": kind,
        }
        answer = call("POST", self._url, body, headers)
        with self._changed:
            self._answers[message["MessageId"]] = answer
            self._changed.notify_all()
        return answer.status or 502


class _Handler(Handler):
    def answer(self) -> None:
        kind = self.headers.get("x-amz-sns-message-type", "")
        self.reply(self.owner.take(kind, self.body(), self.headers.get("Content-Type", "")))
