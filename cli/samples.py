"""The sample payloads of events/providers; each file is named for its provider."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "events" / "providers"
# A file holds the body as it arrives: JSON, or a URL-encoded form.
SUFFIXES = (".json", ".form")


class Sample(msgspec.Struct, frozen=True):
    """One body and whose it is."""

    name: str
    provider: str
    body: bytes


def samples() -> Iterator[Sample]:
    """Yield every sample, by name."""
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in SUFFIXES:
            yield Sample(path.stem, path.name.partition(".")[0], path.read_bytes())
