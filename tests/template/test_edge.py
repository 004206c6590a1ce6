"""The API: its routes, and that it has no others."""

import pytest

from tests.template.transformed import Stack, source, target

ALERTS = ["/v1/alerts", "/v1/alerts/{provider}", "/api/v2/alerts"]
INGEST = {("post", path) for path in ALERTS} | {("post", f"/k/{{key}}{path}") for path in ALERTS}
READ = {
    ("get", path)
    for path in (
        "/health",
        "/-/healthy",
        "/-/ready",
        "/api/v2/status",
        "/k/{key}/api/v2/status",
        "/v1/stats/overview",
    )
}


@pytest.fixture(scope="module")
def routes(stack: Stack) -> dict[tuple[str, str], dict]:
    return {
        (method, path): operation
        for path, item in stack["Api"]["Body"]["paths"].items()
        for method, operation in item.items()
    }


def test_there_are_these_routes_and_no_others(routes: dict) -> None:
    assert set(routes) == INGEST | READ


def test_each_route_leads_to_the_function_that_answers_it(routes: dict) -> None:
    for route, operation in routes.items():
        integration = operation["x-amazon-apigateway-integration"]
        function = "IngestFunction" if route in INGEST else "ApiFunction"
        assert integration["type"] == "aws_proxy"
        assert f"${{{function}.Arn}}" in integration["uri"]["Fn::Sub"]


def test_there_is_one_traced_stage(stack: Stack) -> None:
    (stage,) = stack.of_type("AWS::ApiGateway::Stage").values()
    assert stage["StageName"] == "prod"
    assert stage["TracingEnabled"] is True


def test_the_path_of_a_request_is_not_logged_since_it_may_hold_a_key(stack: Stack) -> None:
    (stage,) = stack.of_type("AWS::ApiGateway::Stage").values()
    assert "AccessLogSetting" not in stage
    assert "MethodSettings" not in stage


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
