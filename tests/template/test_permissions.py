"""Roles: each function may do what its code does, and nothing else."""

from collections import defaultdict

import pytest

from tests.template.grants import DESCRIBE, GRANTS, METRICS, NETWORK, READ, SEND, TRACES
from tests.template.transformed import Stack, as_list, statements, target


def granted(stack: Stack, role: str, effect: str = "Allow") -> dict[str, set[str]]:
    """Return what the inline policies of a role allow, or deny, by resource."""
    found: dict[str, set[str]] = defaultdict(set)
    for policy in stack[role]["Policies"]:
        for statement in statements(policy["PolicyDocument"]):
            if statement["Effect"] != effect:
                continue
            for resource in as_list(statement["Resource"]):
                found[name_of(resource)].update(as_list(statement["Action"]))
    return dict(found)


def name_of(resource: str | dict) -> str:
    """Return the logical id of a resource with what follows its ARN, or `*`."""
    if isinstance(resource, str):
        return resource
    rest = resource["Fn::Sub"].partition("}")[2] if "Fn::Sub" in resource else ""
    return target(resource) + rest


SCHEDULES = {
    "TickFunction": "TickFunctionTickScheduleRole",
    "LettersFunction": "LettersFunctionLettersScheduleRole",
}


def test_there_is_a_role_for_each_function_and_for_the_schedules(stack: Stack) -> None:
    expected = {f"{function}Role" for function in GRANTS} | set(SCHEDULES.values())
    assert set(stack.of_type("AWS::IAM::Role")) == expected
    for function in GRANTS:
        assert target(stack[function]["Role"]) == f"{function}Role"


@pytest.mark.parametrize("function", GRANTS)
def test_a_function_may_do_what_its_code_does(stack: Stack, function: str) -> None:
    assert granted(stack, f"{function}Role") == GRANTS[function]


@pytest.mark.parametrize("function", GRANTS)
def test_only_a_function_in_the_network_may_make_interfaces(
    cached_stack: Stack, function: str
) -> None:
    network = NETWORK if "VpcConfig" in cached_stack[function] else set()
    expected = {**GRANTS[function], "*": GRANTS[function]["*"] | network}
    assert granted(cached_stack, f"{function}Role") == expected
    assert bool(network) == (function in {"ApiFunction", "IngestFunction"})


@pytest.mark.parametrize("function", SCHEDULES)
def test_a_schedule_may_only_run_its_function(stack: Stack, function: str) -> None:
    assert granted(stack, SCHEDULES[function]) == {function: {"lambda:InvokeFunction"}}


TOPIC = "arn:aws:sns:eu-central-1:123456789012:alerts"
OTHER_QUEUE = "arn:aws:sqs:eu-central-1:123456789012:theirs"
TARGETS = {"sns:Publish", SEND, "events:PutEvents", "lambda:InvokeFunction"}


def test_notify_reaches_the_services_that_are_named_and_no_others(stack: Stack) -> None:
    named = Stack(NotifyTargetArns=f"{TOPIC},{OTHER_QUEUE}")
    expected = {**GRANTS["NotifyFunction"], TOPIC: TARGETS, OTHER_QUEUE: TARGETS}
    assert granted(named, "NotifyFunctionRole") == expected


def test_notify_may_never_send_to_what_belongs_to_the_stack(stack: Stack) -> None:
    denied = granted(stack, "NotifyFunctionRole", "Deny")
    # Its own dead letters it has to send; that no receiver does, the code sees to.
    queues = set(stack.of_type("AWS::SQS::Queue")) - {"NotifyDeadLetterQueue"}
    assert denied == {queue: {SEND} for queue in queues}


