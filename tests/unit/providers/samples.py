"""The sample payloads in events/providers, by name."""

from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[3] / "events" / "providers"


def sample(name: str) -> Any:
    """Return the payload of `events/providers/NAME.json`."""
    return orjson.loads((FOLDER / f"{name}.json").read_bytes())


def sample_names() -> list[str]:
    """Return the names of all samples; each begins with the name of its provider."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))
