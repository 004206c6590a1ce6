"""Routes, inhibition and time intervals of an Alertmanager's file."""

import json

import pytest

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.alertmanager import load_alertmanager
from tocsin.domain.config import Route, TenantConfig, Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.time_interval import TimeInterval

LEAST = "receivers: [{name: a}, {name: b}]\n"


def load(text: str) -> TenantConfig:
    config, not_taken = load_alertmanager(text, "am.yml", "acme")
    assert not_taken == []
    return config


def route(text: str) -> Route:
    """Return the routing tree of a block `route`, given as a flow."""
    return load(LEAST + "time_intervals: [{name: night}]\nroute: " + text).route


def errors(text: str) -> list[str]:
    with pytest.raises(ConfigurationErrors) as refused:
        load_alertmanager(text, "am.yml", "acme")
    return str(refused.value).splitlines()


def test_the_timers_have_alertmanagers_defaults() -> None:
    config = load(LEAST + "route: {receiver: a}")
    assert config.route == Route(
        receiver="a",
        timing=Timing(group_wait_s=30, group_interval_s=300, repeat_interval_s=4 * 3600),
    )
    assert config.resolve_timeout_s == 300
    assert (config.tenant, config.version, config.plain_labels) == ("acme", 1, True)


def test_nobody_who_comes_from_alertmanager_is_asked_to_wait() -> None:
    limits = load(LEAST + "route: {receiver: a}").limits
    assert (limits.alerts, limits.webhook) == (0, 0)


def test_receiver_labels_and_timers_are_inherited_and_intervals_are_not() -> None:
    top = route(
        "{receiver: a, group_by: [job], group_wait: 500ms, routes: [{matchers: [x=y],"
        " mute_time_intervals: [night], group_interval: 1s, routes: [{receiver: b}]}]}"
    )
    child = top.routes[0]
    assert (child.receiver, child.group_by) == ("a", ("job",))
    assert child.timing == Timing(
        group_wait_s=0.5, group_interval_s=1, repeat_interval_s=14400, mute=("night",)
    )
    assert child.routes[0].receiver == "b"
    assert child.routes[0].timing == Timing(
        group_wait_s=0.5, group_interval_s=1, repeat_interval_s=14400
    )


def test_an_empty_group_by_is_one_group_and_null_is_left_out() -> None:
    top = route("{receiver: a, group_by: [job], routes: [{group_by: []}, {group_by: }]}")
    assert [child.group_by for child in top.routes] == [(), ("job",)]


def test_a_label_that_must_be_null_must_be_missing() -> None:
    top = route("{receiver: a, routes: [{match: {x: , y: ~, z: null}}]}")
    assert top.routes[0].matchers == tuple(Matcher(name, "=", "") for name in "xyz")
    (rule,) = load(
        LEAST + "route: {receiver: a}\ninhibit_rules: [{source_match: {x: }, target_match: {y: }}]"
    ).inhibit_rules
    assert (rule.source_matchers, rule.target_matchers) == (
        (Matcher("x", "=", ""),),
        (Matcher("y", "=", ""),),
    )


def test_all_kinds_of_matchers_are_read_and_sorted() -> None:
    top = route(
        "{receiver: a, routes: [{match_re: {service: 'x|y'}, match: {code: 500, job: api},"
        " matchers: ['{zone!=eu, a=\"b\"}', '\"a b\"=c'], continue: yes}]}"
    )
    child = top.routes[0]
    assert child.continues
    assert child.matchers == (
        Matcher("a", "=", "b"),
        Matcher("a b", "=", "c"),
        Matcher("code", "=", "500"),
        Matcher("job", "=", "api"),
        Matcher("service", "=~", "^(?:x|y)$"),
        Matcher("zone", "!=", "eu"),
    )


