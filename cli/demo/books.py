"""The audit: what was sent, what tocsin says became of it, and what the receiver heard."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import structs

from cli.demo.channels import Channel, check_channels, heard_of
from cli.demo.climbs import Climb
from cli.demo.overview import Overview
from cli.demo.plan import Act, Notice, notices, totals
from cli.demo.sender import Told
from cli.localcloud.receiver import Arrival, slack_text

_SLACK_SECTION = re.compile(r"\*([^*\n]+)\* \w+, (firing|resolved)\b([^*]*)")
_INSTANCE = re.compile(r"\binstance=([^,\s]+)")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that was seen from outside."""

    told: Sequence[Told]
    overviews: Mapping[str, Overview]
    arrivals: Sequence[Arrival]
    climb: Climb = Climb(())
    channels: Sequence[Channel] = ()


def audit(acts: Sequence[Act], evidence: Evidence) -> list[str]:
    """Return every way in which the evidence differs from the plan; nothing if all balances."""
    problems = [told.problem for told in evidence.told if told.problem]
    for tenant, overview in evidence.overviews.items():
        problems += _check_tenant(acts, tenant, overview, evidence.told)
    actual = [*heard(evidence.arrivals), *heard_of(evidence.channels)]
    problems += _check_notices(notices(acts), actual)
    problems += _check_keys(evidence.arrivals)
    problems += check_channels(evidence.channels)
    return problems


def _check_tenant(
    acts: Sequence[Act], tenant: str, overview: Overview, told: Iterable[Told]
) -> Iterator[str]:
    answered = sum(each.alerts for each in told if each.sending.tenant == tenant)
    if overview.accepted != answered:
        yield f"{tenant}: {answered} accepted or made by rules, the books say {overview.accepted}"
    if overview.pending:
        yield f"{tenant}: {overview.pending} alerts are still on their way"
    elif not overview.is_settled:
        yield f"{tenant}: the parts do not add up to the {overview.accepted} accepted"
    planned = totals(acts, tenant)
    for name, count, wanted in (
        ("delivered", overview.delivered, planned.delivered),
        ("duplicate", overview.duplicate, planned.duplicate),
        ("suppressed", sum(overview.suppressed.values()), 0),
        ("dead-lettered", overview.dead_lettered, 0),
    ):
        if count != wanted:
            yield f"{tenant}: {count} {name}, expected {wanted}"


def _check_notices(wanted: Iterable[Notice], told: Iterable[Notice]) -> Iterator[str]:
    expected, actual = Counter(wanted), Counter(told)
    for notice in sorted(expected.keys() | actual.keys()):
        if actual[notice] != expected[notice]:
            times, wanted_times = actual[notice], expected[notice]
            yield f"{notice}: told {times} times, expected {wanted_times}"


def _check_keys(arrivals: Iterable[Arrival]) -> Iterator[str]:
    delivered = [arrival for arrival in arrivals if arrival.status < 300]
    # Slack knows no such key; there the text must tell twice from once.
    if any(not arrival.key for arrival in delivered if arrival.path.startswith("/webhook")):
        yield "a webhook notification carried no Idempotency-Key"
    for key, count in Counter(arrival.key for arrival in delivered).items():
        if key and count > 1:
            yield f"Idempotency-Key {key} arrived {count} times"


def heard(arrivals: Iterable[Arrival]) -> list[Notice]:
    """Return what the receivers were told, once for each time.

    What fires already stands beside what is new. A notification without news tells all again.
    """
    found: list[Notice] = []
    firing: set[Notice] = set()
    for arrival in arrivals:
        if arrival.status < 300:
            kind, tenant, receiver = arrival.path.strip("/").split("/")
            said = _fields(arrival) if kind == "webhook" else _words(arrival)
            notices = [Notice(tenant, receiver, alert, step) for alert, step in said]
            news = [each for each in notices if each not in firing]
            found += news or notices
            firing |= {each for each in notices if each.step == "firing"}
            firing -= {
                structs.replace(each, step="firing") for each in notices if each.step != "firing"
            }
    return found


def _fields(arrival: Arrival) -> Iterator[tuple[str, str]]:
    for alert in arrival.alerts:
        labels = alert["labels"]
        yield f"{labels['alertname']} {labels.get('instance', '')}".strip(), alert["status"]


def _words(arrival: Arrival) -> Iterator[tuple[str, str]]:
    """Read a Slack message as a person does: one section an alert."""
    for name, step, rest in _SLACK_SECTION.findall(slack_text(arrival.body)):
        instance = _INSTANCE.search(rest)
        yield f"{name} {instance[1] if instance else ''}".strip(), step
