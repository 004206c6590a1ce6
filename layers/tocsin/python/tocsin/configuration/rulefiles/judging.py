"""Compares what a test expects with what its rules made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from tocsin.configuration.rulefiles.cases import Fires, RuleTest
from tocsin.configuration.rulefiles.playing import Episode, play
from tocsin.configuration.rulefiles.reaching import untouched
from tocsin.domain.duration import format_duration
from tocsin.domain.errors import TocsinError
from tocsin.domain.rule import Rule


class Verdict(msgspec.Struct, frozen=True):
    """One test and what was wrong with it: nothing, if it passed."""

    test: str
    failures: tuple[str, ...] = ()


class Untested(msgspec.Struct, frozen=True):
    """A rule, and which kinds of tests it does not have."""

    rule: str
    fires: bool
    is_quiet: bool

    def __str__(self) -> str:
        lacks = [
            what
            for what, lacking in (
                ("in which it fires", self.fires),
                ("in which it stays quiet", self.is_quiet),
            )
            if lacking
        ]
        return f"{self.rule} has no test {' and none '.join(lacks)}"


def judge(test: RuleTest, rules: Mapping[str, Rule]) -> Verdict:
    """Play a test with the rules that it names, and say where they did something else."""
    failures: list[str] = []
    for name in dict.fromkeys((*(each.rule for each in test.fires), *test.quiet)):
        try:
            episodes = play(rules[name], test)
        except TocsinError as error:
            failures.append(f"{name} cannot be evaluated: {error}")
            continue
        if name in test.quiet and not episodes:
            failures += filter(None, (untouched(rules[name], test),))
        failures += _differences([each for each in test.fires if each.rule == name], episodes)
    return Verdict(test.name, tuple(failures))


def untested(rules: Iterable[Rule], tests: Sequence[RuleTest]) -> list[Untested]:
    """Return the rules without a test that fires, or without one that does not."""
    fire = {each.rule for test in tests for each in test.fires}
    quiet = {name for test in tests for name in test.quiet}
    return [
        Untested(rule.name, rule.name not in fire, rule.name not in quiet)
        for rule in rules
        if rule.name not in fire & quiet
    ]


def _differences(expected: Sequence[Fires], episodes: Sequence[Episode]) -> Iterator[str]:
    """Pair each expectation with an alert of its own."""
    left = list(episodes)
    for fires in sorted(expected, key=lambda each: -len(each.labels)):
        found = next((each for each in left if not _wrong(fires, each)), None)
        if found is not None:
            left.remove(found)
            continue
        # The one that comes nearest is what a person wants to see.
        nearest = min(left, key=lambda each: len(_wrong(fires, each)), default=None)
        if nearest is None or "labels" in (wrong := _wrong(fires, nearest)):
            yield f"{_said(fires)} did not fire"
            continue
        left.remove(nearest)
        yield f"{_said(fires)}: {'; '.join(wrong.values())}"
    for each in left:
        yield f"{each.alert.name} fired at {_time(each.at_s)}, unexpected: {_shown(each)}"


def _wrong(fires: Fires, episode: Episode) -> dict[str, str]:
    alert, wrong = episode.alert, {}
    if fires.labels.items() - alert.labels.items():
        wrong["labels"] = f"has the labels {_shown(episode)}"
    begins = fires.between or (fires.at, fires.at)
    first_s, last_s = begins[0], begins[1]
    if first_s is not None and last_s is not None and not first_s <= episode.at_s <= last_s:
        wrong["at"] = f"fired at {_time(episode.at_s)}"
    if fires.until is not None and episode.until_s != fires.until:
        ended = "never" if episode.until_s is None else f"at {_time(episode.until_s)}"
        wrong["until"] = f"was resolved {ended}, not at {_time(fires.until)}"
    if fires.severity not in (None, alert.severity):
        wrong["severity"] = f"has the severity {alert.severity}, not {fires.severity}"
    for name, text in fires.annotations.items():
        if alert.annotations.get(name) != text:
            wrong[f"annotation {name}"] = f"says as {name}: {alert.annotations.get(name)!r}"
    return wrong


def _said(fires: Fires) -> str:
    labels = ", ".join(f'{name}="{value}"' for name, value in fires.labels.items())
    if fires.at is not None:
        when = f" at {_time(fires.at)}"
    elif fires.between is not None:
        when = f" between {_time(fires.between[0])} and {_time(fires.between[1])}"
    else:
        when = ""
    return f"{fires.rule}{{{labels}}}{when}" if labels else f"{fires.rule}{when}"


def _shown(episode: Episode) -> str:
    labels = sorted(episode.alert.labels.items())
    return ", ".join(f'{name}="{value}"' for name, value in labels if name != "alertname") or "none"


def _time(at_s: float) -> str:
    return format_duration(at_s) if at_s else "0m"
