from pathlib import Path

import pytest

from tocsin.configuration import ConfigurationErrors, load

SAMPLE = Path(__file__).parents[3] / "tocsin.yaml"

RECEIVER = "{name: oncall, webhook: {url: 'https://example.com/hook'}}"


def tenant(*, receivers=f"[{RECEIVER}]", route="{receiver: oncall}", more=""):
    return f"tenants:\n  acme:\n    receivers: {receivers}\n    route: {route}\n{more}"


def problems(text, environ=None):
    with pytest.raises(ConfigurationErrors) as refused:
        load(text, "t.yaml", environ or {})
    return str(refused.value).splitlines()


def test_the_sample_is_valid_without_any_variable():
    document = load(SAMPLE.read_text(encoding="utf-8"), "tocsin.yaml", {})
    assert list(document.tenants) == ["acme"]


def test_all_problems_are_listed_at_once_in_the_order_of_the_file():
    found = problems(
        tenant(
            receivers="[{name: a/b, slack: {url: 'https://h/'}, colour: red}]",
            route="{receivr: oncall}",
            more="    keys:\n      - name: k\n        scopes: [root]\n",
        )
    )
    assert found == [
        "t.yaml:3: tenants.acme.receivers[0].colour: is not a known field",
        "t.yaml:3: tenants.acme.receivers[0].name: a name is 1 to 64 of a-z, A-Z, 0-9, _ and -",
        "t.yaml:4: tenants.acme.route.receivr: is not a known field",
        "t.yaml:7: tenants.acme.keys[0].scopes[0]: must be 'ingest', 'read', 'silence' or 'admin'",
    ]


@pytest.mark.parametrize("name", ["a#b", "a/b", "'a b'", "''", "x" * 65, "é"])
def test_a_tenant_name_cannot_hold_what_separates_storage_keys(name):
    found = problems(f"tenants:\n  {name}:\n    receivers: [{RECEIVER}]\n    route: {{}}\n")
    assert any(": a name is 1 to 64 of" in problem for problem in found)


@pytest.mark.parametrize(
    ("route", "problem"),
    [
        ("{}", "route: the top route needs a receiver: it takes what no other route takes"),
        ("{receiver: nobody}", "route.receiver: there is no receiver 'nobody'"),
        (
            "{receiver: oncall, routes: [{routes: [{receiver: nobody}]}]}",
            "route.routes[0].routes[0].receiver: there is no receiver 'nobody'",
        ),
        (
            "{receiver: oncall, matchers: ['a=b']}",
            "route.matchers: the top route takes every alert and can have no matchers",
        ),
        (
            "{receiver: oncall, continue: true}",
            "route.continue: the top route has no siblings to continue with",
        ),
        (
            "{receiver: oncall, routes: [{matchers: ['nonsense']}]}",
            "route.routes[0].matchers[0]: not a matcher: 'nonsense'; write it as name=\"value\"",
        ),
        (
            "{receiver: oncall, group_by: ['']}",
            "route.group_by[0]: a label name has 1 to 256 characters",
        ),
        ("{receiver: oncall, group_by: [a, a]}", "route.group_by[1]: 'a' is there twice"),
        (
            "{receiver: oncall, group_by: ['...', a]}",
            "route.group_by: '...' is every label and stands alone",
        ),
        ("{receiver: oncall, routes: [~]}", "route.routes[0]: must be a block of fields"),
        ("{receiver: oncall, continue: 'yes'}", "route.continue: must be true or false"),
    ],
)
def test_routes_are_checked_where_they_stand(route, problem):
    assert problems(tenant(route=route)) == [f"t.yaml:4: tenants.acme.{problem}"]


@pytest.mark.parametrize("pattern", ["(", r"(?=x)", r"(a)\\1"])
def test_patterns_must_be_re2(pattern):
    (found,) = problems(
        tenant(route=f"{{receiver: oncall, routes: [{{matchers: ['a=~{pattern}']}}]}}")
    )
    assert "matchers[0]: not a valid RE2 pattern" in found


