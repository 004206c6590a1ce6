"""The functions of a local cloud with the hook in them, and the file that says where they die."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from time import monotonic

import msgspec

from cli.localcloud.cloud import QUEUES, LocalCloud
from cli.localcloud.polling import TimedOutError, wait_until
from cli.localcloud.seams import warm_up
from tests.e2e.conftest import processes_with
from tests.e2e.killer.points import Point

HOOK = Path(__file__).parent / "hook"
FUNCTIONS = ("ingest", "enrich", "evaluate", "notify", "tick")
# A real queue waits six times the function's timeout before it delivers again.
VISIBILITY_S = 8
REACHED_LIMIT_S = 60.0


class Kill(msgspec.Struct, frozen=True):
    """A process that came to its point and is gone."""

    pid: int
    after_s: float


class Control:
    """Arms one point at a time."""

    def __init__(self, cloud: LocalCloud, directory: Path) -> None:
        self._cloud = cloud
        self._file = directory / "point.json"

    def install(self) -> None:
        """Start all functions anew with the hook, as if it were part of their configuration."""
        functions = self._cloud.client("lambda")
        for function in FUNCTIONS:
            name = self._function(function)
            found = functions.get_function_configuration(FunctionName=name)
            variables = found["Environment"]["Variables"] | {
                "PYTHONPATH": str(HOOK),
                "KILL9_CONTROL": str(self._file),
                "KILL9_FUNCTION": function,
            }
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": variables}
            )
            functions.get_waiter("function_updated_v2").wait(
                FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
            )
        for queue in QUEUES:
            self._cloud.client("sqs").set_queue_attributes(
                QueueUrl=self._cloud.resource(queue),
                Attributes={"VisibilityTimeout": str(VISIBILITY_S)},
            )
        warm_up(self._cloud.target, self._cloud.base_url)

    def arm(self, point: Point) -> float:
        """Name the point to the functions; return when."""
        if point.cold:
            self._end(point.function)
        text = msgspec.json.encode(
            {
                "function": point.function,
                "call": point.call,
                "moment": point.moment,
                "marks": point.all_marks,
            }
        )
        draft = self._file.with_suffix(".draft")
        draft.write_bytes(text)
        draft.rename(self._file)
        return monotonic()

    def wait(self, armed_s: float) -> Kill | None:
        """Return who died at the point, once it is gone; None, and disarm, if nobody came to it."""
        try:
            wait_until(lambda: not self._file.exists(), "the point", REACHED_LIMIT_S, every_s=0.05)
        except TimedOutError:
            self._file.unlink(missing_ok=True)
        trace = next(self._file.parent.glob("killed.*"), None)
        if trace is None:
            return None
        trace.unlink()
        kill = Kill(int(trace.suffix[1:]), monotonic() - armed_s)
        wait_until(lambda: kill.pid not in self._hooked(), f"process {kill.pid} is gone", 20)
        return kill

    def _hooked(self) -> list[int]:
        return processes_with(KILL9_CONTROL=str(self._file))

    def _end(self, function: str) -> None:
        """End the processes of an idle function, so that the next one starts cold."""
        for pid in processes_with(AWS_LAMBDA_FUNCTION_NAME=self._function(function)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _function(self, function: str) -> str:
        return self._cloud.resource(f"{function.capitalize()}Function")
