import pytest
from click.testing import CliRunner

from cli.commands import enrich, summarize
from cli.enrichment.checkpoints import Checkpoints, Options
from cli.enrichment.sending import BATCH_SIZE, Batches, end
from cli.enrichment.watching import LINE_BATCHES, Watcher
from cli.main import main
from tests.builders import T0, change, config
from tocsin.adapters.memory.blobs import MemoryBlobs
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.errors import Permanent, Retryable
from tocsin.pipeline.cases import Case, unpack_cases
from tocsin.pipeline.envelope import decode


def case(name):
    return Case(change=change(name, source=name), stages=("triage",), attempts=2)


class Outbox:
    """A queue that fails as often as it is told to, and refuses what holds a name for good."""

    def __init__(self, blobs, fails=0, refused=""):
        self.blobs = blobs
        self.fails = fails
        self.refused = refused
        self.batches = []

    def send(self, queue, messages, delay_s=0.0):
        assert queue == "investigate"
        if self.fails:
            self.fails -= 1
            raise Retryable("sqs: busy")
        envelopes = [decode(each.body) for each in messages]
        names = [c.change.source for e in envelopes for c in unpack_cases(e, self.blobs)]
        if self.refused in names or self.refused == "all":
            raise Permanent("too long")
        self.batches.append((envelopes[0].tenant, names))


@pytest.fixture
def send():
    blobs, pauses = MemoryBlobs(), []

    def call(outbox_options, names):
        outbox = Outbox(blobs, **outbox_options)
        batches = Batches(outbox, blobs, "cli-1", lambda: T0, pauses.append)
        told = []
        try:
            batches.send("acme", [case(name) for name in names], told.append)
        finally:
            call.outbox, call.pauses, call.told, call.sent = outbox, pauses, told, batches.sent
        return batches

    return call


class TestBatches:
    def test_a_batch_has_a_hundred_cases(self, send):
        names = [f"a{index}" for index in range(2 * BATCH_SIZE + 1)]
        send({}, names)
        assert [len(sent) for _, sent in send.outbox.batches] == [100, 100, 1]
        assert [name for _, sent in send.outbox.batches for name in sent] == names
        assert send.told == [100, 100, 1]

    def test_a_batch_that_is_not_taken_is_tried_again_by_itself(self, send):
        send({"fails": 3}, ["a", "b"])
        assert send.outbox.batches == [("acme", ["a", "b"])]
        assert send.pauses == [0.2, 0.5, 1.0]

    def test_a_queue_that_stays_away_ends_it(self, send):
        with pytest.raises(Retryable, match="busy"):
            send({"fails": 100}, ["a"])
        assert 30 < sum(send.pauses) < 60

    def test_one_that_is_refused_for_good_spoils_no_other(self, send):
        batches = send({"refused": "b"}, ["a", "b", "c"])
        assert send.outbox.batches == [("acme", ["a"]), ("acme", ["c"])]
        assert (send.sent.cases, send.sent.refused, send.told) == (2, 1, [2])
        with pytest.raises(Exception, match="1 alert could not be sent: too long"):
            end(batches)

    def test_a_queue_that_refuses_them_all_ends_it_at_the_first_batch(self, send):
        names = [f"a{index}" for index in range(BATCH_SIZE + 1)]
        with pytest.raises(Permanent, match="too long"):
            send({"refused": "all"}, names)
        assert (send.told, send.sent.refused) == ([], BATCH_SIZE)

    def test_a_dry_run_and_a_whole_one_end_well(self, send):
        end(None)
        end(send({}, ["a"]))


@pytest.fixture
def call(memory_target):
    def run(command, *arguments):
        return CliRunner(mix_stderr=False).invoke(command, arguments, obj=memory_target)

    run.configs = memory_target.configs
    return run


def apply(call, tenant="acme", **settings):
    enrichment = EnrichmentSettings(**settings) if settings else None
    call.configs.apply(config(tenant, enrichment=enrichment), "", T0)