def test_a_matcher_has_a_greatest_length():
    matcher = f"a={'x' * 1000}"
    (found,) = problems(tenant(route=f"{{receiver: oncall, routes: [{{matchers: [{matcher}]}}]}}"))
    assert found.endswith("matchers[0]: a matcher has at most 1000 characters")


def test_routes_have_a_greatest_depth():
    route = "{receiver: oncall}"
    for _ in range(10):
        route = f"{{receiver: oncall, routes: [{route}]}}"
    (found,) = problems(tenant(route=route))
    assert found.endswith("routes are nested more than 10 deep")


def test_routes_have_a_greatest_number():
    branch = f"{{routes: [{', '.join(['{}'] * 199)}]}}"
    (found,) = problems(
        tenant(route=f"{{receiver: oncall, routes: [{branch}, {branch}, {branch}]}}")
    )
    assert found.endswith("more than 500 routes")


@pytest.mark.parametrize(
    ("receivers", "problem"),
    [
        ("[]", "receivers: must not be empty"),
        ("[{name: oncall}]", "receivers[0]: a receiver has exactly one of webhook, "),
        (
            "[{name: oncall, slack: {url: 'https://h/'}, webhook: {url: 'https://h/'}}]",
            "receivers[0]: a receiver has exactly one of webhook, ",
        ),
        (f"[{RECEIVER}, {RECEIVER}]", "receivers[1].name: 'oncall' is the name of another one"),
        ("[{name: no, slack: {url: 'https://h/'}}]", "receivers[0].name: must be text"),
    ],
)
def test_receivers_are_checked(receivers, problem):
    (found,) = problems(tenant(receivers=receivers))
    assert found.startswith(f"t.yaml:3: tenants.acme.{problem}")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://h/", "not a URL"),
        ("https:///x", "not a URL"),
        ("https://h:port/", "not a URL"),
        ("http://example.com/", "not encrypted"),
        ("http://127.0.0.1.example.com/", "not encrypted"),
        ("https://user:hunter2@h/", "credentials in a URL"),
        ("https://h/a b", "a URL has at most 2048 characters"),
        ("https://h/" + "x" * 3000, "a URL has at most 2048 characters"),
    ],
)
def test_urls_are_checked_and_never_quoted(url, problem):
    (found,) = problems(tenant(receivers=f"[{{name: oncall, slack: {{url: '{url}'}}}}]"))
    assert f"receivers[0].slack.url: {problem}" in found
    assert url not in found
    assert "hunter2" not in found


@pytest.mark.parametrize("url", ["http://127.0.0.1:9099/x", "http://[::1]/", "http://localhost/"])
def test_this_machine_needs_no_encryption(url):
    load(tenant(receivers=f"[{{name: oncall, webhook: {{url: '{url}'}}}}]"), "t.yaml", {})


@pytest.mark.parametrize(
    ("webhook", "problem"),
    [
        ("timeout: 11s", "timeout: must be from 100ms to 10s"),
        ("timeout: 0", "timeout: not a duration; write one with its unit"),
        ("timeout: soon", "timeout: not a duration; write one such as"),
        ("max_alerts: 0", "max_alerts: must be at least 1"),
        ("max_alerts: 1001", "max_alerts: must be at most 1000"),
        ("max_alerts: '5'", "max_alerts: must be a whole number"),
        ("send_resolved: 1", "send_resolved: must be true or false"),
        ("headers: {'X Y': a}", "headers.X Y: not a name of an HTTP header"),
        ("headers: {Idempotency-Key: a}", "headers.Idempotency-Key: tocsin sets this header"),
        ('headers: {A: "x\\r\\ny"}', "headers.A: a header value is printable ASCII"),
    ],
)
def test_webhooks_are_checked(webhook, problem):
    receivers = f"[{{name: oncall, webhook: {{url: 'https://h/', {webhook}}}}}]"
    (found,) = problems(tenant(receivers=receivers))
    assert f"tenants.acme.receivers[0].webhook.{problem}" in found


