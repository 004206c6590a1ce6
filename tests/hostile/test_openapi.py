"""docs/openapi.yaml says what the template deploys and what the function answers."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.hostile.deployment import Deployment, deployed
from tests.hostile.gateway import Gateway, document
from tests.template.test_edge import ANY, DELIVERIES, INGEST, LINKS, ONE_ALERT, READ
from tocsin.domain.errors import InvalidInput, InvalidSignature, Overloaded, TooManyRequests
from tocsin.domain.fingerprint import fingerprint
from tocsin.runtime import api, ingest
from tocsin.runtime.alertmanager import dispatch
from tocsin.runtime.dialects import Alertmanager, Native
from tocsin.runtime.enqueue import PagerDutyEvents
from tocsin.runtime.pushing import PushedMetrics

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.timeout(600), pytest.mark.no_cover]

GATEWAY = Gateway()
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", GATEWAY)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What the routes of one alert are asked for.
KNOWN = "Known"
ONE = {f"{method.upper()} {path}" for method, path in ONE_ALERT}
ROUTES = sorted(
    (method, path)
    for path, item in document()["paths"].items()
    for method in item.keys() - {"parameters"}
)
SIGNED = (
    InvalidSignature(),
    InvalidInput("another body", status=409, code="replayed"),
    TooManyRequests("too many", retry_after_s=1, scope="alerts"),
    Overloaded("too much", retry_after_s=1, scope="pipeline"),
)
# `make e2e` tries more.
EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "25"))


@pytest.fixture(scope="module", autouse=True)
def deployment() -> Iterator[Deployment]:
    with deployed() as made:
        GATEWAY.call = made.stack._call
        made.stack.post("/v1/alerts", made.keys["acme"], {"name": KNOWN})
        made.stack.drain()
        yield made
        GATEWAY.call = None


def test_it_has_the_routes_of_the_template_and_of_the_apis_and_no_others() -> None:
    below_api = {
        (method.lower(), f"{prefix}/api/v2{path}")
        for path, methods in dispatch._ROUTES.items()
        for method in methods
        for prefix in ("", "/k/{key}")
    }
    # tests/template/test_edge.py holds these to the template.
    own = {each for each in READ if each[0] != ANY}
    documented = {(method, path.replace("{silenceID}", "{id}")) for method, path in ROUTES}
    assert documented == INGEST | LINKS | ONE_ALERT | DELIVERIES | own | below_api


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_route_leads_to_something(method: str, path: str, deployment: Deployment) -> None:
    """No handler says of a route that there is none."""
    given = {"key": deployment.keys["acme"], "provider": "generic", "action": "comment"}
    world = deployment.stack
    event = {
        "httpMethod": method.upper(),
        "resource": path,
        "pathParameters": {**given, "silenceID": "x", "token": "x", "notification": "x"},
        "headers": {"x-api-key": given["key"]},
        "body": "",
    }
    handler = ingest.handler if (method, path) in INGEST else api.handler
    answer = world._call(handler, event)
    assert answer["statusCode"] != 503
    assert answer["statusCode"] != 405
    for words in ("no such route", '"not_found"', f"path {path}", "404 page not found"):
        assert words not in answer["body"]


@pytest.mark.parametrize("dialect", [Native(), Alertmanager(), PushedMetrics()], ids=type)
def test_it_knows_what_is_answered_when_nothing_can_be_accepted(
    dialect: Native | Alertmanager | PushedMetrics,
) -> None:
    paths = {Native: "/v1/alerts", Alertmanager: "/api/v2/alerts", PushedMetrics: "/v1/metrics"}
    path = paths[type(dialect)]
    documented = document()["paths"][path]["post"]["responses"]
    assert str(dialect.unavailable()["statusCode"]) in documented


@pytest.mark.parametrize(
    ("dialect", "error"),
    [
        (dialect, error)
        for dialect in (Native(), Alertmanager(), PagerDutyEvents())
        for error in SIGNED
    ]
    # Metrics are not signed, so that none is a repeat.
    + [(PushedMetrics(), error) for error in SIGNED if error.code != "replayed"],
    ids=lambda each: getattr(each, "code", type(each).__name__),
)
def test_it_knows_what_is_answered_without_a_look_at_the_alerts(
    dialect: Native | Alertmanager | PagerDutyEvents | PushedMetrics, error: InvalidInput
) -> None:
    suffix = {
        Native: "/v1/alerts",
        Alertmanager: "/api/v2/alerts",
        PagerDutyEvents: "/v2/enqueue",
        PushedMetrics: "/v1/metrics",
    }
    paths = [path for _, path in INGEST if suffix[type(dialect)] in path]
    assert len(paths) > 1
    status = str(dialect.refused(error)["statusCode"])
    for path in paths:
        assert status in document()["paths"][path]["post"]["responses"], path


def _examples(count: int) -> settings:
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=count,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@SCHEMA.exclude(path_regex="^/k/").parametrize()
@_examples(EXAMPLES)
def test_the_function_answers_as_it_says(case: schemathesis.Case, deployment: Deployment) -> None:
    _is_answered_as_documented(case, deployment)


@SCHEMA.include(path_regex="^/k/").parametrize()
@_examples(max(1, EXAMPLES // 5))
def test_so_it_does_where_the_key_is_in_the_path(
    case: schemathesis.Case, deployment: Deployment
) -> None:
    _is_answered_as_documented(case, deployment)


def _is_answered_as_documented(case: schemathesis.Case, deployment: Deployment) -> None:
    key = deployment.keys["acme"]
    if "key" in case.path_parameters and len(str(case.path_parameters["key"])) % 2:
        case.path_parameters["key"] = key
    if case.operation.label in ONE:
        case.path_parameters["provider"] = fingerprint("acme", {"alertname": KNOWN})
    elif "provider" in case.path_parameters and len(str(case.path_parameters["provider"])) % 2:
        case.path_parameters["provider"] = "alertmanager"
    response = case.call(headers={"x-api-key": key})
    case.validate_response(response, checks=CHECKS)
