"""The API of an Alertmanager over ports in memory, with alerts put straight into groups."""

import gzip
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.builders import T0, alert, config, receiver
from tocsin.adapters.memory import MemoryConfigs, MemoryGroups, MemoryJournal, MemorySilences
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.pipeline.alertview import AlertView
from tocsin.runtime.alertmanager.dispatch import handle
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.gateway import HttpRequest

JSON = {"content-type": "application/json"}


def member(name: str = "", holds_until_s: float | None = None, **fields: Any) -> Member:
    """Return a member that fires since T0 unless said otherwise; `labels` are all it has."""
    labels = fields.pop("labels", {})
    value = alert(name, **{"starts_at_s": T0, **fields})
    value.labels.clear()
    value.labels.update({**({"alertname": name} if name else {}), **labels})
    return Member(
        fingerprint=fingerprint("acme", value.labels),
        episode=1,
        status=value.status,
        alert=value,
        order_at_s=T0,
        changed_at_s=T0 + 1,
        holds_until_s=holds_until_s,
    )


class Api:
    """One tenant's API; `now_s` is its clock."""

    def __init__(self, **fields: Any) -> None:
        self.now_s = T0 + 60
        self.groups = MemoryGroups(MemoryJournal())
        self.silences = MemorySilences()
        self.configs = MemoryConfigs()
        self.ids = iter(f"00000000-0000-4000-8000-{index:012d}" for index in range(1, 1000))
        defaults: dict[str, Any] = {
            "plain_labels": True,
            "integrations": {"chat": ("chat/0", "chat/1")},
            "receivers": {
                "oncall": receiver(),
                "chat/0": receiver("chat/0", shown_as="chat"),
                "chat/1": receiver("chat/1", shown_as="chat"),
            },
        }
        self.configs.apply(config(**{**defaults, **fields}), "", T0)
        self.ports = AlertmanagerPorts(
            configs=self.configs,
            silences=self.silences,
            view=AlertView(self.groups),
            new_id=lambda: next(self.ids),
            started_at_s=T0,
        )

    def put(self, *members: Member, receiver: str = "oncall", route: str = "{}", **labels: str):
        """Store a group that is new."""
        key = GroupKey("acme", receiver, tuple(sorted(labels.items())), route)
        held = {each.fingerprint: each for each in members}
        self.groups.commit([Group(key=key, members=held)], [], T0)

    def call(
        self,
        method: str,
        target: str,
        body: Any = b"",
        headers: Mapping[str, str] = JSON,
        tenant: str = "acme",
    ) -> Reply:
        """Send one request, as a plain HTTP server passes it on."""
        parts = urlsplit(target)
        request = HttpRequest(
            id="r1",
            resource=parts.path,
            parameters={},
            query={},
            headers=dict(headers),
            raw_body=body if isinstance(body, bytes) else json.dumps(body).encode(),
            method=method,
            queries={
                name: tuple(values)
                for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            },
        )
        return handle(request, self.ports, tenant, self.now_s)

    def get(self, target: str, **options: Any) -> Any:
        """GET what must be there, as JSON."""
        reply = self.call("GET", f"/api/v2{target}", **options)
        assert reply.status == 200, reply
        return json.loads(reply.body)


def content(reply: Reply) -> Any:
    """Return the JSON of a reply, packed or not; None for an empty one."""
    body = reply.body
    if reply.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return json.loads(body) if body else None
