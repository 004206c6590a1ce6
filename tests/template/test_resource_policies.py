"""Policies of queues, bucket and functions: who is let in, and over which connections."""

import pytest

from tests.template.transformed import Stack, statements, target


@pytest.mark.parametrize(
    ("policy", "covered"),
    [("QueuePolicy", "AWS::SQS::Queue"), ("ArchiveBucketPolicy", "AWS::S3::Bucket")],
)
def test_unencrypted_connections_are_refused(stack: Stack, policy: str, covered: str) -> None:
    properties = stack[policy]
    (statement,) = statements(properties["PolicyDocument"])
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    names = {target(name) for name in properties.get("Queues", [properties.get("Bucket")])}
    assert names == set(stack.of_type(covered))


def test_no_resource_policy_lets_anybody_in(cached_stack: Stack) -> None:
    for resource in cached_stack.resources.values():
        document = resource.get("Properties", {}).get("PolicyDocument")
        for statement in statements(document) if document else ():
            assert statement["Effect"] == "Deny"


def test_only_this_api_may_call_the_functions(stack: Stack) -> None:
    for permission in stack.of_type("AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "__ApiId__" in permission["SourceArn"]["Fn::Sub"][0]
        assert target(permission["SourceArn"]["Fn::Sub"][1]["__ApiId__"]) == "Api"
