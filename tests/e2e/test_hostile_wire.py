"""Hostile requests over real HTTP, through the gateway of the local cloud.

`make hostile` sends every case to the function in one process. Here some of each class go over
sockets, with requests that are no good HTTP beside them: what a gateway and its server do with a
request before the function sees it has a say as well.
"""

import sys
from collections import defaultdict

import msgspec
import pytest

from cli.commands.demo import CONFIGURATION
from cli.localcloud.cloud import DEAD_LETTER_QUEUES, LocalCloud
from cli.localcloud.http import call
from cli.localcloud.polling import wait_until
from cli.localcloud.receiver import LocalReceiver
from tests.hostile import brokenhttp
from tests.hostile.__main__ import table
from tests.hostile.case import Case
from tests.hostile.corpus import corpus
from tests.hostile.judge import LIMIT_S, accepted_in, judge
from tests.hostile.run import Row, Run, note
from tests.hostile.wire import Wire

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

# Of each class, at equal distances; all of those about HTTP itself.
SOME = 9
OF_HTTP = ("headers", "content types", "sizes")
# These are wrong events of a gateway, which no HTTP request can make one write.
NOT_OVER_HTTP = ("lying events",)
BROKEN = "no good HTTP"

# Where the emulator answers otherwise than the function alone, or than AWS. None of it is ours.
_SERVER = "the HTTP server of the emulator answers by itself, before any gateway"
OTHERWISE: dict[str, tuple[tuple[int, ...], str]] = {
    "headers: a header of a megabyte": ((0, 431), _SERVER),
    "headers: a name of a megabyte": ((0, 431), _SERVER),
    "headers: a name with a line break": ((202, 400), _SERVER),
    "headers: an empty name": ((400,), _SERVER),
    "headers: a forged trace": ((400,), _SERVER),
    "headers: NUL": ((400,), _SERVER),
    "headers: two lengths": ((400,), _SERVER),
    "headers: a length that lies": ((400,), _SERVER),
    "headers: chunks that are none": ((501,), f"{_SERVER}; RFC 9112, 6.1, wants this 501"),
    f"{BROKEN}: a coding of transfer that is not there": (
        (501,), f"{_SERVER}; RFC 9112, 6.1, wants this 501",
    ),
    "content types: Alertmanager: 'application/json\\r\\nX-Evil: 1'": (
        (200,), "over HTTP that is two headers, and the first is right",
    ),
}  # fmt: skip
EXCUSED = [name for name, (statuses, _) in OTHERWISE.items() if statuses[-1] >= 500]
# The emulator ignores the gateway responses of the template, by which AWS answers 404.
_NO_ROUTE = (403, 405)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    with (
        LocalReceiver() as receiver,
        LocalCloud(state=tmp_path_factory.mktemp("hostile"), quiet=True) as cloud,
    ):
        cloud.configure(CONFIGURATION, {"TOCSIN_RECEIVER_URL": receiver.url})
        yield cloud


@pytest.fixture(scope="module")
def wire(cloud):
    return Wire(cloud.base_url)


@pytest.fixture(scope="module")
def secrets(cloud):
    pepper = cloud.client("secretsmanager").get_secret_value(
        SecretId=cloud.resource("KeyPepperSecret")
    )
    return (cloud.api_key, cloud.api_key.split("_")[3], pepper["SecretString"])


def test_whatever_comes_over_http_is_answered_in_time_and_never_with_a_5xx(
    cloud, wire, secrets, capsys
):
    found = Run(rows={}, complaints=[])
    accepted = 0
    for case in chosen():
        answer = sent(wire, wire.request(case, cloud.api_key))
        found.complaints += judged(case, answer, secrets)
        event = answer.as_event()
        note(found.rows.setdefault(case.kind, Row()), case, event, answer.took_s)
        accepted += accepted_in(event)
    for case, request in broken(wire, cloud.api_key):
        answer = sent(wire, request)
        found.complaints += judged(case, answer, secrets)
        note(found.rows.setdefault(BROKEN, Row()), case, answer.as_event(), answer.took_s)
        accepted += accepted_in(answer.as_event())
    with capsys.disabled():
        sys.stdout.write(f"\n{table(found)}\n")

    assert found.complaints == []
    assert sum(row.failed for row in found.rows.values()) <= len(EXCUSED)
    wait_until(lambda: is_settled(books(cloud), accepted), "all that was accepted ends well", 120)
    depths = cloud.queue_depths()
    assert {name: depths[name] for name in DEAD_LETTER_QUEUES} == dict.fromkeys(
        DEAD_LETTER_QUEUES, 0
    )


def test_the_emulator_still_does_what_it_is_excused_for(wire, cloud):
    """Where this fails, the emulator has become better, and an excuse can go."""
    requests = brokenhttp.requests(wire.host, f"{wire.prefix}/v1/alerts", cloud.api_key)
    assert wire.send(requests["a coding of transfer that is not there"]).status == 501
    assert wire.send(requests["line: DELETE"]).status == 403


def chosen():
    """Return some cases of every class of the corpus."""
    classes = defaultdict(list)
    for case in corpus(whole=False):
        if case.kind not in NOT_OVER_HTTP:
            classes[case.kind].append(case)
    for kind, cases in classes.items():
        yield from cases[:: 1 if kind in OF_HTTP else max(1, len(cases) // SOME)]


def broken(wire, key):
    """Return a case and the bytes for each request that is no good HTTP."""
    statuses = (0, 200, 202, *range(400, 500))
    for name, request in brokenhttp.requests(wire.host, f"{wire.prefix}/v1/alerts", key).items():
        yield Case(kind=BROKEN, name=name, statuses=statuses), request


def sent(wire, request):
    """Send; a machine that does other work at the moment is no reason to fail, so try again."""
    answer = wire.send(request)
    for _ in range(2):
        if answer.took_s > LIMIT_S:
            answer = min(answer, wire.send(request), key=lambda each: each.took_s)
    return answer


def judged(case, answer, secrets):
    """Return what is wrong with an answer, by the judge of the whole corpus."""
    if case.id in OTHERWISE:
        case = msgspec.structs.replace(case, statuses=OTHERWISE[case.id][0])
        return [] if answer.status in case.statuses else [f"{case.id}: {answer.status}"]
    if case.kind == "routes" and answer.status in _NO_ROUTE:
        return []
    is_of_function = answer.headers.get("cache-control") == "no-store"
    problems = judge(case, answer.as_event(), answer.took_s, secrets) if is_of_function else []
    return problems or [*unshaped(case, answer, secrets)]


def unshaped(case, answer, secrets):
    """Yield what is wrong with an answer whoever gave it."""
    if answer.status not in case.statuses:
        yield f"{case.id}: expected {case.statuses[:5]}: {answer.status} {answer.body[:300]}"
    if answer.took_s > LIMIT_S:
        yield f"{case.id}: took {answer.took_s:.2f} s"
    if any(secret in answer.body for secret in secrets):
        yield f"{case.id}: a secret is echoed"
    if "Traceback" in answer.body or ".py" in answer.body:
        yield f"{case.id}: a stack trace"


def books(cloud):
    headers = {"x-api-key": cloud.api_key}
    return call("GET", f"{cloud.base_url}/v1/stats/overview", headers=headers).json


def is_settled(balance, accepted):
    """Tell whether the books know as many alerts, each has ended, and none of them badly."""
    ended = balance["delivered"] + balance["duplicate"] + sum(balance["suppressed"].values())
    return balance["accepted"] >= accepted and balance["accepted"] == ended
