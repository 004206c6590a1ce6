"""The pages about one alert name what there is, and nothing else."""

from typing import Any, get_args

import yaml

from tests.template.transformed import ROOT
from tocsin.domain.alertstate import State
from tocsin.domain.handling import KINDS, ActionKind
from tocsin.domain.journal import Verdict
from tocsin.domain.occurrences import Escalated, Outcome
from tocsin.runtime.lifecycle.reading import NAME_LIMIT, TEXT_LIMIT

PAGE = (ROOT / "docs/lifecycle.md").read_text("utf-8")
SCHEMAS: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))[
    "components"
]


def test_the_description_of_the_api_knows_every_word() -> None:
    schemas = SCHEMAS["schemas"]
    kinds = (Verdict, Outcome, ActionKind, Escalated)
    what = {"accepted", "duplicate", *(word for kind in kinds for word in get_args(kind))}
    assert set(schemas["TimelineEntry"]["properties"]["what"]["enum"]) == what
    assert set(schemas["OneAlert"]["properties"]["state"]["enum"]) == set(get_args(State))
    assert tuple(SCHEMAS["parameters"]["Action"]["schema"]["enum"]) == KINDS
    fields = schemas["Action"]["properties"]
    assert fields["by"]["maxLength"] == fields["assignee"]["maxLength"] == NAME_LIMIT
    assert fields["text"]["maxLength"] == TEXT_LIMIT


def test_the_page_explains_every_word() -> None:
    for word in (*get_args(Verdict), *get_args(Outcome), *KINDS, "accepted", "duplicate"):
        assert f"`{word}`" in PAGE, word
    for state in get_args(State):
        assert state in PAGE
