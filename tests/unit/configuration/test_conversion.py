from pathlib import Path

import msgspec

from tocsin.configuration import load, to_tenant_config
from tocsin.domain.alert import Alert
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.matchers import Matcher
from tocsin.domain.pace import PacePolicy
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.routing import groups_for

SAMPLE = Path(__file__).parents[3] / "tocsin.yaml"

TEXT = """
tenants:
  acme:
    receivers:
      - name: hook
        webhook:
          url: https://example.com/hook
          headers: {Authorization: 'Bearer ${TOKEN}'}
          timeout: 2s500ms
          max_alerts: 10
          send_resolved: false
      - name: chat
        slack: {url: https://example.com/slack, channel: "#ops"}
        retry: {attempts: 4, base: 2s, cap: 90s, give_up_after: 1h}
        breaker: {mode: consecutive, failures: 3, window: 2m, open: 30s}
    route:
      receiver: hook
      group_by: [alertname, cluster]
      routes:
        - matchers: ['team="db"', 'env=~"prod|stage"']
          continue: true
          routes:
            - receiver: chat
              group_by: ['...']
        - group_by: []
    settings: {resolve_timeout: 1h}
"""


def converted():
    document = load(TEXT, "t.yaml", {"TOKEN": "hunter2"})
    return to_tenant_config("acme", document.tenants["acme"], version=7)


def test_receivers_keep_everything_that_was_said_of_them():
    assert converted().receivers == {
        "hook": Receiver(
            name="hook",
            kind="webhook",
            url="https://example.com/hook",
            headers={"Authorization": "Bearer hunter2"},
            timeout_s=2.5,
            max_alerts=10,
            send_resolved=False,
        ),
        "chat": Receiver(
            name="chat",
            kind="slack",
            url="https://example.com/slack",
            channel="#ops",
            retry=RetryPolicy(attempts=4, base_s=2.0, cap_s=90.0, give_up_after_s=3600.0),
            breaker=BreakerPolicy(mode="consecutive", failures=3, window_s=120.0, open_s=30.0),
            pace=PacePolicy(),
        ),
    }


def test_what_an_earlier_release_stored_means_the_defaults():
    stored = msgspec.json.decode(msgspec.json.encode(converted()))
    for receiver in stored["receivers"].values():
        receiver.pop("retry", None)
        receiver.pop("breaker", None)
    old = msgspec.convert(stored, TenantConfig)
    assert old.receivers["hook"] == converted().receivers["hook"]
    assert old.receivers["chat"].retry == RetryPolicy()
    assert old.receivers["chat"].breaker == BreakerPolicy()


def test_the_version_and_the_settings_are_set():
    config = converted()
    assert (config.tenant, config.version, config.resolve_timeout_s) == ("acme", 7, 3600.0)


def test_children_inherit_receiver_and_group_by_unless_they_say_otherwise():
    root = converted().route
    first, second = root.routes
    assert (root.receiver, root.group_by) == ("hook", ("alertname", "cluster"))
    assert (first.receiver, first.group_by) == ("hook", ("alertname", "cluster"))
    assert (first.routes[0].receiver, first.routes[0].group_by) == ("chat", ("...",))
    assert (second.receiver, second.group_by) == ("hook", ())


def test_matchers_and_continue_are_kept():
    first = converted().route.routes[0]
    assert first.matchers == (Matcher("team", "=", "db"), Matcher("env", "=~", "prod|stage"))
    assert first.continues
    assert not first.routes[0].continues


def test_the_sample_sends_critical_alerts_to_both_receivers_and_others_to_one():
    document = load(SAMPLE.read_text(encoding="utf-8"), "tocsin.yaml", {})
    config = to_tenant_config("acme", document.tenants["acme"], 1)

    def receivers(severity):
        labels = {"alertname": "Down", "severity": severity}
        alert = Alert(
            name="Down", status="firing", severity=severity, labels=labels, provider="generic"
        )
        return [group.receiver for group in groups_for(config, alert)]

    assert receivers("critical") == ["ops-channel", "oncall"]
    assert receivers("warning") == ["oncall"]
