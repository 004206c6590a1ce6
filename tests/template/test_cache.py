"""The optional cache and its network: nothing of it exists unless it is switched on."""

import re

import pytest

from tests.template.transformed import Stack, source, target

STACK_ID = (
    f"arn:aws:cloudformation:eu-central-1:123456789012:stack/{'a' * 128}/"
    "1c2fa620-982a-11e3-aff7-50e2416294e0"
)


USERS = ("ApiFunction", "IngestFunction")


def network_of(stack: Stack) -> set[str]:
    kinds = ("AWS::EC2::", "AWS::ElastiCache::")
    return {name for name, found in stack.resources.items() if found["Type"].startswith(kinds)}


def test_by_default_there_is_no_cache_and_no_network(stack: Stack) -> None:
    assert network_of(stack) == set()
    for user in USERS:
        assert stack[user]["Environment"]["Variables"]["CACHE_URL"] == ""
        assert "VpcConfig" not in stack[user]


@pytest.mark.parametrize("user", USERS)
def test_a_cache_of_ones_own_is_used_by_its_address(user: str) -> None:
    stack = Stack(CacheUrl="redis://127.0.0.1:6379")
    variables = stack[user]["Environment"]["Variables"]
    assert variables["CACHE_URL"] == "redis://127.0.0.1:6379"


def test_the_cache_is_valkey_reached_encrypted_and_bounded(cached_stack: Stack) -> None:
    cache = cached_stack["Cache"]
    assert cache["Engine"] == "valkey"
    assert cache["CacheUsageLimits"]["DataStorage"]["Maximum"] >= 1
    for user in USERS:
        url = cached_stack[user]["Environment"]["Variables"]["CACHE_URL"]
        assert url["Fn::Sub"] == "rediss://${Cache.Endpoint.Address}:${Cache.Endpoint.Port}"


def test_the_cache_has_a_name_that_aws_takes_whatever_the_stack_is_called(
    cached_stack: Stack,
) -> None:
    text, values = cached_stack["Cache"]["ServerlessCacheName"]["Fn::Sub"]
    index, split = values["Id"]["Fn::Select"]
    separator, whole = split["Fn::Split"]
    assert target(whole) == "AWS::StackId"
    name = text.replace("${Id}", STACK_ID.split(separator)[index])
    assert len(name) <= 40
    assert re.fullmatch(r"[a-z](-?[a-z0-9])*", name)


def test_who_switches_the_cache_on_is_told_what_it_costs_and_does() -> None:
    description = source()["Parameters"]["EnableCache"]["Description"]
    assert "count requests against rate limits together" in description
    assert "USD" in description
    assert "No alert depends on it" in description


def test_only_what_uses_the_cache_is_in_the_network(cached_stack: Stack) -> None:
    functions = cached_stack.of_type("AWS::Lambda::Function")
    assert {name for name, found in functions.items() if "VpcConfig" in found} == set(USERS)


def test_the_network_has_no_way_out_but_the_endpoints(cached_stack: Stack) -> None:
    kinds = {found["Type"] for found in cached_stack.resources.values()}
    assert not kinds & {
        "AWS::EC2::NatGateway",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::Route",
        "AWS::EC2::EIP",
    }
    endpoints = {
        found["ServiceName"]["Fn::Sub"].rpartition(".")[2]: found["VpcEndpointType"]
        for found in cached_stack.of_type("AWS::EC2::VPCEndpoint").values()
    }
    assert endpoints == {
        "s3": "Gateway",
        "dynamodb": "Gateway",
        "sqs": "Interface",
        "secretsmanager": "Interface",
    }


def test_the_subnets_are_private_and_in_two_zones(cached_stack: Stack) -> None:
    subnets = cached_stack.of_type("AWS::EC2::Subnet")
    zones = {found["AvailabilityZone"]["Fn::Select"][0] for found in subnets.values()}
    assert zones == {0, 1}
    assert not any(found.get("MapPublicIpOnLaunch") for found in subnets.values())
    assert {target(name) for name in cached_stack["Cache"]["SubnetIds"]} == set(subnets)


def test_only_functions_reach_the_cache_and_the_endpoints(cached_stack: Stack) -> None:
    for name in ("CacheSecurityGroup", "EndpointSecurityGroup"):
        for rule in cached_stack[name]["SecurityGroupIngress"]:
            assert target(rule["SourceSecurityGroupId"]) == "FunctionSecurityGroup"
            assert "CidrIp" not in rule