def test_inhibit_rules_are_read_old_and_new() -> None:
    config = load(
        LEAST
        + """
route: {receiver: a}
inhibit_rules:
  - name: outage
    source_matchers: ['severity="critical"']
    target_matchers: ['severity=~"warning|info"']
    equal: [cluster, 'a b']
  - source_match: {alertname: Down}
    source_match_re: {job: 'x.*'}
    target_match: {alertname: Slow}
    target_match_re: {job: 'y.*'}
"""
    )
    assert config.inhibit_rules == (
        InhibitRule(
            source_matchers=(Matcher("severity", "=", "critical"),),
            target_matchers=(Matcher("severity", "=~", "warning|info"),),
            equal=("cluster", "a b"),
        ),
        InhibitRule(
            source_matchers=(Matcher("alertname", "=", "Down"), Matcher("job", "=~", "^(?:x.*)$")),
            target_matchers=(Matcher("alertname", "=", "Slow"), Matcher("job", "=~", "^(?:y.*)$")),
        ),
    )


def test_time_intervals_are_read_under_both_names() -> None:
    config = load(
        LEAST
        + """
route: {receiver: a}
mute_time_intervals:
  - name: old
    time_intervals: [{months: [1, may], days_of_month: [-1]}]
time_intervals:
  - name: office
    time_intervals:
      - times: [{start_time: 09:00, end_time: 17:00}]
        weekdays: ['monday:friday']
        location: Europe/Berlin
      - years: [2026]
"""
    )
    assert config.time_intervals == {
        "old": (TimeInterval(months=((1, 1), (5, 5)), days_of_month=((-1, -1),)),),
        "office": (
            TimeInterval(times=((540, 1020),), weekdays=((1, 5),), location="Europe/Berlin"),
            TimeInterval(years=((2026, 2026),)),
        ),
    }


def test_a_file_may_be_json_with_tabs_and_escapes() -> None:
    text = json.dumps(
        {
            "route": {"receiver": "\U0001f642", "group_wait": "200ms"},
            "receivers": [{"name": "\U0001f642", "webhook_configs": None}],
        },
        indent="\t",
    )
    assert "\\ud83d\\ude42" in text
    config = load(text)
    assert config.route.receiver == "🙂"
    assert config.route.timing.group_wait_s == 0.2


def test_blocks_are_merged_as_go_merges_them() -> None:
    config = load(
        """
receivers: [{name: a}]
route:
  receiver: a
  routes:
    - &base {matchers: [x=1], group_wait: 1s, group_interval: 2s}
    - {<<: *base, group_wait: 3s}
    - {<<: [{group_wait: 4s}, *base]}
"""
    )
    waits = [(r.timing.group_wait_s, r.timing.group_interval_s) for r in config.route.routes]
    assert waits == [(1, 2), (3, 2), (4, 2)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("route: {receiver: {{ name }}}", "am.yml:1: route.receiver: a key must be text"),
        ("route: {? [a] : b}", "am.yml:1: route: a key must be text"),
        ("route: &a {receiver: a, <<: *a}", "am.yml:1: too many or too deeply nested values"),
        (
            "a0: &a0 {x: y}\n"
            + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)),
            "am.yml:",
        ),
    ],
)
def test_what_somebody_forgot_to_fill_in_or_merged_too_often_is_refused(
    text: str, problem: str
) -> None:
    assert errors(text + "\n" + LEAST)[0].startswith(problem)


