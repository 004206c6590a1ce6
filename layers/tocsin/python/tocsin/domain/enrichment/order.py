"""The thirteen stages, in order. The order is data: a stage sees what those before it found.

Early stages decide from the alert and from tables in memory; enrich runs them for every new or
changed alert, before anything is told. Late stages ask somebody; they run in a function of their
own (`investigate`), while people are told already. `score` runs at the end of both.
"""

from typing import Literal, get_args

EarlyStage = Literal[
    "validate_input",
    "normalise_text",
    "redact",
    "categorise",
    "filter_content",
    "extract_entities",
    "map_ownership",
    "add_links",
    "score",
]
LateStage = Literal["find_changes", "read_content", "triage", "find_similar"]

EARLY: tuple[EarlyStage, ...] = get_args(EarlyStage)
LATE: tuple[LateStage, ...] = get_args(LateStage)

STAGES: tuple[str, ...] = (*EARLY[:-1], *LATE, EARLY[-1])
