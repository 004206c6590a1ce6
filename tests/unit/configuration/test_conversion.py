from pathlib import Path

from tocsin.configuration import load, to_tenant_config
from tocsin.domain.alert import Alert
from tocsin.domain.config import Receiver
from tocsin.domain.matchers import Matcher
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
            name="chat", kind="slack", url="https://example.com/slack", channel="#ops"
        ),
    }


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
