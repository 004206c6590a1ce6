"""Sends what the plan says, and keeps what tocsin answered."""

import json
from collections.abc import Mapping

import msgspec

from cli.demo.plan import Sending
from cli.demo.relay import SnsRelay
from cli.demo.scenario import PROMETHEUS_PATH, SNS
from cli.localcloud.http import Answer, call


class Told(msgspec.Struct, frozen=True):
    """What tocsin told a sender about one request."""

    sending: Sending
    status: int
    accepted: int
    rejected: tuple[int, ...]
    text: str

    @property
    def problem(self) -> str:
        """Say how the answer differs from the plan; empty if it does not."""
        wanted = 200 if self.sending.path == PROMETHEUS_PATH else 202
        expected = (wanted, self.sending.accepted, self.sending.rejected)
        if (self.status, self.accepted, self.rejected) == expected:
            return ""
        return (
            f"{self.sending.title}: answered {self.status} {self.text[:200]!r}, expected "
            f"{wanted} with {self.sending.accepted} accepted, rejected {self.sending.rejected}"
        )


class Sender:
    """Plays the monitoring tools of all tenants."""

    def __init__(self, base_url: str, keys: Mapping[str, str], relay: SnsRelay) -> None:
        self._base_url = base_url
        self._keys = keys
        self._relay = relay

    def send(self, sending: Sending) -> Told:
        """Send one request and wait for its answer."""
        if sending.path == SNS:
            return told(sending, self._relay.publish(sending.payload))
        body = json.dumps(sending.payload).encode()
        headers = {"x-api-key": self._keys[sending.tenant], "Content-Type": "application/json"}
        return told(sending, call("POST", self._base_url + sending.path, body, headers))


def told(sending: Sending, answer: Answer) -> Told:
    """Read an answer. The Alertmanager API's is empty and means that all was accepted."""
    if sending.path == PROMETHEUS_PATH and answer.status == 200:
        return Told(sending, 200, sending.accepted, (), answer.text)
    body = answer.json if isinstance(answer.json, dict) else {}
    rejected = tuple(each["index"] for each in body.get("rejected", ()))
    return Told(sending, answer.status, int(body.get("accepted", 0)), rejected, answer.text)
