"""One run: senders, queues, invocations and receivers around the real handlers."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from tests.chaos.faults import Call, Crash, Exact, Fired, Kind, Plan
from tests.chaos.invocation import LIMIT_S, Context, Environment, Invocation
from tests.chaos.people import People
from tests.chaos.queues import Message, Sqs
from tests.chaos.senders import Reports, body_of, event_of
from tests.chaos.sqsapi import SqsApi, batch_of
from tests.chaos.stack import HANDLERS, Stack
from tests.chaos.tenants import make_key
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.domain.config import TenantConfig

START_S = 1_763_790_000.0
CALL_S = 0.005
_DAY_HOURS = 24
_SCHEDULED = ("tick", "letters")
# The stages in the order in which an alert passes them; urgent before the rest.
QUEUES = ("enrich-urgent", "enrich", "evaluate-urgent", "evaluate", "notify-urgent", "notify")
BATCH = {"enrich": 100, "evaluate": 100, "notify": 10}


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was answered 202: in order, whose, and what it said of which alerts."""

    tenant: str
    reports: Reports
    body: bytes
    at_s: float


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
        self.errors: list[str] = []
        self.trace: list[str] = []
        self.calls = 0
        self.unsure_sends = 0
        # Methods of ports that never get an answer, by the beginning of their names.
        self.away: tuple[str, ...] = ()
        self.secrets: dict[str, str] = {}
        self._api = SqsApi(self.queues, self.clock.now_s)
        self._environments: dict[str, Environment] = {}
        self._names = 0
        self._keys: dict[str, str] = {}
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
        return self.people.take(url, headers, body, self.clock.true_s)

    # What scenarios and schedules do.

    def say(self, text: str) -> None:
        """Write a line of the story."""
        self.trace.append(f"{self.clock.true_s - START_S:9.3f} {text}")

    def add_tenant(self, tenant: str, config: TenantConfig | None) -> None:
        """Make a tenant with a key; nothing goes wrong with that."""
        if config is not None:
            self.configure(config)
        self._keys[tenant], self.secrets[tenant] = make_key(self.stack, tenant)

    def configure(self, config: TenantConfig) -> None:
        """Apply a configuration as the next version of its tenant."""
        version = self._versions.get(config.tenant, 0) + 1
        self._versions[config.tenant] = version
        numbered = msgspec.structs.replace(config, version=version)
        configs = DynamoConfigs(aws.client("dynamodb"), self._table("CONTROL_TABLE"))
        configs.apply(numbered, "", self.clock.true_s)

    def request(
        self, tenant: str, reports: Reports, extra: Any = ()
    ) -> tuple[dict[str, Any], bytes]:
        """Return the event of a POST of generic alerts, and its body."""
        body = body_of(tenant, reports, extra, self.clock.true_s)
        key, name = self._keys[tenant], self._name("request")
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
        self.clock.current = invocation
        try:
            return self.run(invocation, event)
        finally:
            self.clock.current = None
            self.clock.true_s += CALL_S

    def run(self, invocation: Invocation, event: dict[str, Any]) -> Any:
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

    def begin_invocation(
        self, stage: str, environment: Environment, skew_s: float = 0.0
    ) -> Invocation:
        """Return a new invocation in a process."""
        return Invocation(
            name=self._name(stage),
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
        while any([self.pump(queue) for queue in QUEUES]):
            pass

    def tick(self) -> None:
        """Run the clock's function."""
        self.invoke("tick", {})

    def keep_letters(self) -> None:
        """Run the function that looks after dead letters, as often as its schedule would."""
        for _ in range(3):
            self.invoke("letters", {})
            self.advance(300.0)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.true_s += seconds

    def converge(self, rounds: int = 90) -> None:
        """Let minutes pass until nothing is on its way."""
        for _ in range(rounds):
            self.drain()
            if self.is_quiet():
                return
            self.advance(61.0)
            self.tick()
        self.errors.append("it does not come to rest")

    def is_quiet(self) -> bool:
        """Tell whether no message is on its way, no group is owed anything, and none is due."""
        if not self.queues.is_quiet():
            return False
        for item in self.stack.items(self._table("GROUP_TABLE")):
            due = item.get("resolve_due_at_s", {"N": "inf"})["N"]
            if "poke_due_at_s" in item or float(due) <= self.clock.true_s:
                return False
        return True

    def overview(self, tenant: str) -> dict[str, Any]:
        """Return what the API says of a tenant's alerts."""
        hours = min(int((self.clock.true_s - START_S) // 3600) + 2, _DAY_HOURS)
        key, name = self._keys[tenant], self._name("request")
        event = event_of("GET", "/v1/stats/overview", key, name, hours=str(hours))
        for _ in range(3):
            answer = self.invoke("api", event)
            if answer is not None and answer["statusCode"] == 200:
                result: dict[str, Any] = json.loads(answer["body"])
                return result
        self.errors.append(f"the API answers {answer}")
        return {}

    @property
    def tenants(self) -> list[str]:
        """Those who have a key."""
        return list(self._keys)

    def _forget(self, invocation: Invocation) -> None:
        for stage, environment in list(self._environments.items()):
            if environment is invocation.environment:
                del self._environments[stage]

    def _table(self, variable: str) -> str:
        return self.stack.resources.environ[variable]

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}-{self._names}"
