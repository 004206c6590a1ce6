"""Between SNS and tocsin: confirms the subscription, hands on each message with the API key.

SNS sends to any HTTP address, but can set no header, and confirms a subscription only with
somebody who answers for that address. On AWS an operator confirms once by hand.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, cast

from cli.localcloud.cloud import LocalCloud
from cli.localcloud.http import Answer, call
from cli.localcloud.polling import TimedOutError

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
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "SnsRelay":
        self._thread.start()
        self._topic = self._sns.create_topic(Name=TOPIC)["TopicArn"]
        endpoint = f"http://127.0.0.1:{self._server.server_port}/sns"
        self._sns.subscribe(TopicArn=self._topic, Protocol="http", Endpoint=endpoint)
        with self._changed:
            if not self._changed.wait_for(lambda: self._confirmed, WAIT_S):
                raise TimedOutError("SNS did not ask to confirm its subscription")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, relay: SnsRelay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("x-amz-sns-message-type", "")
        relay = cast(_Server, self.server).relay
        status = relay.take(kind, body, self.headers.get("Content-Type", ""))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""
