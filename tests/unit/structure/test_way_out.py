"""Nothing reaches a receiver but through `SafeCall`, and no server but through `Http`."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "layers/tocsin/python/tocsin"
ONLY = "pipeline/safecall.py"


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return all that a module is made of."""
    return [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


@pytest.fixture(scope="module", autouse=True)
def forget() -> Iterator[None]:
    """Keep the trees of the whole package for these tests only."""
    yield
    nodes.cache_clear()


def calls(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield where `send` of something called receivers is used, called or not."""
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "send":
            owner = ast.unparse(node.value)
            if "receiver" in owner.lower():
                yield f"line {node.lineno}: {owner}.send"


def users() -> dict[str, list[str]]:
    found = {
        str(path.relative_to(PACKAGE)): list(calls(nodes(path))) for path in PACKAGE.rglob("*.py")
    }
    return {name: lines for name, lines in found.items() if lines}


def test_only_the_safe_call_sends_to_a_receiver() -> None:
    assert list(users()) == [ONLY]


@pytest.mark.parametrize(
    "code",
    [
        "self._ports.receivers.send(notification)",
        "ChannelReceivers(http, clock).send(notification)",
        "deliver = ports.receivers.send",
    ],
)
def test_a_second_way_would_be_noticed(code: str) -> None:
    assert list(calls([*ast.walk(ast.parse(code))]))


def test_only_the_safe_call_and_who_hands_them_over_know_receivers() -> None:
    allowed = {
        "ports/__init__.py",
        "ports/delivery.py",
        ONLY,
        "pipeline/notifyports.py",
        "runtime/notify.py",
        "adapters/memory/__init__.py",
        "adapters/memory/receivers.py",
        "adapters/receivers/__init__.py",
    }
    names = {"Receivers", "ChannelReceivers", "MemoryReceivers"}
    knowing = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in nodes(path)
        if (isinstance(node, ast.ClassDef | ast.alias) and node.name in names)
    }
    assert knowing == allowed


def test_only_the_guard_and_who_counts_and_the_stage_behind_them_ask_for_pages() -> None:
    asking = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and node.attr == "fetch"
        and "fetcher" in ast.unparse(node.value).lower()
    }
    assert asking == {
        f"pipeline/enrichment/{name}.py" for name in ("guardedfetcher", "countedfetcher", "content")
    }


SENDERS = {
    "aiohttp",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "urllib.request",
    "urllib3",
}


def imported(path: Path) -> set[str]:
    """Return what a module imports, each with the packages above it."""
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names]
    return {".".join(each[:count]) for each in parts for count in range(1, len(each) + 1)}


def test_only_the_one_way_out_can_talk_to_servers_of_others() -> None:
    knowing = {
        str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if imported(path) & SENDERS
    }
    assert knowing == {
        "adapters/http.py",
        "adapters/deadline.py",
        "adapters/publicaddress.py",
        # Mail servers speak no HTTP; which address they have is asked of `Http`.
        "adapters/mailsession.py",
    }


def test_only_who_hands_mail_over_opens_a_session_with_a_mail_server() -> None:
    opening = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tocsin.adapters.mailsession" in imported(path)
    }
    assert opening == {"adapters/mail.py"}


def test_another_way_out_would_be_noticed(tmp_path: Path) -> None:
    for number, line in enumerate(
        (
            "import requests",
            "from urllib.request import urlopen",
            "from http import client",
            "from smtplib import SMTP",
        )
    ):
        module = tmp_path / f"module{number}.py"
        module.write_text(line)
        assert imported(module) & SENDERS
