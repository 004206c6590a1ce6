"""Where a policy is named in vain a person is told so."""

import pytest

from tocsin.configuration import load
from tocsin.configuration.overruled import overruled_policies

HEAD = """
tenants:
  acme:
    receivers:
      - {name: chat, webhook: {url: https://example.com/chat}}
      - {name: mail, webhook: {url: https://example.com/mail}}
    receiver_groups: [{name: both, receivers: [chat, mail]}]
    policies:
      - {name: pages, steps: [{after: 5m, receivers: [mail]}]}
      - {name: calls, steps: [{after: 5m, receivers: [mail]}]}
    route:
      receiver: chat
      routes:
"""


def found(*routes: str) -> list[str]:
    text = HEAD + "".join(f"        - {{{each}}}\n" for each in routes)
    document = load(text, "t.yaml", {})
    return [str(each) for each in overruled_policies(document, text, "t.yaml", {})]


def test_a_policy_behind_a_route_to_the_same_receiver_is_pointed_out() -> None:
    (only,) = found(
        "matchers: ['team=\"db\"'], continue: true",
        "matchers: ['severity=\"critical\"'], policy: pages",
    )
    assert only == (
        "t.yaml:15: tenants.acme.route.routes[1]: an alert that route.routes[0] takes as well "
        "does not climb 'pages': both lead to chat, and of the two the first counts with its lack "
        "of a policy"
    )


def test_another_policy_before_it_counts_and_so_does_one_within_a_receiver_group() -> None:
    (only,) = found(
        "matchers: ['team=\"db\"'], receiver: both, continue: true, policy: calls",
        "matchers: ['severity=\"critical\"'], routes: [{policy: pages}]",
    )
    assert "route.routes[0]" in only
    assert "routes[1].routes[0]" in only
    assert "its policy 'calls'" in only


@pytest.mark.parametrize(
    "routes",
    [
        # Nothing goes on to the second.
        ("matchers: ['team=\"db\"']", "policy: pages"),
        # No alert is of both.
        ("matchers: ['env=\"a\"'], continue: true", "matchers: ['env=\"b\"'], policy: pages"),
        # They are told in groups of their own.
        ("group_by: [host], continue: true", "policy: pages"),
        ("receiver: mail, continue: true", "policy: pages"),
        # Those below the first take all that it does.
        ("continue: true, routes: [{receiver: mail}]", "policy: pages"),
        # The policy is the same.
        ("matchers: ['team=\"db\"'], continue: true, policy: pages", "policy: pages"),
    ],
)
def test_what_is_told_beside_it_is_left_alone(routes: tuple[str, ...]) -> None:
    assert found(*routes) == []
