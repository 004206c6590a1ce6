"""The thirteen stages, in order: where each lives, when it runs, what it needs and what it is for.

The order is data: a stage sees what those before it found. Early stages decide from the alert and
from tables in memory; enrich runs them for every new or changed alert, before anything is told.
Late stages ask somebody; they run in a function of their own (`investigate`), while people are
told already, and are off unless switched on. `score` runs at the end of both.

A stage is one module with a function `stage(settings, **tools)`, and one entry here. The registry
imports it, and the switch in tocsin.yaml comes of it.
"""

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """A stage: its module, what its switch says, and the tools that it works with, by name."""

    module: str
    about: str
    needs: tuple[str, ...] = ()
    is_late: bool = False


def _late(module: str, about: str, *needs: str) -> Entry:
    return Entry(module, about, needs, is_late=True)


_OWN = "tocsin.domain.enrichment"
_ASKING = "tocsin.pipeline.enrichment"

ENTRIES = {
    "validate_input": Entry(f"{_OWN}.validation", "Mend what an alert says of itself."),
    "normalise_text": Entry(f"{_OWN}.texts", "Make plain text of annotations."),
    "redact": Entry(f"{_OWN}.redacting", "Hide secrets in texts; see `redact` below."),
    "categorise": Entry(f"{_OWN}.categories", "Say what kind of problem it is."),
    "filter_content": Entry(f"{_OWN}.relevance", "Know news that nobody runs."),
    "extract_entities": Entry(f"{_OWN}.entities", "Find hosts, addresses and places."),
    "map_ownership": Entry(f"{_OWN}.ownership", "Say whose service it is.", ("catalogues",)),
    "add_links": Entry(f"{_OWN}.links", "Add runbooks, dashboards and links.", ("catalogues",)),
    "find_changes": _late(f"{_ASKING}.changes", "Find what was changed before.", "change_events"),
    "read_content": _late(
        f"{_ASKING}.content", "Read pages that alerts link to.", "fetcher", "clock"
    ),
    "triage": _late(f"{_ASKING}.triage", "Guess at causes and first checks.", "connect_model"),
    "find_similar": _late(
        f"{_ASKING}.similar", "Find alerts that say the same.", "templates", "embedder"
    ),
    "score": Entry(f"{_OWN}.scoring", "Say how much it matters, 0 to 100."),
}

STAGES = tuple(ENTRIES)
EARLY = tuple(name for name, each in ENTRIES.items() if not each.is_late)
LATE = tuple(name for name, each in ENTRIES.items() if each.is_late)
