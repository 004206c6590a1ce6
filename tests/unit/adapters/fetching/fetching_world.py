"""A fetcher whose waits pass at once, and are remembered."""

from tests.builders import T0
from tocsin.adapters.fetching.fetcher import HttpFetcher, Waiting
from tocsin.adapters.http import Http


class VirtualTime:
    """Seconds that grow only by waits, and by what a test adds."""

    def __init__(self):
        self.now_s = 0.0
        self.waits = []

    def sleep(self, seconds):
        self.waits.append(round(seconds, 3))
        self.now_s += seconds

    @property
    def waiting(self):
        return Waiting(monotonic_s=lambda: self.now_s, sleep=self.sleep)


def fetcher(time=None, *, allow_loopback=True):
    """Return a fetcher of pages of this machine."""
    http = Http(allow_loopback=allow_loopback)
    waiting = (time or VirtualTime()).waiting
    return HttpFetcher(http, lambda: T0, allow_loopback=allow_loopback, waiting=waiting)
