"""Ports for servers that start later: nobody else is given one."""

import os
import socket
import subprocess
import sys
from itertools import count

import pytest

from cli.localcloud import ports
from cli.localcloud.ports import free_port

_ASK = "print(ports.free_port(), flush=True); input()"


_places = count()


@pytest.fixture
def three(monkeypatch):
    """Leave three ports to choose from, of which no other process of the tests knows."""
    first = 14_000 + os.getpid() % 400 * 12 + next(_places) * 3
    monkeypatch.setattr(ports, "_FIRST", first)
    monkeypatch.setattr(ports, "_LAST", first + 3)
    monkeypatch.setattr(ports, "_TRIES", 3)
    return first


def test_no_two_callers_get_one_port(three):
    got = {free_port() for _ in range(2)}
    assert len(got) == 2


def test_what_another_process_was_given_is_not_given_again(three):
    ask = (
        f"from cli.localcloud import ports; ports._FIRST, ports._LAST, ports._TRIES = "
        f"{three}, {three + 3}, 3; " + _ASK
    )
    with subprocess.Popen(
        [sys.executable, "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        theirs = int(other.stdout.readline())
        assert theirs in range(three, three + 3)
        ours = {free_port() for _ in range(2)}
        other.communicate("\n")
    assert theirs not in ours


def test_where_somebody_listens_nobody_else_is_sent(three):
    with socket.create_server(("127.0.0.1", three)):
        assert {free_port() for _ in range(2)} == {three + 1, three + 2}


def test_where_none_is_left_it_says_so(three):
    for _ in range(3):
        free_port()
    with pytest.raises(OSError, match="no port of"):
        free_port()
