"""The canonical alert and the words for severity."""

import pytest

from tests.builders import alert
from tocsin.domain.alert import routing_labels, severity_of


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", "critical"),
        ("CRITICAL ", "critical"),
        ("page", "critical"),
        ("P1", "critical"),
        ("error", "high"),
        ("medium", "warning"),
        ("notice", "info"),
        ("debug", "low"),
        ("no such word", "warning"),
        (None, "low"),
        (5, "warning"),
    ],
)
def test_words_of_the_field_map_to_the_five_severities(word: object, severity: str) -> None:
    assert severity_of(word) == severity


def test_an_unknown_word_takes_the_default_given() -> None:
    assert severity_of("", "info") == "info"


def test_only_critical_alerts_are_urgent() -> None:
    assert alert(severity="critical").is_urgent
    assert not alert(severity="high").is_urgent


def test_matchers_see_severity_and_provider_unless_labels_say_otherwise() -> None:
    assert routing_labels(alert(severity="high"))["severity"] == "high"
    assert routing_labels(alert(labels={"severity": "page"}))["severity"] == "page"
    assert routing_labels(alert())["provider"] == "prometheus"
