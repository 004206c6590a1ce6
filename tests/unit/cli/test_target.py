import json

import click
import pytest

from cli import target as module
from cli.target import Target
from tocsin.domain import apikey

FACTS = {
    "endpoint_url": "http://127.0.0.1:4566",
    "region": "us-east-1",
    "stack": "local-stack",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
RESOURCES = {
    "ControlTable": "control-1",
    "KeyPepperSecret": "arn:pepper",
    "IngestFunction": "ingest-1",
}


class Stack:
    """Answers what `Target` asks of AWS, two resources a page."""

    def get_paginator(self, operation):
        assert operation == "list_stack_resources"
        return self

    def paginate(self, **asked):
        assert asked == {"StackName": "alerts"}
        found = [
            {"LogicalResourceId": logical, "PhysicalResourceId": physical}
            for logical, physical in RESOURCES.items()
        ]
        yield {"StackResourceSummaries": found[:2]}
        yield {"StackResourceSummaries": [*found[2:], {"LogicalResourceId": "Unborn"}]}

    def describe_stacks(self, **asked):
        assert asked == {"StackName": "alerts"}
        return {"Stacks": [{"Outputs": [{"OutputKey": "ApiId", "OutputValue": "a1"}]}]}

    def get_secret_value(self, **asked):
        return {"SecretString": f"pepper of {asked['SecretId']}"}

    def get_function_configuration(self, **asked):
        assert asked == {"FunctionName": "ingest-1"}
        return {"Environment": {"Variables": {"TOCSIN_ENV": "staging"}}}


@pytest.fixture
def target():
    return Target("alerts", lambda service: Stack())


def test_resources_are_found_on_every_page(target):
    assert target.resources == RESOURCES
    assert target.resource("IngestFunction") == "ingest-1"
    assert target.outputs == {"ApiId": "a1"}


def test_a_resource_that_is_missing_is_named(target):
    with pytest.raises(click.ClickException, match="stack alerts has no Unborn"):
        target.resource("Unborn")


def test_a_client_is_made_once(target):
    assert target.client("sqs") is target.client("sqs")
    assert target.client("sqs") is not target.client("s3")


def test_keys_are_issued_for_the_environment_and_pepper_of_the_stack(target):
    stored = []
    target.keys = type("Keys", (), {"put": lambda self, key: stored.append(key)})()
    issued = target.issue("acme", "ci", ["read"])
    presented = apikey.parse(issued.text)
    assert presented.environment == "staging"
    assert stored == [issued.key]
    assert apikey.is_match(b"pepper of arn:pepper", presented.secret, issued.key.digest)
    assert presented.secret not in repr(issued)


def test_stores_use_the_control_table(target):
    pytest.importorskip("tocsin.adapters.dynamodb.configs")
    assert target.configs is target.configs
    assert target.keys is target.keys


def test_the_local_cloud_outweighs_the_shell(tmp_path, monkeypatch):
    facts = tmp_path / "cloud.json"
    facts.write_text(json.dumps(FACTS))
    monkeypatch.setattr(module, "LOCAL_FACTS", facts)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "a profile that nobody made")
    target = Target.load(is_local=True)
    assert target.stack == "local-stack"
    assert target.client("sqs").meta.endpoint_url == "http://127.0.0.1:4566"
    assert target.client("sqs").meta.region_name == "us-east-1"


def test_a_local_cloud_that_is_not_up_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOCAL_FACTS", tmp_path / "absent.json")
    with pytest.raises(click.ClickException, match="make up"):
        Target.load(is_local=True)


def test_without_it_the_ordinary_environment_counts(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    target = Target.load()
    assert target.stack == "tocsin"
    assert target.client("sqs").meta.endpoint_url == "http://127.0.0.1:1"


def test_only_the_local_cloud_is_local(tmp_path, monkeypatch):
    facts = tmp_path / "cloud.json"
    facts.write_text(json.dumps(FACTS))
    monkeypatch.setattr(module, "LOCAL_FACTS", facts)
    assert Target.load(is_local=True).is_local
    assert not Target.load().is_local


def test_both_names_of_the_region_count(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert Target.load().client("sqs").meta.region_name == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert Target.load().client("sqs").meta.region_name == "eu-north-1"
