"""Roles and resource policies: each function may do what its code does, and nothing else."""

from collections import defaultdict

import pytest

from tests.template.transformed import Stack, as_list, statements, target

SEND = "sqs:SendMessage*"

# Function -> resource -> the actions of its code. Transactions need the actions of their items.
GRANTS = {
    "IngestFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "KeyPepperSecret": {"secretsmanager:GetSecretValue"},
        "EnrichQueue": {SEND},
        "EnrichUrgentQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:PutObject"},
    },
    "EnrichFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "FingerprintTable": {"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"},
        "JournalTable": {"dynamodb:PutItem", "dynamodb:BatchWriteItem"},
        "EvaluateQueue": {SEND},
        "EvaluateUrgentQueue": {SEND},
        "EnrichDeadLetterQueue": {SEND},
        "ArchiveBucket/raw/*": {"s3:PutObject"},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
    },
    "EvaluateFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "GroupTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "JournalTable": {"dynamodb:PutItem"},
        "NotifyQueue": {SEND},
        "NotifyUrgentQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "ArchiveBucket/groups/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
    },
    "NotifyFunction": {
        "ControlTable": {"dynamodb:GetItem"},
        "GroupTable": {"dynamodb:UpdateItem"},
        "JournalTable": {"dynamodb:PutItem"},
        "NotifyDeadLetterQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:GetObject", "s3:PutObject"},
        "ArchiveBucket/groups/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
    },
    "TickFunction": {
        "GroupTable/index/resolve-due": {"dynamodb:Query"},
        "GroupTable/index/poke-due": {"dynamodb:Query"},
        "EvaluateQueue": {SEND},
        "EvaluateUrgentQueue": {SEND},
        "NotifyQueue": {SEND},
        "NotifyUrgentQueue": {SEND},
        "ArchiveBucket/claims/*": {"s3:PutObject"},
    },
    "ApiFunction": {
        "ControlTable": {
            "dynamodb:GetItem",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
        },
        "JournalTable": {
            "dynamodb:Query",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
        },
        "FingerprintTable": {"dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"},
        "GroupTable": {"dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"},
        "EnrichQueue": {"sqs:GetQueueAttributes"},
        "EvaluateQueue": {"sqs:GetQueueAttributes"},
        "NotifyQueue": {"sqs:GetQueueAttributes"},
        "ArchiveBucket": {"s3:ListBucket"},
        "KeyPepperSecret": {"secretsmanager:GetSecretValue"},
    },
}

# SAM adds these: logs, traces, reading queues, and the network of a function that has one.
BASIC = {"service-role/AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
READER = "service-role/AWSLambdaSQSQueueExecutionRole"
NETWORK = "service-role/AWSLambdaVPCAccessExecutionRole"
MANAGED = {
    "IngestFunction": BASIC,
    "EnrichFunction": BASIC | {READER},
    "EvaluateFunction": BASIC | {READER},
    "NotifyFunction": BASIC | {READER},
    "TickFunction": BASIC,
    "ApiFunction": BASIC | {NETWORK},
}


def granted(stack: Stack, function: str) -> dict[str, set[str]]:
    """Return what the inline policies of a function's role allow, by resource."""
    found: dict[str, set[str]] = defaultdict(set)
    for policy in stack[f"{function}Role"].get("Policies", []):
        for statement in statements(policy["PolicyDocument"]):
            assert statement["Effect"] == "Allow"
            for resource in as_list(statement["Resource"]):
                rest = resource["Fn::Sub"].partition("}")[2] if "Fn::Sub" in resource else ""
                found[target(resource) + rest].update(as_list(statement["Action"]))
    return dict(found)


def test_there_is_a_role_for_each_function_and_for_the_schedule(stack: Stack) -> None:
    expected = {f"{function}Role" for function in GRANTS} | {"TickFunctionTickScheduleRole"}
    assert set(stack.of_type("AWS::IAM::Role")) == expected
    for function in GRANTS:
        assert target(stack[function]["Role"]) == f"{function}Role"


@pytest.mark.parametrize("function", GRANTS)
def test_a_function_may_do_what_its_code_does(stack: Stack, function: str) -> None:
    assert granted(stack, function) == GRANTS[function]


@pytest.mark.parametrize("function", GRANTS)
def test_a_function_has_no_other_managed_policy(stack: Stack, function: str) -> None:
    arns = stack[f"{function}Role"]["ManagedPolicyArns"]
    names = {arn.partition(":policy/")[2] for arn in map(str, arns)}
    assert names == MANAGED[function]


@pytest.mark.parametrize("function", GRANTS)
def test_no_action_is_a_wildcard(stack: Stack, function: str) -> None:
    actions = set().union(*granted(stack, function).values())
    # This one stands for SendMessage and SendMessageBatch: AWS knows only the first as an
    # action, other implementations ask for the second.
    assert not [action for action in actions if "*" in action and action != SEND]


def test_no_function_sends_to_a_queue_that_triggers_it(stack: Stack) -> None:
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values():
        function, queue = target(mapping["FunctionName"]), target(mapping["EventSourceArn"])
        assert SEND not in granted(stack, function).get(queue, set())


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


def test_only_aws_services_take_on_a_role(stack: Stack) -> None:
    for role in stack.of_type("AWS::IAM::Role").values():
        for statement in statements(role["AssumeRolePolicyDocument"]):
            assert set(statement["Principal"]) == {"Service"}


def test_only_this_api_may_call_the_functions(stack: Stack) -> None:
    for permission in stack.of_type("AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "__ApiId__" in permission["SourceArn"]["Fn::Sub"][0]
        assert target(permission["SourceArn"]["Fn::Sub"][1]["__ApiId__"]) == "Api"
