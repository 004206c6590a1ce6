"""A payload is read without a change to it, so it can be read again, and stored."""

import copy

import pytest

from tests.unit.providers.samples import sample, sample_names
from tocsin.providers.registry import provider


@pytest.mark.parametrize("name", sample_names())
def test_a_payload_stays_as_it_is_and_reads_the_same_again(name: str) -> None:
    payload = sample(name)
    given = copy.deepcopy(payload)
    parse = provider(name.partition(".")[0]).parse
    first = copy.deepcopy(parse(payload, 1_763_793_300.0))
    assert payload == given
    assert parse(payload, 1_763_793_300.0) == first


@pytest.mark.parametrize("name", ["alertmanager", "alertmanager-api", "grafana", "prometheus"])
def test_labels_without_a_name_stay_so(name: str) -> None:
    alert = {"labels": {"host": "a"}, "annotations": {"long": "x" * 20_000}}
    payload = [alert] if name == "alertmanager-api" else {"alerts": [alert]}
    given = copy.deepcopy(payload)
    (entry,) = provider(name).parse(payload, 1_763_793_300.0)
    assert entry.labels["alertname"] == ""
    assert payload == given
