"""How well similar alerts are found, held on the labelled pairs of benchmarks/semantic_data."""

import pytest

from benchmarks import semantic
from benchmarks.semantic import FLOORS, HALVES


@pytest.fixture(scope="module")
def model():
    return semantic.model()


def test_the_pairs_are_many_and_both_halves_have_both_kinds():
    pairs = semantic.pairs()
    assert len(pairs) >= 300
    for half in HALVES:
        labels = [pair.same for pair in pairs if pair.half == half]
        assert min(labels.count(True), labels.count(False)) >= 50
    families = {half: {pair.family for pair in pairs if pair.half == half} for half in HALVES}
    assert not families["development"] & families["held-out"]


@pytest.mark.parametrize("half", HALVES)
def test_a_template_never_links_what_is_not_the_same(half):
    found = semantic.score(half, semantic.by_stage(semantic.TEMPLATES_ALONE))
    assert found.wrong == 0
    assert found.right >= 8


@pytest.mark.parametrize("half", HALVES)
def test_precision_and_recall_have_floors(half, model):
    found = semantic.score(half, semantic.by_stage(model))
    assert (found.precision, found.recall) >= FLOORS[half]
    assert found.recall >= FLOORS[half][1]


def test_nothing_is_suppressed(model):
    assert semantic.suppressions(model) == 0
