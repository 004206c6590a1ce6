"""The stage `filter_content`: finds news about nothing that anybody runs.

A news monitor or a feed that ends in an alert pipeline brings sports, films and offers along. The
harm of a wrong guess is a lost page, so whatever is in doubt is left alone; to be dropped, an
alert must be more certain than to be marked; and what is critical is never dropped.
"""

import re
from collections.abc import Iterator

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.relevance_operations import LABELS, PUBLISHED, SENDERS
from tocsin.domain.enrichment.relevance_verdict import NO_NEWS, Verdict, judge
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject

# How much of an alert's texts is looked at, in characters: of each, and in all.
_OF_TEXT = 1500
_IN_ALL = 4000
# What senders call the texts that say what it is; the others come after them.
_FIRST = ("summary", "title", "description", "message")

_LABELS = frozenset(name.replace("_", "") for name in LABELS)
# `k8s.pod.name`, `kubernetes_pod_name` and `podName` are `pod`.
_SEPARATORS = re.compile("[^a-z0-9]+")
_CORE = re.compile("(?:kubernetes|kube|k8s|exported)?(.+?)(?:name)?")


class FilterContent:
    """Marks news that is irrelevant, and has it dropped where the tenant says so."""

    name = "filter_content"

    def __init__(self, settings: EnrichmentSettings) -> None:
        self._drops = settings.irrelevant == "drop"

    def run(self, subject: Subject, draft: Draft) -> str:
        verdict = verdict_on(draft.alert)
        if verdict.kind:
            draft.found = msgspec.structs.replace(
                draft.found,
                irrelevant=verdict.kind,
                irrelevant_words=verdict.words,
                is_dropped=self._drops and may_be_dropped(draft.alert, verdict),
            )
        return ""


def stage(settings: EnrichmentSettings) -> FilterContent:
    """Return the stage as a tenant wants it."""
    return FilterContent(settings)


def verdict_on(alert: Alert) -> Verdict:
    """Tell what kind of news an alert is, if any: by its sender, its labels, and then its words."""
    if alert.provider in SENDERS or not LABELS.isdisjoint(alert.labels):
        return NO_NEWS
    verdict = judge(alert.name[:_OF_TEXT], texts_of(alert))
    # Few alerts come that far, so that only they pay for the other spellings.
    return NO_NEWS if verdict.kind and any(map(_is_of_systems, alert.labels)) else verdict


def _is_of_systems(label: str) -> bool:
    """Tell whether only systems have a label of this name, however it is spelt."""
    name = _SEPARATORS.sub("", label.lower())
    core = _CORE.fullmatch(name)
    return name in _LABELS or (core is not None and core[1] in _LABELS)


def may_be_dropped(alert: Alert, verdict: Verdict) -> bool:
    """Tell whether nobody needs to hear of an alert that was marked."""
    if alert.is_urgent or not verdict.kind:
        return False
    return verdict.is_sure or not all(
        PUBLISHED.isdisjoint(each) for each in (alert.labels, alert.annotations)
    )


def texts_of(alert: Alert) -> str:
    """Return what an alert says besides its name, as far as it is looked at."""
    return " \n ".join(_texts(alert))[:_IN_ALL]


def _texts(alert: Alert) -> Iterator[str]:
    said = alert.annotations
    for name in _FIRST:
        if name in said:
            yield said[name][:_OF_TEXT]
    for name, text in said.items():
        if name not in _FIRST and not text.startswith(("http://", "https://")):
            yield text[:_OF_TEXT]
