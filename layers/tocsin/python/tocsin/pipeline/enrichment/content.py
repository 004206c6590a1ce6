"""The stage `read_content`: what the pages say that an alert links to, in a few sentences."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from tocsin.domain.enrichment.extract import summarise
from tocsin.domain.enrichment.pagelinks import links_of
from tocsin.domain.enrichment.pages import address_of, guard, is_allowed
from tocsin.domain.enrichment.pagetext import brief, cleaned
from tocsin.domain.enrichment.redacting import hiding
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import BreakerOpen, Permanent, Retryable, TocsinError, Unsendable
from tocsin.domain.found import Content
from tocsin.pipeline.recent import remember
from tocsin.ports import Clock, Fetcher

LINKS = 2
TITLE_LIMIT = 120
SUMMARY_LIMIT = 600
# For one page, with all its tries.
PAGE_S = 20.0
# Many alerts link to one runbook: it is read again when this is over.
KEPT_S = 300.0
# A link that leads nowhere is tried again sooner, since somebody may mend it.
REFUSED_S = 60.0
# A page that did not come after all its tries may come soon; the breaker sees to whole hosts.
FAILED_S = 30.0
_REMEMBERED = 200


class Summarise(Protocol):
    """Whoever writes summaries."""

    def __call__(self, text: str, limit: int) -> str:
        """Return a few sentences of a text, of about `limit` characters at most."""


class _Kept(msgspec.Struct, frozen=True):
    """What came of a page: its content, or why it was not read, or neither: it has no words."""

    until_s: float
    content: Content | None = None
    why_not: str = ""


class NotAsked(Permanent):
    """A page that was not asked for, since it did not come for an alert a moment ago."""


class ReadContent:
    """Reads at most two pages of an alert. It remembers what came of them for a while.

    Of a link that leads nowhere, and of a page that does not come, the first alert says so as a
    failure, to be heard of and tried again; for the others of that time it is nothing to read. Of
    an alert that is tried again it is a failure again, or it would be forgotten and never read.
    """

    name = "read_content"

    def __init__(
        self,
        hosts: tuple[str, ...],
        fetcher: Fetcher,
        clock: Clock,
        summarise: Summarise,
        hide: Callable[[str], str],
    ) -> None:
        self._hosts = hosts
        self._fetcher = fetcher
        self._clock = clock
        self._summarise = summarise
        self._hide = hide
        self._kept: dict[str, _Kept] = {}

    def run(self, subject: Subject, draft: Draft) -> str:
        """Add what the pages say. Raises what kept the first from being read, if none was."""
        if not self._hosts:
            return "no host may be read: content.hosts is empty"
        links = links_of(draft.alert, draft.found)
        if not links:
            return "the alert links to no page"
        chosen = list(islice(filter(self._may_read, links), LINKS))
        if not chosen:
            return "it links to no page over https of one of content.hosts"
        results = list(self._read_all(chosen, subject))
        contents = tuple(each for each in results if isinstance(each, Content))
        if contents:
            draft.findings = msgspec.structs.replace(draft.findings, content=contents)
            return ""
        errors = [each for each in results if isinstance(each, TocsinError)]
        return _why_nothing(errors, is_retry=subject.is_retry)

    def _may_read(self, link: str) -> bool:
        try:
            address = address_of(link)
            # Whether pages of this machine may be read is for the fetcher to say.
            guard(address, allow_loopback=True)
        except Unsendable:
            return False
        return is_allowed(address, self._hosts)

    def _read_all(
        self, links: list[str], subject: Subject
    ) -> Iterator[Content | TocsinError | None]:
        """Read one page after the other, none at the cost of those after it."""
        for index, link in enumerate(links):
            left_s = subject.left_s() / (len(links) - index)
            yield self._remembered(link, min(left_s, PAGE_S))

    def _remembered(self, link: str, left_s: float) -> Content | TocsinError | None:
        kept = self._kept.get(link)
        if kept is not None and self._clock() < kept.until_s:
            return NotAsked(kept.why_not) if kept.why_not else kept.content
        try:
            content = self._read(link, left_s)
        except (BreakerOpen, Unsendable) as error:
            return error
        except Retryable as error:
            # With less time it may have been that which failed, and no page.
            if left_s >= PAGE_S:
                why = f"failed a moment ago: {error.reason}"
                self._remember(link, _Kept(self._clock() + FAILED_S, why_not=why))
            return error
        except Permanent as error:
            why = f"refused a moment ago: {error.reason}"
            self._remember(link, _Kept(self._clock() + REFUSED_S, why_not=why))
            return error
        self._remember(link, _Kept(self._clock() + KEPT_S, content))
        return content

    def _remember(self, link: str, kept: _Kept) -> None:
        remember(self._kept, link, kept, _REMEMBERED)

    def _read(self, link: str, left_s: float) -> Content | None:
        page = self._fetcher.fetch(link, left_s)
        # Before it is summed up: a summary could hold a part of a secret.
        text = self._hide(cleaned(page.text))
        if not text:
            return None
        summary = brief(self._summarise(text, SUMMARY_LIMIT), SUMMARY_LIMIT)
        return Content(url=link, title=brief(self._hide(page.title), TITLE_LIMIT), summary=summary)


def stage(
    settings: EnrichmentSettings,
    *,
    fetcher: Fetcher,
    clock: Clock,
    summarise: Summarise = summarise,
) -> ReadContent:
    """Return the stage of one tenant; `fetcher` is guarded by breakers."""
    return ReadContent(settings.content_hosts, fetcher, clock, summarise, hiding(settings))


def _why_nothing(errors: list[TocsinError], *, is_retry: bool) -> str:
    """Return why there is nothing to tell; raise what went wrong, if anything did."""
    put_off = () if is_retry else (BreakerOpen, NotAsked)
    failures = [each for each in errors if not isinstance(each, put_off)]
    if failures:
        raise failures[0]
    return str(errors[0]) if errors else "no page has words to read"
