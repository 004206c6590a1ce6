import json

import msgspec
import pytest
from click.testing import CliRunner

from cli.commands.dlq import command
from cli.deadletters.redrive import Redrive
from cli.deadletters.walk import progress_bar
from tests.integration.letters import OlderSqs, dead_letters, target
from tests.integration.mocked import mocked
from tests.integration.payloads import member, webhook
from tests.integration.resources import make_resources
from tocsin.adapters import aws
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.deadletter import Selection
from tocsin.domain.group import GroupKey
from tocsin.pipeline.changes import pack_changes
from tocsin.pipeline.envelope import Envelope, encode, seal
from tocsin.pipeline.poke import Poke, pack_poke
from tocsin.ports import DeadLetter, OutMessage

AT_S = 1_763_790_000.0


class Stack:
    """Dead letters of two tenants, and the command line in front of them."""

    def __init__(self):
        self.resources = make_resources(aws.client)
        self.sqs = OlderSqs()
        self.blobs = S3Blobs(aws.client("s3"), "archive")
        urls = (self.resources.queues, self.resources.dead_letters)
        self.outbox = SqsOutbox(self.sqs, *urls)

    def run(self, *arguments, given=None):
        made = target(self.resources, self.sqs)
        return CliRunner(mix_stderr=False).invoke(command, arguments, obj=made, input=given)

    def bury(self, message, queue="enrich", error="InvalidAlert"):
        self.outbox.bury(queue, [DeadLetter(message, error, "it failed")])

    def raw(self, name, payload, tenant="acme", select=None):
        envelope = Envelope(
            v=1,
            kind="raw",
            id=name,
            tenant=tenant,
            at_s=AT_S,
            provider="alertmanager",
            count=len(select or payload["alerts"]),
            select=select,
        )
        return encode(seal(envelope, json.dumps(payload).encode(), self.blobs))

    def depth(self, queue, kind="dead_letters"):
        url = getattr(self.resources, kind)[queue]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        visible, in_flight = (int(answer["Attributes"][name]) for name in names)
        assert in_flight == 0
        return visible


@pytest.fixture
def stack():
    with mocked():
        yield Stack()


@pytest.fixture
def full(stack):
    stack.bury(stack.raw("one", webhook(member("db-1"), member("db-2"))))
    stack.bury(stack.raw("two", webhook(member("db-3")), tenant="globex"))
    stack.bury(OutMessage("acme", "not an envelope"), error="Whatever")
    poke = pack_poke("acme", [Poke(GroupKey("acme", "oncall"))], "three", AT_S, stack.blobs)
    stack.bury(poke, "notify", "DeliveryFailed")
    return stack


def test_nothing_is_dead(stack):
    result = stack.run("list")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no dead letters\n")
    assert stack.run("list", "--json").stdout == ""


def test_list_counts_by_queue_tenant_and_error(full):
    lines = full.run("list").stdout.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["queue", "tenant", "error", "letters"],
        ["enrich", "acme", "InvalidAlert", "1"],
        ["enrich", "globex", "InvalidAlert", "1"],
        ["enrich", "acme", "Unreadable", "1"],
        ["notify", "acme", "DeliveryFailed", "1"],
    ]
    assert "2 alerts" in lines[1]
    assert "1 group" in lines[4]


def test_list_as_json(full):
    piles = [json.loads(line) for line in full.run("list", "--json").stdout.splitlines()]
    assert [(pile["tenant"], pile["letters"], pile["alerts"]) for pile in piles] == [
        ("acme", 1, 2),
        ("globex", 1, 1),
        ("acme", 1, 0),
        ("acme", 1, 0),
    ]
    assert piles[0]["oldest_sent_at"].endswith("Z")


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (["--tenant", "globex"], {"two"}),
        (["--queue", "notify", "--queue", "evaluate"], {"three"}),
        (["--error", "InvalidAlert"], {"one", "two"}),
        (["--error", "InvalidAlert", "--tenant", "acme"], {"one"}),
    ],
)
def test_each_letter_is_a_row_and_filters_narrow(full, filters, ids):
    result = full.run("list", "--each", "--json", *filters)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["id"] for row in rows} == ids
    assert all("body" not in row for row in rows)


def test_a_letter_in_another_readers_hands_is_not_passed_over_in_silence(full):
    full.sqs.receive_message(QueueUrl=full.resources.dead_letters["notify"])
    result = full.run("list", "--queue", "notify")
    assert "notify: 1 letter in another reader's hands" in result.stderr


def test_show_prints_the_alerts_that_the_letter_is_about(stack):
    payload = webhook(member("db-1"), {"status": "firing"}, member("db-3"))
    message = stack.raw("mixed", payload, select=(1, 2, 9))
    stack.bury(message)
    part = msgspec.json.decode(message.body, type=Envelope).part
    result = stack.run("show", part)
    bad, good, absent = (json.loads(line) for line in result.stdout.splitlines())
    assert good["labels"]["instance"] == "db-3.prod.example:9100"
    assert good["fingerprint"]
    assert bad["index"] == 1
    assert bad["error"].startswith("InvalidAlert: ")
    assert absent == {"index": 9, "error": "InvalidAlert: there is no such alert"}
    assert part in result.stderr
    assert stack.depth("enrich") == 1


def test_show_fetches_what_was_too_long_for_the_message(stack, monkeypatch):
    monkeypatch.setattr("tocsin.pipeline.envelope.INLINE_LIMIT_BYTES", 10)
    stack.bury(stack.raw("long", webhook(member("db-1"))))
    assert json.loads(stack.run("show", "long").stdout)["name"] == "HighLatency"


