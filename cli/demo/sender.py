"""Sends what the plan says, and keeps what tocsin answered."""

import json
from collections.abc import Mapping

import msgspec

from cli.demo.plan import Sending
from cli.demo.relay import SnsRelay
from cli.demo.ruled import ACKNOWLEDGE
from cli.demo.scenario import PROMETHEUS_PATH, SNS
from cli.localcloud.http import Answer, call
from cli.onealert.client import AlertApi, Refused
from tocsin.domain.fingerprint import fingerprint


class Told(msgspec.Struct, frozen=True):
    """What tocsin told a sender about one request."""

    sending: Sending
    status: int
    accepted: int
    rejected: tuple[int, ...]
    text: str

    @property
    def alerts(self) -> int:
        """How many alerts come of it: those that were accepted, and those that rules make."""
        return self.accepted - self.sending.points + self.sending.made

    @property
    def problem(self) -> str:
        """Say how the answer differs from the plan; empty if it does not."""
        wanted = 200 if self.sending.path == PROMETHEUS_PATH else 202
        expected = (wanted, self.sending.accepted + self.sending.points, self.sending.rejected)
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
        if sending.path == ACKNOWLEDGE:
            return self._acknowledge(sending)
        body = json.dumps(sending.payload).encode()
        headers = {"x-api-key": self._keys[sending.tenant], "Content-Type": "application/json"}
        return told(sending, call("POST", self._base_url + sending.path, body, headers))

    def _acknowledge(self, sending: Sending) -> Told:
        name = fingerprint(sending.tenant, sending.payload)
        api = AlertApi(self._base_url, self._keys[sending.tenant])
        try:
            api.act(name, ACKNOWLEDGE, {"by": "ann"})
        except Refused as error:
            return Told(sending, error.status, 0, (), error.message)
        return Told(sending, 202, 0, (), "")


def told(sending: Sending, answer: Answer) -> Told:
    """Read an answer. The Alertmanager API's is empty and means that all was accepted."""
    if sending.path == PROMETHEUS_PATH and answer.status == 200:
        return Told(sending, 200, sending.accepted, (), answer.text)
    body = answer.json if isinstance(answer.json, dict) else {}
    rejected = tuple(each["index"] for each in body.get("rejected", ()))
    return Told(sending, answer.status, int(body.get("accepted", 0)), rejected, answer.text)
