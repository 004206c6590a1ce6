"""From the archive to the history of a back-test: bodies are read again as enrich reads them."""

from base64 import b64encode
from collections.abc import Iterable, Iterator

from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Permanent
from tocsin.domain.rule import OWN
from tocsin.pipeline.archive import Entry, unpack
from tocsin.pipeline.envelope import PLACED_VERSION, Envelope
from tocsin.pipeline.opening import open_envelope
from tocsin.ports import Blobs, Configs


def archived_changes(
    objects: Iterable[bytes], config: TenantConfig, configs: Configs, blobs: Blobs
) -> Iterator[Change]:
    """Yield the accepted alerts of a tenant that archive objects hold, repeats too.

    `config` is the one to test: its fingerprint rules and resolve timeout count. `configs` has the
    versions whose mappings read bodies. Alerts that rules made are left out, since a back-test
    makes them anew. Raises Permanent for an object that is damaged, or is another tenant's.
    """
    for data in objects:
        for entry, frame in unpack(data):
            if entry.tenant != config.tenant:
                raise Permanent(f"an archive object is not of tenant {config.tenant}")
            if entry.provider != OWN:
                yield from _changes(entry, frame, config, configs, blobs)


def _changes(
    entry: Entry, frame: bytes, config: TenantConfig, configs: Configs, blobs: Blobs
) -> Iterator[Change]:
    envelope = Envelope(
        v=PLACED_VERSION,
        kind="raw",
        id=entry.request,
        tenant=entry.tenant,
        at_s=entry.at_s,
        provider=entry.provider,
        config_version=entry.config_version,
        frame=b64encode(frame).decode("ascii"),
    )
    opened = open_envelope(envelope, blobs, configs, config.resolve_timeout_s, config.fingerprints)
    yield from opened.changes.values()
