"""What it costs to look at 100,000 alerts that fire, in units that do not depend on the machine.

1 PE is the CPU time of `orjson.loads` for one of the alerts as GET /api/v2/alerts shows it,
timed in the same run. Groups are packed as they are stored, without AWS between. Run it with
`make bench`.
"""

import gzip
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import getpagesize
from time import process_time
from typing import Any

import msgspec
import orjson

from tests.builders import T0, alert, config
from tocsin.adapters.memory import MemoryConfigs, MemorySilences
from tocsin.domain.compression import compress, decompress
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.matchers import Matcher
from tocsin.domain.silence import Silence
from tocsin.pipeline.alertview import AlertView
from tocsin.runtime.alertmanager.dispatch import handle
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.gateway import HttpRequest

ALERTS = 100_000
A_GROUP = 100
SILENCES = 100
# What a filter for one alert may cost in a warm process, beside a list of all.
BUDGET_SHARE = 0.01

_decoder = msgspec.json.Decoder(dict[str, Member])


def _member(index: int) -> Member:
    labels = {
        "instance": f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}:9100",
        "job": f"job-{index % 50}",
        "cluster": f"cluster-{index % 8}",
        "namespace": f"namespace-{index % 200}",
        "severity": "critical" if index % 10 == 0 else "warning",
        "service": f"service-{index // A_GROUP}",
    }
    texts = {"summary": f"{labels['instance']} does not answer", "runbook": "https://wiki/r" * 5}
    value = alert("InstanceDown", labels=labels, annotations=texts, starts_at_s=T0 + index)
    return Member(
        fingerprint=fingerprint("acme", value.labels),
        episode=1,
        status="firing",
        alert=value,
        order_at_s=T0,
        changed_at_s=T0,
        holds_until_s=T0 + 1e6,
    )


class PackedGroups:
    """Groups as they are stored: compressed JSON."""

    def __init__(self) -> None:
        self.packed: dict[GroupKey, tuple[int, bytes]] = {}
        for start in range(0, ALERTS, A_GROUP):
            members = {
                each.fingerprint: each for each in map(_member, range(start, start + A_GROUP))
            }
            key = GroupKey("acme", "oncall", (("service", f"service-{start // A_GROUP}"),))
            self.packed[key] = (1, compress(msgspec.json.encode(members)))

    def versions(self, tenant: str, *, inhibiting: bool = False) -> dict[GroupKey, int]:
        """Return all groups, none of which inhibits."""
        return {} if inhibiting else {key: each[0] for key, each in self.packed.items()}

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        """Unpack groups."""
        found = {}
        for key in keys:
            version, data = self.packed[key]
            members = _decoder.decode(decompress(data, 256 * 1024 * 1024))
            found[key] = Group(key=key, version=version, members=members)
        return found


def _ports(groups: Any) -> AlertmanagerPorts:
    configs = MemoryConfigs()
    configs.apply(config(plain_labels=True), "", T0)
    return AlertmanagerPorts(
        configs=configs,
        silences=MemorySilences(),
        view=AlertView(groups),
        new_id=lambda: "",
        started_at_s=T0,
    )


def _get(ports: AlertmanagerPorts, *filters: str) -> bytes:
    request = HttpRequest(
        id="r",
        resource="/api/v2/alerts",
        parameters={},
        query={},
        headers={"accept-encoding": "gzip"},
        raw_body=b"",
        method="GET",
        queries={"filter": filters},
    )
    return handle(request, ports, "acme", T0 + 60).body


def _silences() -> list[Silence]:
    return [
        Silence(
            id=f"s{index}",
            matchers=(Matcher("service", "=", f"service-{index}"), Matcher("job", "=~", "job-1.*")),
            starts_at_s=T0,
            ends_at_s=T0 + 3600,
            updated_at_s=T0,
        )
        for index in range(SILENCES)
    ]


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * getpagesize()


def _took(act: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Return the least CPU time of some calls, and what the last one returned."""
    best_s, found = float("inf"), None
    for _ in range(times):
        began_s = process_time()
        found = act()
        best_s = min(best_s, process_time() - began_s)
    return best_s, found


def _row(title: str, took_s: float, unit_s: float, about: str = "") -> None:
    sys.stdout.write(f"{title}: {took_s / unit_s:,.0f} PE, {took_s * 1000:,.1f} ms{about}\n")


def main() -> None:
    """Measure, print, and fail above the budget."""
    groups = PackedGroups()
    one = ('instance="10.0.200.7:9100"',)
    in_group = (*one, 'service="service-512"')
    ports = _ports(groups)
    cold_one_s, body = _took(lambda: _get(ports, *in_group))
    before_bytes = _resident_bytes()
    began_s = process_time()
    ports.view.rows(config(plain_labels=True), (), (Matcher("none", "=", "x"),), T0)
    cold_all_s = process_time() - began_s
    held_bytes = _resident_bytes() - before_bytes
    first_s, body = _took(lambda: _get(ports))
    text = gzip.decompress(body)
    shown = [orjson.dumps(each) for each in orjson.loads(text)]
    unit_s = _took(lambda: [orjson.loads(each) for each in shown], 3)[0] / len(shown)
    all_s, _ = _took(lambda: _get(ports), 3)
    filtered_s, _ = _took(lambda: _get(ports, *one), 5)
    ports.silences.write("acme", _silences(), T0 + 9e9)
    silenced_s, _ = _took(lambda: _get(ports), 3)
    filtered_silenced_s, _ = _took(lambda: _get(ports, *one), 5)
    _row("a filter that names the group, nothing known", cold_one_s, unit_s)
    _row(
        f"reading {ALERTS:,} alerts", cold_all_s, unit_s, f", {held_bytes / ALERTS:,.0f} bytes each"
    )
    about = f", {len(text):,} bytes, {len(body):,} compressed"
    _row("the first list of all, with their fingerprints", first_s, unit_s, about)
    _row("a list of all", all_s, unit_s)
    _row(f"the same under {SILENCES} silences", silenced_s, unit_s)
    _row("a filter for one alert", filtered_s, unit_s)
    _row(f"the same under {SILENCES} silences", filtered_silenced_s, unit_s)
    share = filtered_s / all_s
    sys.stdout.write(f"a filter for one is {share:.2%} of a list of all\n")
    sys.exit(0 if share <= BUDGET_SHARE else f"above the budget of {BUDGET_SHARE:.0%}")


if __name__ == "__main__":
    main()
