"""The names of providers, and what holds for all of them."""

import subprocess
import sys
from copy import deepcopy
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.providers.samples import sample, sample_names
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidInput, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.wire import CanonicalAlert, canonical
from tocsin.providers.registry import NAMES, provider

NOW_S = 1_763_793_300.0

FIELDS = (
    "alerts", "labels", "annotations", "status", "startsAt", "endsAt", "name", "title", "tags",
    "severity", "priority", "value", "generatorURL", "Type", "Message", "AlarmName", "Trigger",
    "NewStateValue", "StateChangeTime", "AlarmArn", "detail", "detail-type", "resources", "state",
)  # fmt: skip
WORDS = ("firing", "resolved", "ALARM", "OK", "0001-01-01T00:00:00Z", "2025-11-22T06:00:00Z",
         "CloudWatch Alarm State Change", "{}", "https://x/", "arn:a:b:c:d:e")  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
)
payloads = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


def test_names_are_what_addresses_use() -> None:
    assert NAMES == (
        "alertmanager", "alertmanager-api", "azure", "checkmk", "cloudwatch", "coralogix",
        "datadog", "dead-mans-snitch", "dynatrace", "gcp", "generic", "grafana", "graylog",
        "healthchecks", "icinga2", "kibana", "librenms", "netdata", "newrelic", "opsgenie",
        "pagerduty", "pingdom", "prometheus", "rollbar", "sentry", "signalfx", "site24x7",
        "splunk", "statuscake", "sumologic", "uptime-kuma", "victoriametrics", "zabbix",
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_only_a_sender_that_repeats_itself_resends(name: str) -> None:
    assert provider(name).name == name
    assert provider(name).resends == (name == "alertmanager-api")


def test_an_unknown_name_is_not_found_and_the_known_ones_are_told() -> None:
    with pytest.raises(InvalidInput, match="there are alertmanager, ") as caught:
        provider("../secrets")
    assert caught.value.status == 404


def test_a_module_is_imported_only_when_its_provider_is_asked_for() -> None:
    code = (
        "import sys; from tocsin.providers.registry import provider; provider('generic');"
        "print([m for m in sys.modules if m.endswith(('cloudwatch', 'alertmanager'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_is_read_without_an_error(name: str) -> None:
    entries = provider(name.partition(".")[0]).parse(sample(name), NOW_S)
    assert not [entry for entry in entries if isinstance(entry, InvalidAlert)]


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(payload=payloads)
def test_whatever_comes_is_read_or_refused_and_twice_the_same(name: str, payload: Any) -> None:
    first = _outcome(name, deepcopy(payload))
    assert first == _outcome(name, deepcopy(payload))


def _outcome(name: str, payload: Any) -> list[Any]:
    try:
        entries = provider(name).parse(payload, NOW_S)
    except InvalidPayload as error:
        return [error.message]
    return [_checked(entry) for entry in entries]


def _checked(entry: Alert | InvalidAlert) -> Any:
    if isinstance(entry, InvalidAlert):
        assert entry.message
        assert entry.__traceback__ is None
        return (entry.message, entry.path)
    assert "alertname" in entry.labels
    line = canonical(entry, fingerprint("acme", entry.labels), NOW_S)
    msgspec.json.decode(orjson.dumps(line), type=CanonicalAlert)
    return entry
