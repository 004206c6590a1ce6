"""One run: senders, queues, invocations and receivers around the real handlers."""

from base64 import b64decode
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from tests.chaos import passing
from tests.chaos.faults import Call, Crash, Exact, Fired, Kind, Plan
from tests.chaos.invocation import LIMIT_S, Context, Environment, Invocation
from tests.chaos.passing import TICK_S
from tests.chaos.people import People
from tests.chaos.queues import ASIDE, BATCH, QUEUES, Message, Sqs
from tests.chaos.records import Excuse, Post, Sent
from tests.chaos.senders import Reports, body_of, event_of
from tests.chaos.sqsapi import SqsApi, batch_of
from tests.chaos.stack import HANDLERS, Stack
from tests.chaos.tenants import make_key
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.domain.config import TenantConfig

START_S = 1_763_790_000.0
CALL_S = 0.005
# How long a slow receiver takes; less than the time that it is given.
SLOW_S = 8.0
_SCHEDULED = ("tick", "letters")


class World:
    """A run from its plan. It is what `Hooks` asks about every call."""

    def __init__(
        self, stack: Stack, plan: Plan | None = None, random: Random | None = None
    ) -> None:
        self.stack = stack
        self.plan = plan or Exact()
        self.clock = stack.clock
        self.people = People()
        self.queues = Sqs(random)
        self.fired = Fired()
        self.posts: list[Post] = []
        # By the id that ingest gave it.
        self.requests: dict[str, Sent] = {}
        self.excuses: list[Excuse] = []
        self.faults_end_s, self.tick_at_s, self.has_ticked_idly = 0.0, START_S + TICK_S, False
        self.errors: list[str] = []
        self.trace: list[str] = []
        self.calls = self.unsure_sends = self._names = 0
        # Methods that get no answer, by their beginning; idle queues; what else is judged.
        self.away: tuple[str, ...] = ()
        self.held: tuple[str, ...] = ()
        self.expected: object = None
        self.secrets: dict[str, str] = {}
        self._api = SqsApi(self.queues, self.clock.now_s)
        self._environments: dict[str, Environment] = {}
        self.keys: dict[str, str] = {}
        self._versions: dict[str, int] = {}
        self.pause: Callable[[Invocation], None] = lambda _: None
        stack.wipe()
        self.clock.true_s, self.clock.current = START_S, None
        stack.hooks.world = self

    # What the hooks ask.

    @property
    def at_work(self) -> Invocation | None:
        """The invocation whose turn it is."""
        return self.clock.current

    def begin(self, call: Call) -> Kind | None:
        """Take note of a call of the invocation at work; return what goes wrong with it."""
        invocation = self.clock.current
        assert invocation is not None
        if invocation.is_dead:
            raise Crash
        self.pause(invocation)
        if self.clock.true_s - invocation.began_at_s > LIMIT_S:
            invocation.is_dead = True
            raise Crash
        call.index = self.calls
        self.calls += 1
        self.clock.true_s += CALL_S
        is_away = call.site.startswith(self.away)
        call.fault = "timeout" if is_away else self.plan.fault(call)
        self.fired.note(call)
        self.trace.append(f"{call}{f' MEETS {call.fault}' if call.fault else ''}")
        if call.fault is not None:
            invocation.faults += 1
            self.unsure_sends += call.stage == "notify"
        return call.fault

    def sqs(self, operation: str, request: dict[str, Any], failing: int | None) -> dict[str, Any]:
        """Carry out an SQS request."""
        return self._api.handle(operation, request, failing)

    def offer(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Note a try to tell a receiver something."""
        self.people.offer(url, headers, body, self.clock.true_s)

    def take(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Be the receiver behind a URL."""
        self.say(f"receiver hears {body!r}")
        mode, invocation = self.people.mode(url), self.clock.current
        if mode == "deadly" and invocation is not None:
            self.clock.true_s = max(self.clock.true_s, invocation.began_at_s + LIMIT_S)
            invocation.is_dead = True
            raise Crash
        self.clock.true_s += SLOW_S if mode == "slow" else 0.0
        return self.people.take(url, headers, body, self.clock.true_s)

    # What scenarios and schedules do.

    def say(self, text: str) -> None:
        """Write a line of the story."""
        self.trace.append(f"{self.clock.true_s - START_S:9.3f} {text}")

    def add_tenant(self, tenant: str, config: TenantConfig | None) -> None:
        """Make a tenant with a key; nothing goes wrong with that."""
        if config is not None:
            self.configure(config)
        self.keys[tenant], self.secrets[tenant] = make_key(self.stack, tenant)

    def configure(self, config: TenantConfig) -> None:
        """Apply a configuration as the next version of its tenant."""
        version = self._versions.get(config.tenant, 0) + 1
        self._versions[config.tenant] = version
        numbered = msgspec.structs.replace(config, version=version)
        configs = DynamoConfigs(aws.client("dynamodb"), self.table("CONTROL_TABLE"))
        configs.apply(numbered, "", self.clock.true_s)

    def request(
        self, tenant: str, reports: Reports, extra: Any = ()
    ) -> tuple[dict[str, Any], bytes]:
        """Return the event of a POST of generic alerts, and its body."""
        body = body_of(tenant, reports, extra, self.clock.true_s)
        key, name = self.keys[tenant], self.name("request")
        return event_of("POST", "/v1/alerts", key, name, body), body

    def post(self, tenant: str, *reports: tuple[str, str], extra: Any = ()) -> None:
        """Send as a sender does: again, as another request, until it is accepted."""
        for _ in range(12):
            event, body = self.request(tenant, reports, extra)
            result = self.invoke("ingest", event)
            if self.is_accepted(tenant, reports, body, result):
                return
            self.clock.true_s += 1.0
        self.errors.append(f"{tenant} cannot send")

    def is_accepted(self, tenant: str, reports: Reports, body: bytes, result: Any) -> bool:
        """Tell whether ingest took a request, and note what it promised with that."""
        status = result["statusCode"] if result is not None else 0
        if status == 202:
            at_s = self.clock.true_s
            self.posts.append(Post(tenant=tenant, reports=reports, body=body, at_s=at_s))
            self.say(f"{tenant} sent {reports}")
        elif status not in (0, 503):
            self.errors.append(f"ingest answers {result}")
        return status == 202

    def invoke(self, stage: str, event: dict[str, Any]) -> Any:
        """Run a handler to its end; None if it died."""
        invocation = self.begin_invocation(stage, self.environment(stage))
        before, self.clock.current = self.clock.current, invocation
        try:
            return self.run(invocation, event)
        finally:
            self.clock.current = before
            self.clock.true_s += CALL_S

    def run(self, invocation: Invocation, event: dict[str, Any]) -> Any:
        """Call the handler; None if it died."""
        result = self._handled(invocation, event)
        if invocation.stage == "ingest":
            self._note_request(invocation, event, result)
        return result

    def begin_invocation(
        self, stage: str, environment: Environment, skew_s: float = 0.0
    ) -> Invocation:
        """Return a new invocation in a process."""
        return Invocation(
            name=self.name(stage),
            stage=stage,
            environment=environment,
            began_at_s=self.clock.true_s,
            skew_s=skew_s,
        )

    def environment(self, stage: str) -> Environment:
        """Return the warm process of a stage."""
        return self._environments.setdefault(stage, Environment())

    def receive(self, queue: str, most: int = 0) -> list[Message]:
        """Take a batch for a function."""
        batch = most or (10 if queue.endswith("-urgent") else BATCH[queue])
        return self.queues.receive(queue, batch, self.clock.true_s)

    def pump(self, queue: str, most: int = 0) -> bool:
        """Deliver one batch of a queue; tell whether there was any."""
        messages = self.receive(queue, most)
        if messages:
            stage = queue.removesuffix("-urgent")
            self.settle(queue, messages, self.invoke(stage, batch_of(queue, messages)))
        return bool(messages)

    def settle(self, queue: str, messages: list[Message], result: Any) -> None:
        """Delete what a function did; the rest comes back when it becomes visible."""
        if result is None:
            return
        failed = {each["itemIdentifier"] for each in result["batchItemFailures"]}
        self.say(f"{queue}: {len(messages)} messages, {len(failed)} come back")
        self.queues.delete(queue, [each.receipt for each in messages if each.id not in failed])

    def drain(self) -> None:
        """Deliver all that is visible."""
        while self.pump_each():
            pass

    def pump_each(self) -> bool:
        """Deliver one batch of each queue; tell whether there was any."""
        return any([self.pump(each) for each in (*QUEUES, *ASIDE) if each not in self.held])

    def tick(self) -> None:
        """Run the clock's function."""
        self.tick_at_s = self.clock.true_s + TICK_S
        self.invoke("tick", {})

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.true_s += seconds

    def stall(self, seconds: float) -> None:
        """Let time pass in which nothing runs; nobody can be told meanwhile."""
        self.advance(seconds)
        self.excuse()

    def excuse(self) -> None:
        """Let the waits that are under way be measured from now."""
        self.excuses.append(Excuse(from_s=0.0, until_s=self.clock.true_s))

    def let_pass(self, seconds: float) -> None:
        """Let time pass as it does on AWS: queues deliver, and the clock ticks."""
        passing.let_pass(self, seconds)

    def converge(self) -> None:
        """Let time pass until nothing is on its way."""
        passing.converge(self)

    def redrive(self) -> int:
        """Send all dead letters again, as somebody does who has mended their cause."""
        now_s = self.clock.true_s
        for tenant in {letter.group for letter in self.queues.dead}:
            self.excuses.append(Excuse(from_s=0.0, until_s=now_s, tenant=tenant))
        return self.queues.redrive()

    @property
    def tenants(self) -> list[str]:
        """Those who have a key."""
        return list(self.keys)

    def _handled(self, invocation: Invocation, event: dict[str, Any]) -> Any:
        """Call the handler; a crash takes the process with it."""
        try:
            return HANDLERS[invocation.stage](event, Context(invocation, self.clock))
        except Crash:
            invocation.is_dead = True
            self.say(f"{invocation.name} dies")
        except Exception as error:  # noqa: BLE001 - on Lambda too it would end the invocation
            invocation.is_dead = True
            # What a schedule calls may fail as a whole: it is called again soon.
            if invocation.stage not in _SCHEDULED or not invocation.faults:
                self.errors.append(f"{invocation.name} raises {error!r}")
        self._forget(invocation)
        return None

    def _note_request(self, invocation: Invocation, event: dict[str, Any], result: Any) -> None:
        key, status = event["headers"]["x-api-key"], (result or {}).get("statusCode")
        self.requests[invocation.name] = Sent(
            tenant=next(tenant for tenant, own in self.keys.items() if own == key),
            body=b64decode(event["body"]),
            from_s=invocation.began_at_s,
            until_s=self.clock.true_s,
            is_accepted=status == 202 and event["resource"].startswith("/v1/alerts"),
        )

    def _forget(self, invocation: Invocation) -> None:
        gone, known = invocation.environment, self._environments
        self._environments = {stage: each for stage, each in known.items() if each is not gone}

    def table(self, variable: str) -> str:
        """Return the name of a table."""
        return self.stack.resources.environ[variable]

    def name(self, prefix: str) -> str:
        """Return a name that nothing else in this run has."""
        self._names += 1
        return f"{prefix}-{self._names}"
