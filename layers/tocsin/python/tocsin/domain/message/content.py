"""The default content of a message: what, where, since when, how often, who owns it, where to go.

Said with what is known and nothing else, to be read at three in the morning.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tocsin.domain.alert import SEVERITIES, Alert
from tocsin.domain.decision import ENRICHED, PARTLY_OVER
from tocsin.domain.group import is_digest
from tocsin.domain.message.finding import found_lines, owner_text
from tocsin.domain.message.message import Line, Message, Shown, State, Subject
from tocsin.domain.message.ranking import WHERE, ranked
from tocsin.domain.plaintext import one_line, plain_text
from tocsin.domain.wording import words_of
from tocsin.domain.wording.moments import moment, span
from tocsin.domain.wording.words import Words

_TELLING_LABELS = 3
# A title is read on a lock screen: no more names, nor kinds in the line below it.
_NAMES_IN_TITLE = 3
_NAMED_KINDS = 10


def content_of(subject: Subject, most: int) -> Message:
    """Return what is said by default, with at most `most` alerts."""
    words, alerts = words_of(subject.language), subject.alerts
    firing = [alert for alert in alerts if alert.status == "firing"]
    kinds = tuple(Counter(plain_text(alert.name) for alert in alerts).most_common())
    ranks = ranked(alerts, dict(subject.group.labels))
    count_of = dict(kinds)
    shown = tuple(
        _shown(alert, ranks, words, count_of, is_new=place < subject.new)
        for place, alert in enumerate(alerts[:most])
    )
    return Message(
        title=_title(subject, len(firing), kinds, words),
        state=_state(subject, firing),
        is_over=_state(subject, firing) == "resolved" and subject.reason != PARTLY_OVER,
        severity=min((each.severity for each in firing or alerts), key=SEVERITIES.index),
        firing=len(firing),
        resolved=len(alerts) - len(firing),
        shown=shown,
        more=len(alerts) - len(shown) + subject.truncated,
        url=subject.url,
        kinds=kinds,
        is_digest=is_digest(subject.group),
        notes=tuple(_notes(subject, kinds, words)),
        text="",
        words=words,
        actions=subject.actions if firing else (),
    )


def _state(subject: Subject, firing: Sequence[Alert]) -> State:
    if subject.reason == ENRICHED:
        return "update"
    return "firing" if firing else "resolved"


def _title(subject: Subject, firing: int, kinds: Sequence[tuple[str, int]], words: Words) -> str:
    """Return a title: whether it fires, how many, what, and the labels that all of it shares."""
    resolved = len(subject.alerts) - firing
    tags = [words.firing_tag.format(count=firing)] if firing else []
    if resolved and (not firing or is_digest(subject.group)):
        tags.append(words.resolved_tag.format(count=resolved))
    if subject.reason == ENRICHED:
        # Nothing happened: who sees it for another page is woken for nothing.
        tags.append(words.update_tag)
    return one_line(f"[{', '.join(tags)}] {_what(subject, kinds, words)}")


def _what(subject: Subject, kinds: Sequence[tuple[str, int]], words: Words) -> str:
    if is_digest(subject.group):
        count = len(subject.alerts) + subject.truncated
        return words.digest.format(alerts=count, kinds=len(kinds))
    labels = ", ".join(
        f"{name}={value}" for name, value in subject.group.labels if name != "alertname"
    )
    return _names(subject, words) + (f" ({labels})" if labels else "")


def _names(subject: Subject, words: Words) -> str:
    """Return the names of what fires, or of what ended, in the order of the alerts."""
    firing = [alert for alert in subject.alerts if alert.status == "firing"]
    names = list(dict.fromkeys(alert.name for alert in firing or subject.alerts))
    if len(names) <= _NAMES_IN_TITLE + 1:
        return ", ".join(names)
    first = ", ".join(names[:_NAMES_IN_TITLE])
    return words.others.format(names=first, count=len(names) - _NAMES_IN_TITLE)


def _notes(subject: Subject, kinds: Sequence[tuple[str, int]], words: Words) -> Iterator[Line]:
    if is_digest(subject.group):
        named = ", ".join(f"{one_line(name)} {count}" for name, count in kinds[:_NAMED_KINDS])
        more = len(kinds) - _NAMED_KINDS
        yield Line(words.kinds, f"{named} {words.more.format(count=more)}" if more > 0 else named)
        yield Line(words.why, words.digest_why)
    elif subject.reason:
        yield Line(words.why, words.reasons.get(subject.reason, subject.reason))


def _shown(
    alert: Alert, ranks: Mapping[str, int], words: Words, counts: Mapping[str, int], *, is_new: bool
) -> Shown:
    annotations = alert.annotations
    summary = annotations.get("summary") or annotations.get("description", "")
    names = sorted((name for name in alert.labels if name in ranks), key=ranks.__getitem__)
    pairs = [(plain_text(name), plain_text(alert.labels[name])) for name in names]
    owner = alert.enrichment.owner if alert.enrichment is not None else None
    telling = tuple(pairs[:_TELLING_LABELS])
    name = plain_text(alert.name)
    extras = tuple(_extras(alert, words, counts[name]))
    return Shown(
        name=name,
        status=alert.status,
        severity=alert.severity,
        summary=plain_text(summary),
        since_s=alert.starts_at_s,
        until_s=alert.ends_at_s if alert.status == "resolved" else None,
        labels=telling,
        other_labels=tuple(sorted(pairs[_TELLING_LABELS:])),
        runbook=annotations.get("runbook_url", ""),
        source=alert.url,
        found=tuple(found_lines(alert, words)),
        status_word=words.statuses[alert.status],
        severity_word=words.severities[alert.severity],
        facts=(*_facts(alert, telling, words), *extras),
        extras=extras,
        owner="" if owner is None else owner_text(owner, words),
        value=alert.value,
        alike=counts[name],
        is_new=is_new,
    )


def _facts(alert: Alert, telling: Sequence[tuple[str, str]], words: Words) -> Iterator[Line]:
    if telling:
        says_where = any(name in WHERE for name, _ in telling)
        text = ", ".join(f"{name}={value}" for name, value in telling)
        yield Line(words.where if says_where else words.labels, text)
    since_s, until_s = _times(alert)
    if since_s is not None:
        yield Line(words.since, moment(since_s, words))
    if until_s is not None:
        yield Line(words.until, moment(until_s, words))


def _times(alert: Alert) -> tuple[float | None, float | None]:
    return alert.starts_at_s, alert.ends_at_s if alert.status == "resolved" else None


def _extras(alert: Alert, words: Words, alike: int) -> Iterator[Line]:
    since_s, until_s = _times(alert)
    if since_s is not None and until_s is not None and until_s - since_s >= 1.0:
        yield Line(words.lasted, span(until_s - since_s))
    if alike > 1:
        yield Line(words.count, words.count_of.format(count=alike))
    if alert.value is not None:
        yield Line(words.value, f"{alert.value:g}")
