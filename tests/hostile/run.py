"""Runs cases through the real ingest handler, and adds up what was answered."""

from collections.abc import Iterable, Iterator
from itertools import islice
from time import process_time
from typing import Any

import msgspec

from tests.hostile.case import Case, to_event
from tests.hostile.deployment import Deployment
from tests.hostile.judge import accepted_in, judge
from tests.hostile.survival import survive
from tests.integration.world import World
from tocsin.runtime import ingest

# The emulator copies every table for every transaction, so they are emptied in between.
_AT_ONCE = 40


class Row(msgspec.Struct):
    """The answers to one class of cases."""

    cases: int = 0
    good: int = 0
    refused: int = 0
    failed: int = 0
    alerts: int = 0
    slowest_ms: float = 0.0
    slowest: str = ""


class Run(msgspec.Struct):
    """What a run of cases found."""

    rows: dict[str, Row] = {}
    complaints: list[str] = []


def run(deployment: Deployment, tenant: str, cases: Iterable[Case], *, to_the_end: bool) -> Run:
    """Send every case with a good key of a tenant; return counts and complaints.

    `to_the_end` lets what was accepted travel through all stages, some cases at a time.
    """
    found = Run()
    for some in _split(cases):
        accepted = sum(_send_and_judge(deployment, tenant, case, found) for case in some)
        if to_the_end and accepted:
            found.complaints += survive(deployment, tenant, accepted)
        deployment.wipe()
    return found


def _split(cases: Iterable[Case]) -> Iterator[list[Case]]:
    remaining = iter(cases)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _send_and_judge(deployment: Deployment, tenant: str, case: Case, found: Run) -> int:
    """Return how many alerts are known to be accepted."""
    key = deployment.keys[tenant]
    answer, cpu_s = send(deployment.stack, key, case)
    secrets = (key, key.split("_")[3], deployment.stack.resources.pepper)
    found.complaints += judge(case, answer, cpu_s, secrets)
    note(found.rows.setdefault(case.kind, Row()), case, answer, cpu_s)
    return _alerts_in(case, answer)


def _alerts_in(case: Case, answer: Any) -> int:
    return accepted_in(answer) if isinstance(answer, dict) and case.carries_alerts else 0


def send(stack: World, key: str, case: Case) -> tuple[Any, float]:
    """Send one case; return the answer, or what broke, and how much CPU time it took.

    CPU time, since a machine that does other work is no reason to fail.
    """
    event = to_event(case, key)
    started_s = process_time()
    try:
        answer: Any = stack._call(ingest.handler, event)
    except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
        answer = f"{type(error).__name__}: {error}"
    return answer, process_time() - started_s


def note(row: Row, case: Case, answer: Any, cpu_s: float) -> None:
    """Count an answer, and how long it took in seconds."""
    status = answer["statusCode"] if isinstance(answer, dict) else 500
    row.cases += 1
    row.good += status < 300
    row.refused += 400 <= status < 500
    row.failed += status >= 500
    row.alerts += _alerts_in(case, answer)
    if cpu_s * 1000 > row.slowest_ms:
        row.slowest_ms, row.slowest = cpu_s * 1000, case.name
