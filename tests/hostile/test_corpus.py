"""Every hostile request gets the answer that it deserves, and what is accepted arrives."""

from collections.abc import Iterator

import pytest

from tests.hostile.__main__ import table
from tests.hostile.case import OK, Case, path_of, text
from tests.hostile.corpus import corpus
from tests.hostile.deployment import Deployment, deployed
from tests.hostile.run import run
from tests.unit.providers.samples import sample

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = [pytest.mark.xdist_group("hostile"), pytest.mark.timeout(600), pytest.mark.no_cover]

# Of these only the answers are looked at here; `make hostile` lets some arrive as well.
ANSWERS_ONLY = ("changed samples", "counts")


def is_answered_only(case: Case) -> bool:
    """Tell whether a case need not arrive: what is written with escapes reads as without."""
    return case.kind in ANSWERS_ONLY or (case.kind == "characters" and "escaped" in case.name)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as made:
        yield made


def test_every_answer_is_right_and_none_is_a_5xx(deployment: Deployment) -> None:
    cases = [case for case in corpus(whole=False) if is_answered_only(case)]
    found = run(deployment, "acme", cases, to_the_end=False)
    assert found.complaints == []
    assert sum(row.failed for row in found.rows.values()) == 0


def test_what_is_accepted_arrives(deployment: Deployment) -> None:
    cases = [case for case in corpus(whole=False) if not is_answered_only(case)]
    found = run(deployment, "acme", cases, to_the_end=True)
    assert found.complaints == []
    assert sum(row.failed for row in found.rows.values()) == 0
    assert len(table(found).splitlines()) == len(found.rows) + 2


def test_a_topic_that_waits_to_be_confirmed_is_told_and_is_no_failure(
    deployment: Deployment,
) -> None:
    waits = text(sample("cloudwatch.sns-subscription"))
    cases = [
        Case(kind="topics", name="one", path=path_of("cloudwatch"), body=waits, statuses=OK),
        Case(kind="topics", name="an alert", body=text({"name": "x"}), statuses=OK, accepted=1),
    ]
    assert run(deployment, "acme", cases, to_the_end=True).complaints == []


def test_names_of_cases_tell_them_apart() -> None:
    names = [case.id for case in corpus(whole=True)]
    assert len(names) == len(set(names))
