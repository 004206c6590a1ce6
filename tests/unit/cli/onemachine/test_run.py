"""What signals do to a process that runs."""

import signal
import threading

import pytest

from cli.onemachine.run import SIGNALS, wait
from tocsin.domain.errors import ConfigurationError, Retryable


@pytest.fixture
def masked():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    yield
    # What nobody took would end the tests.
    while signal.sigtimedwait(SIGNALS, 0):
        pass
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize(
    "error", [ConfigurationError("wrong"), Retryable("the disk is full"), RecursionError("a bug")]
)
def test_no_failure_to_read_the_configuration_again_ends_the_process(masked, error):
    calls = []

    def reload():
        calls.append(1)
        raise error

    # For this thread alone, since those of other tests take signals as they come. Both wait, and
    # are taken in the order of their numbers.
    signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    wait(reload)
    assert calls == [1]
