"""What enrich reads again is what ingest read."""

import pytest

from tests.unit.providers.mapping import config_of
from tocsin.adapters.memory import MemoryConfigs
from tocsin.domain.alert import Alert
from tocsin.domain.compression import compress
from tocsin.domain.errors import InvalidInput, Permanent
from tocsin.pipeline.envelope import Envelope, decode, encode
from tocsin.pipeline.rereading import members_of, source_of

AT_S = 1_763_790_000.0


def mapping(label: str) -> str:
    return f"[{{name: backup, fields: {{name: n, labels: {{host: {label}}}}}}}]"


@pytest.fixture
def configs() -> MemoryConfigs:
    made = MemoryConfigs()
    for version, label in enumerate(("first", "second"), 1):
        made.apply(config_of(mapping(label), version), "", AT_S)
    return made


def envelope(provider: str = "backup", version: int | None = 1, tenant: str = "acme") -> Envelope:
    return Envelope(
        v=1,
        kind="raw",
        id="r",
        tenant=tenant,
        at_s=AT_S,
        provider=provider,
        config_version=version,
    )


@pytest.mark.parametrize(("version", "host"), [(1, "a"), (2, "b")])
def test_a_mapping_is_that_of_the_version_that_the_envelope_names(
    configs: MemoryConfigs, version: int, host: str
) -> None:
    sent = decode(encode(envelope(version=version)).body)
    source = source_of(sent, configs)
    (alert,) = members_of(sent, source, compress(b'{"n": "A", "first": "a", "second": "b"}'))
    assert isinstance(alert, Alert)
    assert alert.labels["host"] == host


@pytest.mark.parametrize(
    "sent", [envelope(version=3), envelope("other"), envelope(tenant="globex")]
)
def test_a_version_or_mapping_that_is_not_there_is_for_good(
    configs: MemoryConfigs, sent: Envelope
) -> None:
    with pytest.raises(Permanent):
        source_of(sent, configs)


def test_without_a_version_it_is_a_provider_and_the_message_says_nothing_of_one(
    configs: MemoryConfigs,
) -> None:
    sent = envelope("generic", version=None)
    assert "config_version" not in encode(sent).body
    assert source_of(sent, configs).name == "generic"
    with pytest.raises(InvalidInput):
        source_of(envelope("backup", version=None), configs)


def test_a_form_is_read_as_ingest_read_it(configs: MemoryConfigs) -> None:
    sent = envelope("statuscake", version=None)
    (alert,) = members_of(sent, source_of(sent, configs), compress(b"Status=Up&Name=A+b&URL=c"))
    assert isinstance(alert, Alert)
    assert (alert.name, alert.status) == ("A b", "resolved")


@pytest.mark.parametrize(("provider", "body"), [("generic", b"{"), ("statuscake", b"a=%ff")])
def test_a_body_that_cannot_be_read_is_for_good(
    configs: MemoryConfigs, provider: str, body: bytes
) -> None:
    sent = envelope(provider, version=None)
    with pytest.raises(Permanent):
        members_of(sent, source_of(sent, configs), compress(body))
