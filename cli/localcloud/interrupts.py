"""Turns the signals that end a process into exceptions, so that every `with` is left properly."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ending_properly() -> Iterator[None]:
    """Raise SystemExit on SIGTERM and SIGHUP inside this block, and KeyboardInterrupt on SIGINT.

    Only for the main thread.
    """
    # A shell without job control starts a background process with SIGINT ignored. There, too,
    # an interrupt must end it. SIGHUP stays ignored: that is how `nohup` asks.
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _raise}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        handlers[signal.SIGHUP] = _raise
    before = {kind: signal.signal(kind, handler) for kind, handler in handlers.items()}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM inside this block: cleaning up must not be cut short.

    Does nothing outside the main thread, where Python lets nobody change a handler.
    """
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    try:
        before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in kinds}
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _raise(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
