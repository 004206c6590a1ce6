"""What signals do to a process that runs."""

import os
import signal

import pytest

from cli.onemachine.run import SIGNALS, wait
from tocsin.domain.errors import ConfigurationError, Retryable


@pytest.fixture
def masked():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize(
    "error", [ConfigurationError("wrong"), Retryable("the disk is full"), RecursionError("a bug")]
)
def test_no_failure_to_read_the_configuration_again_ends_the_process(masked, error):
    calls = []

    def reload():
        calls.append(1)
        raise error

    # Both wait, and are taken in the order of their numbers.
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    wait(reload)
    assert calls == [1]
