"""Integrations of an Alertmanager's file that are wrong: where, what to do, and no secret."""

import pytest

from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors


@pytest.mark.parametrize(
    ("kind", "entry", "problem"),
    [
        ("webhook", "{}", "webhook_configs[0]: needs one of url and url_file"),
        ("webhook", "{url: http://h/, url_file: u}", "webhook_configs[0]: needs one of url and"),
        ("webhook", f"{{url: 'ftp://{SECRET}/'}}", "webhook_configs[0].url: not a URL; it must"),
        ("webhook", f'{{url: "http://h/{SECRET}\\0"}}', "webhook_configs[0].url: not a URL"),
        ("webhook", f"{{url: '//{SECRET}:x/'}}", "webhook_configs[0].url: not a URL"),
        (
            "webhook",
            "{url: <secret>}",
            "webhook_configs[0].url: is <secret>, as Alertmanager shows",
        ),
        ("webhook", "{url: http://h/, send: x}", "webhook_configs[0].send: is not a known field"),
        (
            "webhook",
            "{url: http://h/, max_alerts: -1}",
            "webhook_configs[0].max_alerts: must not be",
        ),
        ("webhook", "{url: http://h/, max_alerts: x}", "webhook_configs[0].max_alerts: must be a"),
        ("webhook", "{url: http://h/, timeout: 1d}", "webhook_configs[0].timeout: not a duration"),
        ("webhook", "{url_file: gone}", "webhook_configs[0].url_file: the file cannot be read"),
        (
            "webhook",
            f"{{url: http://h/, http_config: {{bearer_token: {SECRET}, basic_auth: {{}}}}}}",
            "webhook_configs[0].http_config: at most one of",
        ),
        (
            "webhook",
            f'{{url: http://h/, http_config: {{bearer_token: "{SECRET}\\nX: y"}}}}',
            "webhook_configs[0].http_config: a header value is printable ASCII",
        ),
        (
            "webhook",
            "{url: http://h/, http_config: {authorization: {type: basic, credentials: s3cr3t}}}",
            'webhook_configs[0].http_config.authorization: type cannot be "basic"',
        ),
        ("slack", "{channel: x}", "slack_configs[0]: needs api_url, or slack_api_url in global"),
        ("slack", "{api_url: http://h/, api_url_file: u}", "slack_configs[0]: has at most one of"),
        ("slack", "{api_url: http://h/, channels: x}", "slack_configs[0].channels: is not a known"),
        ("slack", "{api_url: ''}", "slack_configs[0].api_url: not a URL; it must begin"),
    ],
)
def test_a_wrong_integration_is_refused_without_its_secrets(
    kind: str, entry: str, problem: str
) -> None:
    def read_file(name: str) -> str:
        raise FileNotFoundError(name)

    text = f"receivers:\n- name: a\n  {kind}_configs:\n  - {entry}"
    (found,) = errors(text, read_file=read_file)
    assert found.startswith(f"am.yml:5: receivers[0].{problem}")
    assert SECRET not in found
