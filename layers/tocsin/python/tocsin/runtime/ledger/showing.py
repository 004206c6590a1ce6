"""Deliveries as JSON. Times are RFC 3339 in UTC; null: there is none, or it is not known."""

from collections.abc import Iterable, Sequence
from typing import Any

from tocsin.domain.config import TenantConfig
from tocsin.domain.ledger import TriedStep, Try
from tocsin.domain.wire import rfc3339
from tocsin.pipeline.deliveries import Page, Story
from tocsin.runtime.alertmanager.alerts import shown_name
from tocsin.runtime.ledger.reading import cursor_of

# A notification may tell a thousand steps, and a list has many notifications.
_LISTED_STEPS, _SHOWN_STEPS = 20, 1_000


def shown_page(page: Page, config: TenantConfig) -> dict[str, Any]:
    """Return a page of the list. `next` is the cursor of the next one; null: this is the last."""
    return {
        "deliveries": [_row(each, config) for each in page.tries],
        "next": None if page.after is None else cursor_of(page.after),
        "from": rfc3339(page.from_s),
    }


def shown_story(story: Story, config: TenantConfig) -> dict[str, Any]:
    """Return one notification: what it told, and each try at it, oldest first."""
    first, last = story.tries[0], story.tries[-1]
    steps = sorted({step for each in story.tries for step in each.steps})
    return {
        "notification": {
            "key": last.key,
            **_receiver(last, config),
            "outcome": last.ending,
            "receipt": next((each.receipt for each in story.tries if each.receipt), ""),
            **_times(first),
            **_waits(first),
            **_steps(steps, _SHOWN_STEPS),
        },
        "tries": [{**_facts(each), **_times(each)} for each in story.tries],
        "from": rfc3339(story.from_s),
        "is_cut": story.is_cut,
    }


def _row(found: Try, config: TenantConfig) -> dict[str, Any]:
    return {
        "key": found.key or None,
        **_receiver(found, config),
        **_facts(found),
        **_times(found),
        **_steps(found.steps, _LISTED_STEPS),
    }


def _receiver(found: Try, config: TenantConfig) -> dict[str, Any]:
    return {
        "receiver": shown_name(found.receiver, config),
        "integration": found.receiver,
        "is_digest": found.is_digest,
    }


def _facts(found: Try) -> dict[str, Any]:
    return {
        "id": found.id,
        "at": rfc3339(found.at_s),
        "outcome": found.ending,
        "attempt": found.attempt,
        "reason": found.reason,
        "receipt": found.receipt,
        "took_s": _span_s(found.began_at_s, found.at_s),
    }


def _times(found: Try) -> dict[str, Any]:
    return {
        "accepted_at": _moment(found.accepted_at_s),
        "due_at": _moment(found.due_at_s),
        "began_at": _moment(found.began_at_s),
    }


def _waits(first: Try) -> dict[str, Any]:
    """Return how long the first try was waited for: from acceptance, and from when it was due."""
    return {
        "accepted_to_attempt_s": _span_s(first.accepted_at_s, first.began_at_s),
        "due_to_attempt_s": _span_s(first.due_at_s, first.began_at_s),
    }


def _steps(steps: Sequence[TriedStep], limit: int) -> dict[str, Any]:
    return {
        "steps": [_step(each) for each in steps[:limit]],
        "steps_total": len(steps),
        **_counts(steps),
    }


def _counts(steps: Iterable[TriedStep]) -> dict[str, int]:
    words = [each.step for each in steps]
    return {"firing": words.count("firing"), "resolved": words.count("resolved")}


def _step(step: TriedStep) -> dict[str, Any]:
    return {
        "fingerprint": step.fingerprint,
        "episode": step.episode,
        "step": step.step,
        "is_update": step.is_update,
        "sources": list(step.sources),
    }


def _moment(at_s: float) -> str | None:
    return rfc3339(at_s) if at_s else None


def _span_s(from_s: float, to_s: float) -> float | None:
    return round(max(0.0, to_s - from_s), 3) if from_s and to_s else None
