"""Every line of the adapters that calls AWS, read from their source."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import tocsin.adapters

_ROOT = Path(tocsin.adapters.__file__).parent
# Only the command line makes these calls; its own tests disturb them.
_COMMAND_LINE = {
    ("deadletters.py", "send_message_batch"),
    ("deadletters.py", "delete_message_batch"),
    ("movetask.py", "get_queue_attributes"),
    ("movetask.py", "list_message_move_tasks"),
    ("movetask.py", "start_message_move_task"),
    ("movetask.py", "cancel_message_move_task"),
}
# It only asks for numbers: whatever becomes of that is an answer, to which its contract holds it.
_SOURCES = {("metricsources/cloudwatch.py", "get_metric_data")}
# No scenario asks a model or reads a page: tests/integration/test_model_degradation.py and
# test_read_content.py let those fail. What a stage makes of it is the same as of any error.
_MODELS = {("models/bedrock.py", "converse")}
# To be told is a send like any by HTTP; what becomes of it by each service is in the contract of
# channels. No scenario keeps a receiver's secret in SSM: tests/unit/adapters/test_secrets.py.
_TOLD = {
    ("receivers/email/ses.py", "send_email"),
    ("receivers/eventbridge.py", "put_events"),
    ("receivers/lambdafunction.py", "invoke"),
    ("receivers/sns.py", "publish"),
    ("receivers/sqs.py", "send_message"),
    ("secrets.py", "get_parameter"),
}


def uncovered(lines: Iterable[str]) -> list[str]:
    """Return the calls in the adapters' source that are at none of these lines."""
    reached: dict[str, set[int]] = {}
    for line in lines:
        path, _, number = line.rpartition(":")
        reached.setdefault(path, set()).add(int(number or 0))
    return [
        f"{path}:{first} {name}"
        for path, name, first, last in _calls()
        if not reached.get(path, set()) & set(range(first, last + 1))
    ]


def _calls() -> Iterator[tuple[str, str, int, int]]:
    for file in sorted(_ROOT.rglob("*.py")):
        path = file.relative_to(_ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner, name = ast.unparse(node.func.value), node.func.attr
            is_aws = owner.rpartition(".")[2] in ("client", "_client")
            if is_aws and (path, name) not in _COMMAND_LINE | _SOURCES | _MODELS | _TOLD:
                yield path, name, node.lineno, node.end_lineno or node.lineno
