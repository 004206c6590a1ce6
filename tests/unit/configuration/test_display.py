import yaml

from tocsin.configuration import load, to_tenant_config
from tocsin.configuration.channels.channel import masked_url
from tocsin.configuration.display import displayed

TEXT = """
tenants:
  acme:
    receivers:
      - name: hook
        webhook: {url: 'https://example.com:8443/t0ken?k=t0ken', headers: {X-Key: t0ken}}
      - name: chat
        slack: {url: https://hooks.example.com/t0ken, channel: "#ops"}
        retry: {attempts: 4, base: 2s, cap: 90s, give_up_after: 1h}
        breaker: {mode: consecutive, failures: 3, window: 2m, open: 30s}
    route:
      receiver: hook
      routes:
        - {receiver: chat, matchers: ['team=~"db|web"'], continue: true}
    settings: {resolve_timeout: 90s}
"""


def test_no_secret_is_shown_and_all_else_is():
    document = load(TEXT, "t.yaml", {})
    shown = displayed(to_tenant_config("acme", document.tenants["acme"], 1))
    assert "t0ken" not in yaml.safe_dump(shown)
    hook, chat = shown["receivers"]
    assert hook["webhook"]["url"] == "https://example.com:8443/***"
    assert hook["webhook"]["headers"] == {"X-Key": "***"}
    assert chat["slack"]["channel"] == "#ops"
    assert chat["retry"] == {"attempts": 4, "base": "2s", "cap": "1m30s", "give_up_after": "1h"}
    assert chat["breaker"] == {"mode": "consecutive", "failures": 3, "window": "2m", "open": "30s"}
    assert shown["route"]["routes"] == [
        {
            "receiver": "chat",
            "group_by": [],
            "matchers": ['team=~"db|web"'],
            "continue": True,
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
        }
    ]
    assert shown["settings"] == {"resolve_timeout": "1m30s"}


def test_credentials_before_the_host_are_masked_too():
    assert masked_url("https://user:password@example.com/x") == "https://example.com/***"
