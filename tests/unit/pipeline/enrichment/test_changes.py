"""The stage that shows what was changed shortly before an alert fired."""

from typing import Any

import pytest

from tests.builders import T0, alert
from tocsin.adapters.memory import MemoryChangeEvents
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import Enrichment, Owner, RecentChange
from tocsin.pipeline.enrichment.changes import SHOWN, stage


def _run(*changes: RecentChange, tenant: str = "acme", **fields: Any) -> tuple[str, list[str]]:
    events = MemoryChangeEvents()
    events.append("acme", "request-1", list(enumerate(changes)))
    found = fields.pop("found", Enrichment())
    draft = Draft(alert=alert(**fields), found=found)
    subject = Subject(tenant=tenant, fingerprint="f", at_s=T0)
    settings = EnrichmentSettings(late=("find_changes",), changes_within_s=600.0)
    why = stage(settings, change_events=events).run(subject, draft)
    return why, [each.title for each in draft.findings.changes]


def _change(title: str, at_s: float = T0 - 60, service: str = "checkout") -> RecentChange:
    return RecentChange(at_s=at_s, service=service, title=title)


def test_the_changes_of_its_service_shortly_before_it_the_newest_first() -> None:
    changes = (
        _change("old", T0 - 601),
        _change("first", T0 - 599),
        _change("last", T0 - 1),
        _change("later", T0 + 61),
        _change("other", service="billing"),
    )
    assert _run(*changes, labels={"service": "checkout"}) == ("", ["last", "first"])


def test_the_owner_names_the_service_where_labels_do_not() -> None:
    found = Enrichment(owner=Owner(service="Checkout"))
    assert _run(_change("v42"), found=found) == ("", ["v42"])


def test_an_entity_names_the_service_at_last() -> None:
    found = Enrichment(entities={"service": ("checkout",)})
    assert _run(_change("v42"), found=found) == ("", ["v42"])


def test_the_time_is_when_it_began_and_not_when_it_was_heard_of() -> None:
    labels = {"service": "checkout"}
    assert _run(_change("v42", T0 - 3700), labels=labels, starts_at_s=T0 - 3600) == ("", ["v42"])
    assert _run(_change("v42"), labels=labels, starts_at_s=T0 + 9999) == ("", ["v42"])


def test_only_some_are_shown() -> None:
    many = [_change(str(number), T0 - number) for number in range(SHOWN + 3)]
    _, titles = _run(*many, labels={"service": "checkout"})
    assert titles == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("written", ["check out", " Check \t out\n", "check\u200b out"])
def test_a_name_is_found_however_it_is_spaced(written: str) -> None:
    assert _run(_change("v42", service="check out"), labels={"service": written})[0] == ""


def test_no_name_is_asked_for_that_is_longer_than_those_of_changes() -> None:
    class Asked(MemoryChangeEvents):
        def near(
            self, tenant: str, service: str, from_s: float, to_s: float, limit: int
        ) -> list[RecentChange]:
            asked.append(service)
            return []

    asked: list[str] = []
    draft = Draft(alert=alert(labels={"service": "\u0390" * 4096, "app": "x" * 4096}))
    settings = EnrichmentSettings(late=("find_changes",))
    stage(settings, change_events=Asked()).run(Subject(tenant="a", fingerprint="f", at_s=T0), draft)
    assert asked == ["\u0390" * 200, "x" * 200]


def test_where_there_is_nothing_it_says_why() -> None:
    assert _run(_change("v42"))[0] == "nothing says of which service it is"
    labels = {"service": "checkout"}
    assert _run(labels=labels)[0] == "no change was pushed for it"
    assert _run(_change("v42"), tenant="globex", labels=labels)[1] == []


def test_secrets_of_a_change_are_hidden_as_those_of_the_alert_are() -> None:
    change = RecentChange(
        at_s=T0 - 60,
        service="checkout",
        title="set api_key=abc123def456",
        url="https://ci.example/42?token=abc123def456",
    )
    events = MemoryChangeEvents()
    events.append("acme", "request-1", [(0, change)])
    draft = Draft(alert=alert(labels={"service": "checkout"}))
    settings = EnrichmentSettings(late=("find_changes",))
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0)
    stage(settings, change_events=events).run(subject, draft)
    (shown,) = draft.findings.changes
    assert shown.title == "set api_key=[redacted:credential]"
    assert shown.url == "https://ci.example/42?token=[redacted:url-secret]"
