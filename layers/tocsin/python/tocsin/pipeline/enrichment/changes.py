"""The stage `find_changes`: what was changed of a service shortly before it fired."""

from collections.abc import Callable, Iterator

import msgspec

from tocsin.domain.enrichment.redacting import hiding
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import RecentChange
from tocsin.ports import ChangeEvents
from tocsin.providers.pushed_changes import SERVICE_CHARACTERS, plain

SHOWN = 5
# How many names of a service are asked for.
_ASKED = 3
# Whoever pushes a change may say so a moment late, and by another clock.
_AFTER_S = 60.0
_LABELS = ("service", "app", "app_kubernetes_io_name", "deployment", "job", "container")


def stage(settings: EnrichmentSettings, *, change_events: ChangeEvents) -> Stage:
    """Make the stage for the settings of one tenant."""
    return _FindChanges(settings.changes_within_s, change_events, hiding(settings))


class _FindChanges:
    name = "find_changes"

    def __init__(
        self, within_s: float, change_events: ChangeEvents, hide: Callable[[str], str]
    ) -> None:
        self._within_s = within_s
        self._hide = hide
        self._change_events = change_events

    def run(self, subject: Subject, draft: Draft) -> str:
        """Find the changes of the alert's service, the newest first."""
        services = _services(draft)
        if not services:
            return "nothing says of which service it is"
        fired_at_s = _fired_at_s(subject, draft)
        found: list[RecentChange] = []
        for service in services[:_ASKED]:
            found += self._change_events.near(
                subject.tenant,
                service,
                fired_at_s - self._within_s,
                fired_at_s + _AFTER_S,
                SHOWN,
            )
        found.sort(key=lambda each: each.at_s, reverse=True)
        shown = tuple(map(self._shown, found[:SHOWN]))
        draft.findings = msgspec.structs.replace(draft.findings, changes=shown)
        return "" if found else "no change was pushed for it"

    def _shown(self, change: RecentChange) -> RecentChange:
        """Return a change without secrets, which messages and links of commits have at times."""
        title, url = self._hide(change.title), self._hide(change.url)
        return msgspec.structs.replace(change, title=title, url=url)


def _services(draft: Draft) -> list[str]:
    """Return the names under which changes may be known, each once, the surest first.

    They are written as those of changes are: a label can be as long as no key is.
    """
    named = (plain(each, SERVICE_CHARACTERS) for each in _named(draft))
    return list({each.casefold(): each for each in named if each}.values())


def _named(draft: Draft) -> Iterator[str]:
    if draft.found.owner is not None:
        yield draft.found.owner.service
    for name in _LABELS:
        yield draft.alert.labels.get(name, "")
    yield from draft.found.entities.get("service", ())


def _fired_at_s(subject: Subject, draft: Draft) -> float:
    """Return when the alert began, unless its sender's clock puts that after its receipt."""
    starts_at_s = draft.alert.starts_at_s
    return subject.at_s if starts_at_s is None else min(starts_at_s, subject.at_s)
