"""Rules on ports in memory, which fail where a test says so."""

from tests.builders import T0, config
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.adapters.memory import MemoryBlobs, MemoryConfigs, MemoryOutbox, MemoryRuleStates
from tocsin.domain.errors import Retryable
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.domain.series import Series, Unanswered
from tocsin.pipeline.activerules import ActiveRules
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import decode, open_frame
from tocsin.pipeline.happenings import pack_happenings
from tocsin.pipeline.rereading import reread, source_of
from tocsin.pipeline.roundstart import RoundPorts, RoundStart
from tocsin.pipeline.ruling import Ruling, RulingPorts

MINUTE_S = 60.0
T = T0 // MINUTE_S * MINUTE_S

FIRING = ("HighCpu", "a", "firing")
OVER = ("HighCpu", "a", "resolved")


def cpu(name="HighCpu", source="pushed", **fields):
    query = Query(source=source, metric="cpu")
    condition = Condition(query=query, compare="gte", threshold=85.0, window_s=300.0)
    return MetricRule(name=name, conditions=(condition,), **fields)


class FakeSources:
    """Answers with what a test put there, by source; `asked` are all questions."""

    def __init__(self):
        self.values = {"pushed": {"a": 90.0}}
        self.asked = []

    def ask(self, tenant, configured, asked, now_s):
        self.asked.append(list(asked))
        return [self._answer(each) for each in asked]

    def _answer(self, asked):
        values = self.values[asked.query.source]
        if isinstance(values, (Unanswered, Exception)):
            return values
        return tuple(
            Series((("host", host),), ((asked.to_s - 1, value),)) for host, value in values.items()
        )


class Dying:
    """A port whose n-th call of a method fails, before or after its effect, if a test says so."""

    def __init__(self, real):
        self._real = real
        self.fails = {}

    def __getattr__(self, name):
        method = getattr(self._real, name)

        def called(*args, **keywords):
            left, when = self.fails.get(name, (0, ""))
            self.fails[name] = (left - 1, when)
            if left == 1 and when == "before":
                raise Retryable("it fails before")
            result = method(*args, **keywords)
            if left == 1:
                raise Retryable("its answer is lost")
            return result

        return called


class World:
    def __init__(self, *rules, tenants=("acme",)):
        self.sources = FakeSources()
        self.outbox, self.states = MemoryOutbox(), MemoryRuleStates()
        self.blobs, self.configs = MemoryBlobs(), MemoryConfigs()
        # What workers know of the configurations.
        self.seen = self.configs
        self.broken = []
        for tenant in tenants:
            self.configs.apply(config(tenant, rules=rules), "", T0)
        self.dying_states, self.dying_outbox = Dying(self.states), Dying(self.outbox)
        self.ruling = self.worker()

    def worker(self):
        ports = RulingPorts(
            outbox=self.dying_outbox,
            blobs=self.blobs,
            configs=self.seen,
            applied=self.configs,
            states=self.dying_states,
            sources=self.sources,
            active=ActiveRules(OpenFeatureFlags()),
        )
        return Ruling(ports, lambda rule, error: self.broken.append((rule, error)))

    def configure(self, *rules, tenant="acme", **fields):
        version = self.configs.current(tenant).version + 1
        self.configs.apply(config(tenant, rules=rules, version=version, **fields), "", T0)

    def start(self, at_s):
        ports = RoundPorts(outbox=self.outbox, blobs=self.blobs, configs=self.configs)
        RoundStart(ports).run(at_s, MINUTE_S)
        return [
            Delivery(str(index), decode(message.body))
            for index, message in enumerate(self.outbox.take("rules"))
        ]

    def round(self, minute, late_s=2.0, deliveries=None):
        at_s = T + minute * MINUTE_S
        deliveries = deliveries or self.start(at_s)
        return self.ruling.handle(deliveries, at_s + late_s, lambda: True)

    def hear(self, seen, tenant="acme"):
        """Let the rules over alerts see what happened, as of then."""
        (message,) = pack_happenings(tenant, [seen], seen.source, seen.at_s, self.blobs)
        deliveries = [Delivery("heard", decode(message.body))]
        assert self.worker().handle(deliveries, seen.at_s, lambda: True).failed == {}

    def sent(self):
        """Return the alerts that were sent, by the identity of the request."""
        found = {}
        for queue in ("enrich-urgent", "enrich"):
            for message in self.outbox.take(queue):
                envelope = decode(message.body)
                source = source_of(envelope, self.configs)
                _, alerts = reread(envelope, source, open_frame(envelope, self.blobs))
                assert found.get(envelope.id, alerts) == alerts
                found[envelope.id] = alerts
        return found

    def told(self):
        return [
            (each.name, each.labels.get("host", each.labels.get("rule")), each.status)
            for alerts in self.sent().values()
            for each in alerts
        ]