def test_what_looks_like_a_variable_is_text() -> None:
    top = route("{receiver: a, routes: [{matchers: ['x=\"${HOME}\"']}]}")
    assert top.routes[0].matchers == (Matcher("x", "=", "${HOME}"),)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("{}", "am.yml:2: route: the top route needs a receiver"),
        ("{receiver: c}", "am.yml:2: route.receiver: there is no receiver 'c'"),
        ("{receiver: a, matchers: [x=y]}", "am.yml:2: route.matchers: the top route takes every"),
        ("{receiver: a, match: {x: y}}", "am.yml:2: route.match: the top route takes every"),
        ("{receiver: a, continue: true}", "am.yml:2: route.continue: the top route has no"),
        ("{receiver: a, mute_time_intervals: [x]}", "am.yml:2: route.mute_time_intervals: the top"),
        (
            "{receiver: a, routes: [{active_time_intervals: [x]}]}",
            "am.yml:2: route.routes[0].active_time_intervals[0]: there is no time interval 'x'",
        ),
        ("{receiver: a, group_wait: -1s}", "am.yml:2: route.group_wait: not a duration"),
        ("{receiver: a, group_wait: 30}", "am.yml:2: route.group_wait: not a duration"),
        ("{receiver: a, group_interval: 0s}", "am.yml:2: route.group_interval: cannot be zero"),
        ("{receiver: a, repeat_interval: 0}", "am.yml:2: route.repeat_interval: cannot be zero"),
        ("{receiver: a, group_by: [x, x]}", "am.yml:2: route.group_by[1]: 'x' is there twice"),
        ("{receiver: a, group_by: ['...', x]}", "am.yml:2: route.group_by: '...' is every label"),
        ("{receiver: a, group_bye: [x]}", "am.yml:2: route.group_bye: is not a known field"),
        (
            "{receiver: a, routes: [{matchers: [x]}]}",
            "am.yml:2: route.routes[0].matchers[0]: not a",
        ),
        (
            "{receiver: a, routes: [{match_re: {x: }}]}",
            "am.yml:2: route.routes[0].match_re.x: must be text",
        ),
        (
            "{receiver: a, routes: [{match: {'a b': x}}]}",
            "am.yml:2: route.routes[0].match.a b: not",
        ),
        ("{receiver: a, routes: [{match_re: {a: '('}}]}", "am.yml:2: route.routes[0].match_re.a: "),
        ("{receiver: a, continue: 'true'}", "am.yml:2: route.continue: must be true or false"),
        ("{receiver: [a]}", "am.yml:2: route.receiver: must be text"),
        ("{receiver: a, receiver: a}", "am.yml:2: route.receiver: given twice"),
    ],
)
def test_a_wrong_route_is_refused_with_its_line(block: str, problem: str) -> None:
    assert errors(LEAST + "route: " + block)[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("receivers: []", "am.yml:1: route: is required"),
        ("", "am.yml:1: the file is empty"),
        ("[]", "am.yml:1: must be a block"),
        (
            "route: {receiver: a}\nreceivers:\n- name: a\n- name: a",
            "am.yml:4: receivers[1].name: 'a'",
        ),
        (
            "route: {receiver: a}\nreceivers:\n- name: a\n- {}",
            "am.yml:4: receivers[1].name: is req",
        ),
        (LEAST + "route: {receiver: a}\nrouter: 1", "am.yml:3: router: is not a known field"),
        (
            LEAST + "route: {receiver: a}\nglobal: {x: 1}",
            "am.yml:3: global.x: is not a known field",
        ),
        (
            LEAST + "route: {receiver: a}\ninhibit_rules:\n- {equals: [x]}",
            "am.yml:4: inhibit_rules[0].equals: is not a known field",
        ),
        (
            LEAST
            + "route: {receiver: a}\ntime_intervals: [{name: x}]\nmute_time_intervals: [{name: x}]",
            "am.yml:3: time_intervals[0].name: 'x' is the name of another one already",
        ),
        (
            LEAST + "route: {receiver: a}\ntime_intervals:\n- name: x\n  time_intervals:\n"
            "  - weekdays: ['friday:monday']",
            "am.yml:6: time_intervals[0].time_intervals[0].weekdays[0]: 'friday:monday' ends",
        ),
        (
            LEAST + "route: {receiver: a}\ntime_intervals:\n- name: x\n  time_intervals:\n"
            "  - location: Mars/Olympus",
            "am.yml:6: time_intervals[0].time_intervals[0].location: there is no time zone",
        ),
        (
            LEAST + "route: {receiver: a}\ntime_intervals:\n- name: x\n  time_intervals:\n"
            "  - times: [{start_time: '17:00', end_time: '09:00'}]",
            "am.yml:6: time_intervals[0].time_intervals[0].times[0]: start_time must be before",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text: str, problem: str) -> None:
    (found,) = errors(text)
    assert found.startswith(problem)
