"""Functions: environment, runtime and logs."""

import ast
import re
from typing import Any

import msgspec
import pytest

from tests.template.transformed import ROOT, Stack, source, target
from tocsin.runtime.settings import ALL

# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: of all variables together.
ENVIRONMENT_LIMIT_BYTES = 4096
STACK_NAME_CHARACTERS = 128

STAGES = [
    "ingest",
    "enrich",
    "evaluate",
    "notify",
    "rules",
    "investigate",
    "tick",
    "letters",
    "api",
]
ENDINGS = {
    "_TABLE": "Table",
    "_QUEUE_URL": "Queue",
    "_BUCKET": "Bucket",
    "_SECRET_ARN": "Secret",
    "_FUNCTION_NAME": "Function",
}


def logical_id(stage: str) -> str:
    return f"{stage.capitalize()}Function"


def test_there_is_a_function_for_each_stage(stack: Stack) -> None:
    assert set(stack.of_type("AWS::Lambda::Function")) == set(map(logical_id, STAGES))


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_gets_the_variables_that_it_reads(stack: Stack, stage: str) -> None:
    variables = stack[logical_id(stage)]["Environment"]["Variables"]
    assert set(variables) == {field.encode_name for field in msgspec.structs.fields(ALL[stage])}
    assert variables["POWERTOOLS_SERVICE_NAME"] == stage
    # An alarm on a metric must not hear of another stack.
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": "Tocsin/${AWS::StackName}"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_variable_names_the_resource_that_it_is_called_after(stack: Stack, stage: str) -> None:
    variables = stack[logical_id(stage)]["Environment"]["Variables"]
    for name, value in variables.items():
        for ending, kind in ENDINGS.items():
            if name.endswith(ending):
                assert target(value) == name.removesuffix(ending).title().replace("_", "") + kind


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_runs_traced_on_the_current_runtime(stack: Stack, stage: str) -> None:
    function = stack[logical_id(stage)]
    assert function["Runtime"] == "python3.14"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    # SAM ends the name of a layer with a hash of ten characters.
    own = {"investigate": ["EmbeddingLayer"], "notify": ["AppriseLayer"]}.get(stage, [])
    layers = ["VendorLayer", "TocsinLayer", *own]
    assert [target(layer)[:-10] for layer in function["Layers"]] == layers


@pytest.mark.parametrize("stage", STAGES)
def test_logs_are_json_and_do_not_stay_for_ever(stack: Stack, stage: str) -> None:
    group = f"{stage.capitalize()}LogGroup"
    assert stack[logical_id(stage)]["LoggingConfig"] == {
        "LogFormat": "JSON",
        "LogGroup": {"Ref": group},
    }
    assert stack[group]["RetentionInDays"] == 30


@pytest.mark.parametrize("stage", STAGES)
def test_an_entry_point_only_imports_its_handler(stack: Stack, stage: str) -> None:
    resource = source()["Resources"][logical_id(stage)]
    assert resource["Properties"]["CodeUri"] == f"functions/{stage}/"
    assert stack[logical_id(stage)]["Handler"] == "app.handler"
    tree = ast.parse((ROOT / "functions" / stage / "app.py").read_text(encoding="utf-8"))
    _, found, _ = tree.body
    assert isinstance(found, ast.ImportFrom)
    assert (found.module, found.names[0].name) == (f"tocsin.runtime.{stage}", "handler")


@pytest.mark.parametrize("stage", STAGES)
def test_the_environment_of_a_function_fits_whatever_its_stack_is_called(
    cached_stack: Stack, stage: str
) -> None:
    variables = cached_stack[logical_id(stage)]["Environment"]["Variables"]
    longest = {name: _longest(cached_stack, value) for name, value in variables.items()}
    assert sum(map(len, longest)) + sum(longest.values()) <= ENVIRONMENT_LIMIT_BYTES, longest


def _longest(stack: Stack, value: Any) -> int:
    """Return how long a variable can be in AWS, of a stack whose name is as long as may be."""
    if not isinstance(value, dict):
        return len(str(value))
    if isinstance(value.get("Fn::Sub"), list):
        # A number of the mappings, as text.
        return 9
    if "Fn::Sub" in value or "Fn::If" in value:
        return STACK_NAME_CHARACTERS + 72
    # A name ends with an id of 13, and is cut where its service ends names.
    name = STACK_NAME_CHARACTERS + len(f"-{target(value)}-") + 12
    kind = stack.resources[target(value)]["Type"]
    around = {
        "AWS::SQS::Queue": f"https://sqs.ap-southeast-1.amazonaws.com.cn/{'1' * 12}/",
        "AWS::SecretsManager::Secret": f"arn:aws-cn:secretsmanager:ap-southeast-1:{'1' * 12}:"
        "secret:-123456",
    }
    limits = {"AWS::SQS::Queue": 80, "AWS::Lambda::Function": 64, "AWS::S3::Bucket": 63}
    return len(around.get(kind, "")) + min(name, limits.get(kind, 255))


def test_loopback_receivers_are_off_unless_asked_for(stack: Stack) -> None:
    def allowed(of: Stack) -> str:
        return of["NotifyFunction"]["Environment"]["Variables"]["ALLOW_LOOPBACK_RECEIVERS"]

    assert allowed(stack) == "false"
    assert allowed(Stack(AllowLoopbackReceivers="true")) == "true"


def test_the_clock_ticks_every_minute_and_gives_up_before_the_next_but_one(stack: Stack) -> None:
    schedule = stack["TickFunctionTickSchedule"]
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert target(schedule["Target"]["Arn"]) == "TickFunction"
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 60
    assert "Name" not in schedule


def test_dead_letters_are_looked_at_as_often_as_the_code_believes(stack: Stack) -> None:
    from tocsin.pipeline import letterkeeper

    schedule = stack["LettersFunctionLettersSchedule"]
    assert schedule["ScheduleExpression"] == f"rate({letterkeeper.EVERY_S // 60} minutes)"
    assert target(schedule["Target"]["Arn"]) == "LettersFunction"
    late_s = schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"]
    assert late_s <= letterkeeper.EVERY_S
    assert "Name" not in schedule


def test_what_is_called_again_anyway_is_not_tried_again(stack: Stack) -> None:
    configs = stack.of_type("AWS::Lambda::EventInvokeConfig").values()
    called = {target(config["FunctionName"]): config["MaximumRetryAttempts"] for config in configs}
    assert called == {"TickFunction": 0, "LettersFunction": 0}


def test_a_killed_run_hides_letters_no_longer_than_it_could_have_run(stack: Stack) -> None:
    from tocsin.pipeline.lettertime import LAST_CALL_S, LETTER_S
    from tocsin.runtime import letters

    timeout_s = stack["LettersFunction"]["Timeout"]
    assert timeout_s / 2 > LAST_CALL_S + LETTER_S
    assert timeout_s >= letters._HOLD_S


def test_the_environment_is_text() -> None:
    # CloudFormation makes text of a number of a mapping; the emulator hands it on as it is, and
    # no process takes that.
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert not re.findall(r"^ +[A-Z0-9_]+: !FindInMap.*$", text, re.MULTILINE)
