"""A stack with an enriched tenant, and the command line that reaches it through counted calls."""

from collections.abc import Callable, Sequence
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cli.enrichment import sending
from cli.target import Target
from tests.integration.letters import target
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Permanent
from tocsin.pipeline.cases import Case, unpack_cases
from tocsin.pipeline.enrichment.triage import _Triage
from tocsin.pipeline.envelope import Envelope, decode
from tocsin.ports import FailedEnrichment

_WELL = _Triage.run
AM = "/v1/alerts/alertmanager"
# How the names of calls begin that change nothing.
READING = ("get_", "list_", "describe_", "query", "scan", "batch_get_", "head_")


class Counting:
    """Clients of a stack that note each call; `failing` may raise before one, `made` after."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failing: Callable[[str, dict[str, Any]], None] = lambda name, parameters: None
        self.made: Callable[[str], None] = lambda name: None

    def client(self, service: str) -> Any:
        return _Counted(aws.client(service), self)

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if not name.startswith(READING)]


class _Counted:
    def __init__(self, inner: Any, counting: Counting) -> None:
        self._inner = inner
        self._counting = counting

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._inner, name)

        def call(**parameters: Any) -> Any:
            self._counting.calls.append(name)
            self._counting.failing(name, parameters)
            answer = inner(**parameters)
            self._counting.made(name)
            return answer

        return call


class EnrichedStack:
    """A stack with a tenant, and the command line that reaches it."""

    def __init__(self, world: World, acme: TenantConfig) -> None:
        self.world = world
        self.key = world.add_tenant(acme)
        self.counting = Counting()
        self.target: Target = target(world.resources, self.counting.client("sqs"))
        self.target.client = self.counting.client
        self.target.resources["EnrichmentTable"] = world.resources.environ["ENRICHMENT_TABLE"]

    def run(self, command: click.Command, *arguments: str) -> Result:
        self.counting.calls.clear()
        return CliRunner(mix_stderr=False).invoke(command, arguments, obj=self.target)

    def fire(self, *hosts: str) -> None:
        self.world.post(AM, self.key, webhook(*(member(host) for host in hosts)))
        self.world.drain()

    def kept(self, tenant: str = "acme") -> dict[str, FailedEnrichment]:
        table = self.world.resources.environ["ENRICHMENT_TABLE"]
        kept = DynamoFailedEnrichments(aws.client("dynamodb"), table)
        return {host_of(each.change.alert): each for each in kept.all(tenant, 0.0)}

    def kept_events(self) -> dict[str, int]:
        """Return the attempts of each event that is kept apart, by its source."""
        table = self.world.resources.environ["ENRICHMENT_TABLE"]
        kept = DynamoFailedEnrichments(aws.client("dynamodb"), table)
        return {each.change.source: each.attempts for each in kept.all("acme", 0.0)}

    def alerts(self) -> dict[str, Alert]:
        environ = self.world.resources.environ
        groups = DynamoGroups(
            aws.client("dynamodb"),
            environ["GROUP_TABLE"],
            environ["JOURNAL_TABLE"],
            S3Blobs(aws.client("s3"), environ["ARCHIVE_BUCKET"]),
        )
        return {
            host_of(each.alert): each.alert
            for group in groups.read(list(groups.versions("acme"))).values()
            for each in group.members.values()
        }

    def queued(self) -> list[int]:
        """Return how many cases each message of the queue has, and leave them there."""
        return [each.count for each in self._envelopes()]

    def stages_queued(self) -> set[tuple[str, ...]]:
        """Return the stages that the cases in the queue ask for."""
        return {case.stages for each in self._envelopes() for case in self._cases(each)}

    def taken(self) -> list[list[str]]:
        """Take the messages off the queue; return of which hosts the cases of each are."""
        messages = self.world.resources.receive("investigate", 100)
        self.world.resources.delete("investigate", messages)
        opened = (self._cases(decode(message["Body"])) for message in messages)
        return [[host_of(case.change.alert) for case in cases] for cases in opened]

    def _cases(self, envelope: Envelope) -> list[Case]:
        blobs = S3Blobs(aws.client("s3"), self.world.resources.environ["ARCHIVE_BUCKET"])
        return unpack_cases(envelope, blobs)

    def _envelopes(self) -> list[Envelope]:
        messages = self.world.resources.receive("investigate", 100)
        self.world.resources.release("investigate", messages)
        return [decode(message["Body"]) for message in messages]


def host_of(alert: Alert) -> str:
    return alert.labels["instance"].partition(".")[0]


def break_triage(patch: pytest.MonkeyPatch, is_broken: bool) -> None:
    """Let the stage triage fail, or be well again."""
    patch.setattr(_Triage, "run", _fail if is_broken else _WELL)


def refuse(patch: pytest.MonkeyPatch, host: str) -> None:
    """Let no message be made that holds the alert of a host."""
    pack = sending.pack_cases

    def pack_others(tenant: str, cases: Sequence[Case], *rest: Any) -> Any:
        if any(host_of(case.change.alert) == host for case in cases):
            raise Permanent("too long")
        return pack(tenant, cases, *rest)

    patch.setattr(sending, "pack_cases", pack_others)


def _fail(*_: Any) -> str:
    raise ZeroDivisionError
