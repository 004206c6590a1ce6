"""The dead-letter queues of a stack, as the functions see them that only look through them."""

from tocsin.adapters.deadletters import Pair
from tocsin.ports import Queue
from tocsin.runtime.settings import LettersSettings, RulesSettings


def dead_letter_queues(settings: LettersSettings | RulesSettings) -> dict[Queue, Pair]:
    """Return where the letters of each queue are; nothing is sent back, so the queue has no URL."""
    urls: dict[Queue, str] = {
        "enrich": settings.enrich_dead_letter_queue_url,
        "enrich-urgent": settings.enrich_urgent_dead_letter_queue_url,
        "evaluate": settings.evaluate_dead_letter_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_dead_letter_queue_url,
        "notify": settings.notify_dead_letter_queue_url,
        "notify-urgent": settings.notify_urgent_dead_letter_queue_url,
        "rules": settings.rules_dead_letter_queue_url,
        "investigate": settings.investigate_dead_letter_queue_url,
    }
    return {queue: Pair("", url) for queue, url in urls.items()}
