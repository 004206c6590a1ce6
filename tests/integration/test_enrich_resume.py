"""A command over stored alerts that is killed between any two of its calls, and goes on.

What was killed between the queue's answer and the note of it sends that message a second time;
no order of two services avoids it. Everything else is sent once, and nothing is left out.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
import msgspec
import pytest

from cli.commands import enrich, summarize
from cli.enrichment import retry, sending, stored
from tests.integration.enriching import AM, EnrichedStack, break_triage, refuse
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.categories import _Categorise
from tocsin.domain.enrichment.settings import EnrichmentSettings

HOSTS = tuple(f"db-{index}" for index in range(5))
COMMANDS = [
    pytest.param(enrich.command, ["run"], id="run"),
    pytest.param(enrich.command, ["retry"], id="retry"),
    pytest.param(summarize.command, ["--json"], id="summarize"),
]


class Killed(BaseException):
    """The end of a process, which no handler of errors sees."""


@pytest.fixture
def made(stack: World, acme: TenantConfig, monkeypatch: pytest.MonkeyPatch) -> EnrichedStack:
    """Return a stack where five alerts fire, of which a stage failed; two make a message."""
    settings = EnrichmentSettings(late=("triage",))
    made = EnrichedStack(stack, msgspec.structs.replace(acme, enrichment=settings))
    break_triage(monkeypatch, True)
    made.fire(*HOSTS)
    break_triage(monkeypatch, False)
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    monkeypatch.setattr("cli.enrichment.run.BATCH_SIZE", 2)
    monkeypatch.setattr(retry, "PAGE_ALERTS", 3)
    monkeypatch.setattr(stored.StoredAlerts.__init__, "__defaults__", (1,))
    return made


class Life:
    """One process after the other, each with the same command, until one of them ends well."""

    def __init__(self, made: EnrichedStack, command: click.Command, given: Sequence[str]) -> None:
        self.made = made
        self.command = command
        self.given = given
        self.last = ""

    def first(self, calls: int, *, is_made: bool) -> None:
        """Run, and die before the call that comes after so many, or just after it."""

        def before(name: str, _: dict[str, Any]) -> None:
            if not is_made and len(self.made.counting.calls) > calls:
                raise Killed
            self.last = name

        def after(_: str) -> None:
            if is_made and len(self.made.counting.calls) > calls:
                raise Killed

        self.made.counting.failing, self.made.counting.made = before, after
        self.last = ""
        with pytest.raises(Killed):
            self.made.run(self.command, *self.given)

    def ends(self) -> int:
        """Go on, or begin unless it was at its end; return how many calls that made."""
        self.made.counting.failing = lambda name, parameters: None
        self.made.counting.made = lambda name: None
        result = self.made.run(self.command, *self.given, "--resume")
        if "was interrupted" in result.stderr and self.last != "delete_item":
            result = self.made.run(self.command, *self.given)
        assert result.exit_code in (0, 1), result.stderr
        return len(self.made.counting.calls)


def killed_everywhere(life: Life, sent: Sequence[str]) -> None:
    """Kill a command before and after each of its calls, and look at what was sent in the end."""
    calls = life.ends()
    once = Counter(sent)
    assert Counter(name for names in life.made.taken() for name in names) == once
    assert calls > 2 * len(sent)
    for place in range(calls):
        for is_made in (False, True):
            life.first(place, is_made=is_made)
            is_unknown = life.last == "send_message"
            life.ends()
            messages = life.made.taken()
            found = Counter(name for names in messages for name in names)
            twice = found - once
            assert found - twice == once, (place, is_made)
            if not is_unknown:
                assert not twice, (place, is_made)
            else:
                assert sorted(twice.elements()) in [sorted(names) for names in messages]


@pytest.mark.parametrize(("command", "given"), COMMANDS)
def test_nothing_is_left_out_and_nothing_is_sent_twice(
    made: EnrichedStack, command: click.Command, given: list[str]
) -> None:
    killed_everywhere(Life(made, command, given), HOSTS)


@pytest.mark.parametrize(("command", "given"), COMMANDS)
def test_nor_where_one_of_them_is_refused(
    made: EnrichedStack,
    command: click.Command,
    given: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse(monkeypatch, "db-2")
    others = [host for host in HOSTS if host != "db-2"]
    killed_everywhere(Life(made, command, given), others)


def test_nor_where_the_repeats_of_an_alert_lie_on_pages_of_their_own(
    made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(_Categorise, "run", _fail)
        for minute in (20, 15):
            begun = f"2025-11-22T05:{minute}:00.000Z"
            repeats = [member(host, startsAt=begun) for host in HOSTS]
            made.world.post(AM, made.key, webhook(*repeats))
            made.world.drain()
    assert len(made.kept_events()) == 3 * len(HOSTS)
    killed_everywhere(Life(made, enrich.command, ["retry"]), HOSTS)


def _fail(*_: Any) -> str:
    raise ZeroDivisionError
