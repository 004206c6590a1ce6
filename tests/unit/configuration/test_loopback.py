"""Receivers on loopback are found wherever their address comes from."""

import pytest

from tocsin.configuration import load
from tocsin.configuration.fields import is_loopback
from tocsin.configuration.loopback import loopback_receivers, loopback_warning

TEXT = """\
tenants:
  acme:
    receivers:
      - name: oncall
        webhook:
          url: ${HOOK:-http://127.0.0.1:9099/s3cret}
      - name: ops
        slack: {url: 'https://hooks.example.com/x'}
      - name: here
        slack:
          url: https://localhost/x
    route: {receiver: oncall}
"""


def receivers(environ, text=TEXT):
    document = load(text, "t.yaml", environ)
    return loopback_receivers(document, text, "t.yaml", environ)


def found(environ):
    return [str(each.problem) for each in receivers(environ)]


def test_each_is_named_with_its_place_and_what_to_set():
    assert found({}) == [
        "t.yaml:6: tenants.acme.receivers[0].webhook.url: receiver 'oncall' is at 127.0.0.1, "
        "which only the local cloud can reach; set HOOK to a public https:// address",
        "t.yaml:11: tenants.acme.receivers[2].slack.url: receiver 'here' is at localhost, "
        "which only the local cloud can reach; give it a public https:// address",
    ]


def test_a_source_is_named_too():
    text = TEXT + "    sources: [{name: prom, prometheus: {url: 'http://127.0.0.1:9090'}}]\n"
    *_, last = [str(each.problem) for each in receivers({}, text)]
    assert last == (
        "t.yaml:13: tenants.acme.sources[0].prometheus.url: source 'prom' is at 127.0.0.1, "
        "which only the local cloud can reach; give it a public https:// address"
    )


def test_the_value_of_the_variable_counts():
    (only,) = found({"HOOK": "https://hooks.example.com/y"})
    assert "'here'" in only


def test_a_warning_says_it_once_of_all_of_them():
    assert loopback_warning(receivers({})) == (
        "only the local cloud can reach oncall (t.yaml:6, set HOOK), here (t.yaml:11); "
        "a stack on AWS needs public https:// addresses"
    )


def test_a_warning_of_many_stays_short():
    one = "      - {name: r%d, webhook: {url: 'http://127.0.0.1:1/x'}}\n"
    many = "".join(one % index for index in range(200))
    text = f"tenants:\n  acme:\n    receivers:\n{many}    route: {{receiver: r0}}\n"
    warning = loopback_warning(receivers({}, text))
    assert "r4 (t.yaml:8), 195 more;" in warning
    assert "r5" not in warning


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("128.0.0.1", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_loopback_is_told_by_name_or_address(host, expected):
    assert is_loopback(host) is expected
