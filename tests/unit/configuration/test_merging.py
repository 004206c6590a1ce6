"""Rules that may hide a page are pointed out; the others are not."""

import pytest

from tocsin.configuration import load
from tocsin.configuration.merging import merging_rules
from tocsin.domain.identity_labels import bears_identity

HEAD = """
tenants:
  acme:
    receivers: [{name: hook, webhook: {url: https://example.com/hook}}]
    route: {receiver: hook, group_by: [team], routes: [{matchers: ['env="x"']}]}
    fingerprints:
"""


def found(rule: str) -> list[str]:
    text = HEAD + f"      - {rule}\n"
    return [str(each) for each in merging_rules(load(text, "t.yaml", {}), text, "t.yaml", {})]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{provider: prometheus, exclude: [instance]}", "exclude[0]: 'instance' tells alerts of"),
        ("{provider: newrelic, exclude: [issue]}", "'issue' tells alerts of newrelic apart"),
        ("{exclude: [host]}", "'host' tells alerts apart"),
        ("{masks: [{fields: [host], kinds: [number]}]}", "masks[0].fields[0]: 'host' tells"),
        ("{exclude: [team]}", "'team' does not count, and routes look at it"),
        ("{masks: [{fields: [env], kinds: [hex]}]}", "'env' is masked, and routes look at it"),
        ("{include: [pod]}", "every other label of alerts does not count"),
        ("{add: [severity]}", "leave the severity out when they resolve"),
    ],
)
def test_what_may_hide_a_page_is_pointed_out_with_its_line(rule: str, message: str) -> None:
    first = found(rule)
    assert any(message in each for each in first), first
    assert all(each.startswith("t.yaml:7: tenants.acme.fingerprints[0].") for each in first)


@pytest.mark.parametrize(
    "rule",
    [
        "{provider: prometheus, exclude: [pod_ip, run_id]}",
        "{masks: [{fields: [pod], kinds: [pod]}]}",
        "{add: [annotations.queue]}",
    ],
)
def test_what_is_harmless_is_not(rule: str) -> None:
    assert found(rule) == []


def test_groups_by_every_label_look_at_every_label() -> None:
    text = HEAD.replace("group_by: [team]", "group_by: ['...']") + "      - {exclude: [run]}\n"
    (problem,) = merging_rules(load(text, "t.yaml", {}), text, "t.yaml", {})
    assert "routes look at it" in problem.message


def test_the_labels_that_tocsin_chose_all_bear_identity() -> None:
    assert bears_identity("pagerduty", "anything")
    assert not bears_identity("grafana", "anything")