def test_notify_may_never_run_what_belongs_to_the_stack(stack: Stack) -> None:
    policy = stack["NotifyFunctionsPolicy"]
    assert [target(role) for role in policy["Roles"]] == ["NotifyFunctionRole"]
    (statement,) = statements(policy["PolicyDocument"])
    assert (statement["Effect"], statement["Action"]) == ("Deny", "lambda:InvokeFunction")
    # By ARN: CloudFormation cuts names to 64 characters, and that of a long stack with them.
    functions = set(stack.of_type("AWS::Lambda::Function"))
    assert {name_of(each) for each in statement["Resource"]} == {f"{name}*" for name in functions}
    assert all(".Arn}" in each["Fn::Sub"] for each in statement["Resource"])


@pytest.mark.parametrize("function", sorted(set(GRANTS) - {"NotifyFunction"}))
def test_nothing_else_is_denied(stack: Stack, function: str) -> None:
    assert granted(stack, f"{function}Role", "Deny") == {}


def test_the_letters_function_lists_letters_only(stack: Stack) -> None:
    (policy,) = stack["LettersFunctionRole"]["Policies"]
    (listing,) = (
        each for each in statements(policy["PolicyDocument"]) if each["Action"] == "s3:ListBucket"
    )
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "letters/*"}}


@pytest.mark.parametrize(
    ("function", "actions"),
    [
        ("NotifyFunction", ["dynamodb:Query"]),
        ("ApiFunction", ["dynamodb:Query", "dynamodb:PutItem"]),
    ],
)
def test_beside_the_configuration_a_function_reaches_silences_only(
    stack: Stack, function: str, actions: list[str]
) -> None:
    (policy,) = stack[f"{function}Role"]["Policies"]
    lists = [
        each
        for each in statements(policy["PolicyDocument"])
        if name_of(each["Resource"] if isinstance(each["Resource"], dict) else "") == "ControlTable"
        and not set(as_list(each["Action"])) <= {"dynamodb:GetItem"} | DESCRIBE
    ]
    assert [as_list(each["Action"]) for each in lists] == [actions]
    assert lists[0]["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["silence#*"]}
    }


def test_no_role_has_a_policy_that_is_not_written_here(cached_stack: Stack) -> None:
    # AWS's own policies for functions allow every queue and every log group of the account.
    for role in cached_stack.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role
    kinds = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}
    apart = {name for name, found in cached_stack.resources.items() if found["Type"] in kinds}
    # What it says is looked at above: it allows nothing.
    assert apart == {"NotifyFunctionsPolicy"}


def test_only_traces_interfaces_and_metrics_name_no_resource(cached_stack: Stack) -> None:
    for role in cached_stack.of_type("AWS::IAM::Role"):
        for resource, actions in granted(cached_stack, role).items():
            assert resource != "*" or actions <= TRACES | NETWORK | METRICS


def test_only_rules_read_metrics_of_the_account(stack: Stack) -> None:
    roles = stack.of_type("AWS::IAM::Role")
    reading = {role for role in roles if METRICS & granted(stack, role).get("*", set())}
    assert reading == {"RulesFunctionRole"}


def test_no_action_is_a_wildcard(cached_stack: Stack) -> None:
    roles = cached_stack.of_type("AWS::IAM::Role")
    actions = {
        each for role in roles for each in set().union(*granted(cached_stack, role).values())
    }
    # These stand for SendMessage and SendMessageBatch, and so on: AWS knows only the first as
    # an action, other implementations ask for the second.
    expected = {SEND, "sqs:ChangeMessageVisibility*"}
    assert {action for action in actions if "*" in action} == expected


def test_no_function_sends_to_a_queue_that_triggers_it(stack: Stack) -> None:
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values():
        role, queue = f"{target(mapping['FunctionName'])}Role", target(mapping["EventSourceArn"])
        assert granted(stack, role)[queue] == READ


def test_only_aws_services_take_on_a_role(stack: Stack) -> None:
    for role in stack.of_type("AWS::IAM::Role").values():
        for statement in statements(role["AssumeRolePolicyDocument"]):
            assert set(statement["Principal"]) == {"Service"}