def test_key_names_are_unique():
    (found,) = problems(tenant(more="    keys:\n    - name: a\n    - name: b\n    - name: a\n"))
    assert found == "t.yaml:8: tenants.acme.keys[2].name: 'a' is the name of another one already"


def test_variables_hold_secrets_that_no_representation_shows():
    text = tenant(receivers="[{name: oncall, slack: {url: 'https://h/${TOKEN}'}}]")
    document = load(text, "t.yaml", {"TOKEN": "hunter2"})
    slack = document.tenants["acme"].receivers[0].slack
    assert slack.url.get_secret_value() == "https://h/hunter2"
    assert "hunter2" not in repr(document)


def test_an_unset_variable_is_reported_with_its_place():
    text = tenant(receivers="[{name: oncall, slack: {url: '${TOKEN}'}}]")
    assert problems(text) == [
        "t.yaml:3: tenants.acme.receivers[0].slack.url: the environment variable TOKEN is not set"
    ]


def test_an_unset_variable_hides_no_other_problem():
    found = problems(
        tenant(
            receivers="[{name: oncall, webhook: {url: '${URL}', headers: {A: 'Bearer ${TOKEN}'}}}]",
            route="{receiver: nobody}",
        )
    )
    where = "t.yaml:3: tenants.acme.receivers[0].webhook"
    assert found == [
        f"{where}.headers.A: the environment variable TOKEN is not set",
        f"{where}.url: the environment variable URL is not set",
        "t.yaml:4: tenants.acme.route.receiver: there is no receiver 'nobody'",
    ]


@pytest.mark.parametrize(
    "more",
    [
        "    settings: {resolve_timeout: '${UNSET}'}\n",
        "    keys: ${UNSET}\n",
        "    keys: [{name: '${UNSET}', scopes: ['${UNSET}']}]\n",
    ],
)
def test_what_is_unset_is_not_called_wrong_as_well(more):
    found = problems(tenant(receivers=f"[{RECEIVER}, {{}}]", more=more))
    assert found[0].endswith("receivers[1].name: is required")
    assert all("UNSET is not set" in each for each in found[1:])


def test_a_key_that_is_no_text_hides_no_other_problem():
    found = problems(tenant(route="{receiver: oncall, receivr: x}", more="    1: x\n"))
    assert found == [
        "t.yaml:4: tenants.acme.route.receivr: is not a known field",
        "t.yaml:5: tenants.acme: a key must be text; put it in quotes",
    ]


@pytest.mark.parametrize("text", ["tenants: {}", "tenants:", "[]", "x", "other: 1"])
def test_a_document_without_tenants_is_refused(text):
    assert problems(text)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("retry: {attempts: 0}", "retry.attempts: must be at least 1"),
        ("retry: {attempts: 11}", "retry.attempts: must be at most 10"),
        ("retry: {base: 1}", "retry.base: not a duration; write one with its unit, such as 30s"),
        ("retry: {cap: 2h}", "retry.cap: must be from 100ms to 1h"),
        ("retry: {give_up_after: 3d}", "retry.give_up_after: must be from 1m to 2d"),
        ("retry: {tries: 3}", "retry.tries: is not a known field"),
        ("breaker: {mode: maybe}", "breaker.mode: must be 'rate' or 'consecutive'"),
        ("breaker: {failures: 51}", "breaker.failures: must be at most 50"),
        ("breaker: {window: 0}", "breaker.window: not a duration; write one with its unit, such"),
        ("breaker: {open: 61m}", "breaker.open: must be from 1s to 1h"),
        ("breaker: {rate: 1}", "breaker.rate: is not a known field"),
    ],
)
def test_what_is_wrong_with_retry_and_breaker_is_named(block, problem):
    receivers = f"[{{name: oncall, webhook: {{url: 'https://example.com/'}}, {block}}}]"
    (found,) = problems(tenant(receivers=receivers))
    assert f"tenants.acme.receivers[0].{problem}" in found
