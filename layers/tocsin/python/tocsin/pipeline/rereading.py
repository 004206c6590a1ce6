"""The alerts of a raw envelope, read again as ingest read them."""

from collections.abc import Sequence
from typing import Any

from tocsin.domain.compression import decompress
from tocsin.domain.errors import InvalidInput, Permanent
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES, PLACED_VERSION, Envelope
from tocsin.ports import Configs
from tocsin.providers.bodies import payload_of
from tocsin.providers.mapped import mapped_provider
from tocsin.providers.members import Entry, Ignored
from tocsin.providers.own import OWN
from tocsin.providers.registry import Provider, provider
from tocsin.providers.remembered import Remembered


def source_of(envelope: Envelope, configs: Configs) -> Provider:
    """Return the provider that ingest read this envelope with.

    A mapping is that of the version of the tenant's configuration that ingest used, whatever
    is in force by now. Raises Permanent if there is no such version or mapping.
    """
    if envelope.config_version is None:
        return OWN if envelope.provider == OWN.name else provider(envelope.provider)
    config = configs.version(envelope.tenant, envelope.config_version)
    found = None if config is None else mapped_provider(config, envelope.provider)
    if found is None:
        version = envelope.config_version
        raise Permanent(f"version {version} of the configuration has no such mapping")
    return found


def members_of(envelope: Envelope, source: Provider, frame: bytes) -> list[Entry]:
    """Return every entry of the body, those that the envelope does not select too.

    Raises Permanent if the body cannot be read.
    """
    return reread(envelope, source, frame)[1]


def reread(
    envelope: Envelope, source: Provider, frame: bytes, remembered: Remembered | None = None
) -> tuple[Any, list[Entry]]:
    """As `members_of`, and the payload that they are from before them.

    What is `remembered` of the tenant's alerts saves time; the payload must not be changed then.

    Envelopes of earlier releases count no members that are left alone, so they get none.
    """
    try:
        payload = payload_of(source, decompress(frame, FRAME_LIMIT_BYTES))
    except InvalidInput as error:
        raise Permanent(error.message) from error
    if remembered is None or source.parse_again is None:
        members = source.parse(payload, envelope.at_s)
    else:
        members = source.parse_again(payload, envelope.at_s, remembered)
    if envelope.v < PLACED_VERSION:
        members = [member for member in members if not isinstance(member, Ignored)]
    return payload, members


def selected(envelope: Envelope, members: Sequence[Entry]) -> Sequence[int]:
    """Return the indices of the members that an envelope is about."""
    if envelope.select is not None:
        return envelope.select
    return [index for index, each in enumerate(members) if not isinstance(each, Ignored)]
