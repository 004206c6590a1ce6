"""What the emulator leaves out and AWS does by itself. docs/local-cloud.md lists it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

from cli.localcloud.http import call
from cli.target import Target

EXPIRING_TABLES = (
    "FingerprintTable",
    "GroupTable",
    "JournalTable",
    "BreakerTable",
    "SeenTable",
    "MetricTable",
    "EnrichmentTable",
    "ControlTable",
)
TTL_ATTRIBUTE = "expires_at_s"
QUEUE_FUNCTIONS = (
    "EnrichFunction",
    "EvaluateFunction",
    "NotifyFunction",
    "RulesFunction",
    "InvestigateFunction",
)
TICK_EVERY_S = 3.0
LETTERS_EVERY_S = 30.0


class FunctionFailedError(Exception):
    """A deployed function that fails without being given anything to do."""


def enable_ttl(target: Target) -> None:
    """Switch on what CloudFormation asked for and the emulator ignored."""
    for table in EXPIRING_TABLES:
        target.client("dynamodb").update_time_to_live(
            TableName=target.resource(table),
            TimeToLiveSpecification={"AttributeName": TTL_ATTRIBUTE, "Enabled": True},
        )


def limit_concurrency(target: Target) -> None:
    """Set the mappings' concurrency as a number: from a parameter it arrives as text.

    The emulator's poller compares it with a number and would stop.
    """
    client = target.client("lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        limit = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        if limit is not None:
            client.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
            )


def warm_up(target: Target, base_url: str) -> None:
    """Start a worker of every function at once, so that the first alert waits for none."""
    jobs: list[Callable[[], object]] = [
        # Without a key both answer 401, which is all that is wanted of them here.
        lambda: call("POST", f"{base_url}/v1/alerts", b"{}"),
        lambda: call("GET", f"{base_url}/v1/stats/overview"),
        lambda: invoke(target, "TickFunction", b"{}"),
        lambda: invoke(target, "LettersFunction", b"{}"),
    ]
    jobs += [
        lambda name=name: invoke(target, name, b'{"Records": []}')  # type: ignore[misc]
        for name in QUEUE_FUNCTIONS
    ]
    target.client("lambda")
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def invoke(target: Target, function: str, payload: bytes) -> None:
    """Call a function by its logical id and wait for it.

    Raises FunctionFailedError with what it said if it cannot do even that.
    """
    answer = target.client("lambda").invoke(FunctionName=target.resource(function), Payload=payload)
    if "FunctionError" in answer:
        text = answer["Payload"].read().decode(errors="replace")
        raise FunctionFailedError(f"{function} does not work: {text[:500]}")


class Ticker:
    """Calls a function every few seconds, since the emulated scheduler knows minutes only."""

    def __init__(
        self, target: Target, every_s: float = TICK_EVERY_S, function: str = "TickFunction"
    ) -> None:
        self._target = target
        self._every_s = every_s
        self._function = function
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="ticker", daemon=True)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to call, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the call under way end, and call no more."""
        self._stopped.set()
        if self.is_running:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        # So that rules are evaluated as often as the clock ticks, where they are to be.
        payload = f'{{"every_s": {self._every_s}}}'.encode()
        while not self._stopped.wait(self._every_s):
            try:
                invoke(self._target, self._function, payload)
            except (BotoCoreError, ClientError, FunctionFailedError):
                continue  # The scheduler of the emulator calls it as well.