class TestErrors:
    """No client is made before what was asked for is known to be possible."""

    @pytest.mark.parametrize(
        ("command", "arguments"),
        [
            (enrich.command, ["run", "--tenant", "nobody"]),
            (enrich.command, ["--tenant", "nobody"]),
            (enrich.command, ["retry", "--tenant", "nobody"]),
            (enrich.command, ["failed", "--tenant", "nobody"]),
            (summarize.command, ["--tenant", "nobody"]),
        ],
    )
    def test_no_such_tenant(self, call, command, arguments):
        apply(call, late=("triage",))
        result = call(command, *arguments)
        assert result.exit_code == 1
        assert result.stderr == "Error: there is no tenant nobody; there are acme\n"

    @pytest.mark.parametrize(
        "arguments", [["run", "--stages", "triage,guess"], ["retry", "--stage", "guess"]]
    )
    def test_no_such_stage(self, call, arguments):
        result = call(enrich.command, *arguments)
        assert result.exit_code == 2
        assert "guess" in result.stderr
        assert "find_similar" in result.stderr

    @pytest.mark.parametrize(
        "arguments", [["run", "--stages", "redact,triage"], ["retry", "--stage", "triage"]]
    )
    def test_a_stage_that_is_off(self, call, arguments):
        apply(call, late=("find_changes",))
        result = call(enrich.command, *arguments)
        assert result.exit_code == 1
        assert "the stage triage is off for acme: set enrichment.stages.triage" in result.stderr

    def test_no_late_stage(self, call):
        apply(call, early=("redact",))
        result = call(enrich.command, "run", "--dry-run")
        assert result.exit_code == 1
        assert "no late stage is on for acme" in result.stderr

    def test_nobody_is_enriched(self, call):
        apply(call)
        apply(call, "globex")
        result = call(enrich.command, "run")
        assert result.exit_code == 1
        assert "no tenant has these stages on" in result.stderr
        assert "globex has no `enrichment`" in result.stderr

    def test_no_tenant_at_all(self, call):
        assert "run config apply" in call(enrich.command, "run").stderr

    @pytest.mark.parametrize("arguments", [["--since", "2 hours"], ["--limit", "0"]])
    @pytest.mark.parametrize("command", [enrich.command, summarize.command])
    def test_a_wrong_value(self, call, command, arguments):
        result = call(command, *arguments)
        assert result.exit_code == 2
        assert arguments[0] in result.stderr


class TestHelp:
    @pytest.mark.parametrize(
        ("arguments", "example"),
        [
            (["enrich", "--help"], "tocsin enrich retry --stage triage"),
            (["enrich", "-h"], "tocsin enrich --dry-run"),
            (["enrich", "run", "--help"], "--stages find_changes,triage --since 2h"),
            (["enrich", "retry", "--help"], "tocsin enrich retry --tenant acme --dry-run"),
            (["enrich", "failed", "--help"], "kept for 30 days"),
            (["summarize", "--help"], "tocsin summarize --tenant acme --dry-run"),
        ],
    )
    def test_it_teaches(self, arguments, example):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0
        assert example in result.output

    def test_a_word_that_is_no_command_is_an_error(self):
        result = CliRunner().invoke(main, ["enrich", "rum"])
        assert result.exit_code == 2
        assert "No such command 'rum'" in result.output


class Bar:
    """A bar that nobody sees."""

    disable = True

    def add_task(self, tenant, total):
        return 1

    def advance(self, task, count):
        pass


class TestWatcher:
    def test_where_there_is_no_terminal_it_says_now_and_then_how_far_it_is(self, capsys):
        watcher = Watcher(Bar(), verbose=False)
        for _ in range(2 * LINE_BATCHES):
            watcher.sent(100)
        assert capsys.readouterr().err.splitlines() == [
            "batch 10: 1000 alerts sent",
            "batch 20: 2000 alerts sent",
        ]

    def test_verbose_it_names_alerts_without_what_steers_a_terminal(self, capsys):
        watcher = Watcher(Bar(), verbose=True)
        watcher.meet(change("Bad\x1b[2J"), "over")
        watcher.sent(1)
        said = capsys.readouterr().err
        assert "Bad [2J" in said
        assert "over" in said
        assert "batch 1: 1 alert sent" in said


class TestCheckpoints:
    OPTIONS = Options("acme", ("triage",), None, None)

    def test_one_that_is_old_or_another_runs_does_not_count(self):
        item = {"v": {"N": "1"}, "doc": {"S": "{}"}, "expires_at_s": {"N": str(int(T0))}}

        class Client:
            def get_item(self, **_):
                return {"Item": item}

        found = Checkpoints(Client(), "enrichment", lambda: T0, lambda _: None)
        assert found.load(self.OPTIONS) is None

    def test_one_that_cannot_be_read_says_what_to_do(self):
        item = {"v": {"N": "1"}, "doc": {"S": "{}"}, "expires_at_s": {"N": str(int(T0) + 9)}}

        class Client:
            def get_item(self, **_):
                return {"Item": item}

        found = Checkpoints(Client(), "enrichment", lambda: T0, lambda _: None)
        with pytest.raises(Exception, match="begin again without --resume"):
            found.load(self.OPTIONS)
