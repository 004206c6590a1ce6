import json
from argparse import Namespace

import msgspec
import pytest
from click.testing import CliRunner

from cli.commands.dlq import command
from tests.integration.letters import OlderSqs, target
from tests.integration.mocked import mocked
from tests.integration.payloads import member, webhook
from tests.integration.resources import make_resources
from tocsin.adapters import aws
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.deadletter import Letter
from tocsin.pipeline.deadletters import read_letter
from tocsin.pipeline.envelope import Envelope, encode, seal
from tocsin.pipeline.letterarchive import letter_key, pack_letter

AT_S = 1_763_790_000.0


class Stack:
    """Archived letters of two tenants that SQS holds no more, and the command line."""

    def __init__(self):
        self.resources = make_resources(aws.client)
        self.sqs = OlderSqs()
        self.blobs = S3Blobs(aws.client("s3"), "archive")
        self.keep(self.raw("one", webhook(member("db-1"), member("db-2"))))
        self.keep(self.raw("two", webhook(member("db-3")), tenant="globex"), tenant="globex")
        self.keep("not an envelope", queue="evaluate", error="Whatever")

    def run(self, *arguments, given=None):
        made = target(self.resources, self.sqs)
        return CliRunner(mix_stderr=False).invoke(command, arguments, obj=made, input=given)

    def raw(self, name, payload, tenant="acme"):
        envelope = Envelope(
            v=1,
            kind="raw",
            id=name,
            tenant=tenant,
            at_s=AT_S,
            provider="alertmanager",
            count=len(payload["alerts"]),
        )
        return encode(seal(envelope, json.dumps(payload).encode(), self.blobs)).body

    def keep(self, body, queue="enrich", tenant="acme", error="InvalidAlert"):
        name = f"message-{len(body)}"
        letter = Letter(
            queue=queue,
            id=name,
            tenant=tenant,
            error=error,
            reason="it failed",
            sent_at_s=AT_S,
            receives=1,
            message_id=name,
            body=body,
        )
        letter = read_letter(letter)
        self.blobs.put(letter_key(letter), pack_letter(letter, AT_S + 300))

    def alive(self, queue="enrich"):
        return [message["Body"] for message in self.resources.receive(queue, 10)]


@pytest.fixture
def stack(monkeypatch):
    monkeypatch.setattr("cli.commands.dlq.time", Namespace(time=lambda: AT_S + 3600))
    with mocked():
        yield Stack()


def _ids(result):
    return {json.loads(line)["id"] for line in result.stdout.splitlines()}


def test_what_is_archived_is_listed_apart(stack):
    assert stack.run("list").stderr == "no dead letters\n"
    lines = stack.run("list", "--archived").stdout.splitlines()
    assert sorted(tuple(line.split()[:4]) for line in lines[1:]) == [
        ("enrich", "acme", "InvalidAlert", "1"),
        ("enrich", "globex", "InvalidAlert", "1"),
        ("evaluate", "acme", "Unreadable", "1"),
    ]
    piles = [json.loads(line) for line in stack.run("list", "--archived", "--json").stdout.split()]
    assert sorted(pile["alerts"] for pile in piles) == [0, 1, 2]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["--tenant", "globex"], {"two"}),
        (["--queue", "enrich"], {"one", "two"}),
        (["--error", "InvalidAlert", "--tenant", "acme"], {"one"}),
        (["--queue", "notify"], set()),
    ],
)
def test_filters_narrow_what_is_archived(stack, filters, ids):
    assert _ids(stack.run("list", "--archived", "--each", "--json", *filters)) == ids


def test_show_finds_what_sqs_holds_no_more(stack):
    result = stack.run("show", "one")
    hosts = [json.loads(line)["labels"]["instance"] for line in result.stdout.splitlines()]
    assert [host.partition(".")[0] for host in hosts] == ["db-1", "db-2"]
    assert "InvalidAlert" in result.stderr
    assert "there is no dead letter on;" in stack.run("show", "on").stderr
    assert stack.run("show", "one", "--queue", "notify").exit_code == 1


def test_an_object_that_is_no_letter_is_named_and_the_others_are_listed(stack):
    stack.blobs.put("letters/tenant=acme/queue=enrich/bad.zst", b"bad")
    result = stack.run("list", "--archived", "--each", "--json")
    assert len(result.stdout.splitlines()) == 3
    assert "letters/tenant=acme/queue=enrich/bad.zst: not a zstd frame" in result.stderr


def test_redrive_asks_and_sends_what_is_meant(stack):
    result = stack.run("redrive", "--archived", "--tenant", "acme", given="n\n")
    assert (result.exit_code, stack.alive()) == (1, [])
    assert "Redrive 2 letters?" in result.stdout
    result = stack.run("redrive", "--archived", "--id", "two", given="y\n")
    assert "1 letter redriven" in result.stdout
    (body,) = stack.alive()
    assert msgspec.json.decode(body, type=Envelope).id == "two"


def test_a_dry_run_sends_nothing(stack):
    result = stack.run("redrive", "--archived", "--dry-run")
    assert (result.exit_code, stack.alive()) == (0, [])
    assert "globex" in result.stdout


def test_redrive_says_what_it_did_not_find(stack):
    result = stack.run("redrive", "--archived", "--id", "absent", "--yes")
    assert result.exit_code == 1
    assert "there is no archived letter absent" in result.stderr


def test_a_letter_that_its_queue_does_not_take_fails_the_command(stack):
    stack.sqs.fails["send_message_batch"] = 1
    result = stack.run("redrive", "--archived", "--queue", "enrich", "--yes")
    assert (result.exit_code, result.stdout) == (1, "1 letter redriven\n")
    assert "1 letter not taken by the queue" in result.stderr
    assert len(stack.alive()) == 1
