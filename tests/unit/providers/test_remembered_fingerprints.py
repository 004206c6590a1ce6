"""Fingerprints that are kept with remembered alerts are those that would be made anew."""

from random import Random
from typing import Any

from tests.integration.payloads import member, webhook
from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.registry import provider
from tocsin.providers.remembered import Remembered

AT_S = 1_763_793_300.0


def read(remembered: Remembered, *members: Any) -> list[Alert]:
    again = provider("alertmanager").parse_again
    assert again is not None
    found = again(webhook(*members), AT_S, remembered)
    return [each for each in found if isinstance(each, Alert)]


def by_labels(alert: Alert) -> str:
    return fingerprint("acme", alert.labels)


def test_what_is_told_again_has_its_fingerprint_made_once() -> None:
    remembered = Remembered()
    made: list[str] = []

    def counted(alert: Alert) -> str:
        made.append(by_labels(alert))
        return made[-1]

    for _ in range(3):
        (alert,) = read(remembered, member("db-1"))
        assert remembered.fingerprint(alert, counted) == by_labels(alert)
    assert len(made) == 1


def test_an_alert_that_is_not_remembered_has_its_own() -> None:
    remembered = Remembered(capacity=0)
    for name in ("db-1", "db-2", "db-1"):
        (alert,) = read(remembered, member(name))
        assert remembered.fingerprint(alert, by_labels) == by_labels(alert)


def test_in_any_order_of_what_is_told_and_forgotten_each_has_its_own() -> None:
    random, remembered = Random(7), Remembered(capacity=4, seen=16)
    for _ in range(3000):
        # The same labels with other texts take the place of one that is let go.
        said = {"summary": str(random.randrange(3))}
        told = [member(f"db-{random.randrange(12)}", annotations=said) for _ in range(3)]
        for alert in read(remembered, *told):
            assert remembered.fingerprint(alert, by_labels) == by_labels(alert)
        del told, alert


def test_no_more_fingerprints_are_kept_than_alerts() -> None:
    remembered = Remembered(capacity=4, seen=16)
    for index in range(500):
        for alert in read(remembered, member(f"db-{index % 37}"), member(f"db-{index % 37}")):
            remembered.fingerprint(alert, by_labels)
    assert len(remembered._fingerprints) <= 8
