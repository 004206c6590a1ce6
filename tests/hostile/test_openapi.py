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
from tests.template.test_edge import DELIVERIES, INGEST, LINKS, ONE_ALERT
from tocsin.domain.errors import InvalidInput, InvalidSignature, Overloaded, TooManyRequests
from tocsin.domain.fingerprint import fingerprint
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
ONE = ("GET /v1/alerts/{provider}", "POST /v1/alerts/{provider}/{action}")
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
    routes = {
        (method, path.replace("{silenceID}", "{id}"))
        for path, item in document()["paths"].items()
        for method in item.keys() - {"parameters"}
    }
    api = {
        (method.lower(), f"/api/v2{path}")
        for path, methods in dispatch._ROUTES.items()
        for method in methods
    }
    own = {each for each in ONE_ALERT | DELIVERIES if not each[1].startswith("/k/")}
    assert routes == INGEST | LINKS | own | api


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


@SCHEMA.parametrize()
@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_function_answers_as_it_says(case: schemathesis.Case, deployment: Deployment) -> None:
    key = deployment.keys["acme"]
    if "key" in case.path_parameters and len(str(case.path_parameters["key"])) % 2:
        case.path_parameters["key"] = key
    if case.operation.label in ONE:
        case.path_parameters["provider"] = fingerprint("acme", {"alertname": KNOWN})
    elif "provider" in case.path_parameters and len(str(case.path_parameters["provider"])) % 2:
        case.path_parameters["provider"] = "alertmanager"
    response = case.call(headers={"x-api-key": key})
    case.validate_response(response, checks=CHECKS)