def test_show_prints_changes_and_groups(full):
    alert = Alert(name="Up", status="firing", labels={"alertname": "Up"}, provider="generic")
    change = Change(source="e:0", fingerprint="f" * 32, alert=alert, received_at_s=AT_S)
    (message,) = pack_changes("acme", [change], "four", "", full.blobs)
    full.bury(message, "evaluate")
    assert json.loads(full.run("show", "four").stdout)["fingerprint"] == "f" * 32
    assert json.loads(full.run("show", "three", "--queue", "notify").stdout) == {
        "group": {"tenant": "acme", "receiver": "oncall", "labels": {}, "route": "{}"},
        "revive": False,
        "alerts": [],
    }


def test_a_row_names_what_is_in_the_letter(full):
    alerts = webhook(*(member("a", name=f"Disk{index}") for index in range(5)))
    full.bury(full.raw("many", alerts))
    oncall = Poke(GroupKey("acme", "oncall", (("alertname", "Disk"),)))
    full.bury(pack_poke("acme", [oncall], "five", AT_S, full.blobs), "notify", "DeliveryFailed")
    result = full.run("list", "--each", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    summaries = {row["id"]: row["summary"] for row in rows if row["error"] != "Unreadable"}
    assert summaries == {
        "one": "HighLatency",
        "two": "HighLatency",
        "three": "oncall:{}:{}",
        "many": "Disk0, Disk1, Disk2 and 2 more",
        "five": 'oncall:{}:{alertname="Disk"}',
    }
    (unreadable,) = [row for row in rows if row["error"] == "Unreadable"]
    assert unreadable["summary"] == ""
    line = next(each for each in full.run("list", "--each").stdout.splitlines() if "many" in each)
    assert "5 alerts (Disk0, Disk1, Disk2 and 2 more)" in line
    assert "received 2x" in line


def test_show_says_what_it_cannot_read(stack):
    broken = Envelope(
        v=1, kind="raw", id="broken", tenant="acme", at_s=AT_S, provider="generic", frame="secret="
    )
    stack.bury(encode(broken))
    result = stack.run("show", "broken")
    assert result.exit_code == 1
    assert "the letter cannot be opened" in result.stderr or "not a zstd frame" in result.stderr
    assert "secret=" not in result.stderr
    assert "there is no dead letter absent" in stack.run("show", "absent").stderr


def test_redrive_asks_and_takes_no_for_an_answer(full):
    result = full.run("redrive", "--tenant", "acme", given="n\n")
    assert result.exit_code == 1
    assert "Redrive 3 letters?" in result.stdout
    assert (full.depth("enrich"), full.depth("notify")) == (3, 1)


def test_a_dry_run_changes_nothing(full):
    result = full.run("redrive", "--dry-run")
    assert result.exit_code == 0
    assert "globex" in result.stdout
    assert (full.depth("enrich"), full.depth("enrich", "queues")) == (3, 0)


@pytest.mark.parametrize(
    ("filters", "remaining"),
    [
        ([], (0, 0)),
        (["--tenant", "acme"], (1, 0)),
        (["--id", "two"], (2, 1)),
        (["--error", "Unreadable"], (2, 1)),
    ],
)
def test_redrive_moves_what_is_meant_and_nothing_else(full, filters, remaining):
    result = full.run("redrive", *filters, given="y\n")
    assert result.exit_code == 0
    assert (full.depth("enrich"), full.depth("notify")) == remaining
    alive = (full.depth("enrich", "queues"), full.depth("notify", "queues"))
    assert alive == (3 - remaining[0], 1 - remaining[1])


def test_redrive_says_what_it_did_not_find(full):
    for options in (["--yes"], ["--dry-run"]):
        result = full.run("redrive", "--id", "absent", *options)
        assert result.exit_code == 1
        assert "there is no dead letter absent" in result.stderr


def test_a_letter_that_its_queue_does_not_take_stays_and_the_command_fails(full):
    full.sqs.fails["send_message_batch"] = 2
    result = full.run("redrive", "--yes")
    assert result.exit_code == 1
    assert result.stdout == "2 letters redriven\n"
    assert "2 letters not taken by the queue, and still dead" in result.stderr
    assert full.depth("enrich") == 2


def test_what_fails_again_while_a_redrive_runs_does_not_go_round(full):
    letters = dead_letters(full.resources, full.sqs)
    with progress_bar(is_shown=False) as bar:
        tally = Redrive(letters, Selection(), AT_S, lambda seconds: None, bar).run(["enrich"])
    assert (tally.sent, tally.late) == (0, 3)
    assert full.depth("enrich") == 3


def test_purge_deletes_only_with_yes_and_only_what_is_meant(full):
    result = full.run("purge", "--tenant", "acme")
    assert result.exit_code == 1
    assert "3 letters not deleted: say --yes" in result.stderr
    assert full.depth("enrich") == 3
    result = full.run("purge", "--tenant", "acme", "--yes")
    assert result.exit_code == 0
    assert "Unreadable" in result.stdout
    assert "3 letters deleted" in result.stderr
    assert (full.depth("enrich"), full.depth("notify")) == (1, 0)
    assert full.depth("enrich", "queues") == 0


def test_purge_says_what_it_could_not_delete_or_find(full):
    full.sqs.fails["delete_message_batch"] = 1
    result = full.run("purge", "--queue", "notify", "--yes")
    assert result.exit_code == 1
    assert "1 letter could not be deleted" in result.stderr
    assert full.run("purge", "--id", "absent", "--yes").exit_code == 1
