"""Dead letters through the real handlers: archived, in the books, and sent back from there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.commands.dlq import command
from cli.localcloud.receiver import LocalReceiver
from tests.integration.letters import OlderSqs, target
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Permanent, Retryable
from tocsin.pipeline import enrich, evaluate
from tocsin.pipeline.lettertime import LAST_CALL_S, LETTER_S
from tocsin.runtime import letters

AM = "/v1/alerts/alertmanager"


def _dlq(stack: World, *arguments: str) -> Result:
    runner = CliRunner(mix_stderr=False)
    return runner.invoke(command, arguments, obj=target(stack.resources, OlderSqs()))


@contextmanager
def _failing(module: Any, name: str) -> Iterator[None]:
    """Let a stage fail at every message, as a bug does that a deployment brought."""

    def fail(*_: Any) -> Any:
        raise Permanent("a bug")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, fail)
        yield


def _poison(stack: World, key: str, *hosts: str) -> None:
    """Post alerts in front of a stage that fails, until SQS gives their message up."""
    stack.post(AM, key, webhook(*map(member, hosts)))
    stack.drain()


def _expire(stack: World) -> None:
    """Let SQS drop every letter, as it does after 14 days."""
    sqs = aws.client("sqs")
    for queue, url in stack.resources.dead_letters.items():
        for letter in stack.resources.letters(queue):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])


def _archived() -> list[str]:
    answer = aws.client("s3").list_objects_v2(Bucket="archive", Prefix="letters/")
    return [found["Key"] for found in answer.get("Contents", ())]


def _counts(stack: World, key: str) -> tuple[int, int, int, int]:
    balance = stack.balance(key)
    assert balance["duplicate"] == 0
    names = ("accepted", "delivered", "dead_lettered", "pending")
    return tuple(balance[name] for name in names)  # type: ignore[return-value]


STAGES = pytest.mark.parametrize(
    ("module", "name", "before"),
    [(enrich, "open_envelope", (0, 0, 0, 0)), (evaluate, "unpack_changes", (2, 0, 0, 2))],
)


@STAGES
def test_what_sqs_gave_up_is_archived_counted_and_told_once_it_is_redriven(
    stack: World,
    people: LocalReceiver,
    acme: TenantConfig,
    module: Any,
    name: str,
    before: tuple[int, ...],
) -> None:
    key = stack.add_tenant(acme)
    with _failing(module, name):
        _poison(stack, key, "db-1", "db-2")
    assert _counts(stack, key) == before
    assert stack.letters() == {"letters": 1, "archived": 1, "alerts_given_up": 2}
    assert stack.letters() == {"letters": 1}
    assert _counts(stack, key) == (2, 0, 2, 0)
    assert len(_archived()) == 1
    assert _dlq(stack, "redrive", "--yes").output == "1 letter redriven\n"
    stack.drain()
    assert _counts(stack, key) == (2, 2, 0, 0)
    assert sum(len(arrival.alerts) for arrival in people.arrivals) == 2
    assert stack.letters() == {}
    assert _counts(stack, key) == (2, 2, 0, 0)


@STAGES
def test_what_sqs_dropped_is_sent_back_from_the_archive_and_only_while_undone(
    stack: World,
    people: LocalReceiver,
    acme: TenantConfig,
    module: Any,
    name: str,
    before: tuple[int, ...],
) -> None:
    key = stack.add_tenant(acme)
    with _failing(module, name):
        _poison(stack, key, "db-1", "db-2")
    stack.letters()
    result = _dlq(stack, "redrive", "--archived", "--yes")
    assert "1 letter in the dead-letter queue still: redrive without" in result.stderr
    assert result.stdout == "0 letters redriven\n"
    _expire(stack)
    with _failing(module, name):
        assert _dlq(stack, "redrive", "--archived", "--yes").stdout == "1 letter redriven\n"
        stack.drain()
    # It failed again: a second letter, and the books as they were.
    assert stack.letters()["archived"] == 1
    assert len(_archived()) == 2
    assert _counts(stack, key) == (2, 0, 2, 0)
    _expire(stack)
    assert _dlq(stack, "redrive", "--archived", "--yes").stdout == "1 letter redriven\n"
    stack.drain()
    assert _counts(stack, key) == (2, 2, 0, 0)
    result = _dlq(stack, "redrive", "--archived", "--yes")
    assert (result.stdout, result.exit_code) == ("0 letters redriven\n", 0)
    assert "1 letter done since, and not sent again" in result.stderr
    assert sum(len(arrival.alerts) for arrival in people.arrivals) == 2


def test_a_letter_that_cannot_be_kept_fails_the_run_and_hides_nothing(
    stack: World, acme: TenantConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = stack.add_tenant(acme)
    with _failing(enrich, "open_envelope"):
        _poison(stack, key, "db-1")
    with monkeypatch.context() as broken:
        broken.setenv("JOURNAL_TABLE", "absent")
        letters._keeper.cache_clear()
        with pytest.raises(Retryable, match="1 letters or queues wait for the next run"):
            stack.letters()
    letters._keeper.cache_clear()
    assert _archived() == []
    assert len(stack.resources.letters("enrich")) == 1
    assert stack.letters()["archived"] == 1


def test_without_time_nothing_is_begun(stack: World, acme: TenantConfig) -> None:
    key = stack.add_tenant(acme)
    with _failing(enrich, "open_envelope"):
        _poison(stack, key, "db-1")
    reserve_ms = round((LAST_CALL_S + LETTER_S) * 1000)
    assert stack.letters(remaining_ms=reserve_ms) == {"unfinished": 1}
    assert stack.letters(remaining_ms=reserve_ms + 1000)["archived"] == 1


class Crash(BaseException):
    """The process is gone."""


class Dying:
    """Clients of a process that dies before or after its nth call."""

    def __init__(self, at: int, is_after: bool) -> None:
        self._left = at
        self._is_after = is_after
        self._is_dead = False

    def client(self, service: str) -> Any:
        return _Client(aws.client(service), self)

    def call(self, operation: Callable[..., Any], options: dict[str, Any]) -> Any:
        self._left -= 1
        if self._is_dead or (self._left == 0 and not self._is_after):
            self._is_dead = True
            raise Crash
        answer = operation(**options)
        if self._left == 0:
            self._is_dead = True
            raise Crash
        return answer


class _Client:
    def __init__(self, client: Any, dying: Dying) -> None:
        self._client = client
        self._dying = dying

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._client, name)
        return lambda **options: self._dying.call(operation, options)


@pytest.mark.parametrize("is_after", [False, True])
def test_a_run_that_dies_at_any_call_leaves_nothing_wrong(
    stack: World, acme: TenantConfig, monkeypatch: pytest.MonkeyPatch, is_after: bool
) -> None:
    # What a dead process held is to be seen at once: nobody waits a minute here.
    monkeypatch.setattr(letters, "_HOLD_S", 0)
    monkeypatch.setattr("tocsin.adapters.deadletters._STALE_PAGES", 1)
    monkeypatch.setattr("tocsin.pipeline.envelope.INLINE_LIMIT_BYTES", 10)
    key = stack.add_tenant(acme)
    for module, name in ((enrich, "open_envelope"), (evaluate, "unpack_changes")):
        with _failing(module, name):
            _poison(stack, key, "db-1", "db-2")
    assert _counts(stack, key) == (2, 0, 0, 2)
    crashes = 0
    while _crashes(stack, monkeypatch, crashes + 1, is_after):
        crashes += 1
        booked = _counts(stack, key)[2]
        # Archived means in the books: nobody looks at an archived letter again.
        assert booked >= 2 * len(_archived())
        stack.letters()
        assert (_counts(stack, key), len(_archived())) == ((4, 0, 4, 0), 2)
        _forget_letters()
        assert _counts(stack, key) == (2, 0, 0, 2)
    assert crashes > 15


def _crashes(stack: World, monkeypatch: pytest.MonkeyPatch, at: int, is_after: bool) -> bool:
    with monkeypatch.context() as patch:
        patch.setattr(letters, "client", Dying(at, is_after).client)
        letters._keeper.cache_clear()
        try:
            stack.letters()
        except Crash:
            return True
        finally:
            letters._keeper.cache_clear()
    return False


def _forget_letters() -> None:
    """Undo what the runs did."""
    for key in _archived():
        aws.client("s3").delete_object(Bucket="archive", Key=key)
    dynamodb = aws.client("dynamodb")
    for item in dynamodb.scan(TableName="journal-table")["Items"]:
        if "#letters." in item["sk"]["S"]:
            names = {name: item[name] for name in ("pk", "sk")}
            dynamodb.delete_item(TableName="journal-table", Key=names)
