"""incident.io in an Alertmanager's file: it takes what Alertmanager's webhook sends."""

import pytest

from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors, load, receiver

URL = "https://api.incident.io/v2/alert_events/alertmanager/01GW2G3V0S59R238FAHPDS1R66"


def test_it_is_a_webhook_with_the_token_of_the_source() -> None:
    made, not_taken = receiver(f"{{url: '{URL}', alert_source_token: {SECRET}}}", "incidentio")
    assert (made.kind, made.url, made.shown_as) == ("webhook", URL, "a")
    assert made.headers == {"Authorization": f"Bearer {SECRET}"}
    assert made.send_resolved
    assert not_taken == []


def test_more_than_its_limit_of_bytes_is_never_sent() -> None:
    made, _ = receiver(f"{{url: '{URL}', alert_source_token: x}}", "incidentio")
    assert (made.max_alerts, made.truncates) == (100, True)
    entry = f"{{url: '{URL}', alert_source_token: x, max_alerts: 7, timeout: 3s}}"
    made, _ = receiver(entry, "incidentio")
    assert (made.max_alerts, made.truncates, made.timeout_s) == (7, True, 3.0)


def test_address_and_token_may_be_in_files() -> None:
    held = {"u": f"{URL}\n", "t": f"{SECRET}\n"}
    config, _ = load(
        "receivers:\n- name: a\n  incidentio_configs: [{url_file: u, alert_source_token_file: t}]",
        read_file=held.__getitem__,
    )
    made = config.receivers["a/incidentio/0"]
    assert (made.url, made.headers["Authorization"]) == (URL, f"Bearer {SECRET}")


def test_the_token_may_be_in_http_config() -> None:
    entry = f"{{url: '{URL}', http_config: {{authorization: {{credentials: {SECRET}}}}}}}"
    made, _ = receiver(entry, "incidentio")
    assert made.headers == {"Authorization": f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{alert_source_token: x}", "needs one of url and url_file"),
        (f"{{url: '{URL}', http_config: {{}}}}", "needs alert_source_token"),
        (
            f"{{url: '{URL}', alert_source_token: x, "
            "http_config: {authorization: {credentials: y}}}",
            "has a token twice",
        ),
    ],
)
def test_what_alertmanager_refuses_is_refused(entry: str, problem: str) -> None:
    (found,) = errors(f"receivers:\n- name: a\n  incidentio_configs:\n  - {entry}")
    assert problem in found
