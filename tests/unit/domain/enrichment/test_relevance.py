"""News that nobody runs is known as such, and nothing that somebody runs is."""

import msgspec
import pytest

from benchmarks.filtering import (
    COMBINATIONS,
    OPERATIONAL,
    Combinations,
    by_certainty,
    by_words,
    labelled,
    measured,
    wrongly,
)
from tests.builders import alert
from tocsin.domain.enrichment.relevance import stage
from tocsin.domain.enrichment.relevance_verdict import judge
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import Enrichment

NAME = "Lakers beat Celtics 112-104 in overtime"
TEXT = (
    "LeBron James scored 34 points as the Lakers beat the Celtics in the NBA playoffs. "
    "The head coach praised his team after the final buzzer, and the fans of Boston went home."
)
SHORT = "The singer wrote the songs at her home in the hills, and it is the first since ten years."
DROP = EnrichmentSettings(irrelevant="drop")


def _found(settings: EnrichmentSettings = DROP, name: str = NAME, **fields) -> Enrichment:
    values = {"provider": "generic", "annotations": {"summary": TEXT}, **fields}
    draft = Draft(alert=alert(name, **values))
    subject = Subject(tenant="acme", fingerprint="f", at_s=1.0)
    assert stage(settings).run(subject, draft) == ""
    return draft.found


def test_news_is_named_by_its_kind_with_the_words_that_say_so() -> None:
    found = _found(EnrichmentSettings())
    assert (found.irrelevant, found.is_dropped) == ("sports", False)
    assert {"lakers", "nba", "head coach"} <= set(found.irrelevant_words)


def test_it_is_dropped_where_the_tenant_says_so() -> None:
    assert _found().is_dropped


def test_what_is_critical_is_never_dropped() -> None:
    found = _found(severity="critical")
    assert (found.irrelevant, found.is_dropped) == ("sports", False)


def test_what_is_likely_only_is_marked_and_not_dropped() -> None:
    found = _found(name="A new album", annotations={"summary": SHORT})
    assert (found.irrelevant, found.is_dropped) == ("entertainment", False)


def test_what_somebody_published_may_be_dropped_for_less() -> None:
    annotations = {"summary": SHORT, "author": "Jane Doe"}
    assert _found(name="A new album", annotations=annotations).is_dropped


@pytest.mark.parametrize("provider", ["pingdom", "uptime-kuma", "cloudwatch", "zabbix", "tocsin"])
def test_who_watches_systems_sends_no_news(provider: str) -> None:
    assert _found(provider=provider) == Enrichment()


@pytest.mark.parametrize(
    "label",
    [
        "instance", "pod", "service", "host", "queue", "Instance", "HOST", "InstanceId",
        "DBInstanceIdentifier", "hostName", "host.name", "service.name", "k8s.pod.name",
        "kubernetes_pod_name", "exported_job", "Availability-Zone",
    ],
)  # fmt: skip
def test_what_has_a_label_of_machines_is_no_news(label: str) -> None:
    assert _found(labels={label: "league-1"}) == Enrichment()


@pytest.mark.parametrize("label", ["team", "name", "topic", "feed", "source", "k8s", "exported"])
def test_what_has_another_label_can_be_news(label: str) -> None:
    assert _found(labels={label: "league-1"}).is_dropped


@pytest.mark.parametrize(
    "more",
    [
        "p99 latency is 2.4 s",
        "The stream answers 503",
        "league-api is unreachable",
        "It took 12 s to load",
        "goals_total == 0",
        "at 10.0.3.7",
    ],
)
def test_one_word_of_those_who_run_things_decides(more: str) -> None:
    assert _found(annotations={"summary": TEXT, "description": more}) == Enrichment()


@pytest.mark.parametrize(
    "name",
    [
        "league-api p99 latency",
        "goal-service down",
        "match engine crashed",
        "playoffs-db replica lag",
        "Lakers v Celtics stream is missing",
    ],
)
def test_an_alert_of_a_sports_service_is_no_news_whatever_its_text(name: str) -> None:
    assert _found(name=name).irrelevant == ""


def test_few_words_can_be_anything() -> None:
    assert judge("NBA playoffs: Lakers touchdown, NFL quarterback").kind == ""


def test_two_words_of_news_in_a_text_are_too_few() -> None:
    text = "All of those who came from the villages were told about it by a singer"
    verdict = judge("The choir and its actor", text)
    assert (verdict.kind, verdict.points) == ("", 4)


def test_links_and_markup_say_nothing() -> None:
    marked = f'<p class="x">{TEXT}</p> <a href="https://api.example.com/feed?id=1">more</a>'
    assert _found(annotations={"summary": marked}).irrelevant == "sports"
    links = {f"link{each}": "https://x.example/premier-league/lakers nba" for each in range(9)}
    assert _found(name="Something else", annotations=links).irrelevant == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ud800" * 20,
        "\u202e\x00" * 5000,
        "goal " * 16_000,
        "<" * 16_000,
        "\U0001d543akers " * 99,
    ],
)
def test_hostile_texts_are_looked_at_and_are_no_news(text: str) -> None:
    assert _found(name="x", annotations={f"t{each}": text for each in range(4)}) == Enrichment()


def test_the_same_text_is_always_the_same() -> None:
    assert judge(NAME, TEXT) == judge(NAME, TEXT)


@pytest.mark.parametrize("held_out", [False, True])
def test_no_labelled_operational_alert_is_taken_for_news(held_out: bool) -> None:
    figures = measured(labelled(held_out), by_words)
    assert [each.name for each in figures.wrong if each.kind == OPERATIONAL] == []


def test_of_the_news_that_is_held_out_most_is_found_and_named_right() -> None:
    texts = labelled(held_out=True)
    figures = measured(texts, by_words)
    assert figures.marked_precision == 1.0
    assert figures.marked_recall >= 0.70
    for kind in {each.kind for each in texts} - {OPERATIONAL}:
        precision, recall, _ = figures.of(kind)
        assert precision >= 0.9, kind
        assert recall >= 0.5, kind
    assert measured(texts, by_certainty).marked_recall >= 0.2


def test_short_alerts_of_who_runs_sports_and_shops_are_not_marked_and_not_dropped() -> None:
    parts = msgspec.json.decode(COMBINATIONS.read_bytes(), type=Combinations)
    total, marked, dropped = wrongly(parts.subjects, parts.predicates[::9], parts.context)
    assert total > 3000
    assert marked <= total // 1000
    assert dropped == 0
    total, marked, dropped = wrongly(
        parts.later_subjects, parts.later_predicates[::3], parts.context
    )
    assert marked <= total // 50
    assert dropped == 0


def test_prose_of_who_runs_sports_and_shops_is_hardly_ever_dropped() -> None:
    parts = msgspec.json.decode(COMBINATIONS.read_bytes(), type=Combinations)
    total, _, dropped = wrongly(
        parts.later_subjects, parts.later_predicates[::3], parts.later_prose
    )
    assert dropped <= total // 100
