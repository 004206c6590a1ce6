"""The time of one run over dead letters: what was met must be shown again before it is over."""

from collections.abc import Callable, Iterator

from tocsin.domain.deadletter import Letter

# The seconds that a run has left.
LeftS = Callable[[], float]

# To keep the letter that is under way: a claim to read and write, a record, an object.
LETTER_S = 10.0
# As long as one call waits for its answer. What is not shown by then shows itself when the
# hold ends.
LAST_CALL_S = 6.0
# What a page takes at least to be shown again, whatever the first ones took to be received.
_PAGE_S = 0.02


class LetterTime:
    """Says when to stop. A page takes about as long to be shown again as to be received."""

    def __init__(self, left_s: LeftS) -> None:
        self._left_s = left_s
        self._held_pages = 0
        self._pages = 0
        self._received_s = 0.0

    def has_more(self) -> bool:
        """Tell whether another letter can be looked at."""
        page_s = max(_PAGE_S, self._received_s / self._pages) if self._pages else 0.0
        return self._left_s() > LAST_CALL_S + LETTER_S + self._held_pages * page_s

    def may_release(self) -> bool:
        """Tell whether there is time for another call that shows letters again."""
        return self._left_s() > LAST_CALL_S

    def measured(self, pages: Iterator[list[Letter]]) -> Iterator[list[Letter]]:
        """Yield the pages of one queue, and measure how long each takes to come."""
        self._held_pages = 0
        while True:
            before_s = self._left_s()
            page = next(pages, None)
            if page is None:
                return
            self._received_s += before_s - self._left_s()
            self._pages += 1
            self._held_pages += 1
            yield page
