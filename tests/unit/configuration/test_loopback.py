"""Receivers on loopback are found wherever their address comes from."""

import pytest

from tocsin.configuration import load
from tocsin.configuration.fields import is_loopback
from tocsin.configuration.loopback import loopback_receivers

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


def found(environ):
    document = load(TEXT, "t.yaml", environ)
    return [str(each) for each in loopback_receivers(document, TEXT, "t.yaml", environ)]


def test_each_is_named_with_its_place_and_what_to_set():
    assert found({}) == [
        "t.yaml:6: tenants.acme.receivers[0].webhook.url: receiver 'oncall' is at 127.0.0.1, "
        "which only the local cloud can reach; set HOOK to a public https:// address",
        "t.yaml:11: tenants.acme.receivers[2].slack.url: receiver 'here' is at localhost, "
        "which only the local cloud can reach; give it a public https:// address",
    ]


def test_the_value_of_the_variable_counts():
    (only,) = found({"HOOK": "https://hooks.example.com/y"})
    assert "'here'" in only


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
