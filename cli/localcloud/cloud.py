"""The local cloud: everything started, deployed, configured; and stopped without a trace."""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from cli.localcloud.cache import Cache
from cli.localcloud.clients import Clients
from cli.localcloud.deployment import STACK, Deployment
from cli.localcloud.emulator import Emulator
from cli.localcloud.environment import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY
from cli.localcloud.interrupts import uninterrupted
from cli.localcloud.progress import Progress
from cli.localcloud.seams import (
    LETTERS_EVERY_S,
    Ticker,
    enable_ttl,
    limit_concurrency,
    warm_up,
)
from cli.localcloud.tenants import apply_file
from cli.target import Target

ROOT = Path(__file__).parents[2]
STAGES = ("Enrich", "Evaluate", "Notify")
QUEUES = tuple(f"{stage}{kind}Queue" for stage in STAGES for kind in ("", "Urgent"))
DEAD_LETTER_QUEUES = tuple(
    name.removesuffix("Queue") + "DeadLetterQueue"
    for name in (*QUEUES, "RulesQueue", "InvestigateQueue")
)


class LocalCloudBusyError(Exception):
    """Another process keeps a local cloud in the same directory."""


class LocalCloud:
    """The whole stack on this machine, for the time of a `with` block.

    Logs, build and scratch files are in `state`. `iam` makes the emulator refuse every call
    that a function's role does not allow.
    """

    def __init__(
        self,
        *,
        iam: bool = False,
        root: Path = ROOT,
        state: Path | None = None,
        quiet: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.root = root
        self.state = (state or root / ".local").resolve()
        self._iam = iam
        self._progress = progress or Progress(quiet=quiet)
        self._stack = ExitStack()
        self.keys: dict[str, str] = {}

    def __enter__(self) -> "LocalCloud":
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulator's root account."""
        return self._clients.client(service)

    def resource(self, logical_id: str) -> str:
        """Return the physical id of a resource of the template."""
        return self.target.resource(logical_id)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        return self.target.outputs

    @property
    def api_key(self) -> str:
        """The API key of the tenant that was configured first."""
        return next(iter(self.keys.values()))

    def configure(self, file: Path, environ: Mapping[str, str] | None = None) -> None:
        """Apply a configuration file, and remember the API keys that it brings."""
        with self._progress.step(f"configured by {file.name}"):
            self.keys |= apply_file(self.target, file, os.environ if environ is None else environ)

    def queue_depths(self) -> dict[str, int]:
        """Return how many messages each queue and dead-letter queue holds, in flight too."""
        looked_at = (*QUEUES, "InvestigateQueue", *DEAD_LETTER_QUEUES)
        return {name: self._depth(name) for name in looked_at}

    def write_facts(self) -> Path:
        """Write down how to reach this cloud, for `tocsin --local`; only its owner can read it."""
        facts = {
            "endpoint_url": self.endpoint_url,
            "region": REGION,
            "stack": STACK,
            "base_url": self.base_url,
            "api_key": self.api_key,
            "api_keys": self.keys,
            "cache_url": self._cache.url,
            "aws_access_key_id": ACCESS_KEY_ID,
            "aws_secret_access_key": SECRET_ACCESS_KEY,
        }
        path = self.state / "cloud.json"
        path.unlink(missing_ok=True)
        with open(path, "w", opener=_open_private, encoding="utf-8") as file:
            json.dump(facts, file, indent=1)
        self._stack.callback(path.unlink, missing_ok=True)
        return path

    def _start(self) -> None:
        self._take_state()
        with self._progress.step("emulator and cache started"):
            self._start_processes()
        deployment = Deployment(self.root, self.state, self.endpoint_url)
        with self._progress.step("sam build"):
            deployment.build()
        with self._progress.step("sam deploy"):
            deployment.deploy({"CacheUrl": self._cache.url})
        self.target = Target(STACK, self.client)
        api = self.resource("Api")
        self.base_url = f"{self.endpoint_url}/_aws/execute-api/{api}/prod"
        with self._progress.step("time to live on, functions warm"):
            enable_ttl(self.target)
            limit_concurrency(self.target)
            warm_up(self.target, self.base_url)
        tickers = (Ticker(self.target), Ticker(self.target, LETTERS_EVERY_S, "LettersFunction"))
        for ticker in tickers:
            ticker.start()
            self._stack.callback(ticker.stop)

    def _take_state(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        lock: TextIO = self._stack.enter_context((self.state / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalCloudBusyError(f"a local cloud is up already in {self.state}") from None
        for leftover in ("logs", "tmp", "build"):
            shutil.rmtree(self.state / leftover, ignore_errors=True)
        self._stack.callback(shutil.rmtree, self.state / "tmp", ignore_errors=True)

    def _start_processes(self) -> None:
        self._emulator = Emulator(self.root, self.state, iam=self._iam)
        self._stack.callback(self._emulator.stop)
        self._cache = Cache(self.root, self.state)
        self._stack.callback(self._cache.stop)
        self._cache.wait()
        self._emulator.wait()
        self.endpoint_url = self._emulator.endpoint_url
        self._clients = Clients(self.endpoint_url)
        for note in self._emulator.notes:
            self._progress.say(note)

    def _stop(self) -> None:
        with uninterrupted():
            self._stack.close()

    def _depth(self, queue: str) -> int:
        attributes = self.client("sqs").get_queue_attributes(
            QueueUrl=self.resource(queue),
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )["Attributes"]
        return sum(map(int, attributes.values()))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
