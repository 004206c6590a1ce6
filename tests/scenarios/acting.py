"""Lets things happen to a server, and says what it answers wrongly."""

import json
import re
from collections.abc import Callable, Iterable
from time import sleep, time
from typing import Any, Protocol

import msgspec

from cli.localcloud.http import Answer as Reply
from tests.scenarios.api import Api, written
from tests.scenarios.matching import part_problems
from tests.scenarios.model import Answer, Event, Scenario, Sent
from tests.scenarios.receiver import Manner, Receiver
from tests.scenarios.timeline import Timeline

LOOK_EVERY_S = 0.05
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"(.*)"')


class Server(Protocol):
    """What a scenario is played on."""

    api: Api

    def start(self) -> None:
        """Start, and wait until it is ready."""

    def kill(self) -> None:
        """End at once."""

    def stop(self) -> None:
        """End in good order."""

    def reload(self, configuration: dict[str, Any]) -> None:
        """Take another configuration, written as in the scenario."""


class Acts:
    """What can happen, each act a function of its event that returns what is wrong."""

    def __init__(
        self, scenario: Scenario, server: Server, receiver: Receiver, run: str, timeline: Timeline
    ) -> None:
        self._scenario = scenario
        self._server = server
        self._receiver = receiver
        self._run = run
        self._time = timeline
        # The ids of silences by the names that the scenario gives them.
        self._silences: dict[str, str] = {}
        self._acts: dict[str, Callable[[Event, float], list[str]]] = {
            "push": self._push,
            "resolve": self._resolve,
            "silence": self._silence,
            "expire": self._expire,
            "answer": self._answer,
            "shows": self._shows,
            "ask": self._ask,
        }

    def happen(self, event: Event, late_s: float) -> list[str]:
        """Let something happen; what can be seen must be seen `late_s` later at the latest."""
        act = self._acts.get(event.kind, self._operate)
        return act(event, late_s)

    def name_of(self, labels: dict[str, str]) -> str:
        """Return the name of an alert in the scenario."""
        for name, known in self._scenario.alerts.items():
            if known == labels:
                return name
        return f"?{labels}"

    def _operate(self, event: Event, _: float) -> list[str]:
        since_s = time()
        if event.kill:
            self._server.kill()
        elif event.stop:
            self._server.stop()
        elif event.start:
            self._server.start()
        else:
            self._server.reload(event.reload)
        self._time.pause(since_s)
        return []

    def _push(self, event: Event, _: float) -> list[str]:
        whole = [Sent(alert=each) if isinstance(each, str) else each for each in event.push]
        return _checked(event, self._server.api.push([self._alert(each) for each in whole]))

    def _resolve(self, event: Event, _: float) -> list[str]:
        now = written(time())
        alerts = [{**self._alert(Sent(alert=name)), "endsAt": now} for name in event.resolve]
        return _checked(event, self._server.api.push(alerts))

    def _alert(self, sent: Sent) -> dict[str, Any]:
        alert: dict[str, Any] = {"labels": self._scenario.alerts[sent.alert]}
        times = {"startsAt": sent.starts, "endsAt": sent.ends}
        alert |= {
            name: written(self._time.at_s(at)) for name, at in times.items() if at is not None
        }
        texts = {"annotations": sent.annotations, "generatorURL": sent.url}
        return alert | {name: text for name, text in texts.items() if text}

    def _silence(self, event: Event, _: float) -> list[str]:
        wanted = event.silence
        assert wanted is not None
        body = {
            "matchers": [_matcher(each) for each in wanted.matchers],
            "startsAt": written(self._time.at_s(wanted.starts)),
            "endsAt": written(self._time.at_s(wanted.ends)),
            "createdBy": "scenario",
            "comment": wanted.name,
        }
        if wanted.name in self._silences:
            # As amtool does: what stays is sent back as it was read.
            known = self._server.api.ask("GET", f"/api/v2/silence/{self._silences[wanted.name]}")
            body |= {"id": known.json["id"], "startsAt": known.json["startsAt"]}
        reply = self._server.api.silence(body)
        self._silences[wanted.name] = reply.json.get("silenceID", "")
        return _checked(event, reply)

    def _expire(self, event: Event, _: float) -> list[str]:
        return _checked(event, self._server.api.expire(self._silences[event.expire]))

    def _answer(self, event: Event, _: float) -> list[str]:
        for to, each in event.answer.items():
            answer = Answer(status=each) if isinstance(each, int) else each
            manner = Manner(answer.status, answer.after * self._time.unit_s, answer.retry_after_s)
            self._receiver.answer(self._run, to, manner)
        return []

    def _shows(self, event: Event, late_s: float) -> list[str]:
        until_s = time() + late_s
        while (shown := self._shown()) != event.shows:
            if time() > until_s:
                return [f"at {event.at:g} it shows {shown} instead of {event.shows}"]
            sleep(LOOK_EVERY_S)
        return []

    def _shown(self) -> dict[str, str]:
        found: Iterable[dict[str, Any]] = self._server.api.alerts().json
        return {self.name_of(each["labels"]): each["status"]["state"] for each in found}

    def _ask(self, event: Event, late_s: float) -> list[str]:
        ask = event.ask
        assert ask is not None
        body = ask.text.encode() if ask.body is None else json.dumps(ask.body).encode()
        headers = {"Content-Type": "application/json", **ask.headers} if body else ask.headers
        path = ask.path
        for name, silence_id in self._silences.items():
            path = path.replace(f"$({name})", silence_id)
        until_s = time() + late_s
        while True:
            reply = self._server.api.ask(ask.method, path, body, headers)
            wrong = _answered(event, reply)
            if not wrong or ask.method != "GET" or time() > until_s:
                return [f"{ask.method} {path} {line}" for line in wrong]
            sleep(LOOK_EVERY_S)


def _answered(event: Event, reply: Reply) -> list[str]:
    ask = event.ask
    assert ask is not None
    if reply.status != ask.status:
        said = f"at {event.at:g} is answered {reply.status}, not {ask.status}"
        return [f"{said}: {reply.text[:300]}"]
    if ask.answers is msgspec.UNSET:
        return []
    return [f"at {event.at:g}: {line}" for line in part_problems(ask.answers, reply.json, "it")]


def _checked(event: Event, reply: Reply) -> list[str]:
    if reply.status == event.status:
        return []
    what = f"{event.kind} at {event.at:g} is answered {reply.status}, not {event.status}"
    return [f"{what}: {reply.text[:300]}"]


def _matcher(text: str) -> dict[str, Any]:
    found = _MATCHER.fullmatch(text)
    assert found, text
    name, operator, value = found.groups()
    return {
        "name": name,
        "value": value,
        "isRegex": operator in ("=~", "!~"),
        "isEqual": operator in ("=", "=~"),
    }
