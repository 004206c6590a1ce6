"""Signed requests: fresh or stale, first or repeated, with secrets that can or cannot be read."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.signatures import awssns
from tests.unit.signatures.vectors import T_GRAFANA, VECTORS
from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.memory import MemorySeen
from tocsin.adapters.sns import AwsSns
from tocsin.domain.config import Signature, SigningSecret
from tocsin.domain.errors import InvalidInput, InvalidSignature, Permanent, Retryable
from tocsin.pipeline.signed import REMEMBERED_S, Checked, SignedRequests
from tocsin.ports import Accepted

GRAFANA = VECTORS["grafana"]
STANDARD = VECTORS["standard"]


class Vault:
    """The Secrets port."""

    def __init__(self, **values: str | Exception) -> None:
        self.values = values

    def get(self, name: str) -> str:
        value = self.values[name]
        if isinstance(value, Exception):
            raise value
        return value


class Broken(MemorySeen):
    """A memory that does not answer."""

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        raise Retryable("away")

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None:
        raise Retryable("away")


class World:
    """SignedRequests with its ports."""

    def __init__(self, vault: Vault | None = None, seen: MemorySeen | None = None) -> None:
        self.web = awssns.Web()
        self.seen = seen or MemorySeen()
        authority = AwsSns(self.web, lambda: T0)
        self.signed = SignedRequests(vault or Vault(), lambda: self.seen, lambda: authority)

    def check(
        self,
        signature: Signature,
        headers: dict[str, str],
        body: bytes,
        now_s: float = T_GRAFANA,
        tenant: str = "acme",
    ) -> Checked:
        return self.signed.check(tenant, signature, headers, body, now_s)


def plain(scheme: str = "grafana", **fields: Any) -> Signature:
    vector = VECTORS[scheme]
    secret = SigningSecret(value=vector.secret.decode())
    return replace(vector.signature, **{"secrets": (secret,), **fields})


def test_a_right_request_gets_an_identity_that_a_repeat_gets_again() -> None:
    world = World()
    first = world.check(plain(), GRAFANA.headers, GRAFANA.body)
    assert first.envelope_id.startswith("signed-")
    assert not first.is_repeat
    # Not remembered yet: it may have failed half-way, so it is done again, under the same name.
    assert world.check(plain(), GRAFANA.headers, GRAFANA.body) == first
    assert world.signed.remember("acme", first, T_GRAFANA)
    assert world.check(plain(), GRAFANA.headers, GRAFANA.body) == replace(first, is_repeat=True)


def test_one_tenant_knows_nothing_of_the_requests_of_another() -> None:
    world = World()
    first = world.check(plain(), GRAFANA.headers, GRAFANA.body)
    world.signed.remember("acme", first, T_GRAFANA)
    assert not world.check(plain(), GRAFANA.headers, GRAFANA.body, tenant="globex").is_repeat


def test_a_request_is_forgotten_after_three_days() -> None:
    world, signature = World(), plain("sentry")
    sentry = VECTORS["sentry"]
    world.signed.remember("acme", world.check(signature, sentry.headers, sentry.body, 0.0), 0.0)
    assert world.check(signature, sentry.headers, sentry.body, REMEMBERED_S - 1).is_repeat
    assert not world.check(signature, sentry.headers, sentry.body, REMEMBERED_S).is_repeat


def test_the_same_id_with_another_body_is_refused_and_has_another_identity() -> None:
    import hmac

    world, signature, sentry = World(), plain("sentry"), VECTORS["sentry"]
    first = world.check(signature, sentry.headers, sentry.body)
    other = b'{"action":"resolved","data":{}}'
    signed = hmac.new(sentry.secret, other, "sha256").hexdigest()
    headers = {**sentry.headers, "sentry-hook-signature": signed}
    assert world.check(signature, headers, other).envelope_id != first.envelope_id
    world.signed.remember("acme", first, T_GRAFANA)
    with pytest.raises(InvalidInput) as raised:
        world.check(signature, headers, other)
    assert (raised.value.status, raised.value.code) == (409, "replayed")


def test_what_has_no_id_has_no_identity_and_is_never_a_repeat() -> None:
    world, github = World(), VECTORS["github"]
    headers = {"x-hub-signature-256": github.headers["x-hub-signature-256"]}
    checked = world.check(plain("github"), headers, github.body)
    assert checked == Checked()
    assert world.signed.remember("acme", checked, T0)
    assert world.seen.requests == {}


def test_stale_requests_are_refused_by_the_tolerance_of_the_tenant() -> None:
    world = World()
    world.check(plain(tolerance_s=600.0), GRAFANA.headers, GRAFANA.body, T_GRAFANA + 600)
    for now_s in (T_GRAFANA + 301, T_GRAFANA - 301):
        with pytest.raises(InvalidSignature):
            world.check(plain(), GRAFANA.headers, GRAFANA.body, now_s)


def test_a_forged_request_is_refused_before_anything_is_looked_up() -> None:
    world = World(seen=Broken())
    with pytest.raises(InvalidSignature):
        world.check(plain(), GRAFANA.headers, GRAFANA.body + b" ")


def test_without_a_signature_a_request_passes_only_where_it_may() -> None:
    world = World()
    with pytest.raises(InvalidSignature):
        world.check(plain(), {}, GRAFANA.body)
    assert world.check(plain(required=False), {}, GRAFANA.body) == Checked()


def test_a_wrong_signature_is_refused_though_none_is_required() -> None:
    world = World()
    with pytest.raises(InvalidSignature):
        world.check(plain(required=False), {**GRAFANA.headers}, b"{}")


def test_a_memory_that_is_away_loses_no_alert_and_says_so() -> None:
    world = World(seen=Broken())
    checked = world.check(plain(), GRAFANA.headers, GRAFANA.body)
    assert checked.is_unsure
    assert not checked.is_repeat
    assert not world.signed.remember("acme", checked, T0)


class TestSecrets:
    """References, of which some may be broken."""

    REFERENCES = (SigningSecret(name="new"), SigningSecret(name="old"))

    def check(self, **values: str | Exception) -> Checked:
        world = World(Vault(**values))
        return world.check(plain(secrets=self.REFERENCES), GRAFANA.headers, GRAFANA.body)

    def test_any_of_them_may_have_signed(self) -> None:
        right = GRAFANA.secret.decode()
        assert self.check(new="other", old=right) == self.check(new=right, old="other")

    def test_one_that_cannot_be_read_does_not_stop_the_other(self) -> None:
        gone = Permanent("ResourceNotFoundException")
        assert self.check(new=gone, old=GRAFANA.secret.decode()).envelope_id

    def test_it_is_no_verdict_if_the_one_that_would_decide_cannot_be_read(self) -> None:
        with pytest.raises(Retryable):
            self.check(new=Retryable("away"), old="other")
        with pytest.raises(Permanent, match="signing secret new: gone"):
            self.check(new=Permanent("gone"), old="other")

    def test_a_secret_never_shows_in_a_representation(self) -> None:
        assert "hush" not in repr(plain(secrets=(SigningSecret(value="hush"),)))


class TestSns:
    """The signature of AWS, the topics of the tenant, and confirmations."""

    SIGNATURE = Signature(
        provider="cloudwatch", scheme="sns", topics=(awssns.TOPIC,), tolerance_s=3900.0
    )

    def check(self, world: World, message: dict[str, Any], now_s: float = T0) -> Checked:
        return world.check(self.SIGNATURE, {}, msgspec.json.encode(message), now_s)

    def test_a_notification_of_a_known_topic_is_right(self) -> None:
        assert self.check(World(), awssns.message()).envelope_id

    def test_a_topic_of_a_stranger_is_refused_though_aws_signed_it(self) -> None:
        world = World()
        stranger = awssns.TOPIC.replace("123456789012", "999999999999")
        with pytest.raises(InvalidSignature):
            self.check(world, awssns.message(TopicArn=stranger))
        assert world.web.asked == []

    def test_a_subscription_of_a_known_topic_is_confirmed_once(self) -> None:
        world = World()
        message = awssns.message("SubscriptionConfirmation")
        checked = self.check(world, message)
        assert checked.topic == awssns.TOPIC
        world.signed.remember("acme", checked, T0)
        assert self.check(world, message).is_repeat
        assert world.web.asked == [awssns.CERTIFICATE_URL, awssns.CONFIRMATION_URL]

    def test_no_other_subscription_is(self) -> None:
        world = World()
        stranger = awssns.TOPIC.replace("alarms", "others")
        forged = {**awssns.message("SubscriptionConfirmation"), "Signature": "AAAA"}
        unlinked = awssns.message("SubscriptionConfirmation", SubscribeURL="https://evil.example/")
        unknown = awssns.message("SubscriptionConfirmation", TopicArn=stranger)
        for message in (forged, unlinked, unknown):
            with pytest.raises(InvalidSignature):
                self.check(world, message)
        assert awssns.CONFIRMATION_URL not in world.web.asked
        assert "https://evil.example/" not in world.web.asked

    def test_a_confirmation_that_failed_is_not_remembered(self) -> None:
        world = World()
        world.web.answers[awssns.CONFIRMATION_URL] = HttpAnswer(500, {}, b"")
        with pytest.raises(Retryable):
            self.check(world, awssns.message("SubscriptionConfirmation"))
        assert world.seen.requests == {}

    def test_two_subscriptions_of_one_topic_are_one_request(self) -> None:
        world = World()
        first = self.check(world, awssns.message())
        world.signed.remember("acme", first, T0)
        again = {**awssns.message(), "UnsubscribeURL": f"{awssns.HOST}/?other"}
        assert self.check(world, again).is_repeat

    def test_a_message_from_long_ago_is_refused(self) -> None:
        assert self.check(World(), awssns.message(), T0 + 3900)
        with pytest.raises(InvalidSignature):
            self.check(World(), awssns.message(), T0 + 3901)

    def test_raw_delivery_is_unsigned(self) -> None:
        world = World()
        body = b'{"AlarmName": "x"}'
        with pytest.raises(InvalidSignature):
            world.check(self.SIGNATURE, {}, body)
        assert world.check(replace(self.SIGNATURE, required=False), {}, body) == Checked()
