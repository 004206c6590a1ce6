"""The API: its routes, its limits, and what the gateway answers itself."""

import json

import pytest

from tests.template.transformed import Stack, source, target
from tocsin.domain.errors import TooLarge

ALERTS = ["/v1/alerts", "/v1/alerts/{provider}", "/api/v2/alerts", "/v2/enqueue"]
SENT = [*ALERTS, "/v1/metrics", "/v1/changes"]
INGEST = {("post", path) for path in SENT} | {("post", f"/k/{{key}}{path}") for path in SENT}
ANY = "x-amazon-apigateway-any-method"
PROBES = ["/-/healthy", "/-/ready", "/metrics"]
ALERTMANAGER = ["/api/v2/alerts", "/api/v2/{proxy+}"]
READ = {
    *(("get", path) for path in ("/health", "/v1/stats/overview")),
    *(("get", f"{prefix}{path}") for path in PROBES for prefix in ("", "/k/{key}")),
    *((ANY, f"{prefix}{path}") for path in ALERTMANAGER for prefix in ("", "/k/{key}")),
}
ONE_ALERT = {
    *(("get", f"{prefix}/v1/alerts/{{provider}}") for prefix in ("", "/k/{key}")),
    *(("post", f"{prefix}/v1/alerts/{{provider}}/{{action}}") for prefix in ("", "/k/{key}")),
}
LINKS = {
    ("post", "/v1/slack/actions"),
    *((method, "/v1/actions/{token}") for method in ("get", "head", "post")),
}

DELIVERIES = {
    ("get", f"{prefix}/v1/deliveries{below}")
    for prefix in ("", "/k/{key}")
    for below in ("", "/{notification}")
}


@pytest.fixture(scope="module")
def routes(stack: Stack) -> dict[tuple[str, str], dict]:
    return {
        (method, path): operation
        for path, item in stack["Api"]["Body"]["paths"].items()
        for method, operation in item.items()
    }


def test_there_are_these_routes_and_no_others(routes: dict) -> None:
    assert set(routes) == INGEST | READ | ONE_ALERT | DELIVERIES | LINKS


def test_what_varies_at_a_place_of_a_path_has_one_name(routes: dict) -> None:
    # API Gateway refuses another: "a sibling of this resource already has a variable path part".
    names: dict[str, set[str]] = {}
    for _, path in routes:
        parts = path.split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                names.setdefault("/".join(parts[:place]), set()).add(part)
    assert {parent for parent, found in names.items() if len(found) > 1} == set()


def test_each_route_leads_to_the_function_that_answers_it(routes: dict) -> None:
    for route, operation in routes.items():
        integration = operation["x-amazon-apigateway-integration"]
        function = "IngestFunction" if route in INGEST else "ApiFunction"
        assert integration["type"] == "aws_proxy"
        assert f"${{{function}.Arn}}" in integration["uri"]["Fn::Sub"]


def test_a_compressed_answer_passes_whatever_the_client_says_that_it_accepts(
    stack: Stack,
) -> None:
    assert stack["Api"]["Body"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


@pytest.fixture(scope="module")
def gateway_answers(stack: Stack) -> dict[str, dict]:
    return stack["Api"]["Body"]["x-amazon-apigateway-gateway-responses"]


def stage_of(stack: Stack) -> dict:
    (stage,) = stack.of_type("AWS::ApiGateway::Stage").values()
    return stage


def test_there_is_one_stage(stack: Stack) -> None:
    assert stage_of(stack)["StageName"] == "prod"


def test_the_path_of_a_request_is_kept_nowhere_since_it_may_hold_a_key(stack: Stack) -> None:
    # A trace of the gateway holds the URL, and so does what it logs of a method.
    assert "TracingEnabled" not in stage_of(stack)
    assert "AccessLogSetting" not in stage_of(stack)
    for setting in stage_of(stack)["MethodSettings"]:
        assert not {"LoggingLevel", "DataTraceEnabled"} & set(setting)


@pytest.mark.parametrize(
    ("parameters", "rate", "burst"),
    [({}, 2000, 4000), ({"RequestRateLimit": "5", "RequestBurstLimit": "10"}, "5", "10")],
)
def test_requests_are_limited_before_they_cost_an_invocation(
    parameters: dict[str, str], rate: int | str, burst: int | str
) -> None:
    (setting,) = stage_of(Stack(**parameters))["MethodSettings"]
    assert (setting["ResourcePath"], setting["HttpMethod"]) == ("/*", "*")
    assert (setting["ThrottlingRateLimit"], setting["ThrottlingBurstLimit"]) == (rate, burst)


@pytest.mark.parametrize("name", ["RequestRateLimit", "RequestBurstLimit"])
def test_a_limit_says_what_it_protects(name: str) -> None:
    assert "the account's Lambda concurrency" in source()["Parameters"][name]["Description"]


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "404", "not_found"),
        ("UNSUPPORTED_MEDIA_TYPE", "415", "unsupported_encoding"),
        ("REQUEST_TOO_LARGE", str(TooLarge.status), TooLarge.code),
        ("THROTTLED", "429", "throttled"),
        # Without a status of its own it keeps that of each failure.
        ("DEFAULT_5XX", None, "unavailable"),
    ],
)
def test_the_gateway_words_its_errors_as_the_functions_do(
    gateway_answers: dict, response: str, status: str | None, code: str
) -> None:
    found = gateway_answers[response]
    assert found.get("statusCode") == status
    (body,) = found["responseTemplates"].values()
    error = json.loads(body)["error"]
    assert error == {"code": code, "message": error["message"], "path": ""}
    assert error["message"]


@pytest.mark.parametrize("response", ["THROTTLED", "DEFAULT_5XX"])
def test_who_should_send_again_is_told_when(gateway_answers: dict, response: str) -> None:
    headers = gateway_answers[response]["responseParameters"]
    assert headers == {"gatewayresponse.header.Retry-After": "'1'"}


def test_the_gateway_quotes_nothing_of_a_request(gateway_answers: dict) -> None:
    assert "$" not in json.dumps(gateway_answers)


def test_the_base_url_of_the_outputs_is_that_of_the_stage(stack: Stack) -> None:
    url = stack.outputs["ApiBaseUrl"]["Value"]["Fn::Sub"]
    assert url == "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod"


def test_outputs_name_every_table_queue_and_function(stack: Stack) -> None:
    kinds = ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::S3::Bucket")
    shown = {target(output["Value"]) for output in stack.outputs.values()}
    assert {name for kind in kinds for name in stack.of_type(kind)} <= shown


def test_a_guided_deployment_can_accept_every_default() -> None:
    for name, parameter in source()["Parameters"].items():
        assert "Default" in parameter, name
        assert parameter["Description"], name
